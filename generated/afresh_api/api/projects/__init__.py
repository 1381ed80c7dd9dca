# Written by scripts/generate from the description of the API: changes made here are lost.
"""Projects group tasks."""
