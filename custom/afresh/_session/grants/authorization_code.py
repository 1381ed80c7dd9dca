"""Signing in by a browser: the authorization code grant with PKCE (RFC 6749, section 4.1; RFC 7636; RFC 8252)."""

from __future__ import annotations

import os
import sys
import threading
from base64 import urlsafe_b64encode
from contextlib import contextmanager, suppress
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Final, TextIO, TypedDict

from attrs import field, frozen

from afresh._errors import ConfigurationError, SignInFailed
from afresh._http import httpx
from afresh._keys import PREFIX
from afresh._session.signing_in import PersonGrant
from afresh._session.token_calls.answer import jwt_claims, resolve

from .loopback import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping

    from afresh._session.token_calls.endpoint import TokenEndpoint
    from afresh._session.token_calls.metadata import AuthorizationServer
    from afresh._tokens import Tokens

    from .loopback import Callback

REDIRECT_URI: Final = "http://127.0.0.1/callback"
"""Where the browser comes back to by default: a free port of this machine (RFC 8252, section 7.3)."""

TIMEOUT: Final = 300.0
"""How long to wait for the browser by default, in seconds."""

_LONGEST_DETAIL: Final = 300


def texts(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return one text, or several, as several."""
    return (value,) if isinstance(value, str) else tuple(value or ())


def words(value: str | Iterable[str] | None) -> str | None:
    """Return several texts as one, with spaces between them."""
    return value if value is None or isinstance(value, str) else " ".join(value)


class AuthorizationOptions(TypedDict, total=False):
    """What a sign-in by a browser may ask for: see `AuthorizationCodeGrant`."""

    scope: str | Iterable[str] | None
    audience: str | None
    resource: str | Iterable[str] | None
    parameters: Mapping[str, str] | None


@frozen
class AuthorizationRequest:
    """The first half of a sign-in by a browser: where to send it, and what its return is checked by.

    A web application keeps it in the person's own session until the browser is back. `attrs.asdict` makes it
    serializable, and the class takes the result as keyword arguments. The repr shows no secret.

    Attributes:
        url: Where to send the browser.
        state: Comes back with the browser, and says that it is the same one.
        code_verifier: Shows the server who asked (RFC 7636).
        redirect_uri: Where the browser comes back to.
        nonce: Comes back in the ID token; None if none is asked for.
        resource: The resources that the tokens are asked for (RFC 8707).
    """

    url: str = field(repr=False)
    state: str = field(repr=False)
    code_verifier: str = field(repr=False)
    redirect_uri: str
    nonce: str | None = field(default=None, repr=False)
    resource: tuple[str, ...] = field(default=(), converter=texts)


def accepted(callback: Callback, request: AuthorizationRequest, server: AuthorizationServer) -> Callback | None:
    """Return the callback if it is the answer to a request and has a code; None if it is no answer to it.

    Raises:
        SignInFailed: The server refused, or the answer comes from another server (mix-up, RFC 9207).
    """
    if callback.state is None or not compare_digest(callback.state.encode(errors="replace"), request.state.encode()):
        return None
    if callback.iss is None and server.iss_parameter_supported:
        raise SignInFailed(f"the answer to the sign-in does not say that it is from {server.issuer}: sign in again")
    if callback.iss is not None and server.issuer is not None and callback.iss != server.issuer:
        raise SignInFailed(f"the answer to the sign-in is not from {server.issuer}: sign in again")
    if callback.error is not None:
        detail = ": ".join(filter(None, (callback.error, callback.error_description)))[:_LONGEST_DETAIL]
        remedy = ": sign in again, and agree in the browser" if callback.error == "access_denied" else ""
        raise SignInFailed(f"the server did not sign anybody in ({detail}){remedy}", code=callback.error)
    return callback if callback.code else None


def authorization_request(
    endpoint: TokenEndpoint, redirect_uri: str, options: AuthorizationOptions
) -> AuthorizationRequest:
    """Make the first half of a sign-in.

    Raises:
        ConfigurationError: The client's id or the place to sign in is not known, or a parameter is not free.
        TransportError: The server's metadata is needed, and could not be read.
    """
    client_id = endpoint.client.id
    if client_id is None:
        raise ConfigurationError(
            "signing in by a browser needs the id that the server gave this program: give client_id to the client, or "
            f"set {PREFIX}CLIENT_ID"
        )
    place = endpoint.authorization_server().authorization_endpoint
    if place is None:
        raise ConfigurationError(
            "neither the API's description nor its server's metadata says where people sign in by a browser: add "
            "`authorize` to the x-token-lifecycle, then run scripts/generate"
        )
    endpoint.sender.place_of(endpoint.sender.authorization.token)  # before anybody has signed in
    scope, resource = words(options.get("scope")), texts(options.get("resource"))
    parameters = options.get("parameters") or {}
    state, code_verifier = token_urlsafe(32), token_urlsafe(32)
    nonce = token_urlsafe(32) if "openid" in (scope or "").split() else None
    own = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": scope,
        "state": state,
        "code_challenge": urlsafe_b64encode(sha256(code_verifier.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "nonce": nonce,
        "audience": options.get("audience"),
        "resource": list(resource) or None,
    }
    taken = own.keys() & parameters.keys()
    if taken:
        raise ConfigurationError(
            f"parameters has {', '.join(sorted(taken))}, which the sign-in itself sends: leave it out"
        )
    query = {name: value for name, value in {**parameters, **own}.items() if value is not None}
    url = str(httpx.URL(place).copy_merge_params(query))
    return AuthorizationRequest(url, state, code_verifier, redirect_uri, nonce, resource)


def exchange(endpoint: TokenEndpoint, callback: Callback, request: AuthorizationRequest) -> Tokens:
    """Exchange the code of an accepted callback for tokens.

    Raises:
        APIError: The server refused the code, or failed.
        SignInFailed: The ID token is not the answer to this request.
    """
    if callback.code is None:  # pragma: no cover - it was accepted for its code
        raise AssertionError
    tokens = endpoint.exchange(
        {
            "grant_type": "authorization_code",
            "code": callback.code,
            "redirect_uri": request.redirect_uri,
            "code_verifier": request.code_verifier,
            **({"resource": list(request.resource)} if request.resource else {}),
        }
    )
    if request.nonce is not None and tokens.id_token is not None:
        # It came from the server itself, over TLS: that stands in for its signature (OpenID Connect Core, 3.1.3.7).
        nonce = resolve(jwt_claims(tokens.id_token), ("nonce",))
        if not isinstance(nonce, str) or not compare_digest(nonce.encode(errors="replace"), request.nonce.encode()):
            raise SignInFailed("the ID token is not the answer to this sign-in: sign in again")
    return tokens


@frozen(kw_only=True)
class AuthorizationCodeGrant(PersonGrant):
    """Signs in by a browser on this machine: `api.login(AuthorizationCodeGrant(scope="tasks"))`.

    It opens the browser, and prints the page's address to standard error. The person signs in there, and the browser
    comes back to this machine. On a terminal, the address that it comes back to can be pasted instead.

    Args:
        scope: What to ask for, as one text or several.
        redirect_uri: Where the browser comes back to, as registered at the server: on `127.0.0.1`, `[::1]` or
            `localhost`. One without a port gets a free port. Of several, the first is used whose port is free.
        open_browser: Whether to open the browser; or a function that shows the page's address in another way, and
            returns at once.
        timeout: How long to wait for the browser, in seconds.
        audience: The API that the tokens are asked for, where the server takes it in this parameter.
        resource: The resources that the tokens are asked for (RFC 8707), as one URI or several.
        parameters: Further parameters for the server's page, such as `{"prompt": "login"}`.
    """

    scope: str | None = field(default=None, converter=words)
    redirect_uri: tuple[str, ...] = field(default=(REDIRECT_URI,), converter=texts)
    open_browser: bool | Callable[[str], object] = True
    timeout: float = TIMEOUT
    audience: str | None = None
    resource: tuple[str, ...] = field(default=(), converter=texts)
    parameters: Mapping[str, str] = field(factory=dict[str, str])

    @contextmanager
    def acquire(self, endpoint: TokenEndpoint, stop: threading.Event) -> Generator[Callable[[], Tokens]]:
        """See `PersonGrant`."""
        with Receiver(self.redirect_uri) as receiver:
            options: AuthorizationOptions = {
                "scope": self.scope,
                "audience": self.audience,
                "resource": self.resource,
                "parameters": self.parameters,
            }
            request = authorization_request(endpoint, receiver.redirect_uri, options)
            server = endpoint.authorization_server()
            typed = _terminal()
            self._show(request.url, can_paste=typed is not None)
            callback = receiver.receive(
                lambda callback: accepted(callback, request, server), timeout=self.timeout, stop=stop, typed=typed
            )
            yield lambda: exchange(endpoint, callback, request)

    def _show(self, url: str, *, can_paste: bool) -> None:
        if callable(self.open_browser):
            self.open_browser(url)
            return
        paste = "\nIf it cannot come back here, paste the address that it ends at:" if can_paste else ""
        print(f"Sign in with a browser at\n{url}{paste}", file=sys.stderr, flush=True)  # noqa: T201 - for the person
        if self.open_browser and _has_browser():
            # Some browsers keep their caller until they end.
            threading.Thread(target=_open_browser, args=(url,), name="afresh-browser", daemon=True).start()


def _has_browser() -> bool:
    """Whether there may be a browser with windows. One in the terminal would take it away from this program."""
    return (
        os.name != "posix"
        or sys.platform == "darwin"
        or any(map(os.environ.get, ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")))
    )


def _open_browser(url: str) -> None:
    import webbrowser  # noqa: PLC0415 - seldom needed

    with suppress(Exception):  # the address has been printed
        webbrowser.open(url)


def _terminal() -> TextIO | None:
    """Return the terminal, if an address may be pasted into it. On Windows, a terminal cannot be waited for."""
    return sys.stdin if os.name == "posix" and sys.stdin is not None and sys.stdin.isatty() else None
