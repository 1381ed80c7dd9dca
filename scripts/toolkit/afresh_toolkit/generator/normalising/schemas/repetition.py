"""Finds schemas with a title that are described in several places alike."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from afresh_toolkit.generator.normalising.schemas.merging import ANNOTATIONS

Shape = tuple[str, tuple[str, ...]]
"""The title of an object or enum, and the names of its properties or its values."""


def content_of(schema: Mapping[str, Any]) -> str:
    """Return what a schema says but for its words and its title, as a text that equal ones have in common."""
    kept = {keyword: value for keyword, value in schema.items() if keyword not in ANNOTATIONS and keyword != "title"}
    return json.dumps(kept, sort_keys=True, default=str)


def shape_of(schema: Mapping[str, Any]) -> Shape | None:
    """Return the shape of a schema; None if it has no title, or is neither an object nor an enum."""
    title, parts = schema.get("title"), schema.get("properties", schema.get("enum"))
    if not isinstance(title, str) or not isinstance(parts, dict | list):
        return None
    return title, tuple(sorted(map(str, parts)))


def repeated(document: Any) -> set[Shape]:
    """Return the shapes that are in several places of a document."""
    found = Counter[Shape]()
    seen: set[int] = set()
    pending = [document] if isinstance(document, dict | list) else []
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, dict) and (shape := shape_of(part)):
            found[shape] += 1
        inside = part.values() if isinstance(part, dict) else part
        pending += [one for one in inside if isinstance(one, dict | list)]
    return {shape for shape, count in found.items() if count > 1}
