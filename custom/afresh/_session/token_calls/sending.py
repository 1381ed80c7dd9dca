"""Send token calls out of band, to where the description or the server's metadata says.

Each call has its own client, without auth, user hooks, redirects or cookies, and with its own time-out and a new
connection. A connection that was idle since the last refresh may be dead without either side knowing, and a response
lost on it can cost the session. Nobody else can close that client during the call.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from afresh._connection import client_arguments
from afresh._errors import APIError, ConfigurationError, SDKError, TransportError
from afresh._http import httpx
from afresh._origin import origin
from afresh._session.threads import Deadline
from afresh_api.security import TOKEN_CALLS

from .answer import FirstAnswer, read_answer
from .client_authentication import Authentication, Hidden
from .metadata import AuthorizationServer, fetch_metadata
from .request import request_arguments, resolved, url_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from afresh._keys import GivenKeys
    from afresh._origin import PlainHTTP
    from afresh._tokens import Tokens
    from afresh_api.lifecycle import Authorization, TokenCall, TokenFields, TokenLifecycle

    from .client_authentication import OAuthClient

BASIC: Final = "client_secret_basic"
POST: Final = "client_secret_post"


def token_client(*, base_url: httpx.URL, **options: Any) -> httpx.Client:
    """Make the client of one token call. Used unless the user gives another `token_client`."""
    return httpx.Client(**client_arguments(base_url), **options)


def is_in_metadata(call: TokenCall) -> bool:
    """Return whether the server's metadata says where a call goes."""
    return call.path is None and call.url is None


