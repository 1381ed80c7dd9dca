"""Reads responses that are streams of values, one by one as they arrive.

Not every event holds a value: servers send others to keep the connection alive, or to report a failure. The first of
these rules that applies to an event is used:

- An event named `error` raises a `StreamError`.
- An event whose name the API's description lists is parsed as described there.
- An event without data, or with one of the usual names for keeping connections alive, is ignored.
- An event whose data have an `error` in place of a value raises a `StreamError`.
- An event whose data are not a value, or have no field of the description, is ignored, unless it has no name, or an
  earlier event of that name held a value.
- Any other event holds a value. If it cannot be parsed, a `DecodeError` is raised.

`events()` returns ignored events, too.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from afresh._errors import UNREADABLE, ClosedError, DecodeError, StreamError, described, translated
from afresh_api.decoding import loads
from afresh_api.operation import Event
from afresh_api.values import is_object

from .events import BYTE_ORDER_MARK, MESSAGE, EventReader, RawEvent
from .mismatch import Mismatch, find_mismatch

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator

    from afresh._http import httpx
    from afresh_api.operation import Streaming

ItemT = TypeVar("ItemT")

log = logging.getLogger("afresh")

DONE: Final = "[DONE]"
"""The data of the last event of some servers. It is not JSON."""

ERROR: Final = "error"
"""The name of an event that reports a failure, or of the field that does so in other events."""

KEEP_ALIVE: Final = frozenset({"ping", "pong", "heartbeat", "keepalive"})
"""The names of events that keep the connection alive, without separators."""

SEPARATORS: Final = {"lines": b"\n", "sequence": b"\x1e"}


class NoValue:
    """The type of NO_VALUE, which stands for an event without a value."""


NO_VALUE: Final = NoValue()


class Stream(Generic[ItemT]):
    """An iterator over the values of a response: see `afresh_api.operation.Streamed`.

    Iteration raises a `StreamError` if the server reports a failure, a `DecodeError` if a value does not match the
    description, a `TransportError` if the connection is lost, and a `ClosedError` after the stream was closed.
    `events()` raises no `StreamError`, but returns the event.
    """

    def __init__(self, response: httpx.Response, streaming: Streaming[ItemT]) -> None:
        self.response = response
        self._reader = _Reader(response, streaming)
        self._raw_events = _raw_events(response, self._reader)

    @property
    def last_event_id(self) -> str | None:
        """The ID of the last event, for the header `Last-Event-ID`; None if it has none."""
        return self._reader.last_event_id

    def __iter__(self) -> Iterator[ItemT]:
        return self

    def __next__(self) -> ItemT:
        while True:
            value = self._reader.value(self._next())
            if not isinstance(value, NoValue):
                return value

    def events(self) -> Iterator[Event[ItemT]]:
        """Iterate over the remaining events, including those that the API's description does not list."""
        with suppress(StopIteration):
            while True:
                yield self._reader.event(self._next())

    def close(self) -> None:
        """Stop reading the response."""
        self._raw_events.close()
        self._reader.close()

    def _next(self) -> RawEvent:
        self._reader.check_open()
        return next(self._raw_events)


class AsyncStream(Generic[ItemT]):
    """An asynchronous iterator over the values of a response, for asyncio and trio: see `Stream`."""

    def __init__(self, response: httpx.Response, streaming: Streaming[ItemT]) -> None:
        self.response = response
        self._reader = _Reader(response, streaming)
        self._raw_events = _raw_events_async(response, self._reader)

    @property
    def last_event_id(self) -> str | None:
        """The ID of the last event, for the header `Last-Event-ID`; None if it has none."""
        return self._reader.last_event_id

    def __aiter__(self) -> AsyncIterator[ItemT]:
        return self

    async def __anext__(self) -> ItemT:
        while True:
            value = self._reader.value(await self.next_event())
            if not isinstance(value, NoValue):
                return value

    def events(self) -> AsyncIterator[Event[ItemT]]:
        """Iterate over the remaining events, including those that the API's description does not list."""
        return _AsyncEvents(self, self._reader)

    async def aclose(self) -> None:
        """Stop reading the response."""
        await self._raw_events.aclose()
        self._reader.close()

    async def next_event(self) -> RawEvent:
        """Return the next event, unparsed."""
        self._reader.check_open()
        return await anext(self._raw_events)


