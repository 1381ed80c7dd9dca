"""Rules for one schema by itself: what is written in a way that openapi-python-client refuses or misreads.

Each takes a schema of its own, a shallow copy, and changes it where it applies; `simplify` runs them all.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from dateutil.parser import isoparse

from afresh_toolkit.generator.normalising.schemas.facts import is_number_or_text
from afresh_toolkit.generator.normalising.schemas.merging import join_constants, means_null
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.media_types import is_text
from afresh_toolkit.generator.rules import Applied, Rule

TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})

_OTHER_TYPES: dict[str, dict[str, str]] = {
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "date-time": {"type": "string", "format": "date-time"},
    "datetime": {"type": "string", "format": "date-time"},
    "dict": {"type": "object"},
    "double": {"type": "number"},
    "file": {"type": "string", "format": "binary"},
    "float": {"type": "number"},
    "int": {"type": "integer"},
    "int32": {"type": "integer"},
    "int64": {"type": "integer"},
    "list": {"type": "array"},
    "long": {"type": "integer"},
    "map": {"type": "object"},
    "str": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
}
"""What authors mean by types that OpenAPI does not have."""

_SHAPES: dict[str, tuple[type, ...]] = {
    "$ref": (str,),
    "additionalProperties": (bool, dict),
    "allOf": (list,),
    "anyOf": (list,),
    "description": (str,),
    "discriminator": (dict,),
    "enum": (list,),
    "format": (str,),
    "items": (bool, dict, list),
    "nullable": (bool,),
    "oneOf": (list,),
    "patternProperties": (dict,),
    "prefixItems": (list,),
    "properties": (dict,),
    "required": (list,),
    "title": (str,),
    "type": (str, list),
}
"""The keywords that decide what is generated, and what their values must be."""

INVALID_KEYWORD = Rule(
    "invalid-keyword",
    "A keyword whose value is not of the kind that OpenAPI wants is not looked at; the generator would refuse all.",
    is_warning=True,
)
UNKNOWN_TYPE = Rule(
    "unknown-type", "A type that OpenAPI does not have is read as the one that it means, or as any.", is_warning=True
)
NUMBER_OR_TEXT = Rule("number-or-text", "A number that may also be written as a text, by its pattern, is a number.")
BINARY_CONTENT = Rule(
    "binary-content", "A text whose content is said to be binary, an image for one, is a file, as `format: binary` is."
)
IMPLIED_TYPE = Rule("implied-type", "A schema with properties is an object, and one with items an array, if not said.")
TUPLE_ITEMS = Rule("tuple-items", "An array whose items are described one by one may hold any of them.")
ARRAY_WITHOUT_ITEMS = Rule("array-without-items", "An array that does not say of what holds anything.")
PATTERN_PROPERTIES = Rule("pattern-properties", "Properties described by the pattern of their names are additional.")
EMPTY_ENUM = Rule("empty-enum", "An enum without values says nothing.")
MIXED_ENUM = Rule(
    "mixed-enum", "Only texts, or only whole numbers, can be an enum; other values have their type alone."
)
ENUM_OF_TEXTS = Rule("enum-of-texts", "Values of a string that were written as numbers or booleans are texts.")
ENUM_OF_NUMBERS = Rule("enum-of-numbers", "Values of a number that were written as texts are numbers.", is_warning=True)
BOOLEAN_ENUM = Rule("boolean-enum", "An enum of true alone, or of false alone, is a constant.")
CONST_VALUE = Rule("const-value", "A constant that no Python Literal can be (a decimal, a list) has its type alone.")
CONST_ALTERNATIVES = Rule("const-alternatives", "Alternatives that are one constant each are an enum.")
NULL_ALTERNATIVE = Rule("null-alternative", "An alternative that says nothing but `nullable: true` is null.")
DEFAULT_IN_WORDS = Rule("default-in-words", "A default that is no value of its schema, or a list, goes into the words.")


_LONGEST_WORDS = 300
"""Characters of what is said about something that is lost: of what takes more to say, nothing is said."""


def simplify(schema: dict[str, Any], pointer: Pointer, applied: Applied) -> dict[str, Any]:
    """Return the schema as the generator can read it, but for what is inside of it."""
    copied = dict(schema)
    for rule, change, keywords in _RULES:
        if (keywords is None or not copied.keys().isdisjoint(keywords)) and change(copied):
            applied.note(rule, pointer)
    return copied


def _drop_invalid_keywords(schema: dict[str, Any]) -> bool:
    wrong = [
        name
        for name, value in schema.items()
        if name in _SHAPES and value is not None and not isinstance(value, _SHAPES[name])
    ]
    if schema.get("type") == []:
        wrong.append("type")
    for name in [*wrong, *(name for name in _SHAPES if name in schema and schema[name] is None)]:
        del schema[name]
    if isinstance(schema.get("required"), list):
        schema["required"] = [name for name in schema["required"] if isinstance(name, str)]
    return bool(wrong)


def _name_types(schema: dict[str, Any]) -> bool:
    said = schema.get("type")
    names = [said] if isinstance(said, str) else said or []
    if all(name in TYPES for name in names):
        return False
    meant = [_meaning(name) for name in names]
    if isinstance(said, str) and meant[0] is not None:
        schema.update({**meant[0], "format": schema.get("format", meant[0].get("format", ""))})
    elif all(each is not None for each in meant):
        schema["type"] = list(dict.fromkeys(each["type"] for each in meant if each is not None))
    else:
        del schema["type"]
    return True


def _meaning(name: Any) -> dict[str, str] | None:
    if name is None:
        return {"type": "null"}
    lower = str(name).lower()
    return {"type": lower} if lower in TYPES else _OTHER_TYPES.get(lower)


def _imply_type(schema: dict[str, Any]) -> bool:
    if "type" in schema or schema.keys() & {"$ref", "allOf", "anyOf", "oneOf", "enum", "const"}:
        return False
    if schema.keys() & {"properties", "additionalProperties", "patternProperties"}:
        schema["type"] = "object"
    elif schema.keys() & {"items", "prefixItems"}:
        schema["type"] = "array"
    return "type" in schema


def _drop_text_of_number(schema: dict[str, Any]) -> bool:
    if not is_number_or_text(schema):
        return False
    schema["type"] = [name for name in schema["type"] if name != "string"]
    del schema["pattern"]
    return True


def _name_binary(schema: dict[str, Any]) -> bool:
    encoding, media_type = schema.get("contentEncoding"), schema.get("contentMediaType")
    if schema.get("type", "string") != "string" or "format" in schema:
        return False
    if encoding != "binary" and (encoding is not None or media_type is None or is_text(str(media_type))):
        return False
    schema.update(type="string", format="binary")
    return True


def _join_tuples(schema: dict[str, Any]) -> bool:
    listed = schema.pop("prefixItems", None)
    items = schema.get("items")
    if isinstance(items, list):
        listed, items = [*(listed or []), *items], None
    if not listed:
        return False
    schema["items"] = {"anyOf": [*listed, *([items] if isinstance(items, dict) else [])]}
    return True


def _describe_items(schema: dict[str, Any]) -> bool:
    said = schema.get("type")
    if "items" in schema or not (said == "array" or (isinstance(said, list) and "array" in said)):
        return False
    schema["items"] = {}
    return True


def _add_pattern_properties(schema: dict[str, Any]) -> bool:
    patterns = schema.pop("patternProperties", None)
    additional = schema.get("additionalProperties")
    if not patterns or additional is None or additional is True:
        return bool(patterns)
    described = [*patterns.values(), *([additional] if additional else [])]
    schema["additionalProperties"] = described[0] if len(described) == 1 else {"anyOf": described}
    return True


def _drop_empty_enum(schema: dict[str, Any]) -> bool:
    if schema.get("enum") != []:
        return False
    del schema["enum"]
    return True


def _write_enum_as_texts(schema: dict[str, Any]) -> bool:
    if schema.get("type") != "string" or all(
        value is None or isinstance(value, str) for value in schema.get("enum", ())
    ):
        return False
    schema["enum"] = [value if isinstance(value, str | None) else json.dumps(value) for value in schema["enum"]]
    return True


def _write_enum_as_numbers(schema: dict[str, Any]) -> bool:
    values = schema.get("enum", ())
    if schema.get("type") not in ("integer", "number") or not any(isinstance(value, str) for value in values):
        return False
    try:
        numbers = [_number(value) for value in values]
    except ValueError:
        return False
    if schema.get("default") in values:
        schema["default"] = _number(schema["default"])
    schema["enum"] = numbers
    return True


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return int(value)
    except ValueError:
        return float(value)


def _drop_mixed_enum(schema: dict[str, Any]) -> bool:
    values = schema.get("enum")
    if not values or schema.get("type") == "boolean":
        return False
    kinds = {type(value) for value in values if value is not None}
    if kinds in ({str}, {int}, set()):
        return False
    del schema["enum"]
    add_words(schema, f"One of {json.dumps(values, ensure_ascii=False)[1:-1]}.")
    if "type" not in schema:
        names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
        schema["type"] = sorted({names[type(value)] for value in values if value is not None})
        if None in values:
            schema["type"].append("null")
        if "array" in schema["type"]:
            schema["items"] = {}
    return True


def _read_boolean_enum(schema: dict[str, Any]) -> bool:
    if schema.get("enum") not in ([True], [False]) or not isinstance(schema["enum"][0], bool):
        return False
    if schema.setdefault("type", "boolean") != "boolean" or schema.get("nullable") is True:
        return False
    schema["const"] = schema.pop("enum")[0]
    return True


def _check_const(schema: dict[str, Any]) -> bool:
    if "const" not in schema or isinstance(schema["const"], str | int):
        return False
    value = schema.pop("const")
    if value is None:
        schema["type"] = "null"
    elif isinstance(value, float):
        schema["type"] = "number"
    return value is not None


def _name_null(schema: dict[str, Any]) -> bool:
    found = False
    for keyword in ("oneOf", "anyOf"):
        members = schema.get(keyword) or []
        nulls = [means_null(one) for one in members]
        if any(nulls) and not all(nulls):
            schema[keyword] = [
                {"type": "null"} if is_null else one for one, is_null in zip(members, nulls, strict=True)
            ]
            found = True
    return found


def _word_default(schema: dict[str, Any]) -> bool:
    if "default" not in schema:
        return False
    value = schema["default"]
    if value is not None and _is_value(value, schema):
        return False
    worded = in_words(schema)
    schema.clear()
    schema.update(worded)
    return value is not None


def add_words(schema: dict[str, Any], words: str) -> None:
    """Add to a schema's description, where it does not take too long."""
    if len(words) <= _LONGEST_WORDS:
        schema["description"] = f"{schema.get('description', '')}\n{words}".strip()


