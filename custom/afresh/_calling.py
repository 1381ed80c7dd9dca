"""Carrying out the calls of the resource methods, once for `Client` and once for `AsyncClient`."""

from __future__ import annotations

import logging
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from afresh_api.lifecycle import LIFECYCLE
from afresh_api.styles import keeping_query
from afresh_api.values import for_async

from ._errors import APIError, DecodeError, TransportError, described
from ._paging import AsyncPager, Pager

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from afresh_api.operation import Operation, Paging

log = logging.getLogger("afresh")

T = TypeVar("T")
PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")


class SyncCaller:
    """Carries out operations through an `httpx.Client`."""

    def __init__(self, http: httpx.Client, base_url: httpx.URL) -> None:
        self.http = http
        self._base_url = str(base_url).rstrip("/")

    def call(self, operation: Operation[T], arguments: dict[str, Any]) -> T:
        """Send a request and give what its 2xx answer holds; raise an `SDKError` for anything else."""
        started = time.perf_counter()
        try:
            response = self.http.request(**_complete(arguments, self._base_url, self.http))
        except httpx.RequestError as error:
            raise TransportError.of(error) from None
        _record(response, started)
        return _read(operation, response)

    @contextmanager
    def stream(self, operation: Operation[Any], arguments: dict[str, Any]) -> Generator[httpx.Response]:
        """Send a request and give its 2xx answer with the body yet to be read."""
        started = time.perf_counter()
        response: httpx.Response | None = None
        try:
            with self.http.stream(**_complete(arguments, self._base_url, self.http)) as response:
                _record(response, started)
                if not response.is_success:
                    response.read()
                    raise _failure(operation, response)
                yield response
        except httpx.RequestError as error:
            raise _own(error, response) from None

    def pages(
        self, operation: Operation[PageT], arguments: dict[str, Any], paging: Paging[PageT, ItemT]
    ) -> Pager[PageT, ItemT]:
        """Give an iterable over all items, which asks for pages as they are needed."""
        return Pager(self.call, operation, arguments, paging)


class AsyncCaller:
    """Carries out operations through an `httpx.AsyncClient`."""

    def __init__(self, http: httpx.AsyncClient, base_url: httpx.URL) -> None:
        self.http = http
        self._base_url = str(base_url).rstrip("/")

    async def call(self, operation: Operation[T], arguments: dict[str, Any]) -> T:
        """Send a request and give what its 2xx answer holds; raise an `SDKError` for anything else."""
        started = time.perf_counter()
        try:
            response = await self.http.request(**for_async(_complete(arguments, self._base_url, self.http)))
        except httpx.RequestError as error:
            raise TransportError.of(error) from None
        _record(response, started)
        return _read(operation, response)

    @asynccontextmanager
    async def stream(self, operation: Operation[Any], arguments: dict[str, Any]) -> AsyncGenerator[httpx.Response]:
        """Send a request and give its 2xx answer with the body yet to be read."""
        started = time.perf_counter()
        response: httpx.Response | None = None
        try:
            async with self.http.stream(**for_async(_complete(arguments, self._base_url, self.http))) as response:
                _record(response, started)
                if not response.is_success:
                    await response.aread()
                    raise _failure(operation, response)
                yield response
        except httpx.RequestError as error:
            raise _own(error, response) from None

    def pages(
        self, operation: Operation[PageT], arguments: dict[str, Any], paging: Paging[PageT, ItemT]
    ) -> AsyncPager[PageT, ItemT]:
        """Give an asynchronous iterable over all items, which asks for pages as they are needed."""
        return AsyncPager(self.call, operation, arguments, paging)


def _complete(arguments: dict[str, Any], base_url: str, http: httpx.Client | httpx.AsyncClient) -> dict[str, Any]:
    """Return the arguments of a request with the whole URL: httpx takes a sixth of a call to put it together."""
    if arguments["url"].startswith("/"):
        arguments = {**arguments, "url": base_url + arguments["url"]}
    return keeping_query(http.params, arguments)


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
        extra={"event": "request", "status": response.status_code, "duration": duration},
    )


def _read(operation: Operation[T], response: httpx.Response) -> T:
    if not response.is_success:
        raise _failure(operation, response)
    try:
        return operation.parse(response)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        kind = response.headers.get("content-type", "no content type")
        raise DecodeError(
            f"the answer {response.status_code} ({kind}) is not what the API's description promises: "
            f"{type(error).__name__}: {error}. See `body`; if the description is outdated, renew it and run "
            "scripts/generate.",
            body="" if _holds_tokens(operation) else response.text[:2000],
            **described(response),
        ) from None


def _failure(operation: Operation[Any], response: httpx.Response) -> APIError:
    try:
        body = operation.parse_error(response)
    except (ValueError, KeyError, TypeError, AttributeError):
        body = None
    return APIError.of(response, body)


def _own(error: httpx.RequestError, response: httpx.Response | None) -> Exception:
    """Give our error for one of this response's, and any other (of a client used meanwhile) as it is."""
    return error if response is not None and error.request is not response.request else TransportError.of(error)


def _holds_tokens(operation: Operation[Any]) -> bool:
    calls = (LIFECYCLE.login, LIFECYCLE.refresh) if LIFECYCLE else ()
    return any(call and (call.method, call.path) == (operation.method, operation.path) for call in calls)
