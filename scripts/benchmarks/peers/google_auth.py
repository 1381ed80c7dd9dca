"""google-auth: an `AuthorizedSession` with user credentials, which renews by the clock and upon a 401."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from google.auth.transport.requests import AuthorizedSession
from google.oauth2.credentials import Credentials
from requests.adapters import HTTPAdapter

from benchmarks.contender import TIMEOUT, AsyncContender, Contender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.contender import Get, Pair, Site


@contextmanager
def threads(site: Site, pair: Pair) -> Iterator[Get]:
    """Share one session between threads."""
    credentials = Credentials(
        pair.access_token,
        refresh_token=pair.refresh_token,
        token_uri=site.token,
        client_id="bench",
        client_secret="none",  # noqa: S106 - it insists on one, which the server does not look at
        expiry=datetime.fromtimestamp(pair.expires_at, UTC).replace(tzinfo=None),
    )
    with AuthorizedSession(credentials) as session:
        session.trust_env = False
        session.mount("http://", HTTPAdapter(pool_maxsize=10_000))
        yield lambda: session.get(site.me, timeout=TIMEOUT).raise_for_status()


CONTENDERS = [
    Contender("google-auth", threads),
    AsyncContender("google-auth", None, dict.fromkeys("ABC", "its public credentials for asyncio are static")),
]
