# Written by scripts/generate from the description of the API: changes made here are lost.
"""What the description says about tokens (`x-token-lifecycle`): which operations deal in them, and how."""

from __future__ import annotations

from typing import Literal

from attrs import define


@define(frozen=True)
class Placement:
    """A value that a call sends.

    `path` has the tokens of a JSON pointer (RFC 6901) in a body, and one name elsewhere. `value` is "$refreshToken"
    or a constant.
    """

    where: Literal["body", "query", "header"]
    path: tuple[str, ...]
    value: str


@define(frozen=True)
class Credential:
    """A text that who signs in must give, by its key in the body; `is_secret` is whether nobody should see it."""

    key: str
    is_secret: bool


@define(frozen=True)
class TokenCall:
    """An operation that deals in tokens; `media_type` is that of the request's body, None without one.

    `credentials` are what the body of the login call must hold; none where it must hold something else than texts, too.
    """

    method: str
    path: str
    media_type: str | None
    send: tuple[Placement, ...] = ()
    credentials: tuple[Credential, ...] = ()


@define(frozen=True)
class TokenFields:
    """Where the answers of login and refresh hold what, as the tokens of JSON pointers; None where they do not say it.

    `expires_in` is in seconds and `expires_in_ms` in milliseconds from the answer on; `expires_at` is a moment.
    """

    access_token: tuple[str, ...]
    refresh_token: tuple[str, ...] | None = None
    expires_in: tuple[str, ...] | None = None
    expires_in_ms: tuple[str, ...] | None = None
    expires_at: tuple[str, ...] | None = None


@define(frozen=True)
class TokenLifecycle:
    """The whole of it; `refused` has the statuses of the refresh call that end a session."""

    login: TokenCall | None
    refresh: TokenCall | None
    logout: TokenCall | None
    tokens: TokenFields
    refused: frozenset[int] = frozenset({400, 401, 403, 422})


LIFECYCLE: TokenLifecycle | None = TokenLifecycle(
    login=TokenCall(
        method="POST",
        path="/auth/login",
        media_type="application/json",
        send=(),
        credentials=(Credential(key="username", is_secret=False), Credential(key="password", is_secret=True)),
    ),
    refresh=TokenCall(
        method="POST",
        path="/auth/refresh",
        media_type="application/json",
        send=(Placement(where="body", path=("refreshToken",), value="$refreshToken"),),
        credentials=(),
    ),
    logout=TokenCall(
        method="POST",
        path="/auth/logout",
        media_type="application/json",
        send=(Placement(where="body", path=("refreshToken",), value="$refreshToken"),),
        credentials=(),
    ),
    tokens=TokenFields(
        access_token=("data", "accessToken"),
        refresh_token=("data", "refreshToken"),
        expires_in=("data", "expiresIn"),
        expires_in_ms=None,
        expires_at=None,
    ),
    refused=frozenset({400, 401, 403, 422}),
)
