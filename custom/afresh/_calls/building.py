"""Builds the requests of the operations in the generated package, and explains which argument cannot be sent.

Fields that the API's description lacks can be added to the query and the body. What the arguments of the method say
wins, as it does for headers. A list that is read page by page depends on that.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from afresh._bodies import build_request
from afresh._errors import InvalidArgument
from afresh._http import httpx
from afresh_api.base_model import BaseModel
from afresh_api.errors import InvalidValue, kind
from afresh_api.styles import form_bytes, json_bytes, multipart, query_part, with_query
from afresh_api.types import File
from afresh_api.values import is_mapping, is_object, listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh_api.operation import Operation

UNSENDABLE: Final = (TypeError, ValueError, AttributeError, RecursionError, httpx.InvalidURL)
"""The errors raised if no request can be built from the arguments."""

MAX_DEPTH: Final = 50
"""The maximum depth to which a value is searched."""

REMEDIES: Final = {
    "to_dict": "make one with its class, or with `from_dict` from a JSON object",
    "to_tuple": "wrap it: File(payload=…), or `uploading`",
}
"""What to do, by the attribute that the value lacks."""

UNKNOWN: Final = object()
"""Stands for the wrong value if it is unknown."""

NOT_A_NUMBER: Final = object()
"""Stands for the wrong value if it is a number that JSON cannot represent, such as NaN."""

FORM: Final = "application/x-www-form-urlencoded"

WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""The methods whose requests have a body only if the description says so."""

Part = tuple[str, Any, str]
"""A part of the arguments: its path, its value, and its annotation."""


def arguments_of(
    operation: Operation[Any], prefix: str, build: Callable[..., dict[str, Any]], given: dict[str, Any]
) -> dict[str, Any]:
    """Return the arguments of `httpx.Client.request` for an operation.

    Raises:
        InvalidArgument: An argument cannot be sent.
    """
    try:
        return build(**given)
    except UNSENDABLE as error:
        raise invalid_argument(error, given, build, method=operation.method, url=prefix + operation.path) from error


def request_of(
    operation: Operation[Any], prefix: str, http: httpx.Client | httpx.AsyncClient, arguments: dict[str, Any]
) -> httpx.Request:
    """Build a request. JSON that httpx cannot encode, with models, dates or other collections, is encoded here.

    Raises:
        InvalidArgument: The request cannot be built.
    """
    try:
        try:
            return build_request(http, arguments)
        except UNSENDABLE:
            if "json" not in arguments:
                raise
        headers = httpx.Headers({"Content-Type": "application/json"})
        headers.update(arguments.get("headers"))
        encoded = {**arguments, "headers": headers, "content": json_bytes(arguments["json"])}
        del encoded["json"]
        return build_request(http, encoded)
    except UNSENDABLE as error:
        given = {"body": arguments["json"]} if "json" in arguments else {}
        raise invalid_argument(error, given, None, method=operation.method, url=prefix + operation.path) from error


def invalid_argument(
    error: Exception, given: Mapping[str, Any], build: Callable[..., Any] | None, **request: Any
) -> InvalidArgument:
    """Create an InvalidArgument from an error that was raised while a request was built.

    Args:
        error: The error.
        given: The arguments by name.
        build: The function that was called with them. Its annotations are the expected types.
        **request: The arguments of `SDKError` that identify the request.
    """
    annotations: Mapping[str, str] = {} if build is None else build.__annotations__
    parts = [part for name, value in given.items() for part in _parts(name, value, annotations.get(name, ""), 0)]
    path, _, annotation = _find(parts, error) or (None, None, "")
    if isinstance(error, InvalidValue):
        message = f"`{path}` {error.reason}" if path else str(error)
    elif isinstance(error, AttributeError) and path:
        remedy = REMEDIES.get(error.name or "")
        expected = annotation.removesuffix(" | Unset").removesuffix(" | None")
        message = f"`{path}` must be {expected}, not {kind(error.obj)}" + (f": {remedy}" if remedy else "")
    elif isinstance(error, RecursionError):
        message = "an argument cannot be sent: it is nested too deeply, or contains itself"
    else:
        subject = f"`{path}`" if path else "an argument"
        message = f"{subject} cannot be sent: {error} ({type(error).__name__})"
    return InvalidArgument(f"{message.rstrip('.')}.", argument=path, **request)


def _find(parts: list[Part], error: Exception) -> Part | None:
    """Find the part that an error is about. If several match, prefer one whose type differs from its annotation."""
    value = _value(error)
    found = [part for part in parts if part[1] is value or (value is NOT_A_NUMBER and _is_not_a_number(part[1]))]
    found = found or [part for part in parts if _is_exhausted(part[1])]
    return min(found, key=lambda part: kind(part[1]) in re.findall(r"\w+", part[2]), default=None)


def _value(error: Exception) -> Any:
    """Return the value that an error is about, or NOT_A_NUMBER or UNKNOWN."""
    if isinstance(error, InvalidValue):
        return error.value
    if isinstance(error, AttributeError):
        return error.obj
    if isinstance(error, UnicodeEncodeError):
        return error.object
    return NOT_A_NUMBER if "float" in str(error) else UNKNOWN


