"""Carrying out the calls of the resource methods, once for `Client` and once for `AsyncClient`."""

from __future__ import annotations

import logging
import time
from contextlib import aclosing, asynccontextmanager, closing, contextmanager
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import httpx

from afresh._errors import (
    REQUEST_ID_HEADERS,
    UNREADABLE,
    APIError,
    DecodeError,
    SDKError,
    TransportError,
    described,
    text_of,
    translated,
)
from afresh._http.file_stream import is_file
from afresh._http.replaying import can_send_again
from afresh_api.lifecycle import LIFECYCLE
from afresh_api.styles import keeping_query
from afresh_api.values import for_async

from .building import arguments_of, request_of
from .options import IDEMPOTENCY_KEY
from .paging import AsyncPager, Pager
from .retrying import Retrying, is_passing, may_repeat
from .streaming import AsyncStream, Stream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from afresh_api.operation import Operation, Paging, Streaming

    from .options import Options

log = logging.getLogger("afresh")

LOGGED_HEADERS: Final = frozenset(
    {"accept", "age", "cache-control", "content-encoding", "content-length", "content-type", "date", "etag"}
    | {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after", "server", "user-agent"}
    | {*REQUEST_ID_HEADERS}
)
"""The headers that are logged. Of all others nobody knows what is in them; and no body is."""

P = ParamSpec("P")
T = TypeVar("T")
PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")


class Connection:
    """The `httpx.Client` that a client shares with its views; in a forked child it is another."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http


class SyncCaller:
    """Carries out operations through an `httpx.Client`."""

    def __init__(self, connection: Connection, base_url: httpx.URL, options: Options) -> None:
        self._connection = connection
        self._base_url = base_url
        self._prefix = str(base_url).rstrip("/")
        self._options = options

    def with_options(self, **changes: Any) -> SyncCaller:
        """Give a caller over the same connection, with some options changed as `Options.but` does it."""
        return SyncCaller(self._connection, self._base_url, self._options.changed(**changes))

    def arguments(
        self, operation: Operation[Any], build: Callable[P, dict[str, Any]], *_: P.args, **given: P.kwargs
    ) -> dict[str, Any]:
        """Give what to send for an operation; raise `InvalidArgument` for what cannot be sent."""
        return arguments_of(operation, self._prefix, build, given)

    def call(self, operation: Operation[T], arguments: dict[str, Any]) -> T:
        """Send a request and give what its 2xx answer holds; raise an `SDKError` for anything else."""
        request, auth = self._request(operation, arguments)

        def send() -> T:
            return _read(operation, self._send(operation, request, auth), self._options)

        return self._try(send, operation, request)

    @contextmanager
    def stream(self, operation: Operation[Any], arguments: dict[str, Any]) -> Generator[httpx.Response]:
        """Send a request and give its 2xx answer with the body yet to be read."""
        request, auth = self._request(operation, arguments)

        def send() -> httpx.Response:
            return self._send(operation, request, auth, stream=True)

        response = self._try(send, operation, request)
        try:
            yield response
        except httpx.RequestError as error:
            if not _is_of(response, error):
                raise
            raise TransportError.of(error) from None
        finally:
            response.close()

    @contextmanager
    def items(
        self, operation: Operation[Any], arguments: dict[str, Any], streaming: Streaming[ItemT]
    ) -> Generator[Stream[ItemT]]:
        """Send a request and give an iterator over the values of its 2xx answer."""
        with self.stream(operation, _asking_for(streaming.media_type, arguments)) as response:
            self._options.lift_read_timeout(response)
            with closing(Stream(response, streaming)) as values:
                yield values

    def pages(
        self, operation: Operation[PageT], arguments: dict[str, Any], paging: Paging[PageT, ItemT]
    ) -> Pager[PageT, ItemT]:
        """Give an iterable over all items, which asks for pages as they are needed."""
        return Pager(self.call, operation, arguments, paging)

    def _request(self, operation: Operation[Any], arguments: dict[str, Any]) -> tuple[httpx.Request, Any]:
        http = self._connection.http
        complete, auth = _complete(operation, arguments, self._prefix, http.params, self._options)
        return request_of(operation, self._prefix, http, complete), auth

    def _try(self, send: Callable[[], T], operation: Operation[Any], request: httpx.Request) -> T:
        """Call `send`, and again where it fails in passing."""
        try:
            return send()
        except SDKError as error:
            if not _may_try_again(error, operation, request, self._options):
                raise
            failure = error
        return Retrying(failure, self._options.retries).run(send)

    def _send(
        self, operation: Operation[Any], request: httpx.Request, auth: Any, *, stream: bool = False
    ) -> httpx.Response:
        started = time.perf_counter()
        try:
            response = self._connection.http.send(request, auth=auth, stream=stream)
            if not response.is_success:
                try:
                    response.read()
                finally:  # a body that cannot be decoded leaves the connection with the answer
                    response.close()
        except Exception as error:
            if (own := translated(error, request)) is None:
                raise
            raise own from None
        _record(response, started)
        if not response.is_success:
            raise _failure(operation, response)
        return response


class AsyncCaller:
    """Carries out operations through an `httpx.AsyncClient`."""

    def __init__(self, http: httpx.AsyncClient, base_url: httpx.URL, options: Options) -> None:
        self._http = http
        self._base_url = base_url
        self._prefix = str(base_url).rstrip("/")
        self._options = options

    def with_options(self, **changes: Any) -> AsyncCaller:
        """Give a caller over the same connection, with some options changed as `Options.but` does it."""
        return AsyncCaller(self._http, self._base_url, self._options.changed(**changes))

    def arguments(
        self, operation: Operation[Any], build: Callable[P, dict[str, Any]], *_: P.args, **given: P.kwargs
    ) -> dict[str, Any]:
        """Give what to send for an operation; raise `InvalidArgument` for what cannot be sent."""
        return arguments_of(operation, self._prefix, build, given)

    async def call(self, operation: Operation[T], arguments: dict[str, Any]) -> T:
        """Send a request and give what its 2xx answer holds; raise an `SDKError` for anything else."""
        request, auth = self._request(operation, arguments)

        async def send() -> T:
            return _read(operation, await self._send(operation, request, auth), self._options)

        return await self._try(send, operation, request)

    @asynccontextmanager
    async def stream(self, operation: Operation[Any], arguments: dict[str, Any]) -> AsyncGenerator[httpx.Response]:
        """Send a request and give its 2xx answer with the body yet to be read."""
        request, auth = self._request(operation, arguments)

        async def send() -> httpx.Response:
            return await self._send(operation, request, auth, stream=True)

        response = await self._try(send, operation, request)
        try:
            yield response
        except httpx.RequestError as error:
            if not _is_of(response, error):
                raise
            raise TransportError.of(error) from None
        finally:
            await response.aclose()

    @asynccontextmanager
    async def items(
        self, operation: Operation[Any], arguments: dict[str, Any], streaming: Streaming[ItemT]
    ) -> AsyncGenerator[AsyncStream[ItemT]]:
        """Send a request and give an asynchronous iterator over the values of its 2xx answer."""
        async with self.stream(operation, _asking_for(streaming.media_type, arguments)) as response:
            self._options.lift_read_timeout(response)
            async with aclosing(AsyncStream(response, streaming)) as values:
                yield values

    def pages(
        self, operation: Operation[PageT], arguments: dict[str, Any], paging: Paging[PageT, ItemT]
    ) -> AsyncPager[PageT, ItemT]:
        """Give an asynchronous iterable over all items, which asks for pages as they are needed."""
        return AsyncPager(self.call, operation, arguments, paging)

    def _request(self, operation: Operation[Any], arguments: dict[str, Any]) -> tuple[httpx.Request, Any]:
        complete, auth = _complete(operation, arguments, self._prefix, self._http.params, self._options)
        ready = complete if is_file(complete.get("content")) else for_async(complete)
        return request_of(operation, self._prefix, self._http, ready), auth

    async def _try(self, send: Callable[[], Awaitable[T]], operation: Operation[Any], request: httpx.Request) -> T:
        """Call `send`, and again where it fails in passing."""
        try:
            return await send()
        except SDKError as error:
            if not _may_try_again(error, operation, request, self._options):
                raise
            failure = error
        return await Retrying(failure, self._options.retries).run_async(send)

    async def _send(
        self, operation: Operation[Any], request: httpx.Request, auth: Any, *, stream: bool = False
    ) -> httpx.Response:
        started = time.perf_counter()
        try:
            response = await self._http.send(request, auth=auth, stream=stream)
            if not response.is_success:
                try:
                    await response.aread()
                finally:  # as above
                    await response.aclose()
        except Exception as error:
            if (own := translated(error, request)) is None:
                raise
            raise own from None
        _record(response, started)
        if not response.is_success:
            raise _failure(operation, response)
        return response


def _complete(
    operation: Operation[Any], arguments: dict[str, Any], prefix: str, params: httpx.QueryParams, options: Options
) -> tuple[dict[str, Any], Any]:
    """Return the arguments of `build_request`, and the auth to send with."""
    complete = {**arguments}
    auth = complete.pop("auth", httpx.USE_CLIENT_DEFAULT)
    if complete["url"].startswith("/"):
        complete["url"] = prefix + complete["url"]  # else httpx does it, which takes a sixth of a call
    return options.apply(keeping_query(params, complete), operation.idempotency_header), auth


def _asking_for(media_type: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {**arguments, "headers": {**arguments.get("headers", {}), "Accept": media_type}}


def _may_try_again(error: SDKError, operation: Operation[Any], request: httpx.Request, options: Options) -> bool:
    return (
        options.retries > 0
        and is_passing(error)
        and may_repeat(request, operation.idempotency_header or IDEMPOTENCY_KEY)
        and can_send_again(request.stream)
    )


def _record(response: httpx.Response, started: float) -> None:
    if not log.isEnabledFor(logging.DEBUG):
        return
    request = response.request
    duration = time.perf_counter() - started
    log.debug(
        "%s %s → %d in %.0f ms",
        request.method,
        request.url.path,
        response.status_code,
        1000 * duration,
        extra={
            "event": "request",
            "status": response.status_code,
            "duration": duration,
            "request_headers": _harmless(request.headers),
            "response_headers": _harmless(response.headers),
        },
    )


def _harmless(headers: httpx.Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name in LOGGED_HEADERS}


def _read(operation: Operation[T], response: httpx.Response, options: Options) -> T:
    try:
        return operation.parse(response)
    except UNREADABLE as error:
        kind = response.headers.get("content-type", "no content type")
        remedy = "if the description is outdated, renew it and run scripts/generate"
        if "accept" in options.headers:
            remedy = "it was asked for by an Accept of your own, and `http` gives such answers as they are"
        raise DecodeError(
            f"the answer {response.status_code} ({kind}) is not what the API's description promises: "
            f"{type(error).__name__}: {error}. See `body`; {remedy}.",
            body="" if _holds_tokens(operation) else text_of(response)[:2000],
            **described(response),
        ) from None


def _failure(operation: Operation[Any], response: httpx.Response) -> APIError:
    try:
        body = operation.parse_error(response)
    except UNREADABLE:
        body = None
    return APIError.of(response, body)


def _is_of(response: httpx.Response, error: httpx.RequestError) -> bool:
    """Whether an error is one of this response's, and not of a client that was used meanwhile."""
    try:
        return error.request is response.request
    except RuntimeError:  # it knows no request
        return False


def _holds_tokens(operation: Operation[Any]) -> bool:
    calls = (LIFECYCLE.login, LIFECYCLE.refresh) if LIFECYCLE else ()
    return any(call and (call.method, call.path) == (operation.method, operation.path) for call in calls)
