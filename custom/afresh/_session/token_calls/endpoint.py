"""The calls that get, renew and revoke tokens, as the API's token lifecycle describes them."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar

from attrs import evolve

from afresh._errors import (
    APIError,
    ConfigurationError,
    DecodeError,
    InvalidArgument,
    RefreshUnavailable,
    SDKError,
    SessionExpired,
    TransportError,
    Unauthorized,
    described,
)
from afresh._http import httpx
from afresh._keys import GivenKeys
from afresh._origin import PlainHTTP
from afresh._server_message import retry_after
from afresh._session.state import RefreshPolicy
from afresh._session.steps import Ambiguous, Refused, Rotated, Unavailable
from afresh._tokens import Tokens, renewal_due
from afresh_api.errors import kind
from afresh_api.lifecycle import Placement

from .answer import read_tokens, signs_out
from .client_authentication import NO_CLIENT, Hidden, OAuthClient
from .refusal import REFUSAL_STATUSES, is_refusal, misdirection, refuses_credentials
from .request import ACCESS_TOKEN, REFRESH_TOKEN, needs
from .sending import Sender, is_in_metadata, token_client

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from afresh._session.steps import Answer
    from afresh_api.lifecycle import TokenCall, TokenLifecycle

    from .metadata import AuthorizationServer

ErrorT = TypeVar("ErrorT", bound=SDKError)

BACKOFF: Final = 1.0
"""Backoff after a failed refresh, in seconds. Random jitter makes it up to twice as long."""

LONGEST_RETRY_AFTER: Final = 3600.0
"""The longest Retry-After that is honoured, in seconds. A proxy's absurd value must not end the session."""

CLIENT_CREDENTIALS: Final = "client_credentials"
"""The grant that needs only the client's own authentication (RFC 6749, section 4.4)."""

ACCESS_TOKEN_REVOKED: Final = (
    Placement("body", ("token",), ACCESS_TOKEN),
    Placement("body", ("token_type_hint",), "access_token"),
)
"""What is sent to be revoked where there is no refresh token (RFC 7009, section 2.1)."""

NOT_RENEWED: Final = "the tokens could not be renewed; they are kept, and a later request tries again:"

NO_REFUSAL_HINT: Final = (
    " The answer does not say that the session is over. If it means that, describe it, or add its status to `refused` "
    "of the x-token-lifecycle."
)

NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

REVOCATION_RETRY_DELAYS: Final = (0.0, 0.5)
"""Seconds before each retry of a revocation, unless Retry-After asks for more."""

LONGEST_REVOCATION_DELAY: Final = 2.0
"""The longest Retry-After that is honoured there, in seconds: the caller is waiting for the logout."""

TRANSIENT_STATUSES: Final = frozenset({429, 502, 503, 504})
"""The statuses with which a revocation is tried again."""


class RequestModel(Protocol):
    """A generated request model."""

    def to_dict(self) -> dict[str, Any]:
        """Return the model as a JSON object."""
        ...


Credentials: TypeAlias = "RequestModel | Callable[[], RequestModel]"
"""The request model of the login operation, or a function that returns it."""


class EmptyBody:
    """The empty body of a login call that needs only the client's own authentication."""

    def to_dict(self) -> dict[str, Any]:
        """Return an empty body."""
        return {}


