"""Clients that are httpx's own with an `httpx.Auth` of the user's."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import httpx

from benchmarks.contender import TIMEOUT, UNLIMITED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from benchmarks.contender import AsyncGet, Get, Pair, Site

    MakeAuth = Callable[[Site, Pair], httpx.Auth]


def threads(make_auth: MakeAuth) -> Callable[[Site, Pair], AbstractContextManager[Get]]:
    """Give how to open an `httpx.Client` that threads share."""

    @contextmanager
    def opened(site: Site, pair: Pair) -> Iterator[Get]:
        with httpx.Client(auth=make_auth(site, pair), limits=UNLIMITED, timeout=TIMEOUT, trust_env=False) as http:
            yield lambda: http.get(site.me).raise_for_status()

    return opened


def tasks(make_auth: MakeAuth) -> Callable[[Site, Pair], AbstractAsyncContextManager[AsyncGet]]:
    """Give how to open an `httpx.AsyncClient` that tasks share."""

    @asynccontextmanager
    async def opened(site: Site, pair: Pair) -> AsyncIterator[AsyncGet]:
        auth = make_auth(site, pair)
        async with httpx.AsyncClient(auth=auth, limits=UNLIMITED, timeout=TIMEOUT, trust_env=False) as http:

            async def get() -> object:
                return (await http.get(site.me)).raise_for_status()

            yield get

    return opened
