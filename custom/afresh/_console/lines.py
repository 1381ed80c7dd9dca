"""What is printed for people: lines and tables."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def table(rows: Mapping[str, str]) -> str:
    """Format names and texts as two columns."""
    width = max(map(len, rows), default=0)
    return "\n".join(f"{name:{width}}  {text}".rstrip() for name, text in rows.items())


def say(text: str) -> None:
    """Print a text. Characters that the terminal's encoding lacks are replaced."""
    encoding = sys.stdout.encoding
    print(text.encode(encoding, "replace").decode(encoding))  # noqa: T201 - the command's output