class _AsyncEvents(Generic[ItemT]):  # not an asynchronous generator: see `AsyncPager`
    def __init__(self, stream: AsyncStream[ItemT], reader: _Reader[ItemT]) -> None:
        self._stream = stream
        self._reader = reader

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event[ItemT]:
        return self._reader.event(await self._stream.next_event())


class _Reader(Generic[ItemT]):
    """Interprets the events of one response. It does no I/O."""

    def __init__(self, response: httpx.Response, streaming: Streaming[ItemT]) -> None:
        self._response = response
        self._streaming = streaming
        self._events = EventReader()
        self._records = _Records(SEPARATORS.get(streaming.framing, b"\n"), response)
        self._value_names: set[str] = set()
        self._ignored: set[str] = set()
        self._is_open = True
        self.is_done = False

    @property
    def last_event_id(self) -> str | None:
        return self._events.last_event_id

    def close(self) -> None:
        self._is_open = False

    def check_open(self) -> None:
        if not self._is_open and not self.is_done:
            raise ClosedError(
                "the stream is closed: read it before the end of its `with` block",
                **described(self._response),
            )

    def check_type(self) -> None:
        kind = self._response.headers.get("content-type", "")
        if self._streaming.framing not in SEPARATORS and kind.partition(";")[0].strip().lower() != "text/event-stream":
            raise DecodeError(
                "the answer is not a stream of server-sent events: its content type is "
                f"{kind or 'missing'}. Check the base URL, and any proxy in front of the API.",
                **described(self._response),
            )

    def feed(self, chunk: bytes) -> Iterator[RawEvent]:
        """Add a chunk of bytes, and yield the events that it completes, up to the end marker."""
        for event in (self._records if self._streaming.framing in SEPARATORS else self._events).feed(chunk):
            if event.data.strip() == DONE:
                self.is_done = True
                return
            yield event

    def end(self) -> Iterator[RawEvent]:
        """Yield the last record, after the last chunk. An incomplete event is discarded, as the standard requires."""
        yield from self._records.end()
        self.is_done = True

    def value(self, event: RawEvent) -> ItemT | NoValue:
        """Return the value of an event; NO_VALUE if the event is to be ignored."""
        if event.name.lower() == ERROR:
            raise self._stream_error(event, self._named_event(event))
        value = self._value(event)
        if value is NO_VALUE and event.data and not _is_keep_alive(event) and event.name not in self._ignored:
            self._ignored.add(event.name)
            log.info("ignoring events named %r", event.name[:100], extra={"event": "passed_over"})
        return value

    def event(self, event: RawEvent) -> Event[ItemT]:
        """Return an event with its value, if it has one."""
        value: ItemT | NoValue = NO_VALUE
        with suppress(StreamError):
            value = self._named_event(event) if event.name.lower() == ERROR else self._value(event)
        return Event(*event, None if isinstance(value, NoValue) else value)

    def _named_event(self, event: RawEvent) -> ItemT | NoValue:
        """Parse an event whose name the API's description lists; NO_VALUE if it does not."""
        if event.name not in self._streaming.events:
            return NO_VALUE
        form, parse = self._streaming.events[event.name]
        document = event.data if form == "text" else _from_json(event.data)
        try:
            return parse(document)
        except UNREADABLE as error:
            mismatch = find_mismatch(parse, document, error)
            raise _decode_error(self._response, mismatch, event.data) from None

    def _value(self, event: RawEvent) -> ItemT | NoValue:
        name, parse = event.name, self._streaming.parse
        if name in self._streaming.events:
            return self._named_event(event)
        if parse is None or _is_keep_alive(event) or not event.data:
            return NO_VALUE
        document = event.data if self._streaming.framing == "texts" else _from_json(event.data)
        try:
            value = parse(document)
        except UNREADABLE as error:
            if _is_error(document):
                raise self._stream_error(event, NO_VALUE) from None
            if name != MESSAGE and name not in self._value_names:
                return NO_VALUE
            mismatch = find_mismatch(parse, document, error)
            raise _decode_error(self._response, mismatch, event.data) from None
        if _is_error(document) and value is not document and not hasattr(value, ERROR):
            raise self._stream_error(event, NO_VALUE)
        if name != MESSAGE and name not in self._value_names and _has_no_known_field(value, document):
            return NO_VALUE
        self._value_names.add(name)
        return value

    def _stream_error(self, event: RawEvent, value: object) -> StreamError:
        document = _from_json(event.data)
        return StreamError.of(self._response, document, document if value is NO_VALUE else value)


