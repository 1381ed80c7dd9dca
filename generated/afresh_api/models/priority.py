# Written by scripts/generate from the description of the API: changes made here are lost.
from typing import Literal

# An answer may hold a value that is not among these: one that the API has since learnt passes through as it is.
Priority = Literal[1, 2, 3]
"""1 is the most urgent."""
