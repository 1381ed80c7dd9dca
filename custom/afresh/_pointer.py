"""JSON pointers (RFC 6901) into parsed documents of any shape."""

from __future__ import annotations

from typing import cast


def resolve(document: object, path: tuple[str, ...]) -> object:
    """Give what stands at a path of object keys in a parsed JSON document; None where there is nothing."""
    for name in path:
        if not isinstance(document, dict):
            return None
        document = cast("dict[str, object]", document).get(name)
    return document