class TokenEndpoint:
    """Signs in, refreshes and signs out at one API.

    Args:
        base_url: The API's base URL.
        lifecycle: The token lifecycle, compiled from the API's description; None if the description has none.
        timeout: The time limit of a call, in seconds, from its start to the end of its response.
        client: The OAuth2 client's id and secret.
        make_client: Makes an `httpx.Client` from the given keyword arguments.
        plain_http: The hosts that plain http is allowed to.
        keys: The keys that the calls are sent with where the description asks for them.
    """

    def __init__(
        self,
        base_url: httpx.URL,
        lifecycle: TokenLifecycle | None,
        *,
        timeout: float,
        client: OAuthClient = NO_CLIENT,
        make_client: Callable[..., httpx.Client] = token_client,
        plain_http: PlainHTTP = PlainHTTP(),  # noqa: B008 - it is immutable
        keys: GivenKeys | None = None,
    ) -> None:
        self._lifecycle = lifecycle
        self._host = base_url.host
        self.client: Final = client
        self.sender: Final = Sender(
            base_url,
            lifecycle,
            timeout=timeout,
            client=client,
            make_client=make_client,
            plain_http=plain_http,
            keys=keys or GivenKeys(None, base_url),
        )

    def policy(self, credentials: Credentials | None) -> RefreshPolicy:
        """Return how tokens can be renewed if the session keeps these credentials.

        Raises:
            ConfigurationError: There are credentials, but the description names no login operation.
        """
        if credentials is not None:
            self._call("login")
            return RefreshPolicy(needs_refresh_token=False)
        call = self._lifecycle.refresh if self._lifecycle else None
        # Some servers renew an expired access token, without a refresh token.
        return RefreshPolicy(can_renew=call is not None, needs_refresh_token=call is None or needs(call, REFRESH_TOKEN))

    @property
    def own_credentials(self) -> RequestModel | None:
        """The body to sign in with if login needs only the client's own authentication and its id is known."""
        login = self._lifecycle.login if self._lifecycle else None
        if login is None or login.grants != (CLIENT_CREDENTIALS,) or login.credentials or self.client.id is None:
            return None
        # If the API has a refresh call as well, tokens that were passed in may be a user's.
        return None if self._lifecycle and self._lifecycle.refresh else EmptyBody()

    def uses_client_credentials(self, body: RequestModel) -> bool:
        """Return whether a body uses the client credentials grant and holds no secret."""
        grants, document = self._call("login").grants, body.to_dict()
        if CLIENT_CREDENTIALS not in grants or document.get("client_id") or document.get("client_secret"):
            return False
        return (document.get("grant_type") or grants[0]) == CLIENT_CREDENTIALS

    @property
    def revokes_by_access_token(self) -> bool:
        """Whether the logout call sends an access token, and the API has a call to renew an expired one for it."""
        call = self._lifecycle.logout if self._lifecycle else None
        return call is not None and needs(call, ACCESS_TOKEN) and self.policy(None).can_renew

    def login(self, body: RequestModel) -> Tokens:
        """Sign in and return the tokens.

        Args:
            body: The request model of the login operation.

        Raises:
            APIError: The credentials were refused, or the server failed.
            TransportError: The server did not respond.
            DecodeError: The response has no tokens where the description says they are.
            ConfigurationError: The description names no login operation, or the call needs a client id and none was
                given.
            InvalidArgument: The body is no model.
        """
        call = self._call("login")
        if not hasattr(body, "to_dict"):
            raise InvalidArgument(
                f"`body` must be the model of the login's request, not {kind(body)}: make one with its class, or with "
                "its `from_dict` from a JSON object",
                argument="body",
            )
        if self.client.id is None and self.uses_client_credentials(body):
            raise ConfigurationError(
                "the client credentials grant needs client_id, and usually client_secret: give them to the client"
            )
        try:
            first = self.sender.first_answer(call)
            response = self.sender.send(call, document=body.to_dict(), first=first)
        except httpx.RequestError as error:
            raise TransportError.of(error) from None
        if not response.is_success and refuses_credentials(response, call, self._refused):
            raise APIError.of(response, kind=Unauthorized)
        try:
            return self._tokens_of(response, call, first=first)
        except (APIError, DecodeError) as error:
            raise _with_hint(error, misdirection(response, "login")) from None

    def refresh(self, tokens: Tokens, credentials: Credentials | None = None, *, after_refusal: bool = False) -> Answer:
        """Exchange a refresh token for new tokens (RFC 6749, section 6), or sign in again. Never raises.

        Args:
            tokens: The tokens to renew.
            credentials: The credentials that the session keeps. If the tokens cannot be exchanged, they are used to
                sign in at once. If the refresh token is refused, `Refused.may_sign_in` is true.
            after_refusal: Whether the refresh token has already been refused. Then sign in with the credentials.
        """
        try:
            return self._renew(tokens, credentials, after_refusal=after_refusal)
        except ConfigurationError as error:
            return Unavailable(RefreshUnavailable(f"{NOT_RENEWED} {error.message}"), until=_backoff_until())
        except Exception as error:  # noqa: BLE001 - the waiters get an error in any case; its text may hold a token
            failure = RefreshUnavailable(f"{NOT_RENEWED} unexpected {type(error).__name__}")
            return Ambiguous(failure, until=_backoff_until())

    def _renew(self, tokens: Tokens, credentials: Credentials | None, *, after_refusal: bool) -> Answer:
        if credentials is not None and (after_refusal or not self.policy(None).allows(tokens)):
            return self._sign_in_again(credentials)
        answer = self._request_tokens(
            "refresh",
            refusal="the refresh token was refused, so the session is over: sign in again",
            tokens=tokens,
        )
        return evolve(answer, may_sign_in=credentials is not None) if isinstance(answer, Refused) else answer

    def _sign_in_again(self, credentials: Credentials) -> Answer:
        try:
            document = (credentials() if callable(credentials) else credentials).to_dict()
        except Exception as error:  # noqa: BLE001 - a user's own function; the error's text may hold a secret
            reason = (
                error.message if isinstance(error, SDKError) else f"{type(error).__name__} when asked for credentials"
            )
            return Unavailable(RefreshUnavailable(f"{NOT_RENEWED} {reason}"), until=_backoff_until())
        return self._request_tokens(
            "login",
            refusal="signing in was refused, so there is no session: correct the credentials, and sign in",
            document=document,
        )

    def _request_tokens(
        self,
        name: str,
        *,
        refusal: str,
        tokens: Tokens | None = None,
        document: dict[str, Any] | None = None,
    ) -> Answer:
        """Send a call for new tokens, and classify its response.

        Args:
            name: The call: `refresh` or `login`.
            refusal: The message of `SessionExpired` if the server refuses.
            tokens: The tokens to renew; None for a login.
            document: The body of a login; None for a refresh.
        """
        call, until = self._call(name), time.monotonic() + self.sender.timeout
        try:
            self.sender.prepare(call, until)
            first = self.sender.first_answer(call, until)
        except (APIError, DecodeError, TransportError) as error:  # nothing was sent to the token endpoint
            failure = RefreshUnavailable(f"{NOT_RENEWED} {error.message}", method=error.method, url=error.url)
            return Unavailable(failure, until=_backoff_until())
        try:
            response = self.sender.send(call, tokens=tokens, document=document, until=until, first=first)
        except httpx.RequestError as error:
            cause = TransportError.of(error)
            failure = RefreshUnavailable(f"{NOT_RENEWED} {cause.message}", method=cause.method, url=cause.url)
            return (Unavailable if isinstance(error, NEVER_SENT) else Ambiguous)(failure, until=_backoff_until())
        except TransportError as error:
            return Ambiguous(RefreshUnavailable(f"{NOT_RENEWED} {error.message}"), until=_backoff_until())
        arrival = time.monotonic()
        request = described(response)
        may_sign_out = tokens is not None and (response.is_success or response.status_code in REFUSAL_STATUSES)
        is_over = may_sign_out and signs_out(response, self.sender.fields(call))
        if is_over or is_refusal(response, call, self._refused, is_sign_in=document is not None):
            return Refused(SessionExpired(refusal, **request))
        try:
            new = self._tokens_of(response, call, previous=tokens, first=first)
        except (APIError, DecodeError) as error:
            wait = retry_after(response)
            hint = misdirection(response, name)
            if not hint and response.status_code in REFUSAL_STATUSES:
                hint = NO_REFUSAL_HINT
            failure = RefreshUnavailable(f"{NOT_RENEWED} {error.message}{hint}", retry_after=wait, **request)
            return Unavailable(failure, until=_backoff_until(wait))
        return Rotated(new, renewal_due(now=arrival, remaining=new.expires_in, expires_in=new.expires_in))

    def reason_not_to_revoke(self, tokens: Tokens) -> str | None:
        """Return why the server cannot be asked to revoke tokens; None if it can. Raises what `logout` raises."""
        call = self._lifecycle.logout if self._lifecycle else None
        if call is None:
            return "the API's description has no logout call"
        if is_in_metadata(call):
            has_endpoint = self.authorization_server().revocation_endpoint is not None
            return None if has_endpoint else "the server's metadata has no revocation_endpoint"
        if tokens.refresh_token is None and needs(call, REFRESH_TOKEN):
            return "the logout call takes a refresh token, and there was none"
        return None

    def logout(self, tokens: Tokens) -> None:
        """Revoke tokens at the server (RFC 7009). Retry transient failures: revoking twice does no harm.

        Do nothing if there is a reason for it: see `reason_not_to_revoke`.

        Raises:
            APIError: The server refused.
            TransportError: The server did not respond.
            ConfigurationError: The call needs a client id or secret, and none was given.
        """
        call = self._lifecycle.logout if self._lifecycle else None
        if call is None or self.reason_not_to_revoke(tokens) is not None:
            return
        if tokens.refresh_token is None and is_in_metadata(call):
            call = evolve(call, send=ACCESS_TOKEN_REVOKED)
        delays = iter(REVOCATION_RETRY_DELAYS)
        while True:
            failure, wait = self._revoke(call, tokens)
            if failure is None:
                return
            delay = next(delays, None)
            if delay is None or wait is None:
                raise failure
            time.sleep(min(max(delay, wait), LONGEST_REVOCATION_DELAY))

    def _revoke(self, call: TokenCall, tokens: Tokens) -> tuple[APIError | TransportError | None, float | None]:
        """Try once. Return the error, if any, and the least seconds to wait before a retry, None for no retry."""
        try:
            response = self.sender.send(call, tokens=tokens)
        except httpx.RequestError as error:
            failure = TransportError.of(error)
            # After a time-out, the caller has waited long enough.
            may_retry = failure.is_passing and not isinstance(error, httpx.TimeoutException)
            return failure, 0.0 if may_retry else None
        if response.is_success:
            return None, None
        is_transient = response.status_code in TRANSIENT_STATUSES
        refusal = _with_hint(APIError.of(response), misdirection(response, "logout"))
        return refusal, (retry_after(response) or 0.0) if is_transient else None

    def authorization_server(self) -> AuthorizationServer:
        """Return what is known of the server that people sign in at: see `Sender.authorization_server`."""
        return self.sender.authorization_server()

    def exchange(self, grant: Mapping[str, str | list[str]]) -> Tokens:
        """Exchange a grant for tokens at the token endpoint (RFC 6749, section 4.1.3).

        Args:
            grant: The grant's parameters, `grant_type` among them. A parameter that is repeated is a list.

        Raises:
            APIError: The server refused the grant (`Unauthorized`), or failed.
            TransportError: The server did not respond.
            DecodeError: The response has no tokens.
            ConfigurationError: The description does not say where grants are exchanged.
        """
        grant = Hidden(grant)
        return self.granted(self.sender.post(self.sender.authorization.token, grant))

    def granted(self, response: httpx.Response) -> Tokens:
        """Return the tokens from the response to a grant. Raises what `exchange` raises for a response."""
        call = self.sender.authorization.token
        if not response.is_success and refuses_credentials(response, call, self._refused):
            raise APIError.of(response, kind=Unauthorized)
        try:
            return self._tokens_of(response, call)
        except (APIError, DecodeError) as error:
            raise _with_hint(error, misdirection(response, "login")) from None

    @property
    def _refused(self) -> frozenset[int] | None:
        return self._lifecycle.refused if self._lifecycle else None

    def _tokens_of(self, response: httpx.Response, call: TokenCall, **known: Any) -> Tokens:
        if not response.is_success:
            raise APIError.of(response)
        return read_tokens(response, self.sender.fields(call), host=self._host, **known)

    def _call(self, name: str) -> TokenCall:
        call: TokenCall | None = getattr(self._lifecycle, name, None)
        if call is None:
            raise ConfigurationError(
                f"the API's description does not say how to {name}: add `{name}` to its x-token-lifecycle, "
                "then run scripts/generate"
            )
        return call


def _with_hint(error: ErrorT, hint: str) -> ErrorT:
    error.args = (error.message + hint,)
    return error


def _backoff_until(wait: float | None = None) -> float:
    return time.monotonic() + max(BACKOFF * random.uniform(1, 2), min(wait or 0, LONGEST_RETRY_AFTER))  # noqa: S311 - spreads load, no secret