def in_words(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema whose default is part of its description."""
    worded = {keyword: value for keyword, value in schema.items() if keyword != "default"}
    if schema.get("default") is not None:
        said = json.dumps(schema["default"], ensure_ascii=False)
        worded["description"] = f"{schema.get('description', '')}\nThe server's default is {said}.".strip()
    return worded


def _is_value(value: Any, schema: dict[str, Any]) -> bool:
    """Whether the generator takes this as a default of the schema."""
    if schema.keys() & {"$ref", "allOf"}:
        return isinstance(value, str | int)  # it depends on what is referred to
    if "enum" in schema:
        return value in schema["enum"] and isinstance(value, str | int)
    if "const" in schema:
        return bool(value == schema["const"])
    said = schema.get("type")
    names = {said} if isinstance(said, str) else {name for name in said or () if name != "null"}
    match value:
        case bool():
            return names == {"boolean"}
        case int():
            return bool(names) and names <= {"integer", "number"}
        case float():
            return names == {"number"}
        case str():
            return names == {"string"} and _is_text(value, schema.get("format"))
    return False


def _is_text(value: str, text_format: str | None) -> bool:
    readers: dict[str | None, Callable[[str], object]] = {
        "date": date.fromisoformat,
        "date-time": isoparse,
        "uuid": UUID,
    }
    try:
        readers.get(text_format, str)(value)
    except ValueError:
        return False
    return text_format != "binary"


_RULES: tuple[tuple[Rule, Callable[[dict[str, Any]], bool], tuple[str, ...] | None], ...] = (
    (INVALID_KEYWORD, _drop_invalid_keywords, None),
    (UNKNOWN_TYPE, _name_types, ("type",)),
    (IMPLIED_TYPE, _imply_type, ("additionalProperties", "items", "patternProperties", "prefixItems", "properties")),
    (NUMBER_OR_TEXT, _drop_text_of_number, ("pattern",)),
    (BINARY_CONTENT, _name_binary, ("contentEncoding", "contentMediaType")),
    (TUPLE_ITEMS, _join_tuples, ("items", "prefixItems")),
    (ARRAY_WITHOUT_ITEMS, _describe_items, ("type",)),
    (PATTERN_PROPERTIES, _add_pattern_properties, ("patternProperties",)),
    (NULL_ALTERNATIVE, _name_null, ("anyOf", "oneOf")),
    (CONST_ALTERNATIVES, join_constants, ("anyOf", "oneOf")),
    (EMPTY_ENUM, _drop_empty_enum, ("enum",)),
    (ENUM_OF_TEXTS, _write_enum_as_texts, ("enum",)),
    (ENUM_OF_NUMBERS, _write_enum_as_numbers, ("enum",)),
    (BOOLEAN_ENUM, _read_boolean_enum, ("enum",)),
    (MIXED_ENUM, _drop_mixed_enum, ("enum",)),
    (CONST_VALUE, _check_const, ("const",)),
    (DEFAULT_IN_WORDS, _word_default, ("default",)),
)
"""The rules in their order, each with the keywords of which a schema has one where it may apply; None: any schema."""
