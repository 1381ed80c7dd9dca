# Written by scripts/generate from the description of the API: changes made here are lost.
"""How tests program the operations of a fake API, and see what it was asked.

`fakes` has the operations of this API. An engine turns what is programmed into answers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, NamedTuple, Protocol, Self, TypeVar

import httpx

from .types import File

BodyT = TypeVar("BodyT")
AnswerT = TypeVar("AnswerT")
ErrorT = TypeVar("ErrorT")
ItemT = TypeVar("ItemT")
PageT = TypeVar("PageT")
GivenT = TypeVar("GivenT")

Place = tuple[str, ...]
"""Where a value is: in the "body" and a JSON pointer, or in the "query", a "header" or the last "item" and its name."""


class Paged(NamedTuple):
    """How an operation pages. `by` is what requests say, `send` where; `start` is what stands for the first page."""

    by: Literal["cursor", "offset", "page", "link"]
    items: Place
    next: Place | None = None
    send: Place | None = None
    start: int = 0
    total: Place | None = None
    total_items: Place | None = None
    current: Place | None = None
    more: Place | None = None


class Facts(NamedTuple):
    """How an operation travels.

    `module` is that of the operation in `api`. `parameters` have the name of an argument, its key, its location, its
    style, and whether it explodes. `bodies` have media types, the type of the body, and the styles of its properties.
    `answers` have a status, a media type and the type of what it holds; `errors` are those that mean no success.
    `security` is whether a token is needed; None if the operation works without one, too. `schemes` are the security
    schemes of which one alternative is needed, if there are other ones than tokens.
    """

    method: str
    path: str
    module: str
    kind: Literal["value", "list", "file", "stream"] = "value"
    parameters: tuple[tuple[str, str, str, str, bool], ...] = ()
    bodies: tuple[tuple[tuple[str, ...], str, dict[str, tuple[str, bool]]], ...] = ()
    answers: tuple[tuple[str, str, str], ...] = ()
    errors: tuple[tuple[str, str, str], ...] = ()
    security: bool | None = False
    schemes: tuple[tuple[str, ...], ...] = ()
    paged: Paged | None = None


class Call(Generic[BodyT]):
    """A request that the fake API got: the operation that it asks for, its arguments, its body, and as it was sent."""

    def __init__(self, operation: str, arguments: dict[str, Any], body: BodyT, request: httpx.Request) -> None:
        self.operation = operation
        self.arguments = arguments
        self.body = body
        self.request = request

    @property
    def headers(self) -> httpx.Headers:
        """The headers of the request."""
        return self.request.headers

    def __repr__(self) -> str:
        shown = [f"{name}={value!r}" for name, value in self.arguments.items()]
        shown += [] if self.body is None else [f"body={self.body!r}"]
        return f"<{self.operation}({', '.join(shown)})>"


Answering = Callable[[Call[Any]], httpx.Response]
"""Makes the answer to a call. What it raises is raised where the request was sent."""


class Engine(Protocol):
    """Turns what is programmed into answers. Each method raises an error for what the description does not allow."""

    def value(
        self, fake: Fake[Any, Any, Any], value: Any, status: int | None, headers: Mapping[str, str] | None
    ) -> Answering: ...

    def error(
        self, fake: Fake[Any, Any, Any], status: int, body: Any, headers: Mapping[str, str] | None
    ) -> Answering: ...

    def items(self, fake: Fake[Any, Any, Any], items: Iterable[Any], page_size: int | None) -> Answering: ...

    def content(self, fake: Fake[Any, Any, Any], content: bytes | File, media_type: str | None) -> Answering: ...

    def events(self, fake: Fake[Any, Any, Any], values: Iterable[Any]) -> Answering: ...


class Fake(Generic[BodyT, ErrorT, GivenT]):
    """An operation of the fake API. `calls` are the calls that it got, in their order.

    An answer with `times` is given so many times, and then the one that was programmed after it. Without `times`, it is
    given until another is programmed.
    """

    def __init__(self, name: str, facts: Facts, engine: Engine) -> None:
        self.name = name
        self.facts = facts
        self.calls: list[Call[BodyT]] = []
        self._engine = engine
        self._mutex = threading.Lock()
        self._answers: list[tuple[Answering, int | None]] = []
        self._held_by: threading.Event | None = None

    def __repr__(self) -> str:
        return f"<fake {self.name} with {len(self.calls)} call{'' if len(self.calls) == 1 else 's'}>"

    def raises(
        self,
        status: int,
        body: ErrorT | dict[str, Any] | str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> Self:
        """Answer with an error status, and a body: a model, JSON or a text. Without one, it is an example."""
        return self._add(self._engine.error(self, status, body, headers), times)

    def answers(self, function: Callable[[Call[BodyT]], GivenT | httpx.Response], *, times: int | None = None) -> Self:
        """Answer with what a function makes of a call: a value, or a whole `httpx.Response`.

        The value of a list is a page, that of a file its content, and that of a stream its values.
        """

        def answer(call: Call[Any]) -> httpx.Response:
            given = function(call)
            return given if isinstance(given, httpx.Response) else self._given(given)(call)

        return self._add(answer, times)

    def _given(self, value: GivenT) -> Answering:
        return self._engine.value(self, value, None, None)

    def cuts_connection(self, *, times: int | None = None) -> Self:
        """Close the connection without an answer."""

        def cut(call: Call[Any]) -> httpx.Response:
            raise httpx.ReadError("the fake API has cut the connection", request=call.request)

        return self._add(cut, times)

    def waits_for(self, event: threading.Event | None) -> Self:
        """Answer each call only when the event is set. None ends that for later calls."""
        self._held_by = event
        return self

    def reset(self) -> Self:
        """Forget the answers that were programmed, and the calls."""
        with self._mutex:
            self._answers.clear()
            self.calls.clear()
        self._held_by = None
        return self

    @property
    def held_by(self) -> threading.Event | None:
        """The event that answers wait for."""
        return self._held_by

    def next_answer(self) -> Answering | None:
        """Return what makes the next answer, and count it as given; None if nothing is programmed."""
        with self._mutex:
            if not self._answers:
                return None
            answer, times = self._answers[0]
            if times is not None:
                self._answers[:1] = [(answer, times - 1)] if times > 1 else []
            return answer

    def _add(self, answer: Answering, times: int | None) -> Self:
        if times is not None and times < 1:
            raise ValueError(f"times must be 1 or more, not {times}")
        with self._mutex:
            if self._answers and self._answers[-1][1] is None:
                self._answers.pop()
            self._answers.append((answer, times))
        return self


class FakeOperation(Fake[BodyT, ErrorT, AnswerT], Generic[BodyT, AnswerT, ErrorT]):
    """An operation that answers with a value."""

    def returns(
        self,
        value: AnswerT,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> Self:
        """Answer with a value."""
        return self._add(self._engine.value(self, value, status, headers), times)


class FakeList(Fake[BodyT, ErrorT, PageT], Generic[BodyT, PageT, ItemT, ErrorT]):
    """An operation whose answers are the pages of a list."""

    def returns(self, items: Iterable[ItemT], *, page_size: int | None = None, times: int | None = None) -> Self:
        """Answer with items, in pages of this size. Without a size, they are one page. `times` counts pages."""
        return self._add(self._engine.items(self, items, page_size), times)


class FakeFile(Fake[BodyT, ErrorT, bytes | File]):
    """An operation that answers with a file."""

    def returns(self, content: bytes | File, *, media_type: str | None = None, times: int | None = None) -> Self:
        """Answer with the content of a file."""
        return self._add(self._engine.content(self, content, media_type), times)

    def _given(self, value: bytes | File) -> Answering:
        return self._engine.content(self, value, None)


class FakeStream(Fake[BodyT, ErrorT, Iterable[ItemT]], Generic[BodyT, ItemT, ErrorT]):
    """An operation that answers with a stream of values."""

    def returns(self, values: Iterable[ItemT], *, times: int | None = None) -> Self:
        """Answer with values, and end the stream after them."""
        return self._add(self._engine.events(self, values), times)

    def _given(self, value: Iterable[ItemT]) -> Answering:
        return self._engine.events(self, value)


_KINDS: dict[str, type[Fake[Any, Any, Any]]] = {
    "value": FakeOperation,
    "list": FakeList,
    "file": FakeFile,
    "stream": FakeStream,
}


class FakeResource:
    """The operations of a tag. Each is made when it is first used."""

    _facts: ClassVar[Mapping[str, Facts]] = {}

    def __init__(self, name: str, engine: Engine) -> None:
        self._name = name
        self._engine = engine

    def __repr__(self) -> str:
        return f"<fake {self._name}>"

    if not TYPE_CHECKING:  # type checkers would accept any name

        def __getattr__(self, name):
            if name not in self._facts:
                raise AttributeError(f"{self._name} has no operation {name!r}: it has {', '.join(self._facts)}")
            made = _KINDS[self._facts[name].kind](f"{self._name}.{name}", self._facts[name], self._engine)
            return vars(self).setdefault(name, made)


class FakeAttributes:
    """The tags of the API. Each is made when it is first used."""

    _resources: ClassVar[Mapping[str, type[FakeResource]]] = {}

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            if name not in self._resources:
                raise AttributeError(f"the API has no tag {name!r}: it has {', '.join(self._resources)}")
            return vars(self).setdefault(name, self._resources[name](name, self._engine))


def all_facts(root: type[FakeAttributes]) -> Iterator[tuple[str, str, Facts]]:
    """Go through all operations: the attribute of their tag, their name, and how they travel."""
    resources: Mapping[str, type[FakeResource]] = getattr(root, "_resources")
    for attribute, resource in resources.items():
        operations: Mapping[str, Facts] = getattr(resource, "_facts")
        for name, facts in operations.items():
            yield attribute, name, facts
