"""All errors of the SDK, under one base class, `SDKError`.

A message says what happened, to which request, and what to do next. It never contains a token. `body` holds what the
server sent, which may echo parts of the request.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from http import HTTPStatus
from socket import gaierror
from typing import TYPE_CHECKING, Any, ClassVar, Final

from afresh._http import httpx

from ._server_message import message_of, retry_after, without_secrets

if TYPE_CHECKING:
    from afresh_api.operation import Operation

PASSING = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError)
"""Transient failures of the network or the server, not of the request or the configuration."""

UNREADABLE = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError),
    *(AssertionError, OSError, zlib.error),
)
"""What parsing a malformed response can raise. The last three come from a charset that is not a text encoding."""

UNSENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Failures of a connection that never came about, so that nothing was sent to the server."""

_UNTRUSTED: Final = "CERTIFICATE_VERIFY_FAILED"
_NO_TLS: Final = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")
"""Parts of OpenSSL's messages when the server does not speak TLS."""

_LONGEST_DETAIL: Final = 300
_RETRY_AFTER: Final = "`retry_after` seconds"
_LOOP_MISMATCHES: Final = (
    *("Event loop is closed", "different event loop", "different loop"),
    *("no running event loop", "must be called from async context"),
)
"""Parts of asyncio's and trio's messages when an object is used in another event loop, or in the other library's."""

TOKEN_REJECTED: Final = "afresh_token_rejected"  # noqa: S105 - a name
"""The extension of a response that says that the access token is no good, whatever its status is."""

REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "cf-ray")


