"""Objects without properties of their own, whose values are all of one type: they need no class."""

from collections.abc import Iterator, Mapping
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


def references(schema: Any) -> Iterator[str]:
    """Go through the references in a schema, or in whatever holds schemas."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for inner in schema.values():
            yield from references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from references(inner)
