"""Whether a request is what the description says, and means what it was asked with."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
from attrs import define
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from afresh_toolkit.conformance import decoding
from afresh_toolkit.conformance.calling import ABSENT, BASE_URL
from afresh_toolkit.conformance.decoding import Style
from afresh_toolkit.conformance.faking import FILE
from afresh_toolkit.conformance.schemas import Schemas
from afresh_toolkit.generator.reading.description import METHODS, DescribedOperation

_KNOWN_METHODS = frozenset(METHODS) - {"query"}
"""The methods that openapi-core knows."""

UNDECODED = ("deepObject", "matrix", "label", "tabDelimited", "cookie")
"""Styles that openapi-core reads only in part; what they say is left to our own decoder."""

UNDECLARED: dict[str, Any] = {"required": True, "schema": {"type": "string"}}
"""What a name in a path's braces stands for, where no parameter is described for it."""


@define(frozen=True)
class Asked:
    """What a method was called with: JSON by (location, name), the body's JSON, and what may be handed over for it."""

    parameters: dict[tuple[str, str], Any]
    body: Any
    candidates: list[Any]

    @property
    def has_body(self) -> bool:
        """Whether a body was handed over."""
        return self.candidates != [ABSENT]


def faults(described: DescribedOperation, schemas: Schemas, asked: Asked, request: httpx.Request) -> list[str]:
    """Say in what a request differs; nothing where it conforms."""
    body = schemas.resolve(described.data.get("requestBody") or {})
    try:
        found = [*_parameter_faults(described, asked, request), *_body_faults(body, asked, request)]
    except ValueError as error:
        return [f"cannot be read back: {error}"]
    return found or _second_opinion(described, schemas, asked, request)


def _parameter_faults(described: DescribedOperation, asked: Asked, request: httpx.Request) -> list[str]:
    raw_path, _, query = request.url.raw_path.decode().partition("?")
    template, _, fixed = described.path.partition("?")
    found: list[str] = []
    if request.method != described.method:
        found.append("method")
    variables = decoding.path_variables(template.partition("#")[0], raw_path)
    pairs = decoding.query_pairs(query)
    cookies = decoding.query_pairs(request.headers.get("Cookie", ""), ";")
    if variables is None:
        return [*found, "path"]
    known: set[str] = {name for name, _ in parse_qsl(fixed, keep_blank_values=True)}
    for (location, name), value in asked.parameters.items():
        style = Style.of(described.parameters.get((location, name), UNDECLARED), location)
        match location:
            case "path":
                read = decoding.path_value(name, variables.get(name, ""), style, value)
            case "querystring":
                media_type, media = next(iter(described.parameters[location, name]["content"].items()))
                read = decoding.whole_query(query, media_type, media, value)
                known |= {pair for pair, _ in pairs}
            case "query":
                read = decoding.query_value(name, pairs, style, value)
                known |= {name} | (set(value) if isinstance(value, dict) else set())
            case "header":
                read = decoding.header_value(request.headers.get(name, ""), style, value)
            case _:
                read = decoding.cookie_value(name, cookies, style, value)
        if not same(read, decoding.wording(value)):
            found.append(
                f"{location} parameter, {style.name}{' exploded' if style.explode else ''}, of {_shape(value)}"
            )
    if any(name.partition("[")[0] not in {one.partition("[")[0] for one in known} for name, _ in pairs):
        found.append("query parameter that was not asked for")
    return found


def _body_faults(described: dict[str, Any], asked: Asked, request: httpx.Request) -> list[str]:
    sent = request.content
    if not asked.has_body:
        return ["body that was not asked for"] if sent else []
    said = request.headers.get("Content-Type", "")
    media_type = said.partition(";")[0].strip().lower()
    media = next((media for name, media in described["content"].items() if _fits(media_type, name)), None)
    if media is None:
        return [f"body of type {media_type or 'none'}, which is not described"]
    if (
        _offers_json(described)
        and not media_type.endswith("json")
        and isinstance(asked.body, dict | list)
        and FILE not in json.dumps(asked.body)  # which JSON cannot hold
    ):
        return ["body not sent as JSON, which is offered"]
    encoding = media.get("encoding") or {}
    wanted: Any = asked.body
    read: Any
    if media_type.endswith("json") and not isinstance(wanted, bytes):
        read = json.loads(sent)
    elif media_type == "application/x-www-form-urlencoded" and isinstance(wanted, dict):
        wanted = decoding.wording(wanted)
        pairs = decoding.query_pairs(sent.decode())
        read = {name: decoding.form_value(name, pairs, encoding.get(name), value) for name, value in asked.body.items()}
        read = {name: value for name, value in read.items() if name in wanted}
    elif media_type == "multipart/form-data" and isinstance(wanted, dict):
        wanted = decoding.wording(wanted)
        parts = decoding.parts(said, sent)
        read = {name: decoding.part_value(name, parts, encoding.get(name), asked.body[name]) for name in wanted}
        if {name for name, *_ in parts} - wanted.keys():
            return ["part that was not asked for"]
    else:
        read = sent if isinstance(wanted, bytes) else sent.decode()
    return [] if same(read, wanted) else [f"body of {media_type}"]


