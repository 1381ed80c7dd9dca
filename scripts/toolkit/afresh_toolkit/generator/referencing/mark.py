"""What every page of a reference begins with."""

MARK = "<!-- Written by scripts/generate from the description of the API: changes made here are lost. -->"
