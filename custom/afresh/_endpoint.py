"""The calls that get, renew and revoke tokens, as the API's token lifecycle describes them.

They go out of band: each through a client of its own, with no auth, no user hooks, no redirects, no cookies, a time-out
of its own, and a new connection. One that idled since the last renewal may be dead without either side knowing, and an
answer lost on it can cost the session. And nobody can close that client while the answer is on the way.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import httpx
from attrs import evolve

from ._connecting import connecting
from ._deadline import Deadline
from ._errors import (
    APIError,
    ConfigurationError,
    DecodeError,
    RefreshUnavailable,
    SessionExpired,
    TransportError,
    described,
)
from ._origin import origin
from ._pointer import resolve
from ._retry_after import retry_after
from ._state import Means, Refused, Unavailable
from ._steps import Ambiguous, Rotated
from ._token_answer import read_tokens
from ._token_request import ACCESS_TOKEN, NO_CLIENT, REFRESH_TOKEN, OAuthClient, needs, request_arguments, url_of
from ._tokens import Tokens, renewal_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh_api.lifecycle import TokenCall, TokenFields, TokenLifecycle

    from ._steps import Answer

PAUSE: Final = 1.0
"""Seconds, up to twice as many by chance, in which a refresh that failed is not tried again."""

LONGEST_PAUSE: Final = 3600.0
"""Seconds that a Retry-After is heeded at the most: a proxy's nonsense must not end the session."""

CLIENT_CREDENTIALS: Final = "client_credentials"
"""The grant (RFC 6749, section 4.4) that takes nothing but who the client is."""

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

PASSING: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
"""Those of them that do not say that credentials are refused either."""


class RequestModel(Protocol):
    """What a generated request model offers."""

    def to_dict(self) -> dict[str, Any]:
        """Give the model as its JSON object."""
        ...


Credentials: TypeAlias = "RequestModel | Callable[[], RequestModel]"
"""What to sign in with, or what gives it."""


class ClientAlone:
    """The body of a login call that takes nothing but who the client is."""

    def to_dict(self) -> dict[str, Any]:
        """Give the empty body."""
        return {}


def token_client(*, base_url: httpx.URL, **options: Any) -> httpx.Client:
    """Make the client of one token call, where the user brings no way to make one."""
    return httpx.Client(**connecting(base_url), **options)


