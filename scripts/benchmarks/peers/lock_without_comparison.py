"""The interceptor with a lock around its refresh, which does not ask whether somebody else has refreshed meanwhile."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import httpx

from benchmarks.contender import AsyncContender, Contender
from benchmarks.peers.auth_of_httpx import tasks, threads

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from benchmarks.contender import Pair, Site


class LockedInterceptor(httpx.Auth):
    """Refreshes for each request that is answered 401, one after the other."""

    def __init__(self, site: Site, pair: Pair) -> None:
        self._url = site.refresh
        self._access_token = pair.access_token
        self._refresh_token = pair.refresh_token
        self._lock = threading.Lock()
        self._async_lock = asyncio.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Run by `httpx.Client` around each request."""
        response = yield self._authorized(request)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            response.read()
            with self._lock:
                answer = yield self._refresh_request()
                answer.read()
                self._update(answer)
            yield self._authorized(request)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Run by `httpx.AsyncClient` around each request."""
        response = yield self._authorized(request)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            await response.aread()
            async with self._async_lock:
                answer = yield self._refresh_request()
                await answer.aread()
                self._update(answer)
            yield self._authorized(request)

    def _authorized(self, request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {self._access_token}"
        return request

    def _refresh_request(self) -> httpx.Request:
        return httpx.Request("POST", self._url, json={"refreshToken": self._refresh_token})

    def _update(self, answer: httpx.Response) -> None:
        data = answer.json()["data"]
        self._access_token, self._refresh_token = data["accessToken"], data["refreshToken"]


CONTENDERS = [Contender("lock", threads(LockedInterceptor)), AsyncContender("lock", tasks(LockedInterceptor))]