class SDKError(Exception):
    """The base of all errors of this SDK.

    Attributes:
        method: The request's method; None if the error is not about a request.
        url: The request's URL, without user info, query and fragment, which may hold secrets.
        status_code: The status of the response; None if there was no response.
        request_id: The server's id of the request, for its support; None if the response has none.
    """

    def __init__(
        self,
        message: str,
        *,
        method: str | None = None,
        url: str | None = None,
        status_code: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.method = method
        self.url = url
        self.status_code = status_code
        self.request_id = request_id

    @property
    def message(self) -> str:
        """What happened and what to do. `str()` adds the request."""
        return str(self.args[0])

    def __str__(self) -> str:
        request = f"{self.method} {self.url}: " if self.method else ""
        request_id = f" (request id {self.request_id})" if self.request_id else ""
        return f"{request}{self.message}{request_id}"

    def __reduce__(self) -> tuple[Any, ...]:
        # By default, pickle and copy lose keyword-only arguments.
        return _rebuild, (type(self), self.args, dict(vars(self)))


def _rebuild(cls: type[SDKError], args: tuple[Any, ...], attributes: dict[str, Any]) -> SDKError:
    error = cls.__new__(cls, *args)
    error.args = args
    vars(error).update(attributes)
    return error


class ConfigurationError(SDKError, ValueError):
    """The SDK is configured in a way that does not work or is not safe."""


class ClosedError(SDKError, RuntimeError):
    """The client or the stream was used after it was closed."""


class InvalidArgument(SDKError, TypeError, ValueError):
    """An argument of a call has the wrong type, or cannot be sent in a request.

    Attributes:
        argument: The argument, and the place in it: `limit`, `body.due_on`, `body.labels[2]`; None if unknown.
    """

    def __init__(self, message: str, *, argument: str | None = None, **request: Any) -> None:
        super().__init__(message, **request)
        self.argument = argument


class TransportError(SDKError):
    """The server could not be reached, or the connection failed before the response was complete.

    Attributes:
        is_passing: Whether a retry may succeed, as after a time-out or a lost connection.
        is_unsent: Whether no connection came about, so that the server has got nothing of the request.
    """

    is_passing: bool = False
    is_unsent: bool = False

    @classmethod
    def of(cls, error: httpx.RequestError, request: httpx.Request | None = None) -> TransportError:
        """Make the error for an httpx error. Without `request`, the httpx error must have its request set."""
        request = request or error.request
        url = request.url
        target = f"{url.host}:{url.port}" if url.port else url.host
        reason = f"{type(error).__name__}: {error}".rstrip(": ")
        if isinstance(error, httpx.LocalProtocolError):  # its text quotes headers, which may hold a token
            problem = f"the request to {target} is not valid HTTP. Check its headers"
        elif _UNTRUSTED in reason:
            problem = f"{target} is not trusted ({reason}). {_certificate_hint()}"
        elif any(part in reason for part in _NO_TLS):
            problem = (
                f"{target} does not answer with TLS ({reason}). Check the port in the base URL, and whether it is that "
                "of https"
            )
        elif isinstance(error, httpx.ConnectError):
            cause = "there is no host of that name: " if _is_unknown_host(error) else ""
            problem = (
                f"{target} could not be reached ({cause}{reason}). Check the base URL and the network, and that the "
                "server runs"
            )
        elif isinstance(error, httpx.PoolTimeout):
            problem = f"no connection to {target} came free in time ({reason}). Make fewer calls at once"
        elif isinstance(error, httpx.TimeoutException):
            problem = f"{target} did not answer in time ({reason}). Check the network, or allow for more with `timeout`"
        elif isinstance(error, httpx.TransportError):
            scheme = ", and whether the URL must begin with https" if url.scheme == "http" else ""
            problem = f"{target} broke the connection off ({reason}). Check the base URL and the network{scheme}"
        else:
            problem = (
                f"the answer of {target} cannot be used ({reason}). Check the base URL, and any proxy before the API"
            )
        transport_error = cls(f"{problem}, then try again.", method=request.method, url=safe_url(request))
        transport_error.is_unsent = isinstance(error, UNSENT) and is_about(error, request)
        transport_error.is_passing = isinstance(error, PASSING) and _UNTRUSTED not in reason
        return transport_error


class DecodeError(SDKError):
    """The response does not match the API's description.

    Attributes:
        body: The text of the response, shortened; empty for responses that may contain tokens.
        attribute: The attribute that is not as described, such as `items[3].owner.created_at`; None if unknown.
    """

    def __init__(self, message: str, *, body: str = "", attribute: str | None = None, **request: Any) -> None:
        super().__init__(message, **request)
        self.body = body
        self.attribute = attribute


class StreamError(SDKError):
    """The server reported a failure within a stream, with an event named `error` or an `error` object.

    Attributes:
        body: The event: the described model, or else its JSON, or else its text.
    """

    def __init__(self, message: str, *, body: object = None, **request: Any) -> None:
        super().__init__(message, **request)
        self.body = body

    @classmethod
    def of(cls, response: httpx.Response, document: object, body: object) -> StreamError:
        """Make the error for an event.

        Args:
            response: The response that is streamed.
            document: The content of the event, as JSON or text.
            body: The same as the described model, or as JSON or text if no model is described.
        """
        detail = document if isinstance(document, str) else message_of(document) or json.dumps(document)
        detail = detail if len(detail) <= _LONGEST_DETAIL else f"{detail[:_LONGEST_DETAIL]}…"
        suffix = f": {detail}".rstrip(": .")
        return cls(
            f"the server reported a failure within the stream{suffix}. See `body`.", body=body, **described(response)
        )


class APIError(SDKError):
    """The API answered with an error status (RFC 9110, section 15).

    Attributes:
        body: The body of the response: the described model, or else its JSON, or else its text; None if it is empty.
        retry_after: Seconds that the server asks to wait (RFC 9110, section 10.2.3); None if it does not say.
    """

    status_code: int
    remedy: ClassVar[str] = "See `body` for what the server says."
    _by_status: ClassVar[dict[int, type[APIError]]] = {}

    def __init__(self, message: str, *, body: object = None, retry_after: float | None = None, **request: Any) -> None:
        super().__init__(message, **request)
        self.body = body
        self.retry_after = retry_after

    def __init_subclass__(cls, *, status: int | None = None) -> None:
        if status is not None:
            APIError._by_status[status] = cls

    @classmethod
    def of(cls, response: httpx.Response, body: object = None, *, kind: type[APIError] | None = None) -> APIError:
        """Make the error for a response. The response must have been read.

        Args:
            response: A response that `is_failure`.
            body: Its body as the described model; None if none is described, or the body does not match it.
            kind: The class of the error; None for the one of the status.
        """
        document = _document(response)
        status = response.status_code
        if kind is None and TOKEN_REJECTED in response.extensions:
            kind = Unauthorized
        kind = kind or cls._by_status.get(
            status, ServerError if status >= HTTPStatus.INTERNAL_SERVER_ERROR else APIError
        )
        said = without_secrets(message_of(document, status=_phrase(status)), response.request)
        wait = retry_after(response)
        remedy = kind.remedy if wait is None else kind.remedy.replace(_RETRY_AFTER, f"{wait:g} seconds")
        return kind(
            f"the server answered {_phrase(status)}{': ' if said else ''}{said}. {_new_place(response) or remedy}",
            body=document if body is None else body,
            retry_after=wait,
            **described(response),
        )


class BadRequest(APIError, status=400):
    """400: the server cannot process the request."""


class Unauthorized(APIError, status=401):
    """401: the credentials or the token were not accepted, even after a refresh.

    It has another status if a sign-in is refused for its credentials, or if the API's description says by `expired` of
    its x-token-lifecycle that such an answer means the same.
    """

    remedy = "Check the credentials, or sign in again."


class Forbidden(APIError, status=403):
    """403: the user is not allowed to do this. A new token would not help."""

    remedy = "Use an account or scope with the permission to do this."


class NotFound(APIError, status=404):
    """404: the resource does not exist."""

    remedy = "Check the ids in the call, and the path of the base URL."


class Conflict(APIError, status=409):
    """409: the request conflicts with the current state of the resource."""


class UnprocessableContent(APIError, status=422):
    """422: the request is well-formed, but its content is not valid."""


class RateLimited(APIError, status=429):
    """429: too many requests. `retry_after` says how long to wait, in seconds."""

    remedy = "Wait for `retry_after` seconds, then try again."


class ServerError(APIError):
    """5xx: the server failed, or does not support the request (501)."""

    remedy = "Try again later; if the error persists, report the request id to the operators of the API."


class AuthError(SDKError):
    """The session has no usable access token."""


class NotSignedIn(AuthError):
    """Nobody is signed in: there was no login yet, or the session was signed out."""


class SignInFailed(AuthError):
    """A person did not sign in: the sign-in was refused or not finished, or its answer was not for this program.

    Attributes:
        code: The server's error code, such as `access_denied`; None if the server did not say so.
    """

    def __init__(self, message: str, *, code: str | None = None, **request: Any) -> None:
        super().__init__(message, **request)
        self.code = code


class SessionExpired(AuthError):
    """The refresh token was refused. The session is over, and its tokens are forgotten: sign in again."""


class RefreshUnavailable(AuthError):
    """The tokens could not be renewed at the moment. They are kept, and a later request tries again.

    Attributes:
        retry_after: Seconds that the server asks to wait; None if it does not say.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, **request: Any) -> None:
        super().__init__(message, **request)
        self.retry_after = retry_after


class StoreError(AuthError):
    """The token store cannot be read, written or locked. Tokens in memory stay usable."""


def translated(error: Exception, request: httpx.Request) -> SDKError | None:
    """Return the SDK's error for an error of httpx or its transports, or with its request; None for any other error."""
    details: dict[str, Any] = {"method": request.method, "url": safe_url(request)}
    if isinstance(error, httpx.RequestError):
        return TransportError.of(error, request)
    if isinstance(error, httpx.StreamClosed):
        return ClosedError("the response body was closed, as at the end of its `with`: read it before that", **details)
    if isinstance(error, httpx.StreamError):
        return SDKError(
            "the body would have to be sent again, as after a redirect, but can be read only once", **details
        )
    if isinstance(error, NotSignedIn):  # the session does not know for which request
        return NotSignedIn(error.message, **details)
    if isinstance(error, RuntimeError):
        return _usage_error(str(error), details)
    # An error of these modules exists only if they are imported. Importing ssl here would be slow.
    ssl, anyio = sys.modules.get("ssl"), sys.modules.get("anyio")
    if ssl is not None and isinstance(error, ssl.SSLError):
        return TransportError.of(httpx.ReadError(str(error)), request)
    if anyio is not None and isinstance(
        error, anyio.BrokenResourceError | anyio.ClosedResourceError | anyio.EndOfStream | anyio.BusyResourceError
    ):
        return TransportError.of(httpx.ReadError(type(error).__name__), request)
    return None


def _usage_error(text: str, details: dict[str, Any]) -> SDKError | None:
    """Return the SDK's error for a RuntimeError of httpx or asyncio, by its text: it has no class of its own."""
    if "client has been closed" in text:
        return ClosedError(
            "the client was closed: make calls before that, inside its `with`, or make another", **details
        )
    if any(part in text for part in _LOOP_MISMATCHES):
        return ConfigurationError(
            "the client was used in another event loop than before: make an AsyncClient for each event loop; they can "
            "share a session",
            **details,
        )
    if text.startswith("Attempted to send a"):
        return ConfigurationError(
            "the body is of the wrong kind: Client needs a body that is read without `await`, AsyncClient one that is "
            "read with it",
            **details,
        )
    return None


def is_about(error: httpx.RequestError, request: httpx.Request) -> bool:
    """Whether an error was raised for this request, rather than for another: after a redirect, or made in a hook."""
    try:
        return error.request is request
    except RuntimeError:  # the error has no request
        return False


def is_failure(response: httpx.Response, operation: Operation[Any]) -> bool:
    """Return whether a response is an error: by its status, or since it says that the token has expired."""
    is_redirect = response.status_code in operation.redirects and response.has_redirect_location
    return not (response.is_success or is_redirect) or TOKEN_REJECTED in response.extensions


def described(response: httpx.Response) -> dict[str, Any]:
    """Return the keyword arguments of `SDKError` that describe a response and its request."""
    headers = response.headers
    return {
        "method": response.request.method,
        "url": safe_url(response.request),
        "status_code": response.status_code,
        "request_id": next((headers[name] for name in REQUEST_ID_HEADERS if name in headers), None),
    }


def safe_url(request: httpx.Request) -> str:
    """Return a request's URL without user info, query and fragment, which may hold secrets."""
    return str(request.url.copy_with(username=None, password=None, query=None, fragment=None))


def text_of(response: httpx.Response) -> str:
    """Return a body as text, even if its charset is not a text encoding, such as hex."""
    try:
        return response.text
    except UNREADABLE:
        return response.content.decode(errors="replace")


def _document(response: httpx.Response) -> Any:
    try:
        return response.json()
    except UNREADABLE:
        return text_of(response) or None


def _certificate_hint() -> str:
    names = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
    if names:
        return f"Check that {names[0]} names the certificates that you trust"
    return (
        "If your organisation issued the server's certificate, name a file with its root certificate in SSL_CERT_FILE"
    )


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # statuses that no RFC names, such as 499 and 520
        return str(status)


def _is_unknown_host(error: BaseException) -> bool:
    """Whether an error was caused by a host name that cannot be resolved."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, gaierror):
        cause = cause.__cause__ or cause.__context__
    return cause is not None


def _new_place(response: httpx.Response) -> str:
    """Return what to do about a redirect; an empty string if the response is none."""
    try:
        place = response.request.url.join(response.headers["location"]) if response.has_redirect_location else None
    except httpx.InvalidURL:
        return ""
    return f"It is at {safe_url(httpx.Request('GET', place))}: correct the base URL." if place else ""
