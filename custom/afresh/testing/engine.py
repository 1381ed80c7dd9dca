"""The core of the fake API: finds the operation that a request asks for, checks the request, and answers it."""

from __future__ import annotations

import re
import threading
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from afresh._http import httpx
from afresh_api.faking import Call, Facts, FakeAttributes, FakeOperation, all_facts
from afresh_api.lifecycle import LIFECYCLE
from afresh_api.security import SCHEMES

from .answering import example_answer, failure, file_answer, stream_answer, written
from .decoding import UnfitError, decode, refuse_undescribed
from .fitting import module_of
from .lifecycle import FakeLifecycle
from .pages import POSITION, example_pages, paged_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from afresh_api.faking import Answering, Fake
    from afresh_api.types import File


BASE_URL: Final = "https://fake.test"
"""The base URL of a fake API in the process of its test. `.test` is reserved (RFC 6761)."""

Unprogrammed = Literal["example", "fail"]

_PLACE: Final = re.compile(r"\{([^}]*)\}")


class FakeAPIError(AssertionError):
    """A request does not fit the description of the API, or an answer that was programmed does not."""


class Route:
    """The path of an operation. `literal` is how many of its characters are no parameter's."""

    def __init__(self, attribute: str, name: str, facts: Facts) -> None:
        self.attribute = attribute
        self.name = name
        self.facts = facts
        path, _, query = facts.path.partition("#")[0].partition("?")
        self._path = path
        self._query = set(query.split("&")) if query else set[str]()
        self._keys = _PLACE.findall(path)
        self.literal = len(_PLACE.sub("", path))
        self._start = path.partition("{")[0]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        styles = {key: style for _, key, where, style, _ in self.facts.parameters if where == "path"}
        return re.compile(
            "".join(
                ("(.+)" if styles.get(piece, "").endswith("+") else "([^/]*)") if index % 2 else re.escape(piece)
                for index, piece in enumerate(_PLACE.split(self._path))
            )
        )

    def match(self, path: str, query: str) -> dict[str, str] | None:
        """Return what stands at the names in a path; None if it is another one."""
        found = self._pattern.fullmatch(path) if path.startswith(self._start) else None
        if found is None or not self._query <= set(query.split("&")):
            return None
        return dict(zip(self._keys, found.groups(), strict=True))


