"""The body of a token call's response: read a limited part of it, and parse its JSON, however broken."""

from __future__ import annotations

import json
import re
import zlib
from typing import Final, cast

import httpx

LARGEST_BODY: Final = 2**20
"""Maximum bytes of a token response, before and after decompression. Real ones have a few thousand."""

MAX_DEPTH: Final = 50
"""How deep a JSON text is parsed if it is nested too deeply for Python's parser. What lies deeper becomes null."""

MAX_DIGITS: Final = 400
"""Integers with more digits are read as floats: Python refuses to parse them."""

UNREAD_REASON: Final = "afresh_unread"
"""The response extension that says why the body was not read."""

_SUPPORTED_ENCODINGS: Final = frozenset({"gzip", "x-gzip", "deflate"})
_ENCODING_HEADERS: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_BRACKETS: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


def read_answer(response: httpx.Response) -> httpx.Response:
    """Read a streamed response, up to the size limit, and return it complete.

    A body that is too large or cannot be decompressed is left out. Status and headers are enough for an error, and
    `document_of` says why there is no document.

    Raises:
        httpx.RequestError: The connection failed.
    """
    content, reason = _content(response)
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in _ENCODING_HEADERS]
    extensions = {UNREAD_REASON: reason} if reason else {}
    return httpx.Response(
        response.status_code, headers=headers, content=content, request=response.request, extensions=extensions
    )


def document_of(response: httpx.Response) -> object:
    """Return the JSON document of a response. Tolerate characters that are not in its charset, and too deep nesting.

    Raises:
        ValueError: The response has no JSON document. The error says why, as the end of a sentence about the response.
    """
    if reason := response.extensions.get(UNREAD_REASON):
        raise ValueError(reason)
    text = _text(response)
    try:
        try:
            return _parse(text)
        except RecursionError:
            return _parse(_limit_depth(text))
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
    if encoding not in _SUPPORTED_ENCODINGS:
        return b"", "is compressed in a way that was not requested"
    content = _decompress(bytes(raw))
    if content is None:
        return b"", "is not compressed as its Content-Encoding says"
    return (content, None) if len(content) <= LARGEST_BODY else (b"", too_large)


def _decompress(raw: bytes) -> bytes | None:
    """Decompress a body, to little more than the size limit; None if that fails."""
    # gzip or zlib, as its first bytes say, or else raw deflate, which some servers send instead of zlib.
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        decompressor = zlib.decompressobj(window)
        try:
            content = decompressor.decompress(raw, LARGEST_BODY + 1)
        except zlib.error:
            continue
        if decompressor.eof or len(content) > LARGEST_BODY:
            return content
    return None


def _text(response: httpx.Response) -> str:
    """Return a body as text, in the encoding that its first bytes show (RFC 8259, section 8.1).

    Bytes that cannot be decoded are replaced. Tokens are ASCII, and survive that.
    """
    return response.content.decode(json.detect_encoding(response.content), errors="replace")


def _parse(text: str) -> object:
    return cast("object", json.loads(text.removeprefix("\ufeff"), parse_int=_integer))


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _limit_depth(text: str) -> str:
    """Replace what is nested too deeply in a JSON text with null."""
    kept: list[str] = []
    depth = start = 0
    for match in _BRACKETS.finditer(text):
        if match[0] in "[{":
            if depth == MAX_DEPTH:
                kept += text[start : match.start()], "null"
            depth += 1
        elif match[0] in "]}":
            depth -= 1
            if depth == MAX_DEPTH:
                start = match.end()
    if depth <= MAX_DEPTH:
        kept.append(text[start:])
    return "".join(kept)
