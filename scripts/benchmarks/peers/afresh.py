"""Afresh itself: `Client` and `AsyncClient` with a method of a resource."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import httpx

from afresh import AiohttpTransport, AsyncClient, Client, Tokens
from benchmarks.contender import TIMEOUT, UNLIMITED, AsyncContender, Contender

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from benchmarks.contender import AsyncGet, Get, Pair, Site


def _tokens(pair: Pair) -> Tokens:
    return Tokens.issued(pair.access_token, refresh_token=pair.refresh_token, expires_in=pair.expires_in)


@contextmanager
def threads(site: Site, pair: Pair) -> Iterator[Get]:
    """Share one client between threads."""
    with (
        httpx.Client(limits=UNLIMITED, timeout=TIMEOUT, trust_env=False) as http,
        Client(site.url, tokens=_tokens(pair), http_client=http) as api,
    ):
        yield api.users.me


@asynccontextmanager
async def tasks(site: Site, pair: Pair) -> AsyncIterator[AsyncGet]:
    """Share one client between tasks."""
    async with (
        httpx.AsyncClient(limits=UNLIMITED, timeout=TIMEOUT, trust_env=False) as http,
        AsyncClient(site.url, tokens=_tokens(pair), http_client=http) as api,
    ):
        yield api.users.me


@asynccontextmanager
async def tasks_over_aiohttp(site: Site, pair: Pair) -> AsyncIterator[AsyncGet]:
    """As `tasks`, over the connections of aiohttp."""
    transport = AiohttpTransport(max_connections=None)
    async with (
        httpx.AsyncClient(transport=transport, timeout=TIMEOUT) as http,
        AsyncClient(site.url, tokens=_tokens(pair), http_client=http) as api,
    ):
        yield api.users.me


CONTENDERS = [
    Contender("afresh", threads),
    AsyncContender("afresh", tasks),
    AsyncContender("afresh, aiohttp", tasks_over_aiohttp),
]