class Engine:
    """Answers the requests to a fake API. Any number of threads and tasks can use it at once.

    Args:
        fakes: The operations.
        unprogrammed: What an operation does for which nothing is programmed: answer an example, or fail.

    Attributes:
        base_url: The base URL of the API.
        calls: All calls in their order, without those that deal in tokens.
        problems: What was wrong with requests and answers.
    """

    def __init__(self, fakes: FakeAttributes, unprogrammed: Unprogrammed) -> None:
        self.base_url = BASE_URL
        self.calls: list[Call[Any]] = []
        self.problems: list[FakeAPIError] = []
        self.lifecycle: Final = FakeLifecycle(LIFECYCLE, lambda: self.base_url)
        self._fakes = fakes
        self._unprogrammed = unprogrammed
        self._mutex = threading.Lock()

    def prepare(self) -> None:
        """Find the operations that deal in tokens. Those that the description lacks are made up."""
        known = {f"{route.facts.method} {route.facts.path}": route for route in self._routes}
        for purpose, call in self.lifecycle.calls().items():
            route = known.get(f"{call.method} {call.path}")
            made = Facts(call.method, call.path or call.url or "", "")
            own: Fake[Any, Any, Any] = FakeOperation(f"lifecycle.{purpose}", made, self)
            self.lifecycle.fakes[purpose] = self.fake(route) if route else own

    def fake(self, route: Route) -> Fake[Any, Any, Any]:
        """Return the operation of a route."""
        return cast("Fake[Any, Any, Any]", getattr(getattr(self._fakes, route.attribute), route.name))

    @cached_property
    def _routes(self) -> list[Route]:
        return [Route(attribute, name, facts) for attribute, name, facts in all_facts(type(self._fakes))]

    def receive(self, request: httpx.Request) -> tuple[threading.Event | None, Callable[[], httpx.Response]]:
        """Return what answers a request, and what the answer waits for.

        Raises:
            FakeAPIError: The request does not fit the description.
        """
        metadata = self.lifecycle.metadata(request)
        if metadata is not None:
            return None, lambda: metadata
        purpose = self.lifecycle.purpose_of(request)
        token_call = self.lifecycle.fakes.get(purpose) if purpose else None
        if token_call is not None and not token_call.facts.module:  # the description has no such operation
            call = Call[Any](token_call.name, {}, None, request)
        else:
            token_call, call = self._call(request, token_call)
        fake = token_call
        with self._mutex:
            if purpose is None and not self.lifecycle.allows(fake.facts, request):
                rejection = self.lifecycle.rejection(fake, request)
                return None, lambda: rejection
            fake.calls.append(call)
            if purpose is None:
                self.calls.append(call)
        answering = fake.next_answer()
        if answering is None and purpose is not None:
            return fake.held_by, lambda: self.lifecycle.answer(purpose, request)
        return fake.held_by, lambda: self._answered(fake, call, answering)

    def _answered(self, fake: Fake[Any, Any, Any], call: Call[Any], answering: Answering | None) -> httpx.Response:
        try:
            response = (answering or self._unprogrammed_answer(fake))(call)
        except (UnfitError, FakeAPIError) as error:
            raise self.problem(call.request, str(error)) from None
        response.request = call.request
        return response

    def _unprogrammed_answer(self, fake: Fake[Any, Any, Any]) -> Answering:
        if self._unprogrammed == "fail":
            raise UnfitError(
                f"`{fake.name}` was called, and no answer is programmed: program one, such as {fake.name}.returns(…), "
                "or make the fake API with unprogrammed='example'"
            )
        return self.example(fake)

    @staticmethod
    def example(fake: Fake[Any, Any, Any]) -> Answering:
        """Return what answers with an example.

        Raises:
            FakeAPIError: None was found that a client reads back.
        """
        try:
            return example_pages(fake) if fake.facts.kind == "list" else example_answer(fake)
        except UnfitError as error:
            raise FakeAPIError(str(error)) from None

    def _call(
        self, request: httpx.Request, token_call: Fake[Any, Any, Any] | None
    ) -> tuple[Fake[Any, Any, Any], Call[Any]]:
        """Find the operation of a request, and read its arguments."""
        found = list(self._matching(request))
        if not found:
            raise self.problem(request, self._unknown(request))
        found.sort(key=lambda pair: (-pair[0].literal, not self._is_asked_for(pair[0], request)))
        unfit: UnfitError | None = None
        for route, path in found:
            fake = self.fake(route)
            try:
                arguments, body = decode(route.facts, request, path, partial(self._is_own, fake))
                if token_call is None:  # those have what the token lifecycle says, besides
                    refuse_undescribed(route.facts, request, self._allowed)
            except UnfitError as error:
                unfit = unfit or error
                continue
            return fake, Call(fake.name, arguments, body, request)
        name = self.fake(found[0][0]).name
        raise self.problem(
            request,
            f"`{name}` was asked for what does not fit the API's description: {unfit}. Correct the request; if the "
            "description has changed, adapt the code to it.",
        )

    def _is_own(self, fake: Fake[Any, Any, Any], where: str, key: str, value: Any) -> bool:
        """Return whether a value was made here, without regard to limits: tokens to renew or revoke, and cursors."""
        if any(fake is self.lifecycle.fakes.get(purpose) for purpose in ("refresh", "logout")):
            return True
        paged = fake.facts.paged
        is_position = paged is not None and paged.by == "cursor" and paged.send == (where, key)
        return is_position and str(value).isdecimal()

    @cached_property
    def _allowed(self) -> set[str]:
        """The names in a query that no parameter has: keys, tokens, and where a page starts."""
        lifecycle = self.lifecycle.lifecycle
        carrier = lifecycle.carrier if lifecycle else None
        keys = {scheme.name for scheme in SCHEMES.values() if scheme.place == "query"}
        return {POSITION, *keys, *(carrier.path if carrier and carrier.where == "query" else ())}

    def _matching(self, request: httpx.Request) -> Iterator[tuple[Route, dict[str, str]]]:
        path = self._path(request)
        for route in self._routes:
            found = route.match(*path) if route.facts.method == request.method else None
            if found is not None:
                yield route, found

    def _path(self, request: httpx.Request) -> tuple[str, str]:
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        return path.removeprefix(httpx.URL(self.base_url).raw_path.decode("ascii").rstrip("/")), query

    def _is_asked_for(self, route: Route, request: httpx.Request) -> bool:
        """Return whether a request accepts what an operation answers, of which there are two for one path."""
        accept = request.headers.get("Accept", "")
        is_stream = route.facts.kind == "stream"
        if not is_stream:
            return not any(
                other.facts.kind == "stream" and module_of(other.facts.module).STREAMING.media_type in accept
                for other in self._routes
                if other.facts.module == route.facts.module
            )
        return module_of(route.facts.module).STREAMING.media_type in accept

    def _unknown(self, request: httpx.Request) -> str:
        path = self._path(request)
        methods = sorted({route.facts.method for route in self._routes if route.match(*path) is not None})
        if methods:
            return f"the API's description has no {request.method} of this path: it has {', '.join(methods)}"
        return "the API's description has no such path. Correct the path, or the base URL."

    def problem(self, request: httpx.Request, reason: str) -> FakeAPIError:
        """Note what is wrong with a request or its answer, for the end of the test, and return it as an error."""
        error = FakeAPIError(f"{request.method} {request.url.path}: {reason}")
        with self._mutex:
            self.problems.append(error)
        return error

    def value(
        self, fake: Fake[Any, Any, Any], value: Any, status: int | None, headers: Mapping[str, str] | None
    ) -> Answering:
        """Return what answers with a value."""
        return self._programmed(lambda: written(fake, value, status, headers))

    def error(self, fake: Fake[Any, Any, Any], status: int, body: Any, headers: Mapping[str, str] | None) -> Answering:
        """Return what answers with an error."""
        return self._programmed(lambda: failure(fake, status, body, headers))

    def items(self, fake: Fake[Any, Any, Any], items: Iterable[Any], page_size: int | None) -> Answering:
        """Return what answers with the pages of a list."""
        return self._programmed(lambda: paged_answer(fake, items, page_size))

    def content(self, fake: Fake[Any, Any, Any], content: bytes | File, media_type: str | None) -> Answering:
        """Return what answers with the content of a file."""
        return self._programmed(lambda: file_answer(fake, content, media_type))

    def events(self, fake: Fake[Any, Any, Any], values: Iterable[Any]) -> Answering:
        """Return what answers with a stream of values."""
        return self._programmed(lambda: stream_answer(fake, values))

    def _programmed(self, write: Callable[[], Answering]) -> Answering:
        try:
            return write()
        except UnfitError as error:
            raise FakeAPIError(str(error)) from None
