"""A day's work as one file: print files and job tickets; and parcels by a pasted list.

Nothing here moves an order by itself: a file is made, a list is read, and a person decides.
"""
