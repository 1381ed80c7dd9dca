"""How calls are made: what a client is set up with, and what `with_options` changes for a view of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypedDict

import httpx
from attrs import evolve, field, frozen

from .option_checks import check_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from afresh._errors import SessionExpired
    from afresh._session.session import Session
    from afresh._session.token_calls.endpoint import Credentials
    from afresh._stores.memory_store import TokenStore
    from afresh._tokens import Tokens

RETRIES: Final = 6
"""How often a call is made once more, unless told otherwise."""

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
"""The header of an idempotency key where the description names no other."""

OWN_HEADERS: Final = frozenset({"accept", "content-type"})
"""The headers that the SDK gives a request by the description: none of them is an argument of a method."""


@frozen
class Options:
    """How calls are made.

    Attributes:
        retries: How often a call that failed in passing is made once more.
        timeout: What a request may wait for; None leaves it to the httpx client.
        headers: Sent with each request; they win over what the SDK sets, and yield to a method's own arguments.
        idempotency_key: By which the server tells a repeated call from a second one.
    """

    retries: int = RETRIES
    timeout: httpx.Timeout | float | None = None
    headers: Mapping[str, str] = field(factory=dict[str, str])
    idempotency_key: str | None = None

    def changed(
        self,
        *,
        retries: int | None,
        timeout: httpx.Timeout | float | None,
        headers: Mapping[str, str] | None,
        idempotency_key: str | None,
    ) -> Options:
        """Give these options with some changed, each unless it is None; headers are added."""
        changes: dict[str, Any] = {"retries": retries, "timeout": timeout, "idempotency_key": idempotency_key}
        given = {name: value for name, value in changes.items() if value is not None}
        check_options(given, {} if headers is None else headers)
        return evolve(self, headers=_over(self.headers, headers or {}), **given)

    def apply(self, arguments: dict[str, Any], idempotency_header: str | None) -> dict[str, Any]:
        """Give the arguments of `httpx.Client.build_request` with what these options add to them.

        Of the headers that a request has by itself, those are the caller's that are arguments of its method, and stay;
        the SDK's own give way to those of these options.
        """
        changes: dict[str, Any] = {} if self.timeout is None else {"timeout": self.timeout}
        key = {} if self.idempotency_key is None else {idempotency_header or IDEMPOTENCY_KEY: self.idempotency_key}
        if self.headers or key:
            own = arguments.get("headers", {})
            said = {name: value for name, value in self.headers.items() if name.lower() in OWN_HEADERS}
            changes["headers"] = _over(self.headers, key, own, said)
        return {**arguments, **changes} if changes else arguments

    def lift_read_timeout(self, response: httpx.Response) -> None:
        """Let a stream, whose answer is here, take its time from one value to the next, unless a time-out was given."""
        if self.timeout is None:
            response.request.extensions["timeout"]["read"] = None  # httpcore looks at it as it begins to read the body


def _over(*layers: Mapping[str, str]) -> httpx.Headers:
    """Lay headers over others, whose names may be in another case."""
    headers = httpx.Headers()
    for layer in layers:
        headers.update(layer)
    return headers


class _CommonOptions(TypedDict, total=False):
    base_url: str | None
    session: Session | None
    store: TokenStore | None
    tokens: Tokens | None
    client_id: str | None
    client_secret: str | None
    credentials: Credentials | None
    timeout: httpx.Timeout | float | None
    retries: int
    on_session_end: Callable[[SessionExpired], object] | None
    token_client: Callable[..., httpx.Client] | None


class ClientOptions(_CommonOptions, total=False):
    """The arguments of `Client`."""

    http_client: httpx.Client | None


class AsyncClientOptions(_CommonOptions, total=False):
    """The arguments of `AsyncClient`."""

    http_client: httpx.AsyncClient | None
