"""Reads parameters and forms back from the wire, by the styles that OpenAPI describes (RFC 6570)."""

import json
import re
from email import message_from_bytes
from email.policy import HTTP
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

from attrs import define

Pairs = list[tuple[str, str]]


@define(frozen=True)
class Style:
    """How a parameter is written, with the defaults of its location filled in."""

    name: str
    explode: bool
    is_json: bool

    @classmethod
    def of(cls, parameter: dict[str, Any], location: str) -> "Style":
        """Read it from a parameter object, or from an encoding object."""
        style = parameter.get("style") or ("form" if location in {"query", "cookie"} else "simple")
        explode = parameter.get("explode", style in {"cookie", "deepObject", "form"})
        return cls(style, explode, is_json="schema" not in parameter and bool(parameter.get("content")))


def wording(value: Any) -> Any:
    """Return what can be told of a value once it is text: all but what is null, which is left out."""
    if isinstance(value, dict):
        return {key: wording(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [wording(item) for item in value if item is not None]
    return value if isinstance(value, str) else json.dumps(value)


def path_variables(template: str, path: str) -> dict[str, str] | None:
    """Take a path apart; the values are as they were sent. None where it does not fit its template."""
    names = re.findall(r"\{([^}]*)\}", template)
    pattern = re.sub(r"\\\{[^}]*\\\}", "(.*)", re.escape(template)) if len(names) == 1 else None
    pattern = pattern or re.sub(r"\\\{[^}]*\\\}", "([^/]*)", re.escape(template))
    match = re.fullmatch(pattern, path) or re.fullmatch(pattern, unquote(path))
    return dict(zip(names, match.groups(), strict=True)) if match else None


def path_value(name: str, raw: str, style: Style, like: Any) -> Any:
    """Read a value of a path; `like` is a value of the same shape."""
    if style.is_json:
        return wording(json.loads(unquote(raw)))
    separator = ","
    if style.name == "label":
        raw, separator = raw.removeprefix("."), "." if style.explode else ","
    if style.name == "matrix":
        raw = raw.removeprefix(";")
        if style.explode and isinstance(like, list):
            return [unquote(part.partition("=")[2]) for part in raw.split(";")]
        if style.explode and isinstance(like, dict):
            separator = ";"
        else:
            raw = raw.removeprefix(f"{name}=")
    return _split(raw, separator, like, explode=style.explode, decode=unquote)


def header_value(raw: str, style: Style, like: Any) -> Any:
    """Read a value of a header."""
    if style.is_json:
        return wording(json.loads(raw))
    return _split(raw, ",", like, explode=style.explode, decode=str)


def cookie_value(name: str, cookies: Pairs, style: Style, like: Any) -> Any:
    """Read a value of the cookies."""
    return query_value(name, cookies, style, like)


def query_pairs(query: str, separator: str = "&") -> Pairs:
    """Take a query, a form or a Cookie header apart; values are as they were sent."""
    parts = [part.strip().partition("=") for part in query.split(separator) if part.strip()]
    return [(unquote_plus(name), value) for name, _, value in parts]


def query_value(name: str, pairs: Pairs, style: Style, like: Any) -> Any:
    """Read a value of a query or a form; None where it is absent."""
    own = [value for key, value in pairs if key == name]
    if style.is_json:
        return wording(json.loads(unquote_plus(own[0]))) if own else None
    if style.name == "deepObject" and isinstance(like, dict | list):
        return _nested(name, pairs, like)
    if isinstance(like, dict) and style.explode:
        found = {key: _exploded(key, pairs, item) for key, item in like.items()}
        return {key: value for key, value in found.items() if value is not None}
    if isinstance(like, list) and style.explode:
        return [_leaf(value, item) for value, item in zip(own, [*like, *own], strict=False)]
    if not own:
        return [] if isinstance(like, list) else None
    separator = {"spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}.get(style.name, ",")
    raw = own[0].replace("+", "%20").replace("|", "%7C")
    return _split(raw, separator, like, explode=False, decode=unquote)


def whole_query(query: str, media_type: str, media: dict[str, Any], like: Any) -> Any:
    """Read a query that is one parameter (OpenAPI 3.2, `querystring`)."""
    if media_type == "application/x-www-form-urlencoded" and isinstance(like, dict):
        pairs, encoding = query_pairs(query), media.get("encoding") or {}
        read = {name: form_value(name, pairs, encoding.get(name), value) for name, value in like.items()}
        return {name: value for name, value in read.items() if name in wording(like)}
    text = unquote(query)
    return wording(json.loads(text)) if media_type.endswith("json") or not isinstance(like, str) else text


def form_value(name: str, pairs: Pairs, encoding: dict[str, Any] | None, like: Any) -> Any:
    """Read a property of a form: by its style; without one, what is an object is JSON."""
    said = encoding or {}
    own = [unquote_plus(value) for key, value in pairs if key == name]
    if said.keys() & {"style", "explode", "allowReserved"}:
        return query_value(name, pairs, Style.of(said, "query"), like)
    if "json" in str(said.get("contentType")) or isinstance(like, dict):
        return wording(json.loads(own[0])) if own else None
    if isinstance(like, list):
        items = [*like, *([None] * len(own))]
        return [_json_if(value, item) for value, item in zip(own, items, strict=False)]
    return own[0] if own else None


def parts(content_type: str, body: bytes) -> list[tuple[str, str, str | None, bytes]]:
    """Take multipart/form-data apart: name, media type, file name and content of each part."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=HTTP)
    found: list[tuple[str, str, str | None, bytes]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        found.append(
            (str(name), part.get_content_type(), part.get_filename(), bytes(part.get_payload(decode=True) or b""))
        )
    return found


def part_value(
    name: str, found: list[tuple[str, str, str | None, bytes]], encoding: dict[str, Any] | None, like: Any
) -> Any:
    """Read a property of a multipart form: an array is one part where its encoding says so."""
    said = encoding or {}
    if isinstance(like, list) and said.keys() & {"style", "explode"} and not Style.of(said, "query").explode:
        pairs = [(key, quote(content.decode(), safe=",")) for key, _, _, content in found]
        return query_value(name, pairs, Style.of(said, "query"), like)
    own = [(media_type, content.decode()) for key, media_type, _, content in found if key == name]
    read = [wording(json.loads(text)) if media_type.endswith("json") else text for media_type, text in own]
    if isinstance(like, list):
        return read
    return read[0] if read else None


def _split(raw: str, separator: str, like: Any, *, explode: bool, decode: Any) -> Any:
    if isinstance(like, list):
        items = [decode(part) for part in raw.split(separator)] if raw or like else []
        return [_json_if(item, one) for item, one in zip(items, [*like, *items], strict=False)]
    if isinstance(like, dict):
        pieces = raw.split(separator) if raw else []
        if explode:
            pairs = [(piece.partition("=")[0], piece.partition("=")[2]) for piece in pieces]
        else:
            pairs = list(zip(pieces[::2], pieces[1::2], strict=False))
        return {decode(key): _json_if(decode(value), like.get(decode(key))) for key, value in pairs}
    return decode(raw)


def _leaf(raw: str, like: Any) -> Any:
    return _json_if(unquote_plus(raw), like)


def _json_if(text: str, like: Any) -> Any:
    """Read what no style has a way to write, arrays and objects inside of others, as JSON."""
    return wording(json.loads(text)) if isinstance(like, dict | list) else text


def _exploded(name: str, pairs: Pairs, like: Any) -> Any:
    if not isinstance(like, list) or any(isinstance(item, dict | list) for item in like):
        return _inside(name, pairs, like)
    own = [value for key, value in pairs if key == name]
    return [_leaf(value, item) for value, item in zip(own, [*like, *own], strict=False)]


def _inside(name: str, pairs: Pairs, like: Any) -> Any:
    if isinstance(like, dict | list):
        return _nested(name, pairs, like)
    return next((unquote_plus(value) for key, value in pairs if key == name), None)


def _nested(name: str, pairs: Pairs, like: Any) -> Any:
    """Read what is in brackets."""
    if isinstance(like, list):
        return [_inside(f"{name}[{index}]", pairs, item) for index, item in enumerate(like)]
    found = {key: _inside(f"{name}[{key}]", pairs, item) for key, item in like.items()}
    return {key: value for key, value in found.items() if value not in (None, {}, [])}
