"""Descriptions of operations that are written on a line each, and where naming puts them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from afresh_toolkit.generator.normalising.naming.places import Places, find_places
from afresh_toolkit.generator.reading.description import operations
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.inputs import AS_USUAL, Naming
from afresh_toolkit.generator.reading.source import Source
from afresh_toolkit.generator.rules import Applied

_ANSWERS: dict[str, Any] = {
    "list": {"type": "array", "items": {"type": "string"}},
    "page": {"type": "object", "properties": {"items": {"type": "array"}, "total": {"type": "integer"}}},
    "one": {"type": "object", "properties": {"roles": {"type": "array"}}},
}


def description(lines: str, **root: Any) -> dict[str, Any]:
    """Return a description of operations such as `GET /users/{id} getUser users one`.

    They are method, path, operationId, tag and what the answer is; `-` stands for what is not there.
    """
    paths: dict[str, dict[str, Any]] = {}
    for line in lines.strip().splitlines():
        method, path, identifier, tag, answer = [*line.split(), "-", "-", "-"][:5]
        schema = {"content": {"application/json": {"schema": _ANSWERS[answer]}}} if answer in _ANSWERS else {}
        operation: dict[str, Any] = {
            "responses": {answer if answer.isdecimal() else "200": {"description": "", **schema}}
        }
        if identifier != "-":
            operation["operationId"] = identifier
        if tag != "-":
            operation["tags"] = [tag.replace("+", " ")]
        paths.setdefault(path, {})[method.lower()] = operation
    return {"openapi": "3.1.0", "info": {"title": "Small", "version": "1"}, **root, "paths": paths}


def places(
    content: dict[str, Any], naming: Naming = AS_USUAL, recorded: Mapping[str, Mapping[str, str]] | None = None
) -> Places:
    """Find the places of a description's operations."""
    document = Document(Source(Path("openapi.json"), b"", content))
    return find_places(document, list(operations(document)), naming, recorded or {}, Applied())


def calls(
    content: dict[str, Any], naming: Naming = AS_USUAL, recorded: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, str]:
    """Return how each operation is called, such as `users.get`, by method and path."""
    return {key: place.call for key, place in places(content, naming, recorded).all.items()}
