# Written by scripts/generate from the description of the API: changes made here are lost.
"""The styles in which OpenAPI writes JSON values into URLs, headers, cookies and forms (RFC 6570 has the most of them)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from .errors import InvalidValue
from .types import File, FilePart, FileTypes, RequestFiles
from .values import is_array, is_object, listed, opened, plain_text

RESERVED = ":/?#[]@!$&'()*+,;="


def text(value: Any) -> str:
    """Write a value as text; arrays, objects, numbers, true, false and null as JSON."""
    if value is None or is_array(value) or is_object(value):
        return json_text(value)
    return json_text(value) if isinstance(value, float) else plain_text(value)


def json_text(value: Any, *, is_ascii: bool = False) -> str:
    """Write a value as JSON, in ASCII for a header, which holds nothing else; raises ValueError for a file in it."""
    return json.dumps(value, ensure_ascii=is_ascii, separators=(",", ":"), allow_nan=False, default=opened)


def json_bytes(value: Any) -> bytes:
    """Write a value as a body of JSON."""
    written = json_text(value)
    try:
        return written.encode()
    except UnicodeEncodeError:  # half of a pair of surrogates, which JSON can hold as an escape, and UTF-8 cannot
        return json_text(value, is_ascii=True).encode()


def simple_text(value: Any, *, explode: bool, encode: Callable[[str], str] = str) -> str:
    """Write a value in the style `simple`: `a,b`, and an object as `k,v`, or exploded as `k=v`."""
    return _joined(value, ",", "=" if explode else ",", encode)


def path_text(
    name: str, value: Any, *, style: str, explode: bool, may_be_empty: bool = False, reserved: bool = False
) -> str:
    """Write a value into a path, in the style `simple`, `label` (`.a,b`) or `matrix` (`;name=a,b`).

    `reserved` lets the characters through that mean something in a path, slashes above all.
    """

    def encode(plain: str) -> str:
        return quote(plain, safe=RESERVED.translate({ord("#"): None, ord("?"): None}) if reserved else "")

    if style == "matrix":
        if explode and is_array(value):
            return "".join(f";{name}={encode(text(item))}" for item in _present(value))
        if explode and is_object(value):
            return "".join(f";{_percent(key)}={encode(text(item))}" for key, item in _items(value))
        return f";{name}={simple_text(value, explode=False, encode=encode)}"
    if style == "label":
        return "." + _joined(value, "." if explode else ",", "=" if explode else ",", encode)
    written = simple_text(value, explode=explode, encode=encode)
    if not {".", ".."}.isdisjoint(written.split("/")) or not (written or may_be_empty):
        raise InvalidValue(value, "cannot stand in a path: it would lead to another place")
    return written


def query_part(name: str, value: Any, *, style: str = "form", explode: bool = True, reserved: bool = False) -> str:
    """Write a value into a query or a form; the empty string where there is nothing to write."""

    def encode(plain: str) -> str:
        # What would end the value, or mean a space, is not let through.
        return quote(plain, safe=RESERVED.translate({ord(character): None for character in "#&+"}) if reserved else "")

    key = _percent(name)
    if style == "deepObject":
        return "&".join(f"{_percent(inner)}={encode(text(leaf))}" for inner, leaf in _leaves(name, value))
    if is_array(value) and explode:
        return "&".join(f"{key}={encode(text(item))}" for item in _present(value))
    if is_object(value) and explode:
        pairs = [leaf for inner, item in _items(value) for leaf in _exploded(inner, item)]
        return "&".join(f"{_percent(inner)}={encode(text(leaf))}" for inner, leaf in pairs)
    separator = {"spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}.get(style, ",")
    written = _joined(value, separator, separator, encode)
    return f"{key}={written}" if written or not (is_array(value) or is_object(value)) else ""


def query_text(value: str) -> str:
    """Write a text that is the whole query."""
    return _percent(value)


def plain_cookie(value: Any) -> str:
    """Write the value of a cookie that nothing is percent-encoded in."""
    written = plain_text(value)
    if not re.fullmatch(r"[!#-+\--:<-\[\]-~]*", written):
        raise InvalidValue(value, "cannot stand in a cookie: it has a character that RFC 6265 does not allow there")
    return written


def cookie_part(name: str, value: Any, *, explode: bool, encode: Callable[[Any], str] | None = None) -> str:
    """Write a value as a cookie, or as several where it is exploded."""
    encode = encode or cookie_value
    if explode and is_array(value):
        return "; ".join(f"{name}={encode(text(item))}" for item in _present(value))
    if explode and is_object(value):
        return "; ".join(f"{key}={encode(text(item))}" for key, item in _items(value))
    return f"{name}={simple_text(value, explode=False, encode=encode)}"


def cookie_value(value: Any) -> str:
    """Write a value that has no parts as the value of a cookie; what RFC 6265 does not allow there is percent-encoded."""
    return quote(plain_text(value), safe="!#$%&'()*+-./:<=>?@[]^_`{|}~")


def with_query(path: str, parts: Iterable[str]) -> str:
    """Add to a path what goes into its query."""
    written = "&".join(part for part in parts if part)
    return f"{path}{'&' if '?' in path else '?'}{written}" if written else path


def keeping_query(params: httpx.QueryParams, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a request for a client that has parameters of its own, as `params`.

    httpx would put those in the place of a query that is written in the URL.
    """
    path, _, written = arguments["url"].partition("?")
    return {**arguments, "url": path, "params": httpx.QueryParams(written)} if params and written else arguments