def _is_keep_alive(event: RawEvent) -> bool:
    return "".join(filter(str.isalnum, event.name)).lower() in KEEP_ALIVE


def _raw_events(response: httpx.Response, reader: _Reader[Any]) -> Generator[RawEvent]:
    reader.check_type()
    try:
        for chunk in response.iter_bytes():
            yield from reader.feed(chunk)
            if reader.is_done:
                return
    except Exception as error:
        if (own := translated(error, response.request)) is None:
            raise
        raise own from None
    yield from reader.end()


async def _raw_events_async(response: httpx.Response, reader: _Reader[Any]) -> AsyncGenerator[RawEvent]:
    reader.check_type()
    try:
        async for chunk in response.aiter_bytes():
            for event in reader.feed(chunk):
                yield event
            if reader.is_done:
                return
    except Exception as error:
        if (own := translated(error, response.request)) is None:
            raise
        raise own from None
    for event in reader.end():
        yield event


class _Records:
    """Splits chunks of bytes into records. `httpx.Response.iter_lines` would split at other characters, too."""

    def __init__(self, separator: bytes, response: httpx.Response) -> None:
        self._separator = separator
        self._response = response
        self._partial: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[RawEvent]:
        first, *others = chunk.split(self._separator)
        self._partial.append(first)
        for other in others:
            yield from self.end()
            self._partial = [other]

    def end(self) -> Iterator[RawEvent]:
        whole = b"".join(self._partial).removeprefix(BYTE_ORDER_MARK)
        try:
            record = whole.decode().strip()
        except UnicodeDecodeError as error:
            mismatch = Mismatch(None, f"it is no UTF-8: {error.reason}")
            raise _decode_error(self._response, mismatch, whole.decode(errors="replace")) from None
        if record:
            yield RawEvent(MESSAGE, record)


def _from_json(text: str) -> object:
    try:
        return loads(text)
    except (ValueError, RecursionError):  # the description may allow a string that is not JSON
        return text


def _has_no_known_field(value: object, document: Any) -> bool:
    """Whether a model defines fields, none of which the document has. Such a model would accept any object."""
    fields = [field for field in getattr(type(value), "__slots__", ()) if field != "additional_properties"]
    others: dict[str, Any] = getattr(value, "additional_properties", {})
    return bool(fields) and is_object(document) and len(others) == len(document)


def _is_error(document: Any) -> bool:
    """Whether a document reports a failure in place of a value, as the APIs of language models do."""
    return is_object(document) and bool(document.get(ERROR))


def _decode_error(response: httpx.Response, mismatch: Mismatch, text: str) -> DecodeError:
    return DecodeError(
        f"an event of the stream is not what the API's description promises: {mismatch}. See `body`; if the "
        "description is outdated, renew it and run scripts/generate.",
        body=text[:2000],
        attribute=mismatch.attribute,
        **described(response),
    )
