# Written by scripts/generate from the description of the API: changes made here are lost.
"""Files that belong to a task."""
