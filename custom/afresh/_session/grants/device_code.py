"""Signing in on another device: the device authorization grant (RFC 8628)."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from afresh._errors import (
    APIError,
    ConfigurationError,
    DecodeError,
    RateLimited,
    ServerError,
    SignInFailed,
    TransportError,
    described,
)
from afresh._keys import PREFIX
from afresh._session.signing_in import PersonGrant
from afresh._session.token_calls.answer import document_of, parse_number, resolve
from afresh._session.token_calls.client_authentication import FORM
from afresh_api.lifecycle import TokenCall

from .authorization_code import texts, words

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator

    from afresh._http import httpx
    from afresh._session.token_calls.endpoint import TokenEndpoint
    from afresh._tokens import Tokens

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:device_code"

INTERVAL: Final = 5.0
"""Seconds between two questions, unless the server says so (section 3.2); and how many more it may ask for."""

LONGEST_INTERVAL: Final = 60.0
"""The longest pause after failures in passing, in seconds."""

LIFETIME: Final = 600.0
"""How long a code is used of which the server does not say how long it is valid, in seconds."""


@frozen(kw_only=True)
class DeviceCode:
    """What a person needs to sign in on another device.

    Attributes:
        user_code: The code to enter there.
        verification_uri: The page to open there.
        verification_uri_complete: The same page with the code in it, for a link or a QR code; None if there is none.
        expires_in: How long the code is valid, in seconds.
    """

    user_code: str
    verification_uri: str
    verification_uri_complete: str | None = None
    expires_in: float = LIFETIME


def print_code(code: DeviceCode) -> None:
    """Print to standard error what to do."""
    page = code.verification_uri_complete
    link = f"\nor open {page}, and check that it shows this code" if page else ""
    print(  # noqa: T201 - for the person
        f"To sign in, open {code.verification_uri} on any device, and enter the code {code.user_code}{link}\n"
        f"The code is valid for {code.expires_in / 60:.0f} minutes.",
        file=sys.stderr,
        flush=True,
    )


@frozen(kw_only=True)
class DeviceCodeGrant(PersonGrant):
    """Signs in on another device: `api.login(DeviceCodeGrant(scope="tasks"))`.

    It shows a page's address and a code. The person opens the page on a phone, for example, signs in and enters the
    code. Meanwhile this asks the server for the tokens, as often as the server allows.

    Args:
        scope: What to ask for, as one text or several.
        show: Shows a `DeviceCode` to the person, and returns at once. Default: prints it to standard error.
        audience: The API that the tokens are asked for, where the server takes it in this parameter.
        resource: The resources that the tokens are asked for (RFC 8707), as one URI or several.
    """

    scope: str | None = field(default=None, converter=words)
    show: Callable[[DeviceCode], object] = print_code
    audience: str | None = None
    resource: tuple[str, ...] = field(default=(), converter=texts)

    @contextmanager
    def acquire(self, endpoint: TokenEndpoint, stop: threading.Event) -> Generator[Callable[[], Tokens]]:
        """See `PersonGrant`."""
        started = monotonic()
        answer = _Answer.read(self._begin(endpoint))
        self.show(answer.code)
        tokens = self._wait(endpoint, answer, started + answer.code.expires_in, stop)
        yield lambda: tokens

    def _begin(self, endpoint: TokenEndpoint) -> httpx.Response:
        client_id = endpoint.client.id
        if client_id is None:
            raise ConfigurationError(
                "signing in on another device needs the id that the server gave this program: give client_id to the "
                f"client, or set {PREFIX}CLIENT_ID"
            )
        place = endpoint.authorization_server().device_authorization_endpoint
        if place is None:
            raise ConfigurationError(
                "neither the API's description nor its server's metadata says where a sign-in on another device "
                "begins: add `device` to the x-token-lifecycle, then run scripts/generate"
            )
        endpoint.sender.place_of(endpoint.sender.authorization.token)  # before anybody has signed in
        call = TokenCall("POST", None, FORM, url=place)
        scope = {} if self.scope is None else {"scope": self.scope}
        response = endpoint.sender.post(call, {"client_id": client_id, **scope, **self._target()})
        if not response.is_success:
            raise APIError.of(response)
        return response

    def _target(self) -> dict[str, str | list[str]]:
        audience: dict[str, str | list[str]] = {} if self.audience is None else {"audience": self.audience}
        return {**audience, "resource": list(self.resource)} if self.resource else audience

    def _wait(self, endpoint: TokenEndpoint, answer: _Answer, end: float, stop: threading.Event) -> Tokens:
        """Ask for the tokens until the person has signed in (sections 3.4 and 3.5)."""
        call, interval, pause = endpoint.sender.authorization.token, answer.interval, answer.interval
        while True:
            if stop.wait(max(0.0, min(pause, end - monotonic()))):
                raise SignInFailed("the sign-in was stopped")
            if monotonic() >= end:
                raise _expired()
            try:
                response = endpoint.sender.post(
                    call, {"grant_type": GRANT_TYPE, "device_code": answer.device_code, **self._target()}
                )
                match _error_code(response):
                    case "authorization_pending":
                        pause = interval
                    case "slow_down":
                        interval = pause = interval + INTERVAL
                    case "expired_token":
                        raise _expired()
                    case "access_denied":
                        raise SignInFailed(
                            "the person did not agree to the sign-in: sign in again, and agree on the other device",
                            code="access_denied",
                            **described(response),
                        )
                    case _:
                        return endpoint.granted(response)
            except (TransportError, ServerError, RateLimited) as error:
                if isinstance(error, TransportError) and not error.is_passing:
                    raise
                wait = getattr(error, "retry_after", None) or 0.0
                pause = max(interval, min(max(2 * pause, wait), LONGEST_INTERVAL))


@frozen
class _Answer:
    """The server's answer to the beginning."""

    device_code: str = field(repr=False)
    code: DeviceCode
    interval: float

    @classmethod
    def read(cls, response: httpx.Response) -> _Answer:
        """Read it (section 3.2).

        Raises:
            DecodeError: It lacks what is needed, or has an address that cannot be opened.
        """
        try:
            document = document_of(response)
        except ValueError as error:
            raise DecodeError(f"the answer that should hold a device code {error}.", **described(response)) from None
        device_code, user_code = resolve(document, ("device_code",)), _text(document, "user_code")
        # The second name is Google's.
        page = _text(document, "verification_uri") or _text(document, "verification_url")
        if not isinstance(device_code, str) or not device_code or not user_code or not page:
            raise DecodeError(
                "the answer lacks device_code, user_code or verification_uri (RFC 8628).", **described(response)
            )
        complete = _text(document, "verification_uri_complete") or _text(document, "verification_url_complete")
        for one in (page, complete):
            if one is not None and not one.startswith(("https://", "http://")):
                raise DecodeError("the answer's verification_uri is no URL of a web page.", **described(response))
        expires_in = parse_number(resolve(document, ("expires_in",)))
        interval = parse_number(resolve(document, ("interval",)))
        return cls(
            device_code,
            DeviceCode(
                user_code=user_code,
                verification_uri=page,
                verification_uri_complete=complete,
                expires_in=expires_in if expires_in and expires_in > 0 else LIFETIME,
            ),
            interval if interval and interval > 0 else INTERVAL,
        )


def _text(document: object, name: str) -> str | None:
    """Return a text to show, without characters that a terminal would obey."""
    value = resolve(document, (name,))
    return "".join(filter(str.isprintable, value)) if isinstance(value, str) else None


def _error_code(response: httpx.Response) -> str | None:
    """Return an answer's error code. Some servers have it in a 200."""
    try:
        document: Any = document_of(response)
    except ValueError:
        return None
    code = resolve(document, ("error",))
    return code if isinstance(code, str) else None


def _expired() -> SignInFailed:
    return SignInFailed(
        "nobody signed in while the code was valid: sign in again, and enter the new code in time",
        code="expired_token",
    )
