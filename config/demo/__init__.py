"""The story of every tower, played against the running house and the sandbox's shop.

The demo, the tests of the whole stack, the benchmarks and the fault runs share its merchant
(``merchant.py``) and its patience (``waiting.py``). Nothing here runs in production.
"""
