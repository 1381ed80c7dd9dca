"""Builds the requests of the operations in the generated package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from afresh._http.bodies import build_request
from afresh_api.styles import json_bytes

from .misuse import UNSENDABLE, invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh_api.operation import Operation


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
