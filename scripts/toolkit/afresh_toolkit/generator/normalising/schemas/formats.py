"""The formats of values that Python has types for, where the project asks for them: `[tool.afresh.formats]`.

openapi-python-client knows date, date-time, uuid and binary, and takes all others for texts. A schema of one of these
carries the name of its format through it as its example, which nothing else is made of.
"""

from collections.abc import Collection, Mapping
from typing import Any

from attrs import define

_MARK = "format "


@define(frozen=True)
class Format:
    """A format: the type of its values, and the functions of the generated `formats` that read and write them."""

    annotation: str
    read: str
    write: str


_TEXTS: Mapping[str, str] = {
    "decimal": "decimal",
    "time": "time",
    "duration": "duration",
    "byte": "byte",
    "int64": "int64",
    "uint64": "int64",
}
"""The formats of texts, and the settings that ask for them."""

_FORMATS: Mapping[str, Format] = {
    "decimal": Format("Decimal", "parse_decimal", "format_decimal"),
    "number": Format("Decimal", "parse_decimal_number", "decimal_number"),
    "time": Format("datetime.time", "parse_time", "format_time"),
    "duration": Format("datetime.timedelta", "parse_duration", "format_duration"),
    "byte": Format("bytes", "parse_base64", "format_base64"),
    "int64": Format("int", "parse_integer", "format_integer"),
}


def with_mark(schema: dict[str, Any], asked: Collection[str]) -> dict[str, Any]:
    """Return a schema of a single type with the mark of its format, if that was asked for; else as it is."""
    if schema.keys() & {"const", "enum"}:
        return schema
    name = schema.get("format")
    if schema.get("type") == "number" and name == "decimal" and "decimal" in asked:
        return {**schema, "example": f"{_MARK}number"}
    setting = _TEXTS.get(name) if isinstance(name, str) and schema.get("type") == "string" else None
    return {**schema, "example": f"{_MARK}{setting}"} if setting in asked else schema


def is_marked(schema: Mapping[str, Any]) -> bool:
    """Whether a schema has the mark of a format."""
    return str(schema.get("example", "")).startswith(_MARK)


def without_marks(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without the marks of formats: among several types, values are the texts or numbers they are."""
    plain = (
        {keyword: value for keyword, value in schema.items() if keyword != "example"} if is_marked(schema) else schema
    )
    inner = {keyword: plain[keyword] for keyword in ("items", "additionalProperties") if keyword in plain}
    return {**plain, **{key: without_marks(one) if isinstance(one, dict) else one for key, one in inner.items()}}


def format_marked(example: str) -> Format | None:
    """Return the format that a mark stands for."""
    return _FORMATS.get(example.removeprefix(_MARK)) if example.startswith(_MARK) else None
