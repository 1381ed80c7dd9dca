"""Checks values, as JSON has them, against the limits of the API's description, which types do not hold.

`fakes.json` in the generated package has them as nodes, of the keywords of JSON Schema. `if` says for which values an
alternative of a union is meant, and `re` is the pattern in Python's words.
"""

from __future__ import annotations

import ipaddress
import json
import math
import operator
import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from afresh_api import formats, models
from afresh_api.errors import InvalidValue
from afresh_api.values import is_array, is_object, json_value

from .fitting import found, is_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Node = dict[str, Any]

_NUMBERS: Final[dict[str, tuple[Callable[[Fraction, Fraction], bool], str]]] = {
    "minimum": (operator.ge, "is less than the minimum {}"),
    "maximum": (operator.le, "is more than the maximum {}"),
    "exclusiveMinimum": (operator.gt, "is not more than {} (exclusiveMinimum)"),
    "exclusiveMaximum": (operator.lt, "is not less than {} (exclusiveMaximum)"),
    "multipleOf": (lambda value, factor: value % factor == 0, "is no multiple of {} (multipleOf)"),
}

_COUNTS: Final = {"Length": "character", "Items": "item", "Properties": "key"}

_TYPES: Final[dict[str, tuple[type[Any], ...]]] = {
    "array": (list, tuple),
    "boolean": (bool,),
    "integer": (int, Decimal),
    "null": (type(None),),
    "number": (int, float, Decimal),
    "object": (dict,),
    "string": (str,),
}


@cache
def described() -> Mapping[str, Any]:
    """Return what the generated package knows of the limits, and of examples."""
    package = models.__name__.rpartition(".")[0]
    content: Mapping[str, Any] = json.loads(files(import_module(package)).joinpath("fakes.json").read_bytes())
    return content


def node_of(module: str, place: str) -> Node:
    """Return what is known of a parameter, a body or an answer of an operation, by its module in `api`."""
    node: Node = described()["operations"].get(module, {}).get(place, {})
    return node


def named(name: str) -> Node:
    """Return what is known of a model."""
    return {"$ref": name} if name in described()["schemas"] else {}


def broken(value: Any, node: Node, path: str) -> str | None:
    """Return which limit a value breaks, and where; None if it breaks none.

    Args:
        value: The value, as JSON has it.
        node: What is known of it.
        path: What the value is called in a message.
    """
    return next(_broken(value, node, path, ()), None) if node else None


def broken_by(value: Any, path: str) -> str | None:
    """Return which limit of its own class a model breaks; None for what is no model, or has files in it."""
    if not is_model(type(value)):
        return None
    try:
        document = json_value(value, for_request=False)
    except InvalidValue:
        return None
    return broken(document, named(type(value).__name__), path)


def parts(node: Node) -> list[Node]:
    """Return a node, and those that it is put together of, the alternatives of unions included."""
    found: list[Node] = []
    _gather(node, found)
    return found


def inside(nodes: Sequence[Node], key: str) -> list[Node]:
    """Return what is known of a property; of items for "[]", and of the values of a map for "{}"."""
    made: list[Node] = []
    for node in nodes:
        for part in parts(node):
            word = {"[]": "items", "{}": "additionalProperties"}.get(key)
            inner = part.get(word) if word else part.get("properties", {}).get(key)
            made += [inner] if inner else []
    return made


def _gather(node: Node, into: list[Node]) -> None:
    if any(node is one for one in into):
        return
    into.append(node)
    if "$ref" in node:
        _gather(described()["schemas"][node["$ref"]], into)
    for part in (*node.get("allOf", ()), *node.get("anyOf", ())):
        _gather(part, into)


def _broken(value: Any, node: Node, path: str, within: tuple[str, ...]) -> Iterator[str]:
    name = node.get("$ref")
    if name is not None and name not in within:  # within: a schema that refers to itself, at the same value
        yield from _broken(value, described()["schemas"][name], path, (*within, name))
    yield from (f"{path}: {found(value)} {reason}" for reason in _own(value, node))
    if is_object(value):
        properties, others = node.get("properties", {}), node.get("additionalProperties", {})
        for key, inner in value.items():
            yield from _broken(inner, properties.get(key, others), f"{path}.{key}", ())
    elif is_array(value) and "items" in node:
        for index, item in enumerate(value):
            yield from _broken(item, node["items"], f"{path}[{index}]", ())
    for part in node.get("allOf", ()):
        yield from _broken(value, part, path, within)
    if "anyOf" in node:
        meant = [one for one in node["anyOf"] if _is_meant(value, one["if"])]
        reasons = [next(_broken(value, one, path, within), None) for one in meant]
        if meant and None not in reasons:
            yield str(reasons[0])


