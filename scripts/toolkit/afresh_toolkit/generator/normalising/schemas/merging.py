"""One schema out of the several that an `allOf` puts together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.document import Document

ANNOTATIONS = frozenset(
    {
        "$comment",
        "$id",
        "$schema",
        "default",
        "deprecated",
        "description",
        "example",
        "examples",
        "externalDocs",
        "nullable",
        "readOnly",
        "title",
        "writeOnly",
        "xml",
    }
)
"""Keywords that say something about a value, but not what it is."""

_CONTENT = frozenset(
    {
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "enum",
        "format",
        "items",
        "oneOf",
        "patternProperties",
        "prefixItems",
        "properties",
        "type",
    }
)
_MARKS = ("deprecated", "readOnly", "writeOnly")
_MOST_ALTERNATIVES = 64
_COMBINING = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
_TYPES_OF_CONSTANTS = {"string": str, "integer": int, "number": int}


@define
class Union:
    """The alternatives of a `oneOf` or `anyOf`."""

    alternatives: Sequence[Any]
    discriminator: Mapping[str, Any] | None


@define
class Merged:
    """What an `allOf` comes to: a schema without `allOf` and without alternatives, and the alternatives."""

    schema: dict[str, Any] = field(factory=dict)
    unions: list[Union] = field(factory=list)
    is_nullable: bool = False


def means_null(schema: Any) -> bool:
    """Whether an alternative stands for null: it says nothing but `nullable: true`, which allows anything."""
    return isinstance(schema, dict) and schema.get("nullable") is True and schema.keys() <= ANNOTATIONS


def is_plain_reference(schema: Any) -> bool:
    """Whether a schema is a reference, and no more than said about in its place."""
    return isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and schema.keys() <= ANNOTATIONS | {"$ref"}


def says_nothing(schema: Any) -> bool:
    """Whether a schema says nothing of what a value is: it limits values at most, or describes them."""
    if not isinstance(schema, dict):
        return True
    names = schema.keys() & _CONTENT
    if names == {"type"}:
        return bool(schema["type"] == "object")
    if names <= {"type", "properties"} and names and schema.get("type", "object") == "object":
        return all(says_nothing(inner) for inner in (schema.get("properties") or {}).values())
    return not names


def limits_only(alternatives: Sequence[Any]) -> bool:
    """Whether alternatives only limit a value that is described beside them, such as by `required`."""
    return all(says_nothing(alternative) for alternative in alternatives)


def merge(document: Document, schema: Mapping[str, Any], pointer: Pointer) -> Merged:
    """Put the parts of a schema's `allOf` together; `pointer` is where the schema stands."""
    merged = Merged()
    _add(document, schema, merged, (pointer,))
    return merged


def _add(document: Document, schema: Mapping[str, Any], merged: Merged, within: tuple[Pointer, ...]) -> None:
    for part in schema.get("allOf") or ():
        resolved, place = document.resolve(part) if isinstance(part, dict) and "$ref" in part else (part, None)
        if not isinstance(resolved, dict) or (place is not None and place in within):
            continue
        if isinstance(part, dict) and "$ref" in part and part.get("nullable") is True:
            merged.is_nullable = True
        _add(document, resolved, merged, within if place is None else (*within, place))
    if schema.get("nullable") is True and (len(within) == 1):
        merged.is_nullable = True
    schema = _with_enum(schema)
    for keyword in ("oneOf", "anyOf"):
        alternatives = schema.get(keyword)
        if isinstance(alternatives, list) and alternatives:
            targets = {document.resolve(each)[1] for each in alternatives if isinstance(each, dict) and "$ref" in each}
            if not targets & set(within):  # one of the alternatives is what is being put together
                merged.unions.append(Union(alternatives, schema.get("discriminator")))
    is_part = len(within) > 1  # which has a title of its own
    for keyword, value in schema.items():
        if keyword not in {"allOf", "oneOf", "anyOf", "nullable", "discriminator", "$ref"} and not (
            is_part and keyword == "title"
        ):
            _put(merged.schema, keyword, value)


