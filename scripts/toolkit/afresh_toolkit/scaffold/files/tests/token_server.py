"""A server on loopback that takes one access token at a time, and each refresh token once.

It deals in tokens as the description says. Where that does not say how tokens are renewed, it does so in a way of its
own, since the hand-written layer is the same for all APIs.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import afresh
from afresh import AsyncClient, Client, Session, Tokens
from afresh_api.lifecycle import LIFECYCLE, Placement, TokenCall, TokenFields, TokenLifecycle
from attrs import define, field
from canned import (
    MARK,
    Answer,
    Asked,
    answering,
    client_to,
    knows_client,
    rejection,
    sent,
    token_answer,
    without_metadata,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

PATIENCE = 30
"""Seconds in which what a test waits for has come, on the slowest machine."""

_SOME = TokenLifecycle(
    login=None,
    refresh=TokenCall("POST", "/token", "application/json", (Placement("body", ("refresh",), "$refreshToken"),)),
    logout=None,
    tokens=TokenFields(access_token=("access",), refresh_token=("refresh",)),
)


def _of_api() -> TokenLifecycle:
    renews = LIFECYCLE is not None and LIFECYCLE.refresh is not None and "$refreshToken" in repr(LIFECYCLE.refresh)
    return without_metadata(LIFECYCLE) if LIFECYCLE is not None and renews else _SOME


def live_by(lifecycle: TokenLifecycle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have all sessions that are made from now on live by a lifecycle."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == afresh.__name__:
            if hasattr(module, "LIFECYCLE"):
                monkeypatch.setattr(module, "LIFECYCLE", lifecycle)
            if hasattr(module, "TOKEN_CALLS"):
                monkeypatch.setattr(module, "TOKEN_CALLS", {})


@define
class TokenServer:
    """What the server knows, and what was asked of it.

    `refusal` is what it answers to a call that deals in tokens, in place of new ones. `answer` is what it answers to a
    call that has the access token, and `before` is called with each call and whether it has, before it is answered.
    """

    lifecycle: TokenLifecycle = field(factory=_of_api)
    url: str = ""
    asked: list[Asked] = field(factory=list)
    refreshes: int = 0
    refusal: Answer | None = None
    answer: Callable[[Asked], Answer] = field(default=lambda _: Answer(200, {}))
    before: Callable[[Asked, bool], object] = field(default=lambda *_: None)
    tokens: Tokens = field(factory=lambda: Tokens("access-0000", "refresh-0000"))
    _issued: int = 0
    _mutex: threading.Lock = field(factory=threading.Lock)

    def expire(self) -> None:
        """Take the access token no longer."""
        with self._mutex:
            self._issued += 1
            self.tokens = Tokens(f"access-{self._issued:04}", self.tokens.refresh_token)

    def session(self, **options: Any) -> Session:
        """Return a session that has the tokens."""
        client_id = "client" if knows_client(self.lifecycle) else None
        token_client = partial(client_to, self.url)
        given = {"tokens": self.tokens, "client_id": client_id, "token_client": token_client}
        return Session(self.url, **{**given, **options})

    def client(self, **options: Any) -> Client:
        """Return a client of such a session."""
        return Client(session=self.session(**options), retries=2)

    def async_client(self, **options: Any) -> AsyncClient:
        """Return an asynchronous client of such a session."""
        return AsyncClient(session=self.session(**options), retries=2)

    def calls(self) -> list[Asked]:
        """Return what was asked, but for the calls that deal in tokens."""
        return [asked for asked in self.asked if MARK not in asked.headers]

    def handle(self, asked: Asked) -> Answer:
        """Answer a request."""
        if MARK in asked.headers:
            return self._renew(asked)
        is_allowed = self._has_token(asked)
        self.before(asked, is_allowed)
        return self.answer(asked) if is_allowed else rejection(self.lifecycle)

    def _has_token(self, asked: Asked) -> bool:
        return any(self.tokens.access_token in value for value in (asked.target, *asked.headers.values()))

    def _renew(self, asked: Asked) -> Answer:
        with self._mutex:
            self.refreshes += 1
            if self.refusal is not None:
                return self.refusal
            if str(self.tokens.refresh_token) not in sent(asked):
                return Answer(400, {"error": "invalid_grant"})
            self._issued += 1
            own = self.lifecycle.refresh.tokens if self.lifecycle.refresh else None
            fields = own or self.lifecycle.tokens
            rotates = fields.refresh_token is not None
            refresh_token = f"refresh-{self._issued:04}" if rotates else self.tokens.refresh_token
            self.tokens = Tokens(f"access-{self._issued:04}", refresh_token)
            return token_answer(fields, self.tokens.access_token, str(self.tokens.refresh_token))


@contextmanager
def serving() -> Iterator[TokenServer]:
    """Run a server."""
    server = TokenServer()
    with answering(server.handle) as http:
        server.url, server.asked = http.url, http.asked
        yield server


def reject_together(server: TokenServer, number: int) -> None:
    """Answer no call that has an expired token before there are so many of them: so they fail together."""
    together = threading.Barrier(number)

    def wait(_: Asked, is_allowed: bool) -> None:  # noqa: FBT001
        if not is_allowed:
            together.wait(PATIENCE)

    server.before = wait
