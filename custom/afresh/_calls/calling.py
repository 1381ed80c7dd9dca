"""Performs the calls of the resource methods, for `Client` and for `AsyncClient`."""

from __future__ import annotations

import logging
import time
from contextlib import aclosing, asynccontextmanager, closing, contextmanager
from copy import copy
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from afresh._bodies import can_send_again, is_file
from afresh._errors import (
    REQUEST_ID_HEADERS,
    UNREADABLE,
    APIError,
    DecodeError,
    SDKError,
    TransportError,
    described,
    is_about,
    is_failure,
    text_of,
    translated,
)
from afresh._http import httpx
from afresh._server_message import message_of
from afresh_api.decoding import DECODED
from afresh_api.lifecycle import LIFECYCLE
from afresh_api.styles import keeping_query
from afresh_api.values import for_async

from .building import arguments_of, request_of
from .mismatch import Mismatch, find_mismatch
from .options import IDEMPOTENCY_KEY
from .pacing import begin_turn, begin_turn_async, held_back
from .paging import AsyncPager, Pager
from .retrying import BUDGET, Retrying, is_transient, may_repeat
from .streaming import AsyncStream, Stream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from afresh_api.operation import Operation, Paging, Streaming

    from .options import Options
    from .retrying import TimeLimit

log = logging.getLogger("afresh")

