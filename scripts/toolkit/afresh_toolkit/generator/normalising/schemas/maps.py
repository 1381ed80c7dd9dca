"""Objects without properties of their own, whose values are all of one type: they need no class."""

from collections.abc import Mapping
from typing import Any

MAP = "map"
"""The example by which an array stands for an object."""


def is_map(schema: Mapping[str, Any]) -> bool:
    """Whether the class that is made of a schema would have nothing but values under any keys."""
    has_own = bool(schema.get("properties")) or schema.get("additionalProperties") is False
    return schema.get("type") == "object" and not has_own


def shown(schema: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the array that stands for a map, with what is said of it in its place."""
    values = schema.get("additionalProperties")
    described = said.get("description") or schema.get("description")
    return {
        "type": "array",
        "items": values if isinstance(values, dict) else {},
        "example": MAP,
        **({"description": described} if described else {}),
    }


def references(schema: Any) -> list[str]:
    """Return the references in a schema, or in whatever holds schemas."""
    found: list[str] = []
    pending = [schema]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                found.append(part["$ref"])
            pending += [inner for inner in part.values() if isinstance(inner, dict | list)]
        elif isinstance(part, list):
            pending += [inner for inner in part if isinstance(inner, dict | list)]
    return found
