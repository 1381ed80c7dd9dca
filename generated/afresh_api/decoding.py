"""What answers hold: values of JSON, by msgspec where that is installed (the extra `fast`)."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

import httpx

DECODED = f"{__package__}.decoded"
"""The extension of an answer by which it holds other values than its bytes say."""


def json_of(response: httpx.Response) -> Any:
    """Return the values of an answer, as `response.json()` does; raises ValueError where it is no JSON."""
    if DECODED in response.extensions:
        return response.extensions[DECODED]
    return loads(response.content)


def decoded(response: httpx.Response) -> Any:
    """Return what an answer holds that may be anything, by its own Content-Type; None where it has no body."""
    if not response.content:
        return None
    media_type = response.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()
    if media_type.endswith(("/json", "+json")):
        return json_of(response)
    return response.text if media_type.startswith("text/") or media_type.endswith(("xml", "yaml")) else response.content


def loads(data: bytes | str) -> Any:
    """Return the values of JSON, as `json.loads` does.

    What msgspec refuses is left to `json`, which reads it or raises the error: NaN, lone surrogates, UTF-16 and the
    like.
    """
    decode = _decoder()
    if decode is not None:
        with suppress(Exception):
            return decode(data)
    return json.loads(data)


@cache
def _decoder() -> Callable[[bytes | str], Any] | None:
    """Return the parser of msgspec; None where it is not installed, or reads large integers otherwise than `json`."""
    try:
        decode: Callable[[bytes | str], Any] = import_module("msgspec.json").decode
    except ImportError:
        return None
    return decode if decode(b"18446744073709551616") == 2**64 else None
