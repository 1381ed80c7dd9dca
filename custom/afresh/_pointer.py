"""JSON Pointer (RFC 6901) look-ups in parsed documents of any shape."""

from __future__ import annotations

from typing import Final, cast

_LONGEST_INDEX: Final = 9


def resolve(document: object, path: tuple[str, ...]) -> object:
    """Return the value at a path of object keys and array indices in a parsed JSON document, or None."""
    for name in path:
        if isinstance(document, dict):
            document = cast("dict[str, object]", document).get(name)
        elif isinstance(document, list) and name.isdecimal() and len(name) <= _LONGEST_INDEX:
            document = next(iter(cast("list[object]", document)[int(name) :]), None)
        else:
            return None
    return document