def form_bytes(body: Any, styles: Mapping[str, tuple[str, bool, bool]]) -> bytes:
    """Write an object as application/x-www-form-urlencoded.

    `styles` has the style of a property, whether it explodes, and whether reserved characters stay as they are. Without
    one, an object is written as JSON, and so is one in an array.
    """
    return "&".join(filter(None, _fields(body, styles))).replace("%20", "+").encode()


def _fields(body: Mapping[str, Any], styles: Mapping[str, tuple[str, bool, bool]]) -> Iterator[str]:
    for name, value in _items(body):
        style, explode, reserved = styles.get(name, ("form", True, False))
        if style == "json" or (name not in styles and is_object(value)):
            yield query_part(name, json_text(value))
        else:
            yield query_part(name, value, style=style, explode=explode, reserved=reserved)


def multipart(
    body: Mapping[str, Any], media_types: Mapping[str, str], separators: Mapping[str, str] | None = None
) -> RequestFiles:
    """Write an object as the parts of multipart/form-data; an array is a part for each item.

    `media_types` has those that the description asks for; else text is plain, and objects are JSON. `separators` has
    what stands between the items of an array that is one part.
    """
    joined = {
        name: _joined(body[name], separator, separator, str)
        for name, separator in (separators or {}).items()
        if is_array(body.get(name))
    }
    return _Parts(
        (name, _part(item, media_types.get(name)))
        for name, value in _items({**body, **joined})
        for item in (_present(value) if is_array(value) else (value,))
    )


class _Parts(RequestFiles):
    """The parts of a form; httpx sends no body for an empty list, and a form without parts for this."""

    def __bool__(self) -> bool:
        return True


def _part(value: Any, media_type: str | None) -> FileTypes:
    if isinstance(value, File):  # in the place of something that may be anything
        value = value.to_tuple()
    if isinstance(value, FilePart):
        name, content, own_type = value
        return name, content, own_type or media_type
    is_json = is_array(value) or is_object(value) or (media_type or "").endswith("json")
    written = json_text(value) if is_json else text(value)
    return None, written.encode(), media_type or ("application/json" if is_json else "text/plain")


def _percent(value: str) -> str:
    return quote(value, safe="")


def _present(values: list[Any]) -> list[Any]:
    return [listed(value) for value in values if value is not None]


def _items(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, listed(value)) for key, value in values.items() if value is not None]


def _joined(value: Any, separator: str, assignment: str, encode: Callable[[str], str]) -> str:
    if is_array(value):
        return separator.join(encode(text(item)) for item in _present(value))
    if is_object(value):
        pairs = _items(value)
        return separator.join(f"{encode(key)}{assignment}{encode(text(item))}" for key, item in pairs)
    return encode(text(value))


def _exploded(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    """Go through a property of an exploded object: an array of plain values is exploded, too (`sort=a&sort=b`)."""
    if is_array(value) and not any(is_array(item) or is_object(item) for item in value):
        return [(name, item) for item in _present(value)]
    return _leaves(name, value)


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Go through what is inside of arrays and objects, each with its place in brackets: `filter[user][0]`."""
    if is_array(value):
        for index, item in enumerate(_present(value)):
            yield from _leaves(f"{name}[{index}]", item)
    elif is_object(value):
        for key, item in _items(value):
            yield from _leaves(f"{name}[{key}]", item)
    else:
        yield name, value
