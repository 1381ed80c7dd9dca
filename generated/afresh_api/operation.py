# Written by scripts/generate from the description of the API: changes made here are lost.
"""How an operation is handed to whoever carries it out.

The methods in `resources` say what to send and how to read the answer; a caller sends it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Generic, Literal, ParamSpec, Protocol, TypeVar

import httpx

P = ParamSpec("P")
T = TypeVar("T")
PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")
PageT_co = TypeVar("PageT_co", covariant=True)
ItemT_co = TypeVar("ItemT_co", covariant=True)


class Operation(Generic[T]):
    """An operation of the API.

    `method` is in upper case and `path` as in the description (`/tasks/{taskId}`). `parse` reads an answer with a
    status of 2xx, and raises ValueError, KeyError, TypeError or AttributeError where it is not as described.
    `parse_error` reads any other answer; None where none is described for its status. `idempotency_header` is the
    header of an idempotency key, where the description has one. `redirects` are the statuses of redirects that it
    answers with, of which `parse` reads where they lead.
    """

    def __init__(
        self,
        *,
        method: str,
        path: str,
        parse: Callable[[httpx.Response], T],
        parse_error: Callable[[httpx.Response], object],
        idempotency_header: str | None = None,
        redirects: Collection[int] = (),
    ) -> None:
        self.method = method
        self.path = path
        self.parse = parse
        self.parse_error = parse_error
        self.idempotency_header = idempotency_header
        self.redirects = redirects

    def __repr__(self) -> str:
        return f"<Operation {self.method} {self.path}>"


class Paging(Generic[PageT, ItemT]):
    """How to go through the pages of an operation.

    `items` returns what a page holds. `following` takes a page, the answer that it came with, and the arguments it was
    asked with, and returns the arguments that ask for the next one; None after the last. It raises ValueError, KeyError,
    TypeError or AttributeError where what the answer says of the next one is of no use.
    `is_counted` is whether requests count on by themselves, so that only from the pages it can be seen that the server
    does not go along. `total` then takes from an answer how much there is, where that is described; None where the
    answer does not say. `counts_items` is whether that is a number of items, while requests count pages.
    """

    def __init__(
        self,
        *,
        items: Callable[[PageT], Sequence[ItemT]],
        following: Callable[[PageT, httpx.Response, dict[str, Any]], dict[str, Any] | None],
        is_counted: bool = False,
        total: Callable[[PageT, httpx.Response], float | None] | None = None,
        counts_items: bool = False,
    ) -> None:
        self.items = items
        self.following = following
        self.is_counted = is_counted
        self.total = total
        self.counts_items = counts_items


class Streaming(Generic[ItemT]):
    """How to read an answer that is a stream of values.

    `media_type` is what to ask for. `framing` tells them apart: "events" are server-sent events, each with a value in
    JSON as its data, and "texts" are such with a text as it is; "lines" have a value each; and a "sequence" has them as
    RFC 7464 says. `parse` reads one, and raises ValueError, KeyError, TypeError or AttributeError where it is not as
    described. `events` has the events that are described by name: whether their data are JSON or a text, and what reads
    them. `parse` then reads those of any other name; None where no others are described.
    """

    def __init__(
        self,
        *,
        media_type: str,
        framing: Literal["events", "texts", "lines", "sequence"],
        parse: Callable[[Any], ItemT] | None = None,
        events: Mapping[str, tuple[Literal["json", "text"], Callable[[Any], ItemT]]] | None = None,
    ) -> None:
        self.media_type = media_type
        self.framing = framing
        self.parse = parse
        self.events = events or {}


class Event(Generic[ItemT_co]):
    """A server-sent event as it arrived, or a record of another stream, which has data alone.

    `name` is what the server calls it, "message" where it does not say. `data` is its text. `id` is the last event id
    that the server had named by then, and `retry` how many milliseconds it had asked to wait before connecting again;
    None where it had not. `value` is what the data hold; None where the description does not have such an event.
    """

    def __init__(self, name: str, data: str, id: str | None, retry: int | None, value: ItemT_co | None) -> None:
        self.name = name
        self.data = data
        self.id = id
        self.retry = retry
        self.value = value

    def __repr__(self) -> str:
        return f"<Event {self.name!r}>"


class Streamed(Protocol[ItemT_co]):
    """The values of a stream, each as it arrives; `events()` goes through all events, with those that hold no value.

    `last_event_id` is what the server called the last event; None where it did not say.
    """

    @property
    def last_event_id(self) -> str | None: ...

    def __iter__(self) -> Iterator[ItemT_co]: ...

    def __next__(self) -> ItemT_co: ...

    def events(self) -> Iterator[Event[ItemT_co]]: ...


class AsyncStreamed(Protocol[ItemT_co]):
    """The values of a stream, each as it arrives; `events()` goes through all events, with those that hold no value.

    `last_event_id` is what the server called the last event; None where it did not say.
    """

    @property
    def last_event_id(self) -> str | None: ...

    def __aiter__(self) -> AsyncIterator[ItemT_co]: ...

    def __anext__(self) -> Awaitable[ItemT_co]: ...

    def events(self) -> AsyncIterator[Event[ItemT_co]]: ...


class Pages(Protocol[PageT_co, ItemT_co]):
    """The items of all pages, fetched as they are needed; `pages()` goes through the pages themselves."""

    def __iter__(self) -> Iterator[ItemT_co]: ...

    def pages(self) -> Iterator[PageT_co]: ...


class AsyncPages(Protocol[PageT_co, ItemT_co]):
    """The items of all pages, fetched as they are needed; `pages()` goes through the pages themselves."""

    def __aiter__(self) -> AsyncIterator[ItemT_co]: ...

    def pages(self) -> AsyncIterator[PageT_co]: ...


class Caller(Protocol):
    """Carries operations out. `arguments` are the keyword arguments of `httpx.Client.request`.

    The method `arguments` calls the function that makes them; for a value that cannot be sent, that raises ValueError,
    TypeError or AttributeError.
    """

    def arguments(
        self, operation: Operation[Any], build: Callable[P, dict[str, Any]], *args: P.args, **given: P.kwargs
    ) -> dict[str, Any]: ...

    def call(self, operation: Operation[T], arguments: dict[str, Any]) -> T: ...

    def stream(
        self, operation: Operation[Any], arguments: dict[str, Any]
    ) -> AbstractContextManager[httpx.Response]: ...

    def items(
        self, operation: Operation[Any], arguments: dict[str, Any], streaming: Streaming[ItemT]
    ) -> AbstractContextManager[Streamed[ItemT]]: ...

    def pages(
        self, operation: Operation[PageT], arguments: dict[str, Any], paging: Paging[PageT, ItemT]
    ) -> Pages[PageT, ItemT]: ...


class AsyncCaller(Protocol):
    """Carries operations out, as `Caller`; for `httpx.AsyncClient.request`."""

    def arguments(
        self, operation: Operation[Any], build: Callable[P, dict[str, Any]], *args: P.args, **given: P.kwargs
    ) -> dict[str, Any]: ...

    async def call(self, operation: Operation[T], arguments: dict[str, Any]) -> T: ...

    def stream(
        self, operation: Operation[Any], arguments: dict[str, Any]
    ) -> AbstractAsyncContextManager[httpx.Response]: ...

    def items(
        self, operation: Operation[Any], arguments: dict[str, Any], streaming: Streaming[ItemT]
    ) -> AbstractAsyncContextManager[AsyncStreamed[ItemT]]: ...

    def pages(
        self, operation: Operation[PageT], arguments: dict[str, Any], paging: Paging[PageT, ItemT]
    ) -> AsyncPages[PageT, ItemT]: ...
