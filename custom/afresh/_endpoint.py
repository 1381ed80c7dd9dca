"""The calls that get, renew and revoke tokens, as the API's token lifecycle describes them.

They go out of band: each through a client of its own, with no auth, no user hooks, no redirects, no cookies, a time-out
of its own, and a new connection. One that idled since the last renewal may be dead without either side knowing, and an
answer lost on it can cost the session. And nobody can close that client while the answer is on the way.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, Final, Protocol

import httpx

from ._connecting import connecting
from ._errors import (
    APIError,
    ConfigurationError,
    DecodeError,
    RefreshUnavailable,
    SessionExpired,
    TransportError,
    described,
)
from ._pointer import resolve
from ._refresh import Ambiguous, Rotated
from ._retry_after import retry_after
from ._state import Refused, Unavailable
from ._token_answer import read_tokens
from ._tokens import Tokens, renewal_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh_api.lifecycle import TokenCall, TokenFields, TokenLifecycle

    from ._refresh import Answer

PAUSE: Final = 1.0
"""Seconds, up to twice as many by chance, in which a refresh that failed is not tried again."""

LONGEST_PAUSE: Final = 3600.0
"""Seconds that a Retry-After is heeded at the most: a proxy's nonsense must not end the session."""

NO_TOKENS: Final = "the tokens could not be renewed; they are kept, and a later request tries again:"

NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

NOT_THE_TOKEN: Final = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "temporarily_unavailable",
        "server_error",
        "slow_down",
    }
)
"""OAuth error codes (RFC 6749, section 5.2) that do not say that the refresh token is dead."""


class RequestModel(Protocol):
    """What a generated request model offers."""

    def to_dict(self) -> dict[str, Any]:
        """Give the model as its JSON object."""
        ...


def token_client(*, base_url: httpx.URL, **options: Any) -> httpx.Client:
    """Make the client of one token call, where the user brings no way to make one."""
    return httpx.Client(**connecting(base_url), **options)


class TokenEndpoint:
    """Signs in, refreshes and signs out at one API.

    Args:
        base_url: Where the API is.
        lifecycle: How its tokens live, compiled from its description; None where the description does not say.
        timeout: Seconds that a call may wait to connect, and then for its answer.
        make_client: Makes an `httpx.Client` of the arguments that it is given.
    """

    def __init__(
        self,
        base_url: httpx.URL,
        lifecycle: TokenLifecycle | None,
        *,
        timeout: float,
        make_client: Callable[..., httpx.Client] = token_client,
    ) -> None:
        self._base_url = base_url
        self._lifecycle = lifecycle
        self._timeout = timeout
        self._make_client = make_client

    @property
    def can_refresh(self) -> bool:
        """Whether the description says how to refresh."""
        return self._lifecycle is not None and self._lifecycle.refresh is not None

    def login(self, body: RequestModel) -> Tokens:
        """Sign in.

        Args:
            body: The request model of the login operation.

        Raises:
            APIError: The credentials were refused, or the server failed.
            TransportError: There was no answer.
            DecodeError: The answer holds no tokens where the description says.
            ConfigurationError: The description names no login operation.
        """
        call = self._call("login")
        try:
            response = self._send(call, document=body.to_dict())
        except httpx.RequestError as error:
            raise TransportError.of(error) from None
        if not response.is_success:
            raise APIError.of(response)
        return read_tokens(response, self._fields)

    def refresh(self, tokens: Tokens) -> Answer:
        """Exchange a refresh token for new tokens (RFC 6749, section 6). Raises nothing."""
        call = self._call("refresh")
        try:
            response = self._send(call, tokens=tokens)
        except httpx.RequestError as error:
            cause = TransportError.of(error)
            setback = RefreshUnavailable(f"{NO_TOKENS} {cause.message}", method=cause.method, url=cause.url)
            return (Unavailable if isinstance(error, NEVER_SENT) else Ambiguous)(setback, until=_pause())
        arrival = time.monotonic()
        request = described(response)
        if self._refuses(response):
            return Refused(
                SessionExpired("the refresh token was refused, so the session is over: sign in again", **request)
            )
        try:
            if not response.is_success:
                raise APIError.of(response)
            new = read_tokens(response, self._fields, before=tokens)
        except (APIError, DecodeError) as error:
            wait = retry_after(response)
            setback = RefreshUnavailable(f"{NO_TOKENS} {error.message}", retry_after=wait, **request)
            return Unavailable(setback, until=_pause(wait))
        return Rotated(new, renewal_due(now=arrival, remaining=new.expires_in, expires_in=new.expires_in))

    def logout(self, tokens: Tokens) -> None:
        """Revoke tokens at the server (RFC 7009). Does nothing where the description names no logout operation.

        Raises:
            APIError: The server refused.
            TransportError: There was no answer.
        """
        if self._lifecycle is None or self._lifecycle.logout is None:
            return
        try:
            response = self._send(self._lifecycle.logout, tokens=tokens)
        except httpx.RequestError as error:
            raise TransportError.of(error) from None
        if not response.is_success:
            raise APIError.of(response)

    @property
    def _fields(self) -> TokenFields:
        if self._lifecycle is None:  # pragma: no cover - whoever has sent a call has read it from there
            raise AssertionError
        return self._lifecycle.tokens

    def _call(self, name: str) -> TokenCall:
        call: TokenCall | None = getattr(self._lifecycle, name, None)
        if call is None:
            raise ConfigurationError(
                f"the API's description does not say how to {name}: add `{name}` to its x-token-lifecycle, "
                "then run scripts/generate"
            )
        return call

    def _send(
        self, call: TokenCall, *, tokens: Tokens | None = None, document: dict[str, Any] | None = None
    ) -> httpx.Response:
        """Send a call, with what its placements say. No token is in this frame when an error of ours is raised."""
        body: dict[str, Any] = document or {}
        params: dict[str, str] = {}
        headers = {"Accept": "application/json"}
        for placement in call.send:
            value = _fill_in(placement.value, tokens)
            if placement.where == "body":
                _set(body, placement.path, value)
            else:
                (params if placement.where == "query" else headers)[placement.path[0]] = value
        content: dict[str, Any] = {}
        if call.media_type == "application/x-www-form-urlencoded":
            content = {"data": body}
        elif call.media_type is not None:
            content = {"json": body}
            headers["Content-Type"] = call.media_type
        with self._make_client(base_url=self._base_url, timeout=self._timeout, follow_redirects=False) as http:
            return http.request(call.method, call.path, params=params, headers=headers, **content)

    def _refuses(self, response: httpx.Response) -> bool:
        """Whether this is the API's own word that the refresh token is dead, and not a proxy's or a fault's."""
        if self._lifecycle is None or response.status_code not in self._lifecycle.refused:
            return False
        try:
            document = response.json()
        except (ValueError, RecursionError):
            return False
        return resolve(document, ("error",)) not in NOT_THE_TOKEN


def _pause(wait: float | None = None) -> float:
    return time.monotonic() + max(PAUSE * random.uniform(1, 2), min(wait or 0, LONGEST_PAUSE))  # noqa: S311 - spreads load, no secret


def _fill_in(value: str, tokens: Tokens | None) -> str:
    return (tokens and tokens.refresh_token) or "" if value == "$refreshToken" else value


def _set(document: dict[str, Any], path: tuple[str, ...], value: str) -> None:
    for name in path[:-1]:
        document = document.setdefault(name, {})
    document[path[-1]] = value
