"""Shops, the people who work in them, and their connections to outside systems.

Not done here: signing up, billing, passwords by mail, calls to any vendor.
"""
