"""Authlib: `OAuth2Client` and `AsyncOAuth2Client`, which renew by themselves when they know the token endpoint."""

from __future__ import annotations

import warnings
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.contender import TIMEOUT, UNLIMITED, AsyncContender, Contender

with warnings.catch_warnings(record=True):  # it announces another HTTP library, whatever the filters say
    from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuth2Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from benchmarks.contender import AsyncGet, Get, Pair, Site

BY_CLOCK = "renews by the clock alone, the 401 is the caller's"


def _options(site: Site, pair: Pair) -> dict[str, Any]:
    return {
        "client_id": "bench",
        "token_endpoint": site.token,
        "token_endpoint_auth_method": "none",
        "token": {
            "token_type": "Bearer",
            "access_token": pair.access_token,
            "refresh_token": pair.refresh_token,
            "expires_at": int(pair.expires_at),
        },
        "limits": UNLIMITED,
        "timeout": TIMEOUT,
        "trust_env": False,
    }


@contextmanager
def threads(site: Site, pair: Pair) -> Iterator[Get]:
    """Share one client between threads."""
    with OAuth2Client(**_options(site, pair)) as client:
        yield lambda: client.get(site.me).raise_for_status()


@asynccontextmanager
async def tasks(site: Site, pair: Pair) -> AsyncIterator[AsyncGet]:
    """Share one client between tasks."""
    async with AsyncOAuth2Client(**_options(site, pair)) as client:

        async def get() -> object:
            return (await client.get(site.me)).raise_for_status()

        yield get


CONTENDERS = [
    Contender("authlib", threads, {"A": BY_CLOCK, "C": BY_CLOCK}),
    AsyncContender("authlib", tasks, {"A": BY_CLOCK, "C": BY_CLOCK}),
]