def is_reserved(parameter: dict[str, Any]) -> bool:
    """Whether a parameter is one that OpenAPI says to ignore."""
    name = str(parameter.get("name")).lower()
    return parameter.get("in") == "header" and name in {"accept", "authorization", "content-type"}


def _fits(media_type: str, described: str) -> bool:
    name = described.partition(";")[0].strip().lower()
    main, _, sub = name.partition("/")
    if "*" not in name:
        return name == media_type
    return main in {"*", media_type.partition("/")[0]} and media_type.endswith(sub.removeprefix("*"))


def _offers_json(described: dict[str, Any]) -> bool:
    return any(name.partition(";")[0].strip().lower().endswith(("/json", "+json")) for name in described["content"])


def same(first: Any, second: Any) -> bool:
    """Whether two JSON values are equal; two texts are, too, where they name the same moment."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(first[key], second[key]) for key in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, bool) != isinstance(second, bool):
        return False
    if isinstance(first, str) and isinstance(second, str) and first != second:
        try:
            return datetime.fromisoformat(first) == datetime.fromisoformat(second)
        except (TypeError, ValueError):
            return False
    return bool(first == second)


def _shape(value: Any) -> str:
    return "an object" if isinstance(value, dict) else "an array" if isinstance(value, list) else "one value"


@define
class _Request:
    """A request as openapi-core looks at it."""

    sent: httpx.Request
    parameters: RequestParameters

    host_url = BASE_URL

    @property
    def path(self) -> str:
        return unquote(self.sent.url.raw_path.decode().partition("?")[0])

    @property
    def method(self) -> str:
        return self.sent.method.lower()

    @property
    def content_type(self) -> str:
        return str(self.sent.headers.get("Content-Type", ""))

    @property
    def body(self) -> bytes | None:
        return self.sent.content or None


def _second_opinion(described: DescribedOperation, schemas: Schemas, asked: Asked, request: httpx.Request) -> list[str]:
    """Ask openapi-core, about what it can judge."""
    if not _can_judge(described, asked, request):
        return []
    query = request.url.query.decode()
    cookies = [part.strip().partition("=") for part in request.headers.get("Cookie", "").split(";") if part.strip()]
    parameters = RequestParameters(
        query=ImmutableMultiDict(parse_qsl(query, keep_blank_values=True)),
        header=Headers(list(request.headers.items())),
        cookie=ImmutableMultiDict([(name, unquote(value)) for name, _, value in cookies]),
    )
    try:
        media_type = request.headers.get("Content-Type", "").partition(";")[0]
        _openapi(schemas, described, media_type).validate_request(_Request(request, parameters))
    except OpenAPIError as error:
        cause = error.__cause__ or error.__context__
        return [f"openapi-core: {type(error).__name__}: {type(cause).__name__}: {_first(cause or error)}"]
    except Exception:  # noqa: BLE001  (it breaks at what it does not know, such as parameters of several types)
        return []
    return []


def _can_judge(described: DescribedOperation, asked: Asked, request: httpx.Request) -> bool:
    media_type = request.headers.get("Content-Type", "application/json").partition(";")[0]
    if described.method.lower() not in _KNOWN_METHODS or any(
        where == "querystring" for where, _ in described.parameters
    ):
        return False
    if asked.has_body and (isinstance(asked.body, bytes) or not media_type.endswith("json")):
        return False  # forms, in which it takes no objects, and what it does not read at all
    for (location, name), value in asked.parameters.items():
        style = Style.of(described.parameters.get((location, name), UNDECLARED), location)
        if style.name in UNDECODED or style.is_json or (isinstance(value, dict | list) and location == "cookie"):
            return False
        if isinstance(value, dict) or value == "" or (location == "path" and "/" in str(value)):
            return False
        if isinstance(value, list) and any(isinstance(item, list) or {*", "} & {*str(item)} for item in value):
            return False  # it splits what is decoded already, and reads no array in an array
    return "?" not in described.path and "#" not in described.path


def _openapi(schemas: Schemas, described: DescribedOperation, media_type: str) -> OpenAPI:
    """Make a description of one operation, at our server and without security, but for that as it was published."""
    content = schemas.content
    operation = {key: value for key, value in described.data.items() if key not in {"servers", "security"}}
    body = schemas.resolve(operation.get("requestBody") or {})
    if any("*" in name for name in body.get("content", {})):  # it reads nothing of a range of types
        content_of = {media_type if "*" in name else name: media for name, media in body["content"].items()}
        operation["requestBody"] = {**body, "content": content_of}
    operation["parameters"] = [
        one
        for one in described.parameters.values()
        if not is_reserved(one) and one.get("style") not in {"cookie", "tabDelimited"}
    ]
    held = {described.method.lower(): operation}
    one = {
        "openapi": content["openapi"],
        "info": {"title": "one", "version": "1"},
        "servers": [{"url": BASE_URL}],
        "paths": {described.path: held},
        "components": content.get("components") or {},
    }
    read: dict[str, Any] = (
        {media_type: json.loads} if media_type.endswith("json") else {}
    )  # it knows few of JSON's types
    return OpenAPI.from_dict(one, config=Config(spec_validator_cls=None, extra_media_type_deserializers=read))


def _first(error: BaseException) -> str:
    inner = getattr(error, "schema_errors", None)
    return str(inner[0] if inner else error).splitlines()[0][:120]