def _put(schema: dict[str, Any], keyword: str, value: Any) -> None:
    earlier = schema.get(keyword)
    match keyword, earlier, value:
        case _, None, _:
            schema[keyword] = value
        case "properties", dict(), dict():
            schema[keyword] = dict(_joined_properties(earlier, value))
        case "required", list(), list():
            schema[keyword] = [*earlier, *(name for name in value if name not in earlier)]
        case "enum", list(), list():
            schema[keyword] = [one for one in value if one in earlier] or value
        case "type", _, _:
            schema[keyword] = _narrower(earlier, value)
        case "additionalProperties", dict(), True:
            pass
        case _:
            schema[keyword] = value


def _narrower(first: Any, second: Any) -> Any:
    earlier, later = ([each] if isinstance(each, str) else each for each in (first, second))
    if {*earlier, *later} == {"integer", "number"}:
        return "integer"
    both = [name for name in later if name in earlier]
    return both[0] if len(both) == 1 else both or second


def _joined_properties(first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, schema in first.items():
        other = second.get(name, schema)
        if other == schema or says_nothing(other):
            yield name, _marked(schema, other)
        elif says_nothing(schema):
            yield name, _marked(other, schema)
        else:
            yield name, {"allOf": [schema, other]}
    yield from ((name, schema) for name, schema in second.items() if name not in first)


def _marked(schema: Any, other: Any) -> Any:
    """Return a schema with the marks of another that says nothing else: `readOnly`, for example."""
    if not isinstance(schema, dict) or not isinstance(other, dict):
        return schema
    marks = {mark: True for mark in _MARKS if other.get(mark) is True and schema.get(mark) is not True}
    if not marks:
        return schema
    return {"allOf": [schema], **marks} if "$ref" in schema else {**schema, **marks}


def _with_enum(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a part with an enum for alternatives that are constants: another part may leave few of its values.

    So nothing is added to its words.
    """
    joined = dict(schema)
    if not join_constants(joined):
        return schema
    said = {"description": schema["description"]} if "description" in schema else {}
    return {**{keyword: value for keyword, value in joined.items() if keyword != "description"}, **said}


def join_constants(schema: dict[str, Any]) -> bool:
    """Make one enum of alternatives that are constants, with their descriptions; say whether there were any."""
    for keyword in ("oneOf", "anyOf"):
        members = schema.get(keyword)
        if not members:
            continue
        constants = [_constants(member) for member in members]
        values = list(dict.fromkeys(value for listed in constants for value in listed))
        if not all(constants) or {type(value) for value in values} - {type(None)} not in ({str}, {int}):
            continue
        if len(members) == constants.count([None]) + 1 and "const" not in members[0]:
            continue  # one enum, or an enum and null: it may have a title
        del schema[keyword]
        schema["enum"] = values
        said = [
            (one.get("description") or one.get("title"), listed) for one, listed in zip(members, constants, strict=True)
        ]
        lines = [f"- {', '.join(f'`{one}`' for one in listed)}: {words}" for words, listed in said if words]
        if lines:
            schema["description"] = "\n\n".join([schema.get("description") or "", "\n".join(lines)]).strip()
        return True
    return False


def _constants(member: Any) -> list[Any]:
    """Return the values of an alternative that has nothing but listed ones, null as None; none of any other."""
    if not isinstance(member, dict) or member.keys() & _COMBINING:
        return []
    if member.get("type") == "null":
        return [None]
    listed = [member["const"]] if "const" in member else member.get("enum")
    if not isinstance(listed, list) or (member.get("nullable") is True and None not in listed):
        return []
    said = member.get("type")
    kind = _TYPES_OF_CONSTANTS.get(said) if isinstance(said, str) else None
    return listed if kind is None or all(value is None or type(value) is kind for value in listed) else []


def combinations(unions: Sequence[Union]) -> list[list[Any]] | None:
    """Return every way to choose an alternative from each union; None where they are too many."""
    chosen: list[list[Any]] = [[]]
    for union in unions:
        chosen = [[*others, one] for others in chosen for one in union.alternatives]
        if len(unions) > 1 and len(chosen) > _MOST_ALTERNATIVES:
            return None
    return chosen
