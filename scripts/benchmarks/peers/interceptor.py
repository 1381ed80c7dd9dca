"""The interceptor in the shape that httpx's documentation shows: upon a 401, refresh within the flow and send again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from benchmarks.contender import AsyncContender, Contender
from benchmarks.peers.auth_of_httpx import tasks, threads

if TYPE_CHECKING:
    from collections.abc import Generator

    from benchmarks.contender import Pair, Site


class Interceptor(httpx.Auth):
    """Refreshes for each request that is answered 401."""

    requires_response_body = True

    def __init__(self, site: Site, pair: Pair) -> None:
        self._url = site.refresh
        self._access_token = pair.access_token
        self._refresh_token = pair.refresh_token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Run by httpx around each request."""
        request.headers["Authorization"] = f"Bearer {self._access_token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            answer = yield httpx.Request("POST", self._url, json={"refreshToken": self._refresh_token})
            data = answer.json()["data"]
            self._access_token, self._refresh_token = data["accessToken"], data["refreshToken"]
            request.headers["Authorization"] = f"Bearer {self._access_token}"
            yield request


CONTENDERS = [Contender("interceptor", threads(Interceptor)), AsyncContender("interceptor", tasks(Interceptor))]
