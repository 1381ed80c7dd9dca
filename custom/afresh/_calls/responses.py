"""The response of a call beside its value: `with_response(api.books.get, book_id)`.

A method is called through a caller that returns both. The types follow from those of the method, so that nothing needs
to be generated for this.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from copy import copy
from functools import cached_property, partial
from types import MethodType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from afresh._errors import InvalidArgument, described, text_of
from afresh_api.errors import kind
from afresh_api.operation import Operation, Paging
from afresh_api.resources import AsyncResources, Resources

from .calling import AsyncCaller, SyncCaller, parse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

    from afresh._http import httpx
    from afresh_api.operation import AsyncPages, Pages, Streaming

P = ParamSpec("P")
T = TypeVar("T")
PageT = TypeVar("PageT")


class Answer(Generic[T]):
    """A response of the API with a status of 2xx, and its value.

    Attributes:
        response: The response itself. Its body has not been read if the method returns a stream or a download.
    """

    def __init__(self, response: httpx.Response, read: Callable[[], T]) -> None:
        self.response = response
        self._read = read

    @cached_property
    def value(self) -> T:
        """What the method returns. It is read from the response when it is first used.

        Raises:
            DecodeError: The response is not what the API's description promises.
        """
        return self._read()

    @property
    def status_code(self) -> int:
        """The status."""
        return self.response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """The headers. Their names are case-insensitive."""
        return self.response.headers

    @property
    def request_id(self) -> str | None:
        """The server's id of the request, for its support; None if the response has none."""
        request_id: str | None = described(self.response)["request_id"]
        return request_id

    @property
    def content(self) -> bytes:
        """The body as it came, such as one of another media type than `value` is read from."""
        return self.response.content

    @property
    def text(self) -> str:
        """The body as text."""
        return text_of(self.response)

    def __repr__(self) -> str:
        return f"<Answer {self.status_code}>"


# Each overload but the last overlaps with the last, which would fit any method: the first one that fits counts.
class _Undescribed:
    """Returned by no method, so that only one of the type `Any` fits: one whose answer the API does not describe."""


@overload
def with_response(method: Callable[P, _Undescribed], /, *args: P.args, **kwargs: P.kwargs) -> Answer[Any]: ...
@overload
def with_response(  # type: ignore[overload-overlap]
    method: Callable[P, Coroutine[Any, Any, T]], /, *args: P.args, **kwargs: P.kwargs
) -> Coroutine[Any, Any, Answer[T]]: ...
@overload
def with_response(  # type: ignore[overload-overlap]
    method: Callable[P, Pages[PageT, Any]], /, *args: P.args, **kwargs: P.kwargs
) -> Iterator[Answer[PageT]]: ...
@overload
def with_response(  # type: ignore[overload-overlap]
    method: Callable[P, AsyncPages[PageT, Any]], /, *args: P.args, **kwargs: P.kwargs
) -> AsyncIterator[Answer[PageT]]: ...
@overload
def with_response(  # type: ignore[overload-overlap]
    method: Callable[P, AbstractContextManager[T]], /, *args: P.args, **kwargs: P.kwargs
) -> AbstractContextManager[Answer[T]]: ...
@overload
def with_response(  # type: ignore[overload-overlap]
    method: Callable[P, AbstractAsyncContextManager[T]], /, *args: P.args, **kwargs: P.kwargs
) -> AbstractAsyncContextManager[Answer[T]]: ...
@overload
def with_response(method: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Answer[T]: ...
def with_response(method: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call a method of a resource, and return its value with the status and the headers of the response.

        answer = with_response(api.books.get, book_id)
        print(answer.status_code, answer.headers["ETag"], answer.value.title)

    A method that returns a list of several pages gives an iterator over the answers, one for each page. A method for a
    stream or a download gives a context manager. For `AsyncClient`, use `await`, `async for` and `async with`.

    Args:
        method: The method, of a client or of a view with other options.
        *args: The arguments of the method.
        **kwargs: The keyword arguments of the method.

    Raises:
        InvalidArgument: `method` is not the method of a resource of a client.
        SDKError: What the method raises.
    """
    resource: Any = getattr(method, "__self__", None)
    caller: object = getattr(resource, "_caller", None)
    is_client = isinstance(resource, Resources | AsyncResources)
    if is_client or not isinstance(method, MethodType) or not isinstance(caller, SyncCaller | AsyncCaller):
        raise InvalidArgument(
            "`method` must be the method of a resource, such as `api.books.get` without parentheses, not "
            f"{kind(method)}.",
            argument="method",
        )
    twin = copy(resource)
    twin._caller = _Answering(caller)  # noqa: SLF001 - where a resource has its caller
    return method.__func__(twin, *args, **kwargs)


class _Answering:
    """Performs operations as another caller does, and returns answers. It serves both kinds of caller."""

    def __init__(self, caller: SyncCaller | AsyncCaller) -> None:
        self._caller: Any = caller
        self.arguments = caller.arguments

    def call(self, operation: Operation[Any], arguments: dict[str, Any]) -> Any:
        """Return the answer of a call."""
        return self._caller.call(self._answering(operation), arguments)

    def pages(self, operation: Operation[Any], arguments: dict[str, Any], paging: Paging[Any, Any]) -> Any:
        """Return an iterator over the answers of a list's pages."""
        return self._caller.pages(self._answering(operation), arguments, _answered(paging)).pages()

    def stream(self, operation: Operation[Any], arguments: dict[str, Any]) -> Any:
        """Return a context manager with the answer whose body is not read."""
        return _Opening(self._caller.stream(operation, arguments), lambda response: response)

    def items(self, operation: Operation[Any], arguments: dict[str, Any], streaming: Streaming[Any]) -> Any:
        """Return a context manager with the answer whose value is a stream."""
        return _Opening(self._caller.items(operation, arguments, streaming), lambda stream: stream.response)

    def _answering(self, operation: Operation[Any]) -> Operation[Any]:
        def answer(response: httpx.Response) -> Answer[Any]:
            return Answer(response, partial(parse, operation, response, self._caller.options))

        return Operation(
            method=operation.method,
            path=operation.path,
            parse=answer,
            parse_error=operation.parse_error,
            idempotency_header=operation.idempotency_header,
        )


def _answered(paging: Paging[Any, Any]) -> Paging[Any, Any]:
    """Return how to go through pages, for pages that are answers."""
    total = paging.total
    return Paging(
        items=lambda answer: paging.items(answer.value),
        following=lambda answer, response, arguments: paging.following(answer.value, response, arguments),
        is_counted=paging.is_counted,
        total=None if total is None else lambda answer, response: total(answer.value, response),
    )


class _Opening(AbstractContextManager[Answer[Any]], AbstractAsyncContextManager[Answer[Any]]):
    """A context manager of either kind with an answer, in place of a value that has the response."""

    def __init__(self, opening: Any, response_of: Callable[[Any], httpx.Response]) -> None:
        self._opening = opening
        self._response_of = response_of

    def __enter__(self) -> Answer[Any]:
        return self._answer(self._opening.__enter__())

    def __exit__(self, *error: object) -> bool | None:
        closed: bool | None = self._opening.__exit__(*error)
        return closed

    async def __aenter__(self) -> Answer[Any]:
        return self._answer(await self._opening.__aenter__())

    async def __aexit__(self, *error: object) -> bool | None:
        closed: bool | None = await self._opening.__aexit__(*error)
        return closed

    def _answer(self, value: Any) -> Answer[Any]:
        return Answer(self._response_of(value), lambda: value)
