"""How deep a description may be nested, so that whoever goes through it comes to its end."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

DEEPEST = 2_000
"""Levels of maps and lists within each other: three hundred objects in place, one in the other, have about 700."""

_FRAMES_A_LEVEL = 8


@contextmanager
def deep() -> Iterator[None]:
    """Let functions call themselves as often as so many levels need."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEEPEST * _FRAMES_A_LEVEL))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
