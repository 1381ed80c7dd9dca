"""httpx-auth: the resource owner's password credentials, the flow without a browser in which it refreshes.

It signs in by itself with the first request, and keeps the tokens in a cache of the whole process.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import httpx
from httpx_auth import OAuth2, OAuth2ResourceOwnerPasswordCredentials

from benchmarks.contender import TIMEOUT, UNLIMITED, AsyncContender, Contender
from benchmarks.scenarios import USER
from sandbox.users import USERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from benchmarks.contender import AsyncGet, Get, Pair, Site

BY_CLOCK = "renews by the clock alone, the 401 is the caller's"


@contextmanager
def _auth(site: Site) -> Iterator[httpx.Auth]:
    OAuth2.token_cache.clear()
    with httpx.Client(trust_env=False) as http:
        yield OAuth2ResourceOwnerPasswordCredentials(
            site.token, username=USER, password=USERS[USER].password, timeout=TIMEOUT, client=http
        )


@contextmanager
def threads(site: Site, _pair: Pair) -> Iterator[Get]:
    """Share one client between threads."""
    with (
        _auth(site) as auth,
        httpx.Client(auth=auth, limits=UNLIMITED, timeout=TIMEOUT, trust_env=False) as http,
    ):

        def get() -> object:
            return http.get(site.me).raise_for_status()

        get()
        yield get


@asynccontextmanager
async def tasks(site: Site, _pair: Pair) -> AsyncIterator[AsyncGet]:
    """Share one client between tasks."""
    with _auth(site) as auth:
        async with httpx.AsyncClient(auth=auth, limits=UNLIMITED, timeout=TIMEOUT, trust_env=False) as http:

            async def get() -> object:
                return (await http.get(site.me)).raise_for_status()

            await get()
            yield get


CONTENDERS = [
    Contender("httpx-auth", threads, {"A": BY_CLOCK, "C": BY_CLOCK}),
    AsyncContender("httpx-auth", tasks, {"A": BY_CLOCK, "C": BY_CLOCK}),
]