class TokenEndpoint:
    """Signs in, refreshes and signs out at one API.

    Args:
        base_url: Where the API is.
        lifecycle: How its tokens live, compiled from its description; None where the description does not say.
        timeout: Seconds that a call may take, from its start to the end of its answer.
        client: Who the OAuth2 client is.
        make_client: Makes an `httpx.Client` of the arguments that it is given.
    """

    def __init__(
        self,
        base_url: httpx.URL,
        lifecycle: TokenLifecycle | None,
        *,
        timeout: float,
        client: OAuthClient = NO_CLIENT,
        make_client: Callable[..., httpx.Client] = token_client,
    ) -> None:
        self._base_url = base_url
        self._lifecycle = lifecycle
        self._timeout = timeout
        self._client = client
        self._make_client = make_client

    def means(self, credentials: Credentials | None) -> Means:
        """Give by what tokens are renewed where these credentials are kept.

        Raises:
            ConfigurationError: There are credentials, and the description names no login operation.
        """
        if credentials is not None:
            self._call("login")
            return Means(needs_refresh_token=False)
        call = self._lifecycle.refresh if self._lifecycle else None
        # Some servers take the access token, expired as it is.
        return Means(is_there=call is not None, needs_refresh_token=call is None or needs(call, REFRESH_TOKEN))

    @property
    def own_credentials(self) -> RequestModel | None:
        """What signs in where it takes nothing but who the client is, as far as that is known."""
        login = self._lifecycle.login if self._lifecycle else None
        if login is None or login.grants != (CLIENT_CREDENTIALS,) or login.credentials or self._client.id is None:
            return None
        # Where there is a refresh call, too, tokens given by hand may be a user's.
        return None if self._lifecycle and self._lifecycle.refresh else ClientAlone()

    def is_client_alone(self, body: RequestModel) -> bool:
        """Whether a body signs in with nothing but who the client is: it holds no secret."""
        grants, document = self._call("login").grants, body.to_dict()
        if CLIENT_CREDENTIALS not in grants or document.get("client_id") or document.get("client_secret"):
            return False
        return (document.get("grant_type") or grants[0]) == CLIENT_CREDENTIALS

    @property
    def revokes_by_access_token(self) -> bool:
        """Whether the call to sign out takes an access token, and one that has expired can be renewed for it."""
        call = self._lifecycle.logout if self._lifecycle else None
        return call is not None and needs(call, ACCESS_TOKEN) and self.means(None).is_there

    def login(self, body: RequestModel) -> Tokens:
        """Sign in.

        Args:
            body: The request model of the login operation.

        Raises:
            APIError: The credentials were refused, or the server failed.
            TransportError: There was no answer.
            DecodeError: The answer holds no tokens where the description says.
            ConfigurationError: The description names no login operation, or it takes a client's id that was not given.
        """
        call = self._call("login")
        if self._client.id is None and self.is_client_alone(body):
            raise ConfigurationError("signing in as the client itself takes client_id, and most often client_secret")
        try:
            response = self._send(call, document=body.to_dict())
        except httpx.RequestError as error:
            raise TransportError.of(error) from None
        if not response.is_success:
            raise APIError.of(response)
        return read_tokens(response, self._fields)

    def refresh(self, tokens: Tokens, credentials: Credentials | None = None, *, are_refused: bool = False) -> Answer:
        """Exchange a refresh token for new tokens (RFC 6749, section 6). Raises nothing.

        Args:
            tokens: The tokens to renew.
            credentials: What is kept to sign in with again: where tokens cannot be exchanged that is done at once, and
                where they are refused the answer says that it may be done.
            are_refused: Whether they have been.
        """
        if credentials is not None and (are_refused or not self.means(None).suffice_for(tokens)):
            return self._sign_in_again(credentials)
        answer = self._ask(
            self._call("refresh"),
            not_refusals=NOT_THE_TOKEN,
            refusal="the refresh token was refused, so the session is over: sign in again",
            tokens=tokens,
        )
        return evolve(answer, may_sign_in=credentials is not None) if isinstance(answer, Refused) else answer

    def _sign_in_again(self, credentials: Credentials) -> Answer:
        try:
            document = (credentials() if callable(credentials) else credentials).to_dict()
        except Exception as error:  # noqa: BLE001 - a user's own function; what it says may hold a secret
            name = type(error).__name__
            return Unavailable(RefreshUnavailable(f"{NO_TOKENS} {name} when asked for credentials"), until=_pause())
        return self._ask(
            self._call("login"),
            not_refusals=PASSING,
            refusal="signing in again was refused, so the session is over: correct the credentials, and sign in",
            document=document,
        )

    def _ask(
        self,
        call: TokenCall,
        *,
        not_refusals: frozenset[str],
        refusal: str,
        tokens: Tokens | None = None,
        document: dict[str, Any] | None = None,
    ) -> Answer:
        """Ask for new tokens in place of old ones."""
        try:
            response = self._send(call, tokens=tokens, document=document)
        except ConfigurationError as error:
            return Unavailable(RefreshUnavailable(f"{NO_TOKENS} {error.message}"), until=_pause())
        except httpx.RequestError as error:
            cause = TransportError.of(error)
            setback = RefreshUnavailable(f"{NO_TOKENS} {cause.message}", method=cause.method, url=cause.url)
            return (Unavailable if isinstance(error, NEVER_SENT) else Ambiguous)(setback, until=_pause())
        arrival = time.monotonic()
        request = described(response)
        if self._refuses(response, not_refusals):
            return Refused(SessionExpired(refusal, **request))
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
        """Revoke tokens at the server (RFC 7009).

        Does nothing where the description names no logout operation, or one that takes a refresh token, and there is
        none.

        Raises:
            APIError: The server refused.
            TransportError: There was no answer.
            ConfigurationError: It takes a client's id or secret that was not given.
        """
        if self._lifecycle is None or self._lifecycle.logout is None:
            return
        if tokens.refresh_token is None and needs(self._lifecycle.logout, REFRESH_TOKEN):
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
        if self._lifecycle is None:  # pragma: no cover - the call comes from there
            raise AssertionError
        url = url_of(call, self._base_url)
        arguments = request_arguments(call, self._lifecycle, self._client, tokens, {**(document or {})})
        url = url.copy_merge_params(arguments.pop("params"))
        base_url = self._base_url if origin(url) == origin(self._base_url) else url.copy_with(raw_path=b"/")
        deadline = Deadline(self._timeout, httpx.Request(call.method, url))
        arguments["extensions"] = {"trace": deadline.trace}
        with self._make_client(base_url=base_url, timeout=self._timeout, follow_redirects=False) as http:
            return deadline.run(lambda: http.request(call.method, url, **arguments))

    def _refuses(self, response: httpx.Response, not_refusals: frozenset[str]) -> bool:
        """Whether this is the API's own word that what was sent is no good, and not a proxy's or a fault's."""
        if self._lifecycle is None or response.status_code not in self._lifecycle.refused:
            return False
        try:
            document = response.json()
        except (ValueError, RecursionError):
            return False
        return resolve(document, ("error",)) not in not_refusals


def _pause(wait: float | None = None) -> float:
    return time.monotonic() + max(PAUSE * random.uniform(1, 2), min(wait or 0, LONGEST_PAUSE))  # noqa: S311 - spreads load, no secret
