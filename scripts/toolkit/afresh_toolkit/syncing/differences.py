"""What differs between two descriptions, part by part: git does not show it where one is written on a single line."""

import json
import re
from collections.abc import Iterator
from typing import Any

WIDEST = 120
"""Characters of a value."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LONG_LINES = 300
"""Bytes of a line, on average, of what nobody reads in git's own way."""


def is_unreadable(content: bytes) -> bool:
    """Whether a file is written on a single line, or on few very long ones."""
    return len(content) > _LONG_LINES * (content.count(b"\n") + 1)


def differences(before: Any, after: Any, place: str = "$") -> Iterator[str]:
    """Go through what differs, each with its place as overlays name it: `- ` is how it was, and `+ ` how it is."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            inner = f"{place}.{key}" if _NAME.fullmatch(key) else f"{place}['{key}']"
            if key not in after:
                yield f"- {inner}: {_short(before[key])}"
            elif key not in before:
                yield f"+ {inner}: {_short(after[key])}"
            else:
                yield from differences(before[key], after[key], inner)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _in_lists(before, after, place)
    elif not is_same(before, after):
        yield f"- {place}: {_short(before)}"
        yield f"+ {place}: {_short(after)}"


def _in_lists(before: list[Any], after: list[Any], place: str) -> Iterator[str]:
    """Compare what is left between the items that both lists begin and end with."""
    start, shorter = 0, min(len(before), len(after))
    while start < shorter and is_same(before[start], after[start]):
        start += 1
    end = 0
    while end < shorter - start and is_same(before[-1 - end], after[-1 - end]):
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    for index, (one, other) in enumerate(zip(old, new, strict=False), start):
        yield from differences(one, other, f"{place}[{index}]")
    yield from (f"- {place}[{start + at}]: {_short(item)}" for at, item in enumerate(old[len(new) :], len(new)))
    yield from (f"+ {place}[{start + at}]: {_short(item)}" for at, item in enumerate(new[len(old) :], len(old)))


def is_same(one: Any, other: Any) -> bool:
    """Whether two parts say the same; the order of properties says nothing."""
    return _text(one, in_order=True) == _text(other, in_order=True)


def _short(value: Any) -> str:
    text = _text(value, in_order=False)
    return text if len(text) <= WIDEST else f"{text[:WIDEST]} …"


def _text(value: Any, *, in_order: bool) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=in_order)
