"""Validates options when they are given, rather than when they are first used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import httpx

from afresh._errors import InvalidArgument
from afresh_api.errors import InvalidValue, kind
from afresh_api.values import header_text, is_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A valid header name (RFC 9110, section 5.1)."""


def check_options(options: Mapping[str, Any], headers: Any) -> None:
    """Check the given options, by name, and headers.

    Raises:
        InvalidArgument: An option has the wrong type, or cannot be sent.
    """
    if "retries" in options and (type(options["retries"]) is not int or options["retries"] < 0):
        raise _refusal("retries", options["retries"], "a whole number, 0 or more")
    if "timeout" in options:
        check_timeout(options["timeout"])
    if "idempotency_key" in options:
        _check_header("idempotency_key", options["idempotency_key"])
    if not is_mapping(headers):
        raise _refusal("headers", headers, "a mapping of names to values")
    for name, value in headers.items():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            message = f"`headers` has the name {name!r}, which is not a valid header name (RFC 9110, section 5.1)."
            raise InvalidArgument(message, argument="headers")
        _check_header(f"headers[{name!r}]", value)


def check_timeout(timeout: Any) -> None:
    """Check a timeout. Raise InvalidArgument if it is not a number of seconds or an `httpx.Timeout`."""
    is_number = isinstance(timeout, int | float) and not isinstance(timeout, bool) and timeout >= 0
    if not is_number and not isinstance(timeout, httpx.Timeout):
        raise _refusal("timeout", timeout, "a number of seconds, or an httpx.Timeout")


def _check_header(argument: str, value: Any) -> None:
    if not isinstance(value, str):
        raise _refusal(argument, value, "a string")
    try:
        header_text(value)
    except InvalidValue as error:
        raise InvalidArgument(f"`{argument}` {error.reason}.", argument=argument) from None


def _refusal(argument: str, value: Any, expected: str) -> InvalidArgument:
    shown = f"{value!r}" if isinstance(value, int | float) else kind(value)
    return InvalidArgument(f"`{argument}` must be {expected}, not {shown}.", argument=argument)
