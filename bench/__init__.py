"""Measured claims: one module per claim, each with its baseline in the same run.

``python -m bench [name …] [--json]`` (``./run bench``) runs each claim in a process of its own and
prints its rows. Absolute figures are noise of the machine; the ratio to the baseline, which does
the same work by the plainest means, is the claim. Not done here: failing a build by a figure.
"""
