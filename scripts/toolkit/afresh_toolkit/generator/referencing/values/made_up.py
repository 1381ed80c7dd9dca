"""Single values that are made up by the types, the names and the limits of what they are for."""

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from openapi_python_client.parser.properties import AnyProperty, LiteralEnumProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.uuid import UuidProperty

from afresh_toolkit.generator.referencing.values import patterns
from afresh_toolkit.generator.writing import codec

_BY_TYPE: Mapping[str, str] = {
    "Decimal": "12.50",
    "datetime.time": "12:30:00",
    "datetime.timedelta": "PT1H",
    "bytes": "Y29udGVudA==",
    "int": "42",
}


_FIXED: Mapping[type[Any], Any] = {
    NoneProperty: None,
    BooleanProperty: True,
    DateProperty: "2027-01-31",
    DateTimeProperty: "2027-01-31T12:00:00+00:00",
    UuidProperty: "8c6e9e4c-7f0a-4d5c-9d0e-1b2c3d4e5f60",
    AnyProperty: {"key": "value"},
}
_BY_FORMAT: Mapping[str, str] = {
    "date": "2027-01-31",
    "date-time": "2027-01-31T12:00:00Z",
    "time": "12:30:00Z",
    "duration": "PT1H",
    "email": "ada@example.com",
    "idn-email": "ada@example.com",
    "hostname": "www.example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com",
    "url": "https://example.com",
    "uri-reference": "/example",
    "uuid": "8c6e9e4c-7f0a-4d5c-9d0e-1b2c3d4e5f60",
    "byte": "Y29udGVudA==",
    "password": "correct horse",
}
_BY_NAME = (
    (r"e_?mail", "ada@example.com"),
    (r"uri|url|href|link|website|homepage", "https://example.com"),
    (r"pass(word|wd|phrase)", "correct horse"),
    (r"first_?name|given_?name", "Ada"),
    (r"last_?name|family_?name|surname", "Lovelace"),
    (r"(^|_)(user|login|author|owner|assignee|member)(_?name)?$", "ada"),
    (r"phone|mobile", "+15550100"),
    (r"country(_?code)?$", "GB"),
    (r"currency", "EUR"),
    (r"lang(uage)?$|locale", "en"),
    (r"time_?zone|(^|_)tz$", "Europe/London"),
    (r"(^|_)date$|_on$", "2027-01-31"),
    (r"(^|_)(time|timestamp)$|_at$", "2027-01-31T12:00:00Z"),
    (r"(^|_)(ip|ip_?address)$", "192.0.2.1"),
    (r"(^|_)host(_?name)?$", "www.example.com"),
    (r"colou?r", "teal"),
    (r"sha\d*$|digest|hash|checksum", "d6cd1e2bd19e03a81132a23b2025920577f84e37"),
    (r"(^|_)(title|subject|label)$", "A title"),
    (r"(^|_)(description|comment|note|notes|text|message|summary|content)$", "Some words"),
    (r"(^|_)(id|key|code|token|secret|cursor)$", "abc123"),
)
_COUNTS = ((r"page_?size|per_?page|limit|size|count|take", 20), (r"page|number|version|index", 1), (r"port$", 8080))


def made_up(prop: PropertyProtocol, schema: Mapping[str, Any], name: str) -> Any:
    """Make up a value that has no parts."""
    if made := codec.value_format(prop):
        return _BY_TYPE[made.annotation]
    match prop:
        case LiteralEnumProperty():
            listed = schema.get("enum")
            ordered = [one for one in listed if one in prop.values] if isinstance(listed, list) else []
            return next(iter(ordered or sorted(prop.values)))
        case ConstProperty():
            return prop.value.raw_value
        case IntProperty() | FloatProperty():
            return number(schema, name, whole=isinstance(prop, IntProperty))
    return _FIXED[type(prop)] if type(prop) in _FIXED else words(schema, name)


def words(schema: Mapping[str, Any], name: str) -> str:
    """Make up a text within the limits of a schema, for something with a name."""
    least, most = _count(schema.get("minLength"), 0), _count(schema.get("maxLength"), 10_000)
    pattern = schema.get("pattern")
    snake = _snake(name)
    by_name = next((text for said, text in _BY_NAME if re.search(said, snake)), None)
    is_secret = schema.get("format") == "password"  # which says nothing of what it is
    found = (is_secret and by_name) or _BY_FORMAT.get(str(schema.get("format"))) or by_name
    text = found or snake.replace("_", " ") or "text"
    if isinstance(pattern, str) and not _matches(pattern, text):
        # A name gives the same text in each run.
        text = patterns.text(pattern, Random(name), shortest=least) or text  # noqa: S311
    if len(text) > most:
        text = text[:most].rstrip() or text[:most]
    return text + "x" * (min(least, 1000) - len(text))


def number(schema: Mapping[str, Any], name: str, *, whole: bool) -> float:
    """Make up a number within the limits of a schema, for something with a name."""
    snake = _snake(name)
    wanted: float = next((count for said, count in _COUNTS if re.search(said, snake)), 1 if whole else 1.5)
    step = _number(schema.get("multipleOf"))
    least, most = _limit(schema, "minimum"), _limit(schema, "maximum")
    unit = 1 if whole else 0.5
    if least is not None and wanted < least:
        wanted = least
    if least is not None and wanted == least and _is_excluded(schema, "minimum"):
        wanted = least + unit
    if most is not None and wanted > most:
        wanted = most
    if most is not None and wanted == most and _is_excluded(schema, "maximum"):
        wanted = most - unit
    if step:
        wanted = -(-wanted // step) * step
    return int(wanted) if whole or float(wanted).is_integer() else wanted


def _limit(schema: Mapping[str, Any], keyword: str) -> float | None:
    limit = _number(schema.get(keyword))
    exclusive = schema.get(f"exclusive{keyword.capitalize()}")
    return limit if limit is not None or isinstance(exclusive, bool) else _number(exclusive)


def _is_excluded(schema: Mapping[str, Any], keyword: str) -> bool:
    """Whether a limit is excluded itself: in OpenAPI 3.0 by a switch, later by a number of its own."""
    exclusive = schema.get(f"exclusive{keyword.capitalize()}")
    return exclusive if isinstance(exclusive, bool) else _number(schema.get(keyword)) is None and exclusive is not None


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _count(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", name).strip("_").lower()
