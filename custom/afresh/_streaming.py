"""Answers that are streams of values, read one by one as they arrive."""

from __future__ import annotations

import json
from contextlib import aclosing, closing, suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ._errors import UNREADABLE, DecodeError, described

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Iterator

    import httpx

    from afresh_api.operation import Streaming

ItemT = TypeVar("ItemT")

DONE: Final = "[DONE]"
"""What some servers send as the last event, though it is no JSON."""

EVENT_ENCODING: Final = "utf-8-sig"
"""Events are in UTF-8, whatever charset is said, and a byte order mark before the first is no part of it."""

SEPARATORS: Final = {"lines": b"\n", "sequence": b"\x1e"}


def iterate(response: httpx.Response, streaming: Streaming[ItemT]) -> Generator[ItemT]:
    """Go through the values of an answer.

    Raises:
        DecodeError: One of them is not what the description promises.
    """
    with closing(_records(response, streaming) if streaming.framing in SEPARATORS else _events(response)) as texts:
        for text in texts:
            yield _item(text, response, streaming)


async def iterate_async(response: httpx.Response, streaming: Streaming[ItemT]) -> AsyncGenerator[ItemT]:
    """As `iterate`, for asyncio and trio."""
    is_records = streaming.framing in SEPARATORS
    async with aclosing(_records_async(response, streaming) if is_records else _events_async(response)) as texts:
        async for text in texts:
            yield _item(text, response, streaming)


def _events(response: httpx.Response) -> Generator[str]:
    from httpx_sse import EventSource, SSEError  # noqa: PLC0415 - not many APIs have events

    _set_encoding(response)
    try:
        for event in EventSource(response).iter_sse():
            if event.data not in {"", DONE}:
                yield event.data
    except SSEError as error:
        raise _unlike(response, error, "") from None


async def _events_async(response: httpx.Response) -> AsyncGenerator[str]:
    from httpx_sse import EventSource, SSEError  # noqa: PLC0415 - as above

    _set_encoding(response)
    try:
        async with aclosing(EventSource(response).aiter_sse()) as events:
            async for event in events:
                if event.data not in {"", DONE}:
                    yield event.data
    except SSEError as error:
        raise _unlike(response, error, "") from None


def _set_encoding(response: httpx.Response) -> None:
    with suppress(ValueError):  # a hook has read the whole as a text
        response.encoding = EVENT_ENCODING


def _records(response: httpx.Response, streaming: Streaming[Any]) -> Generator[str]:
    records = _Records(SEPARATORS[streaming.framing], response)
    for chunk in response.iter_bytes():
        yield from records.feed(chunk)
    yield from records.end()


async def _records_async(response: httpx.Response, streaming: Streaming[Any]) -> AsyncGenerator[str]:
    records = _Records(SEPARATORS[streaming.framing], response)
    async for chunk in response.aiter_bytes():
        for record in records.feed(chunk):
            yield record
    for record in records.end():
        yield record


class _Records:
    """Cuts what arrives into records. By hand, since httpx takes other characters for the ends of lines, too."""

    def __init__(self, separator: bytes, response: httpx.Response) -> None:
        self._separator = separator
        self._response = response
        self._begun: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[str]:
        first, *others = chunk.split(self._separator)
        self._begun.append(first)
        for other in others:
            yield from self.end()
            self._begun = [other]

    def end(self) -> Iterator[str]:
        whole = b"".join(self._begun)
        try:
            record = whole.decode("utf-8-sig").strip()  # a byte order mark is no part of the first record
        except UnicodeDecodeError as error:
            raise _unlike(self._response, error, whole.decode(errors="replace")) from None
        if record:
            yield record


def _item(text: str, response: httpx.Response, streaming: Streaming[ItemT]) -> ItemT:
    value: object = text
    if streaming.framing != "texts":
        with suppress(ValueError, RecursionError):  # a text is what is left where the description allows for anything
            value = json.loads(text)
    try:
        return streaming.parse(value)
    except UNREADABLE as error:
        raise _unlike(response, error, text) from None


def _unlike(response: httpx.Response, error: Exception, text: str) -> DecodeError:
    return DecodeError(
        f"what the server streams is not what the API's description promises: {type(error).__name__}: {error}. See "
        "`body`; if the description is outdated, renew it and run scripts/generate.",
        body=text[:2000],
        **described(response),
    )
