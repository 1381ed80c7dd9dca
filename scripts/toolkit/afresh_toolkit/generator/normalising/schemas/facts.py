"""What a schema says of its values besides their type, in words for docstrings: limits, and an example."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_LONGEST = 60
"""Characters of a pattern, or of an example, that help more than they take to read."""

_LIMITS_OF_TYPES = frozenset({*(-(2**bits) for bits in (31, 63)), *(2**bits - 1 for bits in (31, 32, 53, 63, 64))})
"""Limits that say how a server stores numbers, and no more."""

_NO_NUMBERS = ("", " ", "a", "1a", "a1", "-", "1-1")


def facts(schema: Mapping[str, Any], said: Mapping[str, Any] | None = None) -> str:
    """Return sentences on the values of a schema; `said` is the parameter around it, which may have examples, too."""
    if "enum" in schema or "const" in schema:
        return ""
    description = f"{(said or {}).get('description') or ''} {schema.get('description') or ''}"
    limits = [limit for limit in _limits(schema) if not _is_said(limit, description)]
    return " ".join([*limits, *_example(schema, said or {}, description)])


def _is_said(limit: str, description: str) -> bool:
    """Whether a description names the numbers of a limit by itself."""
    numbers = re.findall(r"\d+", limit)
    return bool(numbers) and all(re.search(rf"(?<!\d){number}(?!\d)", description) for number in numbers)


def as_deprecated(text: str) -> str:
    """Return the words for something that had better not be used any more; many say so by themselves."""
    says_so = re.match(r"(?:\W*|(?:this|the) [\w ]{1,20} (?:is|was|has been) )deprecated", text, re.IGNORECASE)
    return text if says_so else f"Deprecated. {text}".strip()


def is_number_or_text(schema: Mapping[str, Any]) -> bool:
    """Whether the values are numbers, which may be written as texts, too: .NET describes so what it reads."""
    types, pattern = schema.get("type"), schema.get("pattern")
    names = [name for name in types if name != "null"] if isinstance(types, list) else []
    if sorted(map(str, names)) not in (["integer", "string"], ["number", "string"]) or not isinstance(pattern, str):
        return False
    try:
        matches = re.compile(pattern).search
    except re.error:
        return False
    return bool(matches("1")) and not any(map(matches, _NO_NUMBERS))


def _limits(schema: Mapping[str, Any]) -> Iterator[str]:
    types = schema.get("type")
    names = {types} if isinstance(types, str) else {name for name in types or () if isinstance(name, str)}
    if names & {"integer", "number"}:
        yield from _of_number(schema)
    if "string" in names and not is_number_or_text(schema):
        yield from _of_count(schema, "Length", "character")
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and 0 < len(pattern) <= _LONGEST and pattern.isprintable() and "`" not in pattern:
            yield f"Must match `{pattern}`."
    if "array" in names:
        yield from _of_count(schema, "Items", "item")
        if schema.get("uniqueItems") is True:
            yield "No two items are equal."


def _of_number(schema: Mapping[str, Any]) -> Iterator[str]:
    least, over = _limit(schema, "minimum")
    most, under = _limit(schema, "maximum")
    if least is not None and most is not None and not over and not under:
        yield f"From {least} to {most}."
    else:
        if least is not None:
            yield f"{'More than' if over else 'At least'} {least}."
        if most is not None:
            yield f"{'Less than' if under else 'At most'} {most}."
    factor = _number(schema.get("multipleOf"))
    if factor is not None and factor != "1":
        yield f"A multiple of {factor}."


def _limit(schema: Mapping[str, Any], keyword: str) -> tuple[str | None, bool]:
    """Return a limit, and whether it is excluded itself: in OpenAPI 3.0 by a switch, later by a number of its own."""
    exclusive = schema.get(f"exclusive{keyword.capitalize()}")
    limit = _number(schema.get(keyword))
    if limit is not None or isinstance(exclusive, bool):
        return limit, exclusive is True
    return _number(exclusive), True


def _number(value: Any) -> str | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and value not in _LIMITS_OF_TYPES
    return f"{value:g}" if is_number and isinstance(value, float) else str(value) if is_number else None


def _of_count(schema: Mapping[str, Any], name: str, unit: str) -> Iterator[str]:
    least, most = (_count(schema.get(f"{side}{name}")) for side in ("min", "max"))
    match least or None, most:
        case None, None:
            return
        case None, int():
            yield f"At most {most} {_plural(unit, most)}."
        case 1, None:
            yield "Not empty."
        case int(), None:
            yield f"At least {least} {unit}s."
        case int(), int():
            span = str(least) if least == most else f"{least} to {most}"
            yield f"{span} {_plural(unit, most)}."


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) >= 0
    return int(value) if is_count and int(value) not in _LIMITS_OF_TYPES else None


def _plural(unit: str, count: int | None) -> str:
    return unit if count == 1 else f"{unit}s"


def _example(schema: Mapping[str, Any], said: Mapping[str, Any], description: str) -> Iterator[str]:
    for value in (*examples(said), *examples(schema)):
        if value is None or isinstance(value, bool) or value in ("", [], {}) or value == schema.get("default"):
            continue
        try:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError):
            text = str(value)  # YAML has dates, and more
        if len(text) <= _LONGEST and text.isprintable() and "`" not in text and text not in description:
            yield f"For example `{text.strip()}`."
            return


def examples(said: Mapping[str, Any], resolve: Callable[[Any], Any] = lambda one: one) -> Iterator[Any]:
    """Go through the examples of a schema, a parameter or a media type; `resolve` follows the references of some."""
    if "example" in said:
        yield said["example"]
    listed = said.get("examples")
    if isinstance(listed, list):
        yield from listed
    elif isinstance(listed, dict):
        found = map(resolve, listed.values())
        yield from (one["value"] for one in found if isinstance(one, dict) and "value" in one)
