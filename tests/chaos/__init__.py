"""Fault runs: a real stack is hurt while it works, and the end is compared with a model.

``./run chaos [workers redis postgres answers race]`` plays them in full, each in a process of its
own, and prints one JSON verdict per run. Short versions of all five run in ``tests/stack``.

*lost*: an acknowledged webhook or a confirmed row without its effect after healing and one sweep.
*doubled*: more than one effective change for one intent. *wrong*: a final price or a ledger that
differs from the model.
"""
