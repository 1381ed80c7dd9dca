"""An API whose sessions are in cookies: what its description says, and a server that lives by it."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from attrs import define, field

from servers.canned import Answer, Asked, Server, answering

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIPTION = """\
x-token-lifecycle:
  login: {operation: POST /auth/login}
  refresh:
    operation: POST /auth/refresh
    send: {$request.cookie.renew: $refreshToken}
    csrf: {from: $response.cookie.csrf_renew}
  logout:
    operation: POST /auth/logout
    send: {$request.cookie.renew: $refreshToken, $request.cookie.access: $accessToken}
  tokens:
    accessToken: $response.cookie.access
    refreshToken: $response.cookie.renew
  csrf: {from: $response.cookie.csrf_access, send: $request.header.X-CSRF-TOKEN}
paths:
  /auth/login: {post: {responses: {"204": {description: in}}}}
  /auth/refresh: {post: {responses: {"204": {description: renewed}}}}
  /auth/logout: {post: {responses: {"204": {description: out}}}}
"""


def cookies_of(asked: Asked) -> dict[str, str]:
    """Return the cookies that a request has; each is there once."""
    pairs = [part.split("=", 1) for part in asked.headers.get("cookie", "").split("; ") if part]
    assert len(dict(pairs)) == len(pairs), "a cookie was sent twice"
    return dict(pairs)


@define
class CookieApi:
    """The server. `secrets` has all that it has issued; `attributes` are those of its cookies."""

    server: Server = field(factory=lambda: Server(""))
    attributes: str = "; Path=/; HttpOnly; SameSite=Lax"
    secrets: list[str] = field(factory=list)
    good: dict[str, str] = field(factory=dict)
    is_over: bool = False
    moved: str = ""
    refreshes: int = 0
    _numbers: Iterator[int] = field(factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def asked(self) -> list[Asked]:
        return self.server.asked

    def expire(self) -> None:
        """Take the access token no longer."""
        self.good["access"] = "none"

    def issue(self) -> Answer:
        """Set new cookies."""
        number = next(self._numbers)
        names = ("access", "renew", "csrf_access", "csrf_renew")
        self.good = {name: f"{name}-value+{number}/that-nobody-sees=" for name in names}
        self.secrets += self.good.values()
        values = {name: quote(value, safe="+") if "csrf" in name else value for name, value in self.good.items()}
        return Answer(
            204, headers={"Set-Cookie": [f"{name}={value}{self.attributes}" for name, value in values.items()]}
        )

    def is_good(self, asked: Asked, kind: str) -> bool:
        """Return whether a request has the cookie of a token, and sends back what belongs to it."""
        cookies, csrf = cookies_of(asked), quote(self.good[f"csrf_{kind}"], safe="+")
        sent_back = asked.headers.get("x-csrf-token") == self.good[f"csrf_{kind}"]
        return cookies.get(kind) == self.good[kind] and cookies.get(f"csrf_{kind}") == csrf and sent_back

    def answer(self, asked: Asked) -> Answer:
        path = urlsplit(asked.target).path
        if path == "/auth/login":
            return self.issue()
        if path == "/auth/logout":
            return Answer(204 if self.is_good(asked, "access") else 401)
        if path == "/auth/refresh":
            self.refreshes += 1
            if self.is_over or not self.is_good(asked, "renew"):
                return Answer(401, headers={"Set-Cookie": "renew=; Max-Age=0; Path=/"})
            return self.issue()
        if not self.is_good(asked, "access"):
            return Answer(401, {"msg": "Token has expired"})
        if path == "/moved":
            return Answer(307, headers={"Location": self.moved})
        new = [f"{name}={value}{self.attributes}" for name, value in self.good.items() if path == "/rotate"]
        return Answer(200, {"path": path}, {"Set-Cookie": new})


@contextmanager
def cookie_api() -> Iterator[CookieApi]:
    """Run the server."""
    running = CookieApi()
    with answering(running.answer) as running.server:
        yield running