LOGGED_HEADERS: Final = frozenset(
    {"accept", "age", "cache-control", "content-encoding", "content-length", "content-type", "date", "etag"}
    | {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after", "server", "user-agent"}
    | {*REQUEST_ID_HEADERS}
)
"""The headers that are logged. Any other header may hold a secret. Bodies are never logged."""

P = ParamSpec("P")
T = TypeVar("T")
PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")


class Connection:
    """The `httpx.Client` that a client shares with its views. It is replaced in a forked child."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http


class SyncCaller:
    """Performs operations through an `httpx.Client`."""

    def __init__(self, connection: Connection, base_url: httpx.URL, options: Options) -> None:
        self._connection = connection
        self._base_url = base_url
        self._prefix = str(base_url).rstrip("/")
        self.options = options

    def with_options(self, **changes: Any) -> SyncCaller:
        """Return a caller on the same connection with other options: see `Options.changed`."""
        return SyncCaller(self._connection, self._base_url, self.options.changed(**changes))

    def arguments(
        self, operation: Operation[Any], build: Callable[P, dict[str, Any]], *_: P.args, **given: P.kwargs
    ) -> dict[str, Any]:
        """Return what to send for an operation. Raise InvalidArgument if an argument cannot be sent."""
        return arguments_of(operation, self._prefix, build, given)

    def call(self, operation: Operation[T], arguments: dict[str, Any]) -> T:
        """Send a request and return the parsed content of its 2xx response. Otherwise raise an `SDKError`."""
        begin_turn()
        request, auth = self._request(operation, arguments)
        limit = self.options.time_limit(request)

        def send() -> T:
            return parse(operation, self._send(operation, request, auth, limit), self.options)

        return self._with_retries(send, operation, request, limit)

    @contextmanager
    def stream(self, operation: Operation[Any], arguments: dict[str, Any]) -> Generator[httpx.Response]:
        """Send a request and yield its 2xx response with the body unread."""
        begin_turn()
        request, auth = self._request(operation, arguments)
        limit = self.options.time_limit(request)

        def send() -> httpx.Response:
            return self._send(operation, request, auth, limit, stream=True)

        response = self._with_retries(send, operation, request, limit)
        try:
            yield response
        except httpx.RequestError as error:
            if not is_about(error, response.request):
                raise
            raise TransportError.of(error) from None
        finally:
            response.close()

    @contextmanager
    def items(
        self, operation: Operation[Any], arguments: dict[str, Any], streaming: Streaming[ItemT]
    ) -> Generator[Stream[ItemT]]:
        """Send a request and yield an iterator over the values of its 2xx response."""
        with self.stream(operation, _accepting(streaming.media_type, arguments)) as response:
            self.options.lift_read_timeout(response)
            with closing(Stream(response, streaming)) as values:
                yield values

    def pages(
        self, operation: Operation[PageT], arguments: dict[str, Any], paging: Paging[PageT, ItemT]
    ) -> Pager[PageT, ItemT]:
        """Return an iterable of all items, which requests pages as needed."""
        return Pager(self.call, operation, arguments, paging)

    def _request(self, operation: Operation[Any], arguments: dict[str, Any]) -> tuple[httpx.Request, Any]:
        http = self._connection.http
        complete, auth = _prepare(operation, arguments, self._prefix, http.params, self.options)
        return request_of(operation, self._prefix, http, complete), auth

    def _with_retries(
        self, send: Callable[[], T], operation: Operation[Any], request: httpx.Request, limit: TimeLimit | None
    ) -> T:
        """Call `send`, and retry it after a transient failure."""

        def attempts() -> T:
            try:
                return send()
            except SDKError as error:
                retrying = _retrying(error, operation, request, self.options, limit)
                if retrying is None:
                    raise
            return retrying.run(send)

        return attempts() if limit is None else limit.run(attempts)

    def _send(
        self,
        operation: Operation[Any],
        request: httpx.Request,
        auth: Any,
        limit: TimeLimit | None,
        *,
        stream: bool = False,
    ) -> httpx.Response:
        started = time.perf_counter()
        try:
            response = self._connection.http.send(request, auth=auth, stream=stream or limit is not None)
            if limit is not None:
                limit.watch(response)
            if is_failure(response, operation) or (limit is not None and not stream):
                try:
                    response.read()
                finally:  # httpx does not close a response whose body cannot be decoded
                    response.close()
        except Exception as error:
            if (own := translated(error, request)) is None:
                raise
            raise own from None
        _log_call(response, started)
        if is_failure(response, operation):
            raise held_back(_api_error(operation, response))
        return response


class AsyncCaller:
    """Performs operations through an `httpx.AsyncClient`."""

    def __init__(self, http: httpx.AsyncClient, base_url: httpx.URL, options: Options) -> None:
        self._http = http
        self._base_url = base_url
        self._prefix = str(base_url).rstrip("/")
        self.options = options

    def with_options(self, **changes: Any) -> AsyncCaller:
        """Return a caller on the same connection with other options: see `Options.changed`."""
        return AsyncCaller(self._http, self._base_url, self.options.changed(**changes))

    def arguments(
        self, operation: Operation[Any], build: Callable[P, dict[str, Any]], *_: P.args, **given: P.kwargs
    ) -> dict[str, Any]:
        """Return what to send for an operation. Raise InvalidArgument if an argument cannot be sent."""
        return arguments_of(operation, self._prefix, build, given)

    async def call(self, operation: Operation[T], arguments: dict[str, Any]) -> T:
        """Send a request and return the parsed content of its 2xx response. Otherwise raise an `SDKError`."""
        await begin_turn_async()
        request, auth = self._request(operation, arguments)
        limit = self.options.time_limit(request)

        async def send() -> T:
            return parse(operation, await self._send(operation, request, auth, limit), self.options)

        return await self._with_retries(send, operation, request, limit)

    @asynccontextmanager
    async def stream(self, operation: Operation[Any], arguments: dict[str, Any]) -> AsyncGenerator[httpx.Response]:
        """Send a request and yield its 2xx response with the body unread."""
        await begin_turn_async()
        request, auth = self._request(operation, arguments)
        limit = self.options.time_limit(request)

        async def send() -> httpx.Response:
            return await self._send(operation, request, auth, limit, stream=True)

        response = await self._with_retries(send, operation, request, limit)
        try:
            yield response
        except httpx.RequestError as error:
            if not is_about(error, response.request):
                raise
            raise TransportError.of(error) from None
        finally:
            await response.aclose()

    @asynccontextmanager
    async def items(
        self, operation: Operation[Any], arguments: dict[str, Any], streaming: Streaming[ItemT]
    ) -> AsyncGenerator[AsyncStream[ItemT]]:
        """Send a request and yield an asynchronous iterator over the values of its 2xx response."""
        async with self.stream(operation, _accepting(streaming.media_type, arguments)) as response:
            self.options.lift_read_timeout(response)
            async with aclosing(AsyncStream(response, streaming)) as values:
                yield values

    def pages(
        self, operation: Operation[PageT], arguments: dict[str, Any], paging: Paging[PageT, ItemT]
    ) -> AsyncPager[PageT, ItemT]:
        """Return an asynchronous iterable of all items, which requests pages as needed."""
        return AsyncPager(self.call, operation, arguments, paging)

    def _request(self, operation: Operation[Any], arguments: dict[str, Any]) -> tuple[httpx.Request, Any]:
        complete, auth = _prepare(operation, arguments, self._prefix, self._http.params, self.options)
        ready = complete if is_file(complete.get("content")) else for_async(complete)
        return request_of(operation, self._prefix, self._http, ready), auth

    async def _with_retries(
        self,
        send: Callable[[], Awaitable[T]],
        operation: Operation[Any],
        request: httpx.Request,
        limit: TimeLimit | None,
    ) -> T:
        """Call `send`, and retry it after a transient failure."""

        async def attempts() -> T:
            try:
                return await send()
            except SDKError as error:
                retrying = _retrying(error, operation, request, self.options, limit)
                if retrying is None:
                    raise
            return await retrying.run_async(send)

        return await (attempts() if limit is None else limit.run_async(attempts))

    async def _send(
        self,
        operation: Operation[Any],
        request: httpx.Request,
        auth: Any,
        limit: TimeLimit | None,
        *,
        stream: bool = False,
    ) -> httpx.Response:
        started = time.perf_counter()
        try:
            response = await self._http.send(request, auth=auth, stream=stream)
            if stream and limit is not None:
                limit.watch(response)
            if is_failure(response, operation):
                try:
                    await response.aread()
                finally:  # as above
                    await response.aclose()
        except Exception as error:
            if (own := translated(error, request)) is None:
                raise
            raise own from None
        _log_call(response, started)
        if is_failure(response, operation):
            raise held_back(_api_error(operation, response))
        return response


def _prepare(
    operation: Operation[Any], arguments: dict[str, Any], prefix: str, params: httpx.QueryParams, options: Options
) -> tuple[dict[str, Any], Any]:
    """Return the arguments of `build_request`, and the auth of the request."""
    complete = {**arguments}
    auth = complete.pop("auth", httpx.USE_CLIENT_DEFAULT)
    if complete["url"].startswith("/"):
        complete["url"] = prefix + complete["url"]  # httpx would take a sixth of the call's time for this
    return options.apply(operation, prefix, keeping_query(params, complete)), auth


def _accepting(media_type: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {**arguments, "headers": {**arguments.get("headers", {}), "Accept": media_type}}


def _retrying(
    failure: SDKError, operation: Operation[Any], request: httpx.Request, options: Options, limit: TimeLimit | None
) -> Retrying | None:
    """Return the retries of a call after its first failure; None if it may not be retried."""

    def may_retry(error: BaseException) -> bool:
        return (
            isinstance(error, SDKError)
            and is_transient(error)
            and may_repeat(error, request, operation.idempotency_header or IDEMPOTENCY_KEY)
            and can_send_again(request.stream)
        )

    if not options.retries or not may_retry(failure):
        return None
    budget = BUDGET if limit is None else min(BUDGET, limit.remaining)
    return Retrying(failure, may_retry, retries=options.retries, budget=budget)


def _log_call(response: httpx.Response, started: float) -> None:
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
            "request_headers": _loggable(request.headers),
            "response_headers": _loggable(response.headers),
        },
    )


def _loggable(headers: httpx.Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name in LOGGED_HEADERS}


def parse(operation: Operation[T], response: httpx.Response, options: Options) -> T:
    """Return the parsed content of a 2xx response. Raise a `DecodeError` if it is not as described."""
    try:
        return operation.parse(response)
    except UNREADABLE as error:
        raise _decode_error(operation, response, error, options) from None


def _decode_error(
    operation: Operation[Any], response: httpx.Response, error: Exception, options: Options
) -> DecodeError:
    kind = response.headers.get("content-type", "no content type")
    mismatch = _mismatch(operation, response, error)
    if "accept" in options.headers:
        remedy = "; your own Accept header asked for it: `with_response` gives such an answer as `text` and `content`"
    elif isinstance(error, JSONDecodeError) and ("html" in kind or not response.content):
        remedy = ". Check the base URL and its path, and any proxy in front of the API"
    else:
        remedy = "; if the description is outdated, renew it and run scripts/generate"
    return DecodeError(
        f"the answer {response.status_code} ({kind}) is not what the API's description promises: {mismatch}. See "
        f"`body`{remedy}.",
        body="" if _holds_tokens(operation) else text_of(response)[:2000],
        attribute=mismatch.attribute,
        **described(response),
    )


def _mismatch(operation: Operation[Any], response: httpx.Response, error: Exception) -> Mismatch:
    """Return in what a response differs from its description."""
    if isinstance(error, JSONDecodeError):
        said = "" if _holds_tokens(operation) else message_of(text_of(response))
        text = f"it is no JSON, but says: {said}" if said else "it is no JSON"
        return Mismatch(None, text if response.content else "it is empty")
    try:
        document = response.json()
    except UNREADABLE:
        return Mismatch(None, f"{type(error).__name__}: {error}")

    def parse(noting: object) -> object:
        twin = copy(response)
        twin.extensions = {**response.extensions, DECODED: noting}
        return operation.parse(twin)

    return find_mismatch(parse, document, error, show_values=not _holds_tokens(operation))


def _api_error(operation: Operation[Any], response: httpx.Response) -> APIError:
    try:
        body = operation.parse_error(response)
    except UNREADABLE:
        body = None
    return APIError.of(response, body)


def _holds_tokens(operation: Operation[Any]) -> bool:
    people = LIFECYCLE.authorization if LIFECYCLE else None
    calls = (LIFECYCLE.login, LIFECYCLE.refresh, people and people.token) if LIFECYCLE else ()
    return any(call and (call.method, call.path) == (operation.method, operation.path) for call in calls)
