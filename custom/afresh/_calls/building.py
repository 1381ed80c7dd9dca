"""Requests out of what the operations of the generated package want sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from afresh._http.file_stream import build_request
from afresh_api.styles import json_bytes

from .misuse import UNSENDABLE, invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh_api.operation import Operation


def arguments_of(
    operation: Operation[Any], prefix: str, build: Callable[..., dict[str, Any]], given: dict[str, Any]
) -> dict[str, Any]:
    """Give the arguments of `httpx.Client.request` that ask for an operation.

    Raises:
        InvalidArgument: One of those that were given cannot be sent.
    """
    try:
        return build(**given)
    except UNSENDABLE as error:
        raise invalid_argument(error, given, build, method=operation.method, url=prefix + operation.path) from error


def request_of(
    operation: Operation[Any], prefix: str, http: httpx.Client | httpx.AsyncClient, arguments: dict[str, Any]
) -> httpx.Request:
    """Build a request. JSON is written once more where httpx cannot: with collections, models and dates in it.

    Raises:
        InvalidArgument: It cannot be built.
    """
    try:
        try:
            return build_request(http, arguments)
        except UNSENDABLE:
            if "json" not in arguments:
                raise
        headers = httpx.Headers({"Content-Type": "application/json"})
        headers.update(arguments.get("headers"))
        written = {**arguments, "headers": headers, "content": json_bytes(arguments["json"])}
        del written["json"]
        return build_request(http, written)
    except UNSENDABLE as error:
        given = {"body": arguments["json"]} if "json" in arguments else {}
        raise invalid_argument(error, given, None, method=operation.method, url=prefix + operation.path) from error
