# Written by scripts/generate from the description of the API: changes made here are lost.
from typing import TypeAlias

CustomFields: TypeAlias = dict[str, str]
"""Free-form values, by the names that a team gave them."""
