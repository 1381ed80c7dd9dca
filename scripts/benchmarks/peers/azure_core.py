"""azure-core: the bearer token policies, with a credential that refreshes.

The policies leave a 401 to `on_challenge`, which a service's own policy overrides; here it asks the credential for
a token again, past the one that the credential has cached.
"""

from __future__ import annotations

import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import requests
from azure.core import AsyncPipelineClient, PipelineClient
from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import AsyncBearerTokenCredentialPolicy, BearerTokenCredentialPolicy
from azure.core.pipeline.transport import AioHttpTransport, RequestsTransport
from azure.core.rest import HttpRequest
from requests.adapters import HTTPAdapter

from benchmarks.contender import TIMEOUT, AsyncContender, Contender

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from benchmarks.contender import AsyncGet, Get, Pair, Site

SCOPE = "tasks"


class _Cache:
    """What both credentials have in common: the tokens, and the refresh call."""

    def __init__(self, site: Site, pair: Pair) -> None:
        self._site = site
        self._refresh_token = pair.refresh_token
        self._token = AccessToken(pair.access_token, int(pair.expires_at))

    def cached(self, claims: str | None) -> Any:
        return self._token if claims is None and time.time() < self._token.expires_on else None

    def request(self) -> dict[str, Any]:
        return {"url": self._site.refresh, "json": {"refreshToken": self._refresh_token}}

    def store(self, response: httpx.Response) -> Any:
        data = response.raise_for_status().json()["data"]
        self._refresh_token = data["refreshToken"]
        self._token = AccessToken(data["accessToken"], int(time.time() + data["expiresIn"]))
        return self._token


class Credential(_Cache):
    """A `TokenCredential`."""

    def __init__(self, site: Site, pair: Pair, http: httpx.Client) -> None:
        super().__init__(site, pair)
        self._http = http

    def get_token(self, *_scopes: str, claims: str | None = None, **_options: Any) -> Any:
        """Give an access token; with claims, a new one."""
        return self.cached(claims) or self.store(self._http.post(**self.request()))


class AsyncCredential(_Cache):
    """An `AsyncTokenCredential`."""

    def __init__(self, site: Site, pair: Pair, http: httpx.AsyncClient) -> None:
        super().__init__(site, pair)
        self._http = http

    async def get_token(self, *_scopes: str, claims: str | None = None, **_options: Any) -> Any:
        """Give an access token; with claims, a new one."""
        return self.cached(claims) or self.store(await self._http.post(**self.request()))


class Policy(BearerTokenCredentialPolicy):  # type: ignore[misc]  # untyped here
    """Answers any challenge with a new token."""

    def on_challenge(self, request: Any, response: Any) -> bool:  # noqa: ARG002 - as in the base class
        """Authorize the request anew; it is sent again then."""
        self.authorize_request(request, SCOPE, claims="new")
        return True


class AsyncPolicy(AsyncBearerTokenCredentialPolicy):  # type: ignore[misc]  # as above
    """As `Policy`."""

    async def on_challenge(self, request: Any, response: Any) -> bool:  # noqa: ARG002 - as above
        """Authorize the request anew; it is sent again then."""
        await self.authorize_request(request, SCOPE, claims="new")
        return True


@contextmanager
def threads(site: Site, pair: Pair) -> Iterator[Get]:
    """Share one pipeline between threads."""
    with requests.Session() as session, httpx.Client(timeout=TIMEOUT, trust_env=False) as http:
        session.mount("http://", HTTPAdapter(pool_maxsize=10_000))
        transport = RequestsTransport(
            session=session,
            session_owner=False,
            use_env_settings=False,
            connection_timeout=TIMEOUT,
            read_timeout=TIMEOUT,
        )
        policy = Policy(Credential(site, pair, http), SCOPE)
        with PipelineClient(site.url, policies=[policy], transport=transport) as client:
            yield lambda: client.send_request(HttpRequest("GET", site.me), enforce_https=False).raise_for_status()


@asynccontextmanager
async def tasks(site: Site, pair: Pair) -> AsyncIterator[AsyncGet]:
    """Share one pipeline between tasks."""
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http,
    ):
        transport = AioHttpTransport(
            session=session,
            session_owner=False,
            use_env_settings=False,
            connection_timeout=TIMEOUT,
            read_timeout=TIMEOUT,
        )
        policy = AsyncPolicy(AsyncCredential(site, pair, http), SCOPE)
        async with AsyncPipelineClient(site.url, policies=[policy], transport=transport) as client:

            async def get() -> object:
                response = await client.send_request(HttpRequest("GET", site.me), enforce_https=False)
                return response.raise_for_status()

            yield get


CONTENDERS = [Contender("azure-core", threads), AsyncContender("azure-core", tasks)]
