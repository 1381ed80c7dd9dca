"""Reads requests as the description has them: their parameters as arguments, and their bodies as models."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from inspect import Parameter
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args, get_origin
from urllib.parse import quote, unquote, unquote_plus
from uuid import UUID

from afresh._calls.mismatch import find_mismatch
from afresh_api import formats
from afresh_api.introspection import keys_of
from afresh_api.types import BinaryBody, File, Unset
from afresh_api.values import UNREADABLE, ToSend, is_array, is_object, parse_datetime, parse_uuid

from .fitting import arguments_of, attribute_types, described, found, is_model, members, misfit, type_of
from .limits import Node, broken, node_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from afresh._http import httpx
    from afresh_api.faking import Facts

Pairs = list[tuple[str, str]]
"""Names and values as they were sent, still encoded."""

IsOwn = Callable[[str, str, Any], bool]
"""Tells values that the fake API has made itself: by where they are sent, their key and the value."""

FORM: Final = "application/x-www-form-urlencoded"

_SEPARATORS: Final = {"spaceDelimited": r"%20|\+| ", "pipeDelimited": r"%7C|\|", "tabDelimited": r"%09|\t"}
_PLAIN: Final = (NoneType := type(None), Unset)


class UnfitError(ValueError):
    """A request does not fit the description; says what is wrong, and where."""


def decode(facts: Facts, request: httpx.Request, path: Mapping[str, str], is_own: IsOwn) -> tuple[dict[str, Any], Any]:
    """Return the arguments of a request, without those that are left out, and its body.

    Args:
        facts: The operation.
        request: The request, which has been read.
        path: What stands at the names in the path, still encoded.
        is_own: Whether a value is the fake API's own, which no limit holds for.

    Raises:
        UnfitError: The request does not fit the description.
    """
    query = _pairs(request.url.query.decode("ascii"))
    parts = (part.strip().replace("+", "%2B").partition("=") for part in request.headers.get("Cookie", "").split(";"))
    sent: dict[str, Pairs] = {"query": query, "cookie": [(name, value) for name, _, value in parts]}
    types = arguments_of(facts.module)
    arguments: dict[str, Any] = {}
    names = {key for _, key, where, _, _ in facts.parameters if where == "query"}
    for name, key, where, style, explode in facts.parameters:
        kind = types[name].annotation
        place = f"{where} parameter `{key}`"
        if where == "path":
            given = _path_pairs(key, path[key].replace("+", "%2B"), style, explode=explode)
        elif where == "header":  # where nothing is encoded
            given = [(key, quote(text, safe=",=")) for text in request.headers.get_list(key)]
        else:
            given = sent[where]
        if style == "whole":
            value = _whole_query(query, kind)
        else:
            value = _styled(given, key, kind, style, explode=explode, names=names)
        if value is not _ABSENT:
            arguments[name] = read(value, kind, place)
            if not is_own(where, key, value):
                _refuse_broken(value, node_of(facts.module, f"{where} {key}"), place)
        elif types[name].default is Parameter.empty:
            raise UnfitError(f"the required {place} is missing")
    body, chosen = _body(facts, request, types.get("body"), is_own)
    if "content_type" in types:
        arguments["content_type"] = chosen
    return arguments, body


class _Absent:
    """The type of what stands for a value that was not sent."""


_ABSENT: Final = _Absent()


def _pairs(text: str) -> Pairs:
    parts = (part.partition("=") for part in text.split("&") if part)
    return [(unquote_plus(name), value) for name, _, value in parts]


def refuse_undescribed(facts: Facts, request: httpx.Request, allowed: Collection[str]) -> None:
    """Refuse names in the query that no parameter has, but for some. Objects in the query may have any.

    Raises:
        UnfitError: There is such a name.
    """
    styles = [(key, style, explode) for _, key, where, style, explode in facts.parameters if where == "query"]
    types = arguments_of(facts.module)
    kinds = {key: types[name].annotation for name, key, where, _, _ in facts.parameters if where == "query"}
    if any(
        style == "whole" or (style.startswith("form") and explode and _holds_object(kinds[key]))
        for key, style, explode in styles
    ):
        return
    known = {key for key, _, _ in styles} | set(dict(_pairs(facts.path.partition("?")[2]))) | {*allowed}
    deep = tuple(f"{key}[" for key, style, _ in styles if style == "deepObject")
    names = (name for name, _ in _pairs(request.url.query.decode("ascii")))
    strange = [name for name in names if name not in known and not (deep and name.startswith(deep))]
    if strange:
        raise UnfitError(f"the query has {strange[0]!r}, and no parameter is called so")


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _path_pairs(key: str, text: str, style: str, *, explode: bool) -> Pairs:
    if style.startswith("label"):
        text = text.removeprefix(".")
        return [(key, text.replace(".", ",") if explode else text)]
    if style.startswith("matrix"):
        return [_pair(part) for part in text.split(";") if part]
    return [(key, text)]


def _styled(pairs: Pairs, key: str, kind: Any, style: str, *, explode: bool, names: Iterable[str]) -> Any:
    """Return the value of a parameter, or of a property of a form, as JSON has it; `_ABSENT` if it was not sent."""
    style = style.removesuffix("+")
    own = [value for name, value in pairs if name == key]
    if style == "json":
        return _parsed(unquote_plus(own[0])) if own else _ABSENT
    if style == "deepObject":
        inner = [(name, value) for name, value in pairs if name.startswith(f"{key}[")]
        return _deep(inner, key, kind) if inner else _ABSENT
    if _holds_object(kind):
        if style in {"form", "matrix", "cookie"} and explode and not own:
            rest = [(name, value) for name, value in pairs if name not in names]
            return _object(rest, kind) if rest else _ABSENT
        if not own:
            return _ABSENT
        parts = re.split(",", own[0])
        inner = [_pair(part) for part in parts] if explode else list(zip(parts[::2], parts[1::2], strict=False))
        return _object([(unquote(name), value) for name, value in inner], kind)
    if not own:
        return _ABSENT
    item = _item_of(kind)
    if item is None:
        return _typed(unquote_plus(own[0]), kind)
    if not (explode and style in {"form", "matrix", "cookie"}):
        own = re.split(_SEPARATORS.get(style, ","), own[0]) if own[0] else []
    return [_typed(unquote_plus(text), item) for text in own]


def _object(pairs: Pairs, kind: Any) -> dict[str, Any]:
    types = _properties(kind)
    made: dict[str, Any] = {}
    for name, text in pairs:
        item = _item_of(types.get(name, Any))
        value = _typed(unquote_plus(text), item or types.get(name, Any))
        made[name] = [*made.get(name, ()), value] if item else value
    return made


def _deep(pairs: Pairs, key: str, kind: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, text in pairs:
        *outer, last = re.findall(r"\[([^]]*)\]", name.removeprefix(key))
        inside, inner = made, kind
        for step in outer:
            inside = inside.setdefault(step, {})
            inner = _properties(inner).get(step, Any)
        inside[last] = _typed(unquote_plus(text), _item_of(inner) or _properties(inner).get(last, Any))
    return cast("dict[str, Any]", _with_arrays(made))


def _with_arrays(value: Any) -> Any:
    """Turn objects whose keys count from 0 into arrays."""
    if not is_object(value):
        return value
    inner = {key: _with_arrays(item) for key, item in value.items()}
    return list(inner.values()) if list(inner) == [str(index) for index in range(len(inner))] else inner


def _properties(kind: Any) -> dict[str, Any]:
    """Return the types of the properties of the models among some types, by their keys."""
    found: dict[str, Any] = {}
    for option in members(kind):
        if is_model(option):
            types, keys = attribute_types(option), keys_of(option)
            found |= {keys[name]: types[name] for name in keys}
    return found


def _holds_object(kind: Any) -> bool:
    return any(is_model(option) or get_origin(option) is dict for option in members(kind))


def _item_of(kind: Any) -> Any:
    """Return the type of the items of a list; None for another type."""
    return next((get_args(option)[0] for option in members(kind) if get_origin(option) is list), None)


def _typed(text: str, kind: Any) -> Any:
    """Return a text as JSON has it for a type: most types are written as texts there, too."""
    for option in members(kind):
        if option is bool and text in {"true", "false"}:
            return text == "true"
        if option in {int, float, Decimal} and re.fullmatch(r"-?\d+", text):
            return int(text)
        if option in {float, Decimal} and re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text):
            return float(text) if option is float else text
        if get_origin(option) is Literal:
            for value in get_args(option):
                if text == (str(value).lower() if isinstance(value, bool) else str(value)):
                    return value
        if is_model(option) or get_origin(option) in {list, dict}:
            return _parsed(text)
    return text


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _whole_query(query: Pairs, kind: Any) -> Any:
    if not query:
        return _ABSENT
    if _holds_object(kind) and (len(query) > 1 or query[0][1]):
        return _object(query, kind)
    return _parsed(unquote("&".join(name for name, _ in query)))


def _body(facts: Facts, request: httpx.Request, argument: Parameter | None, is_own: IsOwn) -> tuple[Any, str | None]:
    """Return the body of a request, and the media type that the description has for it."""
    if argument is None or (not request.content and "Content-Type" not in request.headers):
        if argument is not None and argument.default is Parameter.empty:
            raise UnfitError("the body is missing")
        if request.content:
            raise UnfitError("it has a body, and none is described")
        return None, None
    sent = request.headers.get("Content-Type", "")
    bare = sent.partition(";")[0].strip().lower()
    described_types = [(media_type, body) for body in facts.bodies for media_type in body[0]]
    for media_type, (_, annotation, styles) in described_types:
        if _covers(media_type, bare):
            document = _document(request.content, sent, bare, type_of(annotation), styles)
            if isinstance(document, bytes):
                return document, media_type
            body = read(document, type_of(annotation), "body")
            kept = document
            if is_object(document):
                kept = {key: value for key, value in document.items() if not is_own("body", key, value)}
            _refuse_broken(kept, node_of(facts.module, f"body {media_type}"), "body")
            return body, media_type
    said = ", ".join(media_type for media_type, _ in described_types)
    raise UnfitError(f"the Content-Type of the body is {sent or 'missing'}, and {said} is described")


def _covers(media_type: str, sent: str) -> bool:
    pattern = re.escape(media_type.partition(";")[0].strip().lower()).replace(r"\*", ".*")
    return bool(re.fullmatch(pattern, sent)) or (not sent and "octet-stream" in media_type)


def _document(content: bytes, sent: str, media_type: str, kind: Any, styles: Mapping[str, tuple[str, bool]]) -> Any:
    """Return a body as JSON has it, with files in it; one of bytes as it is."""
    if kind == BinaryBody:
        return content
    if media_type == FORM:
        return _form(_pairs(content.decode()), kind, styles)
    if media_type == "multipart/form-data":
        return _multipart(content, sent, kind, styles)
    if media_type.endswith(("json", "+json")):
        try:
            return json.loads(content)
        except ValueError as error:
            raise UnfitError(f"the body is no JSON: {error}") from None
    return content.decode(errors="replace")


def _form(pairs: Pairs, kind: Any, styles: Mapping[str, tuple[str, bool]]) -> dict[str, Any]:
    types = _properties(kind)
    if not types:
        return {name: _parsed(unquote_plus(value)) for name, value in pairs}
    deep = {name for name, (style, _) in styles.items() if style == "deepObject"}
    names = {base if (base := name.partition("[")[0]) in deep else name for name, _ in pairs}
    made: dict[str, Any] = {}
    for name in sorted(names):
        is_object = name in types and _holds_object(types[name])
        style, explode = styles.get(name, ("json", False) if is_object else ("form", True))
        made[name] = _styled(pairs, name, types.get(name, Any), style, explode=explode, names=names)
    return made


def _multipart(content: bytes, sent: str, kind: Any, styles: Mapping[str, tuple[str, bool]]) -> Any:
    """Read a multipart form. A part with a file name is a `File`."""
    parsed = BytesParser(EmailMessage, policy=HTTP).parsebytes(f"Content-Type: {sent}\r\n\r\n".encode() + content)
    types = _properties(kind)
    made: dict[str, Any] = {}
    for part in parsed.iter_parts():
        name = str(part.get_param("name", "", "content-disposition"))
        payload = cast("bytes", part.get_payload(decode=True))
        described_type = types.get(name, Any)
        item = _item_of(described_type)
        if part.get_filename() is not None or File in members(item or described_type):
            value: Any = File(BytesIO(payload), part.get_filename(), part.get_content_type())
        elif item is not None and name in styles:
            value = _styled(
                [(name, payload.decode())], name, described_type, *styles[name][:1], explode=False, names=()
            )
        else:
            value = _typed(payload.decode(errors="replace"), item or described_type)
        made[name] = [*made.get(name, ()), value] if item is not None and not is_array(value) else value
    return made if types or _holds_object(kind) else next(iter(made.values()), None)


def _refuse_broken(value: Any, node: Node, path: str) -> None:
    if reason := broken(value, node, path):
        raise UnfitError(reason)


def read(value: Any, kind: Any, path: str) -> Any:
    """Make a value of a type out of JSON.

    Raises:
        UnfitError: There is none.
    """
    made = [(one, misfit(one, kind, path)) for one in _made(value, kind)]
    if not made:
        raise UnfitError(_reason(value, kind, path))
    fitting = [one for one, reason in made if reason is None]
    if not fitting:
        raise UnfitError(str(made[0][1]))
    return min(fitting, key=_undescribed_keys)


def _undescribed_keys(value: Any) -> int:
    return len(value.additional_properties) if is_model(type(value)) else 0


def _made(value: Any, kind: Any) -> list[Any]:
    """Make a value of each member of a type that it can be made of."""
    made: list[Any] = []
    for option in sorted(members(kind), key=lambda option: option in {str, Any}):
        try:
            made.append(_one(value, option))
        except UNREADABLE:
            continue
    return made


_READERS: Final[dict[Any, Callable[[Any], Any]]] = {
    dt.datetime: parse_datetime,
    dt.date: dt.date.fromisoformat,
    dt.time: formats.parse_time,
    dt.timedelta: formats.parse_duration,
    bytes: formats.parse_base64,
    UUID: parse_uuid,
}
"""How types are read whose values are texts in JSON."""


def _one(value: Any, kind: Any) -> Any:
    if is_model(kind):
        return kind.from_dict(_to_send(value))
    if get_origin(kind) is list:
        if not is_array(value):
            raise TypeError
        return [read(item, get_args(kind)[0], "") for item in value]
    if get_origin(kind) is dict:
        return {key: read(item, get_args(kind)[1], "") for key, item in value.items()}
    if kind in _READERS:
        if not isinstance(value, str):
            raise TypeError
        return _READERS[kind](value)
    if kind is Decimal:
        return formats.parse_decimal(value) if isinstance(value, str) else formats.parse_decimal_number(value)
    if kind is int and isinstance(value, str):
        return formats.parse_integer(value)
    if kind in _PLAIN and value is not None:
        raise TypeError
    return value


def _to_send(value: Any) -> Any:
    """Mark JSON as what was sent, which may lack what only answers have."""
    if is_object(value):
        return ToSend({key: _to_send(inner) for key, inner in value.items()})
    return [_to_send(inner) for inner in value] if is_array(value) else value


def _reason(value: Any, kind: Any, path: str) -> str:
    options = [option for option in members(kind) if option not in _PLAIN]
    if len(options) == 1 and is_model(options[0]) and is_object(value):
        try:
            options[0].from_dict(_to_send(value))
        except UNREADABLE as error:
            mismatch = find_mismatch(options[0].from_dict, _to_send(value), error)
            return f"{path}.{mismatch}" if mismatch.attribute else f"{path}: {mismatch}"
    return f"{path}: {described(kind)} is described, and {found(value)} was found"
