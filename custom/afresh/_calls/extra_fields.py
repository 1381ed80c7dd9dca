"""Fields of a query or a body that the API's description lacks, added to the request of an operation.

What the arguments of the method say wins, as it does for headers. A list that is read page by page depends on that.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import httpx

from afresh._errors import InvalidArgument
from afresh_api.errors import InvalidValue, kind
from afresh_api.styles import form, json_bytes, multipart, query, with_query
from afresh_api.values import is_mapping, is_object, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM: Final = "application/x-www-form-urlencoded"

WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""The methods whose requests have a body only if the description says so."""


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
            text = query(name, listed(value), style="deepObject" if is_object(value) else "form")
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
        texts = [query(name, value) for name, value in fields if name not in known]
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
        more = form({name: value for name, value in fields.items() if name not in known}, {})
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
