"""The body of a token call's answer: read a limited part of it, and parse its JSON, however broken."""

from __future__ import annotations

import json
import re
import zlib
from contextlib import suppress
from typing import Final, cast

import httpx

LARGEST_BODY: Final = 2**20
"""Maximum bytes of a token answer, before and after decompression. Real ones have a few thousand."""

DEEPEST: Final = 50
"""How deep a JSON text is parsed if it is nested too deeply for Python's parser. What lies deeper becomes null."""

MOST_DIGITS: Final = 400
"""Integers with more digits are read as floats: Python refuses to parse them."""

UNREAD: Final = "afresh_unread"
"""The response extension that says why the body was not read."""

_INFLATABLE: Final = frozenset({"gzip", "x-gzip", "deflate"})
_ABOUT_ENCODING: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_BRACKETS: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


def read_answer(response: httpx.Response) -> httpx.Response:
    """Read a streamed answer, up to the size limit, and return it as a complete response.

    A body that is too large or cannot be decompressed is left out. Status and headers are enough for an error, and
    `document_of` says why there is no document.

    Raises:
        httpx.RequestError: The connection failed.
    """
    content, reason = _content(response)
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in _ABOUT_ENCODING]
    extensions = {UNREAD: reason} if reason else {}
    return httpx.Response(
        response.status_code, headers=headers, content=content, request=response.request, extensions=extensions
    )


def document_of(response: httpx.Response) -> object:
    """Return the JSON document of an answer. Tolerate characters that are not in its charset, and too deep nesting.

    Raises:
        ValueError: The answer has no JSON document. The error says why, as the end of a sentence about the answer.
    """
    if reason := response.extensions.get(UNREAD):
        raise ValueError(reason)
    text = _text(response)
    try:
        try:
            return _parsed(text)
        except RecursionError:
            return _parsed(_shallow(text))
    except ValueError:
        raise ValueError("is not JSON") from None


def _content(response: httpx.Response) -> tuple[bytes, str | None]:
    """Return the decompressed content of a body, and the reason if it is left out."""
    too_large = f"is larger than {LARGEST_BODY // 2**10} KiB"
    if response.is_stream_consumed:  # a user's own client has read and decompressed it
        return (response.content, None) if len(response.content) <= LARGEST_BODY else (b"", too_large)
    raw = bytearray()
    for chunk in response.iter_raw():
        raw += chunk
        if len(raw) > LARGEST_BODY:
            return b"", too_large
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return bytes(raw), None
    if encoding not in _INFLATABLE:
        return b"", "is compressed in a way that was not requested"
    content = _inflated(bytes(raw))
    if content is None:
        return b"", "is not compressed as its Content-Encoding says"
    return (content, None) if len(content) <= LARGEST_BODY else (b"", too_large)


def _inflated(raw: bytes) -> bytes | None:
    """Decompress a body, to little more than the size limit; None if that fails."""
    # gzip or zlib, as its first bytes say, or else raw deflate, which some servers send instead of zlib.
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        inflating = zlib.decompressobj(window)
        try:
            content = inflating.decompress(raw, LARGEST_BODY + 1)
        except zlib.error:
            continue
        if inflating.eof or len(content) > LARGEST_BODY:
            return content
    return None


def _text(response: httpx.Response) -> str:
    """Return a body as text. Characters that cannot be decoded are replaced; tokens are ASCII and survive that."""
    content = response.content
    detected = json.detect_encoding(content)
    for encoding in (detected, response.charset_encoding or detected):
        with suppress(LookupError, ValueError):  # an unknown charset, or a codec that is not a text encoding
            return content.decode(encoding)
    return content.decode(detected, errors="replace")


def _parsed(text: str) -> object:
    return cast("object", json.loads(text.removeprefix("\ufeff"), parse_int=_integer))


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


def _shallow(text: str) -> str:
    """Replace what is nested too deeply in a JSON text with null."""
    kept: list[str] = []
    depth = begin = 0
    for found in _BRACKETS.finditer(text):
        if found[0] in "[{":
            if depth == DEEPEST:
                kept += text[begin : found.start()], "null"
            depth += 1
        elif found[0] in "]}":
            depth -= 1
            if depth == DEEPEST:
                begin = found.end()
    if depth <= DEEPEST:
        kept.append(text[begin:])
    return "".join(kept)
