"""What the alternatives of a union are called, inside of its name: what tells each of them from the others."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openapi_python_client.strings import snake_case

from afresh_toolkit.generator.pointers import local_pointer
from afresh_toolkit.generator.reading.description import mapping

_LONGEST = 40
"""Characters of a value that a name is made of."""

_KINDS = {
    "array": "list",
    "boolean": "flag",
    "integer": "number",
    "number": "number",
    "object": "object",
    "string": "text",
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")

Resolve = Callable[[Any], Mapping[str, Any]]
"""Follows the `$ref` of a schema, and puts the parts of its `allOf` together."""


def names_of(alternatives: Sequence[Any], union_title: str | None, resolve: Resolve) -> list[str]:
    """Return a name for each alternative, no two alike.

    By its title; else by the value of the tag that it has; by what it refers to; by the key that only it requires, or
    only it has; and by what it holds.

    Args:
        alternatives: The alternatives as described.
        union_title: The title of the union. An alternative with the same one is not told by it.
        resolve: Follows references.
    """
    whole = [resolve(one) for one in alternatives]
    ways: tuple[list[str], ...] = (
        [_title(one, union_title) for one in alternatives],
        _tags(whole),
        [_reference(one) for one in alternatives],
        _own_keys([_required(one) for one in whole]),
        _own_keys([list(mapping(one.get("properties"))) for one in whole]),
        [_held(one) for one in whole],
    )
    chosen = [next(filter(None, said), "") for said in zip(*ways, strict=True)]
    return _told_apart(chosen)


def _title(alternative: Any, union_title: str | None) -> str:
    title = mapping(alternative).get("title")
    return title if isinstance(title, str) and title != union_title else ""


def _reference(alternative: Any) -> str:
    target = local_pointer(str(mapping(alternative).get("$ref", "")))
    return target[-1] if target else ""


def _tags(whole: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the value of the property that has another constant in each alternative that has it."""
    constants = [_constants(one) for one in whole]
    found: list[str] = ["" for _ in whole]
    for key in dict.fromkeys(key for one in constants for key in one):
        values = [one.get(key, "") for one in constants]
        said = [value for value in values if value]
        if len(said) > 1 and len({*said}) == len(said):
            found = [had or value for had, value in zip(found, values, strict=True)]
    return found


def _constants(whole: Mapping[str, Any]) -> dict[str, str]:
    """Return the properties that have one value only, with that as a part of a name."""
    found: dict[str, str] = {}
    for key, schema in mapping(whole.get("properties")).items():
        said = mapping(schema)
        listed = said.get("enum")
        value = said.get("const", listed[0] if isinstance(listed, list) and len(listed) == 1 else None)
        if isinstance(value, str) and (word := _word(value)):
            found[key] = word
    return found


def _word(value: str) -> str:
    word = re.sub(r"\W+", "_", value).strip("_")
    return word if word and len(word) <= _LONGEST and not word[0].isdigit() else ""


def _required(whole: Mapping[str, Any]) -> list[str]:
    said = whole.get("required")
    return [key for key in said if isinstance(key, str)] if isinstance(said, list) else []


def _own_keys(keys: Sequence[Sequence[str]]) -> list[str]:
    """Return the first key of each that no other has."""
    counts = Counter(key for own in keys for key in {*own})
    return [next((_word(key) for key in own if counts[key] == 1 and _word(key)), "") for own in keys]


def _held(whole: Mapping[str, Any]) -> str:
    said = whole.get("type")
    types = [one for one in (said if isinstance(said, list) else [said]) if one != "null"]
    if "enum" in whole or "const" in whole:
        return "value"
    if isinstance(whole.get("additionalProperties"), dict) and not whole.get("properties"):
        return "map"
    return _KINDS.get(str(types[0]), "") if len(types) == 1 else ""


def _told_apart(names: Sequence[str]) -> list[str]:
    """Give those that are alike, or have no name, words for their order."""
    counts = Counter(snake_case(name) for name in names)
    seen = Counter[str]()
    told: list[str] = []
    for name in names:
        key = snake_case(name)
        if name and counts[key] == 1:
            told.append(name)
            continue
        place, seen[key] = seen[key], seen[key] + 1
        word = _ORDINALS[place] if place < len(_ORDINALS) else f"{_ORDINALS[-1]}_and_{place - len(_ORDINALS) + 1}"
        told.append(f"{word}_{name}" if name else word)
    return told
