# Written by scripts/generate from the description of the API: changes made here are lost.
"""A function for each operation, by tag; each works with a `Client` alone."""
