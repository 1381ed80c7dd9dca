# Written by scripts/generate from the description of the API: changes made here are lost.
"""The base URLs of the servers that the description of the API lists."""

from __future__ import annotations

from typing import Final

DEFAULT: Final[str | None] = None
"""The base URL of a client that is given none; None where the description does not say one that holds for everybody."""


def sandbox() -> str:
    """`http://127.0.0.1:8765`

    The sandbox
    """
    return "http://127.0.0.1:8765"
