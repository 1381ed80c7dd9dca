"""Answers that are streams of values, read one by one as they arrive.

Not all that arrives is a value: servers keep a connection alive with events of other names, and say in an event that
they failed. An event that the description has by its name is what it says there. Any other is

- a `StreamError`, where its name is `error`, or it has an `error` in place of a value;
- passed over, where its name is one that is used to keep connections alive, or its data are no value, or hold nothing
  that is described, and those of no other event of that name were one: `events()` shows these, too;
- else a value, or a `DecodeError`.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from afresh._errors import UNREADABLE, ClosedError, DecodeError, StreamError, described, translated
from afresh_api.operation import Event
from afresh_api.values import is_object

from .events import BYTE_ORDER_MARK, MESSAGE, Arrived, EventReader

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator

    import httpx

    from afresh_api.operation import Streaming

ItemT = TypeVar("ItemT")

log = logging.getLogger("afresh")

DONE: Final = "[DONE]"
"""What some servers send as the last event, though it is no JSON."""

ERROR: Final = "error"
"""The name of an event by which a server says that it failed."""

KEEPING_ALIVE: Final = frozenset({"ping", "pong", "heartbeat", "keepalive"})
"""Names of events that hold nothing, without what parts their words."""

SEPARATORS: Final = {"lines": b"\n", "sequence": b"\x1e"}


class Nothing:
    """In place of a value, where an event holds none."""


NOTHING: Final = Nothing()


class Stream(Generic[ItemT]):
    """The values of an answer: see `afresh_api.operation.Streamed`.

    Iterating raises what `SDKError` stands for, a `StreamError` where the server says that it failed, a `DecodeError`
    where a value is not as described, and a `TransportError` where the stream breaks off. `events()` raises no
    `StreamError`: it gives the event, as any other.
    """

    def __init__(self, response: httpx.Response, streaming: Streaming[ItemT]) -> None:
        self._reader = _Reader(response, streaming)
        self._arriving = _arriving(response, self._reader)

    @property
    def last_event_id(self) -> str | None:
        """What the server called the last event, for the header `Last-Event-ID`; None where it did not say."""
        return self._reader.last_event_id

    def __iter__(self) -> Iterator[ItemT]:
        return self

    def __next__(self) -> ItemT:
        while True:
            value = self._reader.value(self._next())
            if not isinstance(value, Nothing):
                return value

    def events(self) -> Iterator[Event[ItemT]]:
        """Iterate over all events that are still to come, also those that the description does not have."""
        with suppress(StopIteration):
            while True:
                yield self._reader.event(self._next())

    def close(self) -> None:
        """Take no more from the answer."""
        self._arriving.close()
        self._reader.close()

    def _next(self) -> Arrived:
        self._reader.check_open()
        return next(self._arriving)


class AsyncStream(Generic[ItemT]):
    """As `Stream`, for asyncio and trio."""

    def __init__(self, response: httpx.Response, streaming: Streaming[ItemT]) -> None:
        self._reader = _Reader(response, streaming)
        self._arriving = _arriving_async(response, self._reader)

    @property
    def last_event_id(self) -> str | None:
        """What the server called the last event, for the header `Last-Event-ID`; None where it did not say."""
        return self._reader.last_event_id

    def __aiter__(self) -> AsyncIterator[ItemT]:
        return self

    async def __anext__(self) -> ItemT:
        while True:
            value = self._reader.value(await self.next_event())
            if not isinstance(value, Nothing):
                return value

    def events(self) -> AsyncIterator[Event[ItemT]]:
        """Iterate over all events that are still to come, also those that the description does not have."""
        return _AsyncEvents(self, self._reader)

    async def aclose(self) -> None:
        """Take no more from the answer."""
        await self._arriving.aclose()
        self._reader.close()

    async def next_event(self) -> Arrived:
        """Give the next event as it arrived."""
        self._reader.check_open()
        return await anext(self._arriving)


class _AsyncEvents(Generic[ItemT]):  # a generator would do, but trio warns of those that are left before their end
    def __init__(self, stream: AsyncStream[ItemT], reader: _Reader[ItemT]) -> None:
        self._stream = stream
        self._reader = reader

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event[ItemT]:
        return self._reader.event(await self._stream.next_event())


class _Reader(Generic[ItemT]):
    """What the events of one answer are: no I/O is done here."""

    def __init__(self, response: httpx.Response, streaming: Streaming[ItemT]) -> None:
        self._response = response
        self._streaming = streaming
        self._events = EventReader()
        self._records = _Records(SEPARATORS.get(streaming.framing, b"\n"), response)
        self._names_of_values: set[str] = set()
        self._passed_over: set[str] = set()
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
                "the stream was closed, as it is at the end of its `with`: read it before that",
                **described(self._response),
            )

    def check_type(self) -> None:
        kind = self._response.headers.get("content-type", "")
        if self._streaming.framing not in SEPARATORS and kind.partition(";")[0].strip().lower() != "text/event-stream":
            raise DecodeError(
                f"the answer is no stream of server-sent events: its type is {kind or 'not given'}. Check the base "
                "URL, and what stands before the API.",
                **described(self._response),
            )

    def feed(self, chunk: bytes) -> Iterator[Arrived]:
        """Give what is whole with some more bytes, up to the mark of the end."""
        for event in (self._records if self._streaming.framing in SEPARATORS else self._events).feed(chunk):
            if event.data.strip() == DONE:
                self.is_done = True
                return
            yield event

    def end(self) -> Iterator[Arrived]:
        """Give what is left after the last bytes. An event that was not ended counts for nothing, says the standard."""
        yield from self._records.end()
        self.is_done = True

    def value(self, event: Arrived) -> ItemT | Nothing:
        """Give the value of an event; NOTHING where it is to be passed over."""
        if event.name.lower() == ERROR:
            raise self._failure(event, self._described(event))
        value = self._value(event)
        if value is NOTHING and event.data and not _keeps_alive(event) and event.name not in self._passed_over:
            self._passed_over.add(event.name)
            log.info("events named %r are passed over", event.name[:100], extra={"event": "passed_over"})
        return value

    def event(self, event: Arrived) -> Event[ItemT]:
        """Give an event as it arrived, with its value."""
        value: ItemT | Nothing = NOTHING
        with suppress(StreamError):
            value = self._described(event) if event.name.lower() == ERROR else self._value(event)
        return Event(*event, None if isinstance(value, Nothing) else value)

    def _described(self, event: Arrived) -> ItemT | Nothing:
        """Read an event that the description has by its name."""
        if event.name not in self._streaming.events:
            return NOTHING
        form, parse = self._streaming.events[event.name]
        try:
            return parse(event.data if form == "text" else _from_json(event.data))
        except UNREADABLE as error:
            raise _unlike(self._response, error, event.data) from None

    def _value(self, event: Arrived) -> ItemT | Nothing:
        name, parse = event.name, self._streaming.parse
        if name in self._streaming.events:
            return self._described(event)
        if parse is None or _keeps_alive(event) or not event.data:
            return NOTHING
        document = event.data if self._streaming.framing == "texts" else _from_json(event.data)
        try:
            value = parse(document)
        except UNREADABLE as error:
            if _says_error(document):
                raise self._failure(event, NOTHING) from None
            if name != MESSAGE and name not in self._names_of_values:
                return NOTHING
            raise _unlike(self._response, error, event.data) from None
        if _says_error(document) and value is not document and not hasattr(value, ERROR):
            raise self._failure(event, NOTHING)
        if name != MESSAGE and name not in self._names_of_values and _holds_nothing_known(value, document):
            return NOTHING
        self._names_of_values.add(name)
        return value

    def _failure(self, event: Arrived, value: object) -> StreamError:
        document = _from_json(event.data)
        return StreamError.of(self._response, document, document if value is NOTHING else value)


def _keeps_alive(event: Arrived) -> bool:
    return "".join(filter(str.isalnum, event.name)).lower() in KEEPING_ALIVE


def _arriving(response: httpx.Response, reader: _Reader[Any]) -> Generator[Arrived]:
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


async def _arriving_async(response: httpx.Response, reader: _Reader[Any]) -> AsyncGenerator[Arrived]:
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
    """Cuts what arrives into records. By hand, since httpx takes other characters for the ends of lines, too."""

    def __init__(self, separator: bytes, response: httpx.Response) -> None:
        self._separator = separator
        self._response = response
        self._begun: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[Arrived]:
        first, *others = chunk.split(self._separator)
        self._begun.append(first)
        for other in others:
            yield from self.end()
            self._begun = [other]

    def end(self) -> Iterator[Arrived]:
        whole = b"".join(self._begun).removeprefix(BYTE_ORDER_MARK)
        try:
            record = whole.decode().strip()
        except UnicodeDecodeError as error:
            raise _unlike(self._response, error, whole.decode(errors="replace")) from None
        if record:
            yield Arrived(MESSAGE, record)


def _from_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # a text is what is left where the description allows for anything
        return text


def _holds_nothing_known(value: object, document: Any) -> bool:
    """Whether a model has fields of its own, and none of them is in what was read: it would take any object."""
    fields = [field for field in getattr(type(value), "__slots__", ()) if field != "additional_properties"]
    others: dict[str, Any] = getattr(value, "additional_properties", {})
    return bool(fields) and is_object(document) and len(others) == len(document)


def _says_error(document: Any) -> bool:
    """Whether a server says in place of a value that it failed, as those of language models do."""
    return is_object(document) and bool(document.get(ERROR))


def _unlike(response: httpx.Response, error: Exception, text: str) -> DecodeError:
    return DecodeError(
        f"what the server streams is not what the API's description promises: {type(error).__name__}: {error}. See "
        "`body`; if the description is outdated, renew it and run scripts/generate.",
        body=text[:2000],
        **described(response),
    )
