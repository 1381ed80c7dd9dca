"""What an operation's described error answers look like, so that the API's own can be told from a gateway's."""

from collections.abc import Iterator
from typing import Any

from afresh_toolkit.generator.extensions.lifecycle_code import ErrorField, ErrorShape
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.media_types import JSON, treated_as

_STATUSES = range(400, 500)
_MOST_SHAPES = 16
_MOST_FIELDS = 20
_DEEPEST = 3


def error_shapes(document: Document, operation: DescribedOperation) -> tuple[ErrorShape, ...]:
    """Return the shapes of an operation's answers of 4xx whose JSON is described as an object with properties."""
    found: dict[ErrorShape, None] = {}
    for key, answer in mapping(operation.data.get("responses")).items():
        status = _status(str(key))
        if status is None:
            continue
        content = mapping(mapping(document.resolve(answer)[0]).get("content"))
        for media_type, media in content.items():
            schema = mapping(media).get("schema")
            if treated_as(media_type, schema) == JSON:
                for parts in _alternatives(document, schema, frozenset()):
                    found.update(dict.fromkeys(_shapes(document, status or None, parts)))
    return tuple(found)[:_MOST_SHAPES]


def _status(key: str) -> int | None:
    """Return the status of an answer, 0 for those that stand for several; None for what is no error of the client."""
    if key in ("default", "4XX", "4xx"):
        return 0
    return int(key) if key.isdecimal() and int(key) in _STATUSES else None


def _shapes(document: Document, status: int | None, parts: list[dict[str, Any]]) -> Iterator[ErrorShape]:
    if not all(_may_be_object(part) for part in parts):
        return
    required = tuple(_fields(document, parts, (), is_required=True))[:_MOST_FIELDS]
    optional = () if required else tuple(_fields(document, parts, (), is_required=False))[:_MOST_FIELDS]
    if required or optional:
        yield ErrorShape(status, required, optional)


def _fields(
    document: Document, parts: list[dict[str, Any]], path: Pointer, *, is_required: bool
) -> Iterator[ErrorField]:
    listed = [key for part in parts if isinstance(part.get("required"), list) for key in part["required"]]
    properties: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        for key, schema in mapping(part.get("properties")).items():
            properties.setdefault(key, []).append(schema)
    for key in dict.fromkeys(map(str, listed if is_required else properties)):
        # What may be one of several things is known to be there, and no more.
        choices = [_alternatives(document, schema, frozenset()) for schema in properties.get(key, [])]
        inner = [part for choice in choices if len(choice) == 1 for part in choice[0]]
        yield ErrorField((*path, key), _types(inner), _values(inner))
        if is_required and len(path) + 1 < _DEEPEST and _types(inner) in ((), ("object",)):
            yield from _fields(document, inner, (*path, key), is_required=True)


def _alternatives(document: Document, schema: Any, seen: frozenset[int]) -> list[list[dict[str, Any]]]:
    """Return the ways in which a schema can be met, each as the schemas that hold at once."""
    resolved = mapping(document.resolve(schema)[0])
    if id(resolved) in seen:
        return [[]]
    found = [[resolved]]
    for part in resolved.get("allOf") or ():
        found = [[*one, *more] for one in found for more in _alternatives(document, part, seen | {id(resolved)})]
    for keyword in ("oneOf", "anyOf"):
        choices = [
            more
            for part in resolved.get(keyword) or ()
            for more in _alternatives(document, part, seen | {id(resolved)})
        ]
        found = [[*one, *more] for one in found for more in choices] if choices else found
    return found[:_MOST_SHAPES]


def _may_be_object(part: dict[str, Any]) -> bool:
    return not (kinds := _types([part])) or "object" in kinds


def _types(parts: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return the types that a value may have by all that is said of it; none where nothing is said."""
    found: set[str] | None = None
    for part in parts:
        said = part.get("type")
        kinds = {said} if isinstance(said, str) else {*said} if isinstance(said, list) else set[str]()
        if kinds and part.get("nullable") is True:
            kinds.add("null")
        if kinds:
            found = kinds if found is None else found & kinds
    return tuple(sorted(found or ()))


def _values(parts: list[dict[str, Any]]) -> tuple[str | float | bool, ...]:
    """Return the one value that is allowed; none where there are several: an API adds to a list of codes."""
    for part in parts:
        values = [part["const"]] if "const" in part else part.get("enum")
        if isinstance(values, list) and len(values) == 1 and isinstance(values[0], str | int | float):
            return (values[0],)
    return ()