def _own(value: Any, node: Node) -> Iterator[str]:
    """Say which of the limits of a node itself a value breaks."""
    if type(value) in {int, float, Decimal}:
        yield from _of_number(value, node)
    elif isinstance(value, str):
        yield from _of_count(len(value), node, "Length")
        if "pattern" in node and not _compiled(node.get("re", node["pattern"])).search(value):
            yield f"does not match the pattern {node['pattern']}"
        if "format" in node and node["format"] in FORMATS and not FORMATS[node["format"]](value):
            yield f"is not of the format {node['format']}"
    elif is_array(value):
        yield from _of_count(len(value), node, "Items")
        if node.get("uniqueItems") and len({json.dumps(item, sort_keys=True, default=repr) for item in value}) < len(
            value
        ):
            yield "has an item twice (uniqueItems)"
    elif is_object(value):
        yield from _of_count(len(value), node, "Properties")
    if "enum" in node and not any(value == one and type(value) is type(one) for one in node["enum"]):
        yield f"is none of {', '.join(map(json.dumps, node['enum']))} (enum)"


def _of_number(value: float | Decimal, node: Node) -> Iterator[str]:
    if not math.isfinite(value):
        return
    exact = Fraction(str(value))
    for word, (holds, reason) in _NUMBERS.items():
        if word in node and not holds(exact, Fraction(str(node[word]))):
            yield reason.format(node[word])
    bits = {"int32": 31, "int64": 63}.get(node.get("format", ""))
    if bits and not -(2**bits) <= exact < 2**bits:
        yield f"is not of the format {node['format']}"


def _of_count(count: int, node: Node, word: str) -> Iterator[str]:
    unit = f"{_COUNTS[word]}{'' if count == 1 else 's'}"
    if count < node.get(f"min{word}", 0):
        yield f"has {count} {unit}, and min{word} is {node[f'min{word}']}"
    if count > node.get(f"max{word}", count):
        yield f"has {count} {unit}, and max{word} is {node[f'max{word}']}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _is_meant(value: Any, told: Mapping[str, Any]) -> bool:
    """Return whether a value may be of an alternative of a union."""
    kinds: Any = told.get("type")
    names: list[str] = kinds if is_array(kinds) else [kinds] if kinds else []
    if names and not any(_is_of(value, name) for name in names):
        return False
    if ("enum" in told and value not in told["enum"]) or ("const" in told and value != told["const"]):
        return False
    if not is_object(value):
        return True
    return all(key in value for key in told.get("required", ())) and all(
        key not in value or _is_meant(value[key], inner) for key, inner in told.get("properties", {}).items()
    )


def _is_of(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES.get(name, (object,))) or (
        name == "integer" and isinstance(value, float) and value.is_integer()
    )


def _reads(parse: Callable[[str], Any]) -> Callable[[str], bool]:
    """Return what says whether a text can be read so."""

    def is_readable(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return is_readable


def _is_uri(text: str) -> bool:
    try:
        return bool(urlsplit(text).scheme) and not re.search(r"\s", text)
    except ValueError:
        return False


def _matches(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


FORMATS: Final[dict[str, Callable[[str], bool]]] = {
    "byte": _reads(formats.parse_base64),
    "duration": _matches(r"[+-]?P(?=[\d.T])[\d.,YMWD]*(T[\d.,HMS]+)?"),
    "email": _matches(r"[^\s@]+@[^\s@]+"),
    "hostname": _matches(r"(?=.{1,253}$)(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*"),
    "ipv4": _reads(ipaddress.IPv4Address),
    "ipv6": _reads(ipaddress.IPv6Address),
    "time": _reads(formats.parse_time),
    "uri": _is_uri,
}
"""Says whether texts are of a format. Those of numbers are checked with them."""
