"""Where a value can be a file: as a whole body or answer, or as a part of a form. Anywhere else, it is a text.

JSON has no files, nor has a URL. What is said to be binary there (`format: binary`, as FastAPI writes `bytes`) is a
text on the wire, and so it is in Python.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define

from afresh_toolkit.generator.normalising.class_names import CLASSES
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.media_types import JSON, MULTIPART, bare
from afresh_toolkit.generator.rules import Applied, Rule

BINARY_TEXT = Rule("binary-text", "What is binary within JSON or in a parameter is a text: there are no files in it.")
FILE_IN_JSON = Rule(
    "file-in-json",
    "A schema with a file, which a form has, is also that of a body of JSON, which cannot hold the file; give the JSON "
    "a schema of its own.",
    is_warning=True,
)
NAMELESS_PART = Rule(
    "nameless-part",
    "A form whose schema is no object does not name its parts: it is sent as one part, called `file`.",
    is_warning=True,
)


@define(frozen=True)
class _Use:
    """A schema in an operation of the view, and what it is for."""

    holder: dict[str, Any]
    media_type: str | None
    is_sent: bool
    operation: Pointer


def read_as_texts(
    content: dict[str, Any],
    operations: list[Pointer],
    media_types: Mapping[str, str],
    origins: Mapping[str, Pointer],
    applied: Applied,
) -> None:
    """Make texts of files that cannot be such, in the view for the generator; `operations` are its paths' places."""
    classes: dict[str, Any] = content["components"]["schemas"]
    uses = list(_uses(content, operations, media_types))
    forms = {name for use in uses if use.media_type == MULTIPART for name in _named(use.holder["schema"])}
    for name, schema in classes.items():
        if name not in forms and (read := _as_text(schema)) is not schema:
            applied.note(BINARY_TEXT, origins[name])
            classes[name] = read
    for use in uses:
        schema = use.holder["schema"]
        is_whole = use.media_type is not None and _is_binary(schema)
        if use.media_type != MULTIPART and not is_whole and (read := _as_text(schema)) is not schema:
            applied.note(BINARY_TEXT, use.operation)
            use.holder["schema"] = read
    for use in uses:
        if use.media_type == MULTIPART and use.is_sent and not _has_names(use.holder["schema"], classes):
            applied.note(NAMELESS_PART, (*use.operation, "requestBody"))
    both = {use.operation for use in uses if use.is_sent and use.media_type == MULTIPART}
    for use in uses:
        if use.is_sent and use.media_type == JSON and use.operation not in both and _holds(use, classes, forms):
            applied.note(FILE_IN_JSON, (*use.operation, "requestBody"))


def _uses(content: dict[str, Any], operations: list[Pointer], media_types: Mapping[str, str]) -> Iterator[_Use]:
    for place, item in zip(operations, content["paths"].values(), strict=True):
        (operation,) = item.values()
        for parameter in operation["parameters"]:
            yield _Use(parameter, None, is_sent=True, operation=place)
        body = operation.get("requestBody", {})
        for message in (body, *operation["responses"].values()):
            for media_type, media in message.get("content", {}).items():
                kind = media_types.get(media_type, bare(media_type))
                yield _Use(media, kind, is_sent=message is body, operation=place)


def _named(schema: Mapping[str, Any]) -> Iterator[str]:
    """Go through the classes that a body is of."""
    for member in (schema, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        if "$ref" in member:
            yield member["$ref"].removeprefix(CLASSES)


def _has_names(schema: Mapping[str, Any], classes: Mapping[str, Any]) -> bool:
    """Whether what a form is of may be an object."""
    if "anyOf" in schema:
        return any(_has_names(member, classes) for member in schema["anyOf"])
    return "type" not in schema if "$ref" not in schema else "enum" not in classes[next(_named(schema))]


def _holds(use: _Use, classes: Mapping[str, Any], wanted: set[str]) -> bool:
    """Whether there is a file in what a body may hold, in one of the wanted classes."""
    seen: set[str] = set()
    pending = list(_all_named(use.holder["schema"]))
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in wanted and _as_text(classes[name]) is not classes[name]:
            return True
        pending += _all_named(classes[name])
    return False


def _all_named(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix(CLASSES)
        for _, inner in _inner(schema):
            yield from _all_named(inner)


def _inner(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Go through the schemas inside of one of the view, each with its place."""
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield (keyword,), schema[keyword]
    for key, inner in schema.get("properties", {}).items():
        yield ("properties", key), inner
    for keyword in ("anyOf", "allOf"):
        for index, inner in enumerate(schema.get(keyword, ())):
            yield (keyword, str(index)), inner


def _is_binary(schema: Mapping[str, Any]) -> bool:
    return schema.get("format") == "binary"


def _as_text(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with texts for all files in it; the same where there are none."""
    if _is_binary(schema):
        return {keyword: value for keyword, value in schema.items() if keyword != "format"}
    changed = {place: read for place, inner in _inner(schema) if (read := _as_text(inner)) is not inner}
    if not changed:
        return schema
    made = dict(schema)
    for (keyword, *rest), read in changed.items():
        if not rest:
            made[keyword] = read
        elif isinstance(made[keyword], dict):
            made[keyword] = {**made[keyword], rest[0]: read}
        else:
            made[keyword] = [read if index == int(rest[0]) else one for index, one in enumerate(made[keyword])]
    if "anyOf" in made:
        made["anyOf"] = [one for index, one in enumerate(made["anyOf"]) if one not in made["anyOf"][:index]]
    return made
