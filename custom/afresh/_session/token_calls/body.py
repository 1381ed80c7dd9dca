"""The body of a token call's answer: how much of it is read, and the JSON in it, whatever that is."""

from __future__ import annotations

import json
import re
import zlib
from typing import Final, cast

import httpx

LARGEST_BODY: Final = 2**20
"""Bytes that a token answer may have, before and after it is decompressed. Real ones have some thousand."""

DEEPEST: Final = 50
"""How deep arrays and objects are read where all of them are too many; what lies deeper counts as null."""

MOST_DIGITS: Final = 400
"""A longer number is beyond all use, and Python refuses to read it as an integer."""

UNREAD: Final = "afresh_unread"
"""The extension of a response that says why its body was not read."""

_INFLATABLE: Final = frozenset({"gzip", "x-gzip", "deflate"})
_ABOUT_ENCODING: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_BRACKETS: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


def read_answer(response: httpx.Response) -> httpx.Response:
    """Read an answer that is on its way, but no more of it than a token answer may have.

    What cannot be read, or is too large, is left out: status and headers say enough of an error, and `document_of`
    says why there is no document.

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
    """Give the JSON that an answer holds. One text that is not in its charset, or too deep, does not spoil the rest.

    Raises:
        ValueError: It holds none; the error says why.
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
    """Give what can be read of a body, and why it cannot."""
    too_large = f"is larger than {LARGEST_BODY // 2**10} KiB"
    if response.is_stream_consumed:  # a client of the user's own has read it, and decompressed it
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
        return b"", "is compressed in a way that was not asked for"
    content = _inflated(bytes(raw))
    if content is None:
        return b"", "is not compressed as it says"
    return (content, None) if len(content) <= LARGEST_BODY else (b"", too_large)


def _inflated(raw: bytes) -> bytes | None:
    """Decompress a body, but hardly more of it than is of use; None where it cannot be done."""
    # gzip or zlib, as the first bytes say; else a bare stream, which some servers send in place of zlib.
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
    """Return a body as text, in the encoding that its first bytes show (RFC 8259, section 8.1).

    Bytes that are not in that encoding are replaced: tokens are ASCII, and survive where other characters do not.
    """
    return response.content.decode(json.detect_encoding(response.content), errors="replace")


def _parsed(text: str) -> object:
    return cast("object", json.loads(text.removeprefix("\ufeff"), parse_int=_integer))


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


def _shallow(text: str) -> str:
    """Put null for what lies too deep in a JSON text."""
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