def _is_exhausted(value: Any) -> bool:
    """Whether a value is an iterator, whose items have been consumed."""
    return not hasattr(value, "read") and isinstance(value, Iterator)


def _is_not_a_number(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _parts(path: str, value: Any, annotation: str, depth: int) -> Iterator[Part]:
    """Iterate over an argument and all values in it."""
    yield path, value, annotation
    if depth > MAX_DEPTH:
        return
    for name, child, child_annotation in _children(value, annotation):
        yield from _parts(path + name, child, child_annotation, depth + 1)


def _children(value: Any, annotation: str) -> Iterator[Part]:
    if _is_instance(value, BaseModel):
        for name in value.__slots__:
            yield f".{name}", getattr(value, name), type(value).__annotations__[name]
        value = value.additional_properties
    if _is_instance(value, File):
        yield "", value.payload, annotation
        yield ".mime_type", value.mime_type, "str | None"
    elif _is_instance(value, Mapping):
        for key, item in value.items():
            yield f"[{key!r}]", item, ""
    elif (
        _is_instance(value, Iterable) and not _is_instance(value, (str, bytes, Iterator)) and not hasattr(value, "read")
    ):
        for index, item in enumerate(value):
            yield f"[{index}]", item, annotation


def _is_instance(value: Any, types: type[Any] | tuple[type[Any], ...]) -> bool:
    """As `isinstance`, but without telling type checkers that the parts are of unknown types."""
    return isinstance(value, types)


def checked_fields(name: str, fields: Any) -> dict[str, Any]:
    """Return the fields to add, without those that are None.

    Raises:
        InvalidArgument: They are not a mapping with names that are strings.
    """
    if not is_mapping(fields) or not all(isinstance(key, str) for key in fields):
        shown = "a mapping with other names" if is_mapping(fields) else kind(fields)
        raise InvalidArgument(f"`{name}` must be a mapping of names to values, not {shown}.", argument=name)
    return dict(fields)


def written_query(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the fields of a query as names and values. A list has its name once for each item; None is left out.

    Raises:
        InvalidArgument: A value cannot be written.
    """
    written: list[tuple[str, str]] = []
    for name, value in fields.items():
        if value is None:
            continue
        try:
            text = query_part(name, listed(value), style="deepObject" if is_object(value) else "form")
        except (TypeError, ValueError) as error:
            reason = error.reason if isinstance(error, InvalidValue) else f"cannot be sent: {error}"
            raise InvalidArgument(f"`query[{name!r}]` {reason}.", argument=f"query[{name!r}]") from None
        written += httpx.QueryParams(text).multi_items()
    return written


def with_query_fields(arguments: dict[str, Any], fields: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the arguments of `httpx.Client.request` with more fields in the query."""
    written = arguments["url"].partition("?")[2]
    if written:
        known = httpx.QueryParams(written)
        texts = [query_part(name, value) for name, value in fields if name not in known]
        return {**arguments, "url": with_query(arguments["url"], texts)}
    known = httpx.QueryParams(arguments.get("params"))
    added = [(name, value) for name, value in fields if name not in known]
    return {**arguments, "params": httpx.QueryParams([*known.multi_items(), *added])}


def with_body_fields(arguments: dict[str, Any], fields: dict[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `httpx.Client.request` with more fields in the body: a JSON object, or a form.

    Args:
        arguments: The arguments.
        fields: The fields to add.
        request: The arguments of `SDKError` that identify the request.

    Raises:
        InvalidArgument: The body is neither a JSON object nor a form.
    """
    media_type = httpx.Headers(arguments.get("headers")).get("Content-Type", "application/json").partition(";")[0]
    if "json" in arguments:
        return {**arguments, "json": _merged(arguments["json"], fields, request)}
    if "files" in arguments:
        parts: list[Any] = arguments["files"]
        names = {name for name, _ in parts}
        added = multipart({name: value for name, value in fields.items() if name not in names}, {})
        return {**arguments, "files": [*parts, *added]}
    content = arguments.get("content")
    if isinstance(content, bytes) and media_type == FORM:
        known = httpx.QueryParams(content.decode())
        more = form_bytes({name: value for name, value in fields.items() if name not in known}, {})
        return {**arguments, "content": b"&".join(filter(None, (content, more)))}
    if isinstance(content, bytes) and media_type.endswith("json"):
        return {**arguments, "content": json_bytes(_merged(json.loads(content), fields, request))}
    if content is not None:
        raise _no_object(f"is of the type {media_type}", request)
    if arguments["method"] in WITHOUT_BODY:
        raise _no_object(f"does not exist, since the method is {arguments['method']}", request)
    return {**arguments, "json": fields}


def _merged(body: Any, fields: dict[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    if not is_object(body):
        raise _no_object(f"is JSON of the type {kind(body)}", request)
    return {**fields, **body}


def _no_object(reason: str, request: Mapping[str, Any]) -> InvalidArgument:
    return InvalidArgument(
        f"`body` has fields for a JSON object or a form, but the body of this request {reason}. Use a view without "
        "them, or `http`.",
        argument="body",
        **request,
    )
