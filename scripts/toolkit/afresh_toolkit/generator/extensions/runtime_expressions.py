"""OpenAPI's runtime expressions (`$response.body#/data/accessToken`), and whether a schema has what they name.

OpenAPI has none for cookies; `$request.cookie.NAME` is ours.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal

from attrs import define

from afresh_toolkit.generator.pointers import Pointer, parse_pointer
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document

_EXPRESSION = re.compile(r"\$(request|response)\.(?:(body)(?:#(/.*)?)?|(query|header|cookie)\.(.+))", re.DOTALL)


@define(frozen=True)
class Expression:
    """`pointer` has the tokens of a JSON pointer in a body, and one name elsewhere."""

    message: Literal["request", "response"]
    where: Literal["body", "query", "header", "cookie"]
    pointer: Pointer


def parse_expression(text: object) -> Expression | None:
    """Read a runtime expression; None where it is not well formed."""
    match = _EXPRESSION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    message: Literal["request", "response"] = "request" if match[1] == "request" else "response"
    if match[2]:
        return Expression(message, "body", parse_pointer(match[3] or ""))
    places: dict[str, Literal["query", "header", "cookie"]] = {"query": "query", "header": "header", "cookie": "cookie"}
    return Expression(message, places[match[4]], (match[5],))


def schemas_at(document: Document, schema: Any, pointer: Pointer) -> list[dict[str, Any]]:
    """Return the schemas of what a pointer names in a value of this schema; none where it names nothing.

    `$ref` and allOf are followed, and every branch of oneOf and anyOf. An object whose properties are not described
    may have any.
    """
    found = list(_flat(document, schema, set()))
    for token in pointer:
        found = [inner for outer in found for step in _step(outer, token) for inner in _flat(document, step, set())]
    return found


def _flat(document: Document, schema: Any, seen: set[int]) -> Iterator[dict[str, Any]]:
    resolved = mapping(document.resolve(schema)[0])
    if id(resolved) in seen:
        return
    seen.add(id(resolved))
    yield resolved
    for keyword in ("allOf", "oneOf", "anyOf"):
        for part in resolved.get(keyword) or ():
            yield from _flat(document, part, seen)


def _step(schema: dict[str, Any], token: str) -> Iterator[Any]:
    properties = mapping(schema.get("properties"))
    if token in properties:
        yield properties[token]
    elif token.isdecimal() and "items" in schema:
        yield schema["items"]
    elif not properties and not schema.keys() & {"allOf", "oneOf", "anyOf", "$ref"} and _is_open(schema):
        yield mapping(schema.get("additionalProperties"))


def _is_open(schema: dict[str, Any]) -> bool:
    kind = schema.get("type", "object")
    return (kind == "object" or "object" in kind) and schema.get("additionalProperties") is not False