class Sender:
    """Sends the token calls of one API.

    Args:
        base_url: The API's base URL.
        lifecycle: The token lifecycle; None if the description has none.
        timeout: The time limit of a call, in seconds, from its start to the end of its response.
        client: The OAuth2 client.
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
        client: OAuthClient,
        make_client: Callable[..., httpx.Client],
        plain_http: PlainHTTP,
        keys: GivenKeys,
    ) -> None:
        self.client: Final = client
        self.timeout: Final = timeout
        self._base_url = base_url
        self._lifecycle = lifecycle
        self._make_client = make_client
        self._plain_http = plain_http
        self._keys = keys
        self._metadata: AuthorizationServer | None = None

    def authorization_server(self, *, until: float | None = None) -> AuthorizationServer:
        """Return what the description and the server's metadata say. The metadata is fetched once.

        Args:
            until: When to give up, on the monotonic clock; None for the time limit of one call.

        Raises:
            ConfigurationError: The metadata is of another issuer, or a URL is plain http to a host that is not allowed.
            DecodeError: The metadata cannot be read.
            APIError: There is no metadata, or the server failed.
            TransportError: The server did not respond.
        """
        lifecycle = self._lifecycle
        if lifecycle is None:
            return AuthorizationServer()
        if lifecycle.metadata_url is not None and self._metadata is None:
            until = time.monotonic() + self.timeout if until is None else until
            url = resolved(lifecycle.metadata_url, self._base_url, self._plain_http)
            self._metadata = fetch_metadata(url, partial(self.request, "GET", until=until), self._plain_http)
        people = lifecycle.authorization
        said = {
            "authorization_endpoint": people and people.authorization_url,
            "device_authorization_endpoint": people and people.device_authorization_url,
        }
        urls: Any = {name: str(resolved(url, self._base_url, self._plain_http)) for name, url in said.items() if url}
        return evolve(self._metadata or AuthorizationServer(), **urls)

    @property
    def authorization(self) -> Authorization:
        """Where people sign in, by the description.

        Raises:
            ConfigurationError: It does not say.
        """
        found = self._lifecycle.authorization if self._lifecycle else None
        if found is None:
            raise ConfigurationError(
                "the API's description does not say where people sign in: add `authorize`, `device` or `metadata` to "
                "its x-token-lifecycle, then run scripts/generate"
            )
        return found

    def prepare(self, call: TokenCall, until: float) -> None:
        """Fetch the server's metadata, if a call needs it. Raises what `authorization_server` raises."""
        client = self.client
        method = self._lifecycle.client if self._lifecycle else "none"
        if is_in_metadata(call) or client.key is not None or (client.secret is not None and method == "metadata"):
            self.authorization_server(until=until)

    def send(
        self,
        call: TokenCall,
        *,
        tokens: Tokens | None = None,
        document: dict[str, Any] | None = None,
        until: float | None = None,
        first: FirstAnswer | None = None,
    ) -> httpx.Response:
        """Send a call with the values that its placements name.

        Args:
            call: The call.
            tokens: The session's tokens.
            document: The caller's body.
            until: When to give up, on the monotonic clock; None for the time limit of one call.
            first: The answer that was got before a login.
        """
        document = Hidden(document or {})
        until = time.monotonic() + self.timeout if until is None else until
        self.prepare(call, until)
        url = self.place_of(call)
        security = TOKEN_CALLS.get(f"{call.method} {call.path}")
        authentication = self._authentication(url)
        return self.request(
            call.method,
            url,
            lambda: request_arguments(call, authentication, tokens, {**document}, url=url, first=first),
            until=until,
            hook=partial(self._keys.complete, security) if security else None,
        )

    def fields(self, call: TokenCall) -> TokenFields:
        """Return where the answers to a call hold the tokens."""
        if self._lifecycle is None:  # pragma: no cover - the calls come from the lifecycle
            raise AssertionError
        return call.tokens or self._lifecycle.tokens

    def first_answer(self, call: TokenCall, until: float | None = None) -> FirstAnswer | None:
        """Get what a login sends back against request forgery, if that is not in its own answer.

        Args:
            call: The login.
            until: When to give up, on the monotonic clock; None for the time limit of one call.

        Raises:
            APIError: The server failed.
            TransportError: The server did not respond.
        """
        if call.csrf is None or call.csrf.get is None:
            return None
        try:
            response = self.send(call.csrf.get, until=until)
        except httpx.RequestError as error:
            raise TransportError.of(error) from None
        if not response.is_success:
            raise APIError.of(response)
        return FirstAnswer.of(response, self.fields(call))

    def post(self, call: TokenCall, form: Mapping[str, str | list[str]]) -> httpx.Response:
        """Send a form with the client's authentication, or at least its id.

        Raises:
            TransportError: The server did not respond.
            SDKError: The server's metadata is needed, and cannot be read.
        """
        form = Hidden(form)
        is_silent = self._lifecycle is not None and self._lifecycle.client == "none"
        known = {"client_id": self.client.id} if is_silent else {}
        try:
            return self.send(call, document={**known, **form})
        except httpx.RequestError as error:
            raise TransportError.of(error) from None

    def place_of(self, call: TokenCall) -> httpx.URL:
        """Return where a call goes. Raises what `authorization_server` raises, and if the metadata lacks the place."""
        if not is_in_metadata(call):
            return url_of(call, self._base_url, self._plain_http)
        server = self.authorization_server()
        revokes = any(placement.path == ("token",) for placement in call.send)
        url = server.revocation_endpoint if revokes else server.token_endpoint
        if url is None:
            self._metadata = None
            raise ConfigurationError(f"the metadata of {server.issuer} names no token endpoint: correct the server")
        return httpx.URL(url)

    def _authentication(self, url: httpx.URL) -> Authentication:
        method = self._lifecycle.client if self._lifecycle else "none"
        server = self._metadata or AuthorizationServer()
        if method == "metadata":
            offered = server.client_authentication or (BASIC,)
            method = "form" if POST in offered and BASIC not in offered else "basic"
        return Authentication(self.client, method, server.issuer or str(url.copy_with(query=None)))

    def request(
        self,
        method: str,
        url: httpx.URL,
        arguments_of: Callable[[], dict[str, Any]],
        *,
        until: float,
        hook: Callable[[httpx.Request], object] | None = None,
    ) -> httpx.Response:
        """Send a request, and return its response, read whole.

        No token is in this frame when one of the SDK's errors is raised, so none gets into a traceback's locals.

        Args:
            method: The method.
            url: The URL, of any origin.
            arguments_of: Returns the other arguments of `httpx.Client.request`.
            until: When to give up, on the monotonic clock.
            hook: Completes the request before it is sent.

        Raises:
            httpx.RequestError: The server did not respond.
            SDKError: The arguments could not be made, or the client.
        """
        base_url = self._base_url if origin(url) == origin(self._base_url) else url.copy_with(raw_path=b"/")
        arguments: dict[str, Any] = {}
        stack = ExitStack()
        try:
            http = stack.enter_context(self._new_client(base_url))
            http.cookies = httpx.Cookies(http.cookies)  # a jar of its own, which ends with the call
            if hook is not None:
                http.event_hooks["request"].append(hook)
            arguments = arguments_of()
            url = url.copy_merge_params(arguments.pop("params"))
            deadline = _deadline(until, httpx.Request(method, url))
            arguments["extensions"] = {"trace": deadline.trace}

            def send() -> httpx.Response:
                with http.stream(method, url, follow_redirects=False, **arguments) as response:
                    return read_answer(response)

            return deadline.run(send)
        except (httpx.RequestError, SDKError):
            raise
        except Exception as error:  # noqa: BLE001 - a user's own transport; the error's text may hold a token
            raise TransportError(f"{type(error).__name__} when the call was sent: check token_client") from None
        finally:
            arguments.clear()
            with suppress(Exception):  # the call has succeeded or failed already
                stack.close()

    def _new_client(self, base_url: httpx.URL) -> httpx.Client:
        try:
            return self._make_client(base_url=base_url, timeout=self.timeout, follow_redirects=False)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ConfigurationError(f"token_client could not make a client ({reason}): correct it") from error


def _deadline(until: float, request: httpx.Request) -> Deadline:
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise httpx.ConnectTimeout("no time is left to send it", request=request)
    return Deadline(seconds, request)
