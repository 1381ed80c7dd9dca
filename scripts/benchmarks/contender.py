"""What a client under test is to the benchmark: a way to open it, and to make one request with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Literal

import httpx
from attrs import Factory, field, frozen

from benchmarks.server import TOKEN_PATH

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

UNLIMITED: Final = httpx.Limits(max_connections=None, max_keepalive_connections=None)
"""Every request that is made at once is under way at once, whichever the client's own default."""
TIMEOUT: Final = 120.0
"""Seconds: above what any scenario takes, so that no request is lost for another reason than its tokens."""


@frozen
class Site:
    """Where the API is."""

    url: str

    @property
    def me(self) -> str:
        """The operation that all requests go to."""
        return f"{self.url}/me"

    @property
    def refresh(self) -> str:
        """The API's own refresh operation: JSON in, JSON out."""
        return f"{self.url}/auth/refresh"

    @property
    def token(self) -> str:
        """The OAuth token endpoint."""
        return f"{self.url}{TOKEN_PATH}"


@frozen
class Pair:
    """The tokens that a client starts with.

    Attributes:
        access_token: Sent as `Authorization: Bearer …`.
        refresh_token: May be used once.
        expires_in: Seconds that the access token lives from its issue.
        expires_at: When it expires, in seconds since the epoch.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: float
    expires_at: float


Get = Callable[[], object]
"""Makes one request; raises unless it is answered 200."""
AsyncGet = Callable[[], Awaitable[object]]
"""As `Get`, for tasks."""

Unable = dict[str, str]
"""The scenarios, by their letters, that a client cannot express, and why."""


@frozen
class Contender:
    """A client under test, for threads.

    Attributes:
        name: As its users call it.
        open: Opens it with these tokens, and gives how to make a request; None where it offers nothing of the kind.
        unable: The scenarios that it cannot express.
    """

    name: str
    open: Callable[[Site, Pair], AbstractContextManager[Get]] | None
    unable: Unable = Factory(dict)
    kind: Literal["threads"] = field(default="threads", init=False)


@frozen
class AsyncContender:
    """As `Contender`, for tasks."""

    name: str
    open: Callable[[Site, Pair], AbstractAsyncContextManager[AsyncGet]] | None
    unable: Unable = Factory(dict)
    kind: Literal["tasks"] = field(default="tasks", init=False)
