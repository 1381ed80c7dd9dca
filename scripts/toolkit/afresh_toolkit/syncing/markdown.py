"""Texts of others in Markdown, where nothing of them is taken for more than text."""

import re
from collections.abc import Iterable


def plain(text: object) -> str:
    """Put a text on one line, where nothing of it is taken for Markdown's tables or HTML."""
    line = " ".join(str(text).split())
    return re.sub(r"([\\|<>`*_\[\]])", r"\\\1", "".join(c for c in line if c.isprintable()))


def cell(markdown: str) -> str:
    """Put a line of Markdown into a cell of a table."""
    return " ".join(markdown.split()).replace("|", r"\|")


def fenced(lines: Iterable[str], language: str = "text") -> str:
    """Put lines between fences that none of them can end."""
    text = "\n".join(lines)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
