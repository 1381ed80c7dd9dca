"""Every error that the SDK raises, as one tree under `SDKError`.

Messages say what happened, to which request, and what to do next. None of them holds a token. `body` is what the server
sent: where it echoes what it was sent, that is in it.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from http import HTTPStatus
from typing import Any, ClassVar, Final

import httpx

from afresh_api.values import is_object

from ._http_date import retry_after
from ._pointer import resolve

PASSING = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError)
"""What went wrong on the way; not what the request or the set-up is to blame for."""

UNREADABLE = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError),
    *(AssertionError, OSError, zlib.error),
)
"""What reading an answer raises that is not as described; the last three, where its charset is none of texts."""

_UNTRUSTED: Final = "CERTIFICATE_VERIFY_FAILED"
_LONGEST_DETAIL: Final = 300
_OF_LOOPS: Final = (
    *("Event loop is closed", "different event loop", "different loop"),
    *("no running event loop", "must be called from async context"),
)
"""What asyncio and trio say where something is used that belongs to another event loop, or to one of the other kind."""

REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "cf-ray")


class SDKError(Exception):
    """The base of all errors of this SDK.

    Attributes:
        method: The request's method, None where the error is not about one request.
        url: The request's URL without its query, which may hold secrets.
        status_code: The answer's status; None where there was no answer.
        request_id: What the server called the request, for its support; None where it did not say.
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
        """What happened and what to do, without the request that `str()` adds."""
        return str(self.args[0])

    def __str__(self) -> str:
        request = f"{self.method} {self.url}: " if self.method else ""
        request_id = f" (request id {self.request_id})" if self.request_id else ""
        return f"{request}{self.message}{request_id}"

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only arguments are lost on the default way through pickle and copy.
        return _rebuild, (type(self), self.args, dict(vars(self)))


def _rebuild(cls: type[SDKError], args: tuple[Any, ...], attributes: dict[str, Any]) -> SDKError:
    error = cls.__new__(cls, *args)
    error.args = args
    vars(error).update(attributes)
    return error


class ConfigurationError(SDKError, ValueError):
    """The SDK was set up in a way that cannot work, or not safely."""


class ClosedError(SDKError, RuntimeError):
    """The client, or the stream, was closed before it was used."""


class InvalidArgument(SDKError, TypeError, ValueError):
    """An argument of a call cannot be sent: it is of another type than it must be, or the request cannot hold it.

    Attributes:
        argument: Which one, and where in it: `limit`, `body.due_on`, `body.labels[2]`; None where that is not known.
    """

    def __init__(self, message: str, *, argument: str | None = None, **request: Any) -> None:
        super().__init__(message, **request)
        self.argument = argument


class TransportError(SDKError):
    """The server could not be reached, or the connection failed before the answer was there.

    Attributes:
        is_passing: Whether the next attempt may succeed, as after a time-out or a lost connection.
    """

    is_passing: bool = False

    @classmethod
    def of(cls, error: httpx.RequestError, request: httpx.Request | None = None) -> TransportError:
        """Make the error that stands for one of httpx's, which must know its request, or else be given it."""
        request = request or error.request
        url = request.url
        target = f"{url.host}:{url.port}" if url.port else url.host
        reason = f"{type(error).__name__}: {error}".rstrip(": ")
        if isinstance(error, httpx.LocalProtocolError):  # whose text quotes headers
            what = f"the request to {target} is not valid HTTP. Check its headers"
        elif _UNTRUSTED in reason:
            what = f"{target} is not trusted ({reason}). {_trust()}"
        elif isinstance(error, httpx.TransportError):
            what = f"{target} could not be reached, or did not answer ({reason}). Check the base URL and the network"
        else:
            what = f"the answer of {target} is of no use ({reason}). Check the base URL, and what stands before the API"
        own = cls(f"{what}, then try again.", method=request.method, url=safe_url(request))
        own.is_passing = isinstance(error, PASSING) and _UNTRUSTED not in reason
        return own


class DecodeError(SDKError):
    """The answer is not what the API's description promises.

    Attributes:
        body: The answer's text, shortened; empty for answers that may hold tokens.
    """

    def __init__(self, message: str, *, body: str = "", **request: Any) -> None:
        super().__init__(message, **request)
        self.body = body


class StreamError(SDKError):
    """The server said within a stream that it failed: by an event named `error`, or by an `error` in place of a value.

    Attributes:
        body: What it said: the described model, else its JSON, else its text.
    """

    def __init__(self, message: str, *, body: object = None, **request: Any) -> None:
        super().__init__(message, **request)
        self.body = body

    @classmethod
    def of(cls, response: httpx.Response, document: object, body: object) -> StreamError:
        """Make the error that stands for an event.

        Args:
            response: The answer whose stream it is.
            document: What the event holds, as JSON or a text.
            body: The same as the described model, where there is one.
        """
        said = _detail(document).removeprefix(": ") or (document if isinstance(document, str) else json.dumps(document))
        said = said if len(said) <= _LONGEST_DETAIL else f"{said[:_LONGEST_DETAIL]}…"
        what = f": {said}".rstrip(": .")
        return cls(
            f"the server says within the stream that it failed{what}. See `body`.", body=body, **described(response)
        )


class APIError(SDKError):
    """The API answered with an error status (RFC 9110, section 15).

    Attributes:
        body: The error body: the described model; else its JSON, else its text; None where it is empty.
        retry_after: Seconds that the server asks to wait (RFC 9110, section 10.2.3); None where it does not say.
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
    def of(cls, response: httpx.Response, body: object = None) -> APIError:
        """Make the error that stands for a response, which must have been read.

        Args:
            response: An answer whose status is not a 2xx.
            body: Its body as the described model; None where none is described, or it could not be read.
        """
        document = _document(response)
        status = response.status_code
        kind = cls._by_status.get(status, ServerError if status >= HTTPStatus.INTERNAL_SERVER_ERROR else APIError)
        return kind(
            f"the server answered {_phrase(status)}{_detail(document).rstrip('.')}. {kind.remedy}",
            body=document if body is None else body,
            retry_after=retry_after(response),
            **described(response),
        )


class BadRequest(APIError, status=400):
    """400: the server cannot make sense of the request."""


class Unauthorized(APIError, status=401):
    """401: the credentials or the token are not accepted, also after a refresh."""

    remedy = "Check the credentials, or sign in again."


class Forbidden(APIError, status=403):
    """403: the user may not do this; a new token would not change it."""

    remedy = "It needs a user, or a scope, with the right to do this."


class NotFound(APIError, status=404):
    """404: there is no such thing."""


class Conflict(APIError, status=409):
    """409: the request contradicts the present state."""


class UnprocessableContent(APIError, status=422):
    """422: the request is well-formed, but its content is not acceptable."""


class RateLimited(APIError, status=429):
    """429: too many requests; `retry_after` says when to try again."""

    remedy = "Wait for `retry_after` seconds, then try again."


class ServerError(APIError):
    """5xx: the server failed, or cannot do what was asked, as with 501."""

    remedy = "Try again later; if it stays, give the request id to those who run the API."


class AuthError(SDKError):
    """The session cannot give a token."""


class NotSignedIn(AuthError):
    """There is no session: nobody has signed in, or the session was signed out."""


class SessionExpired(AuthError):
    """The refresh token was refused: the session is over, its tokens are forgotten; sign in again."""


class RefreshUnavailable(AuthError):
    """The tokens could not be renewed just now; they are kept, and a later request tries again.

    Attributes:
        retry_after: Seconds that the server asks to wait; None where it does not say.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, **request: Any) -> None:
        super().__init__(message, **request)
        self.retry_after = retry_after


class StoreError(AuthError):
    """The token store cannot be read, written or locked. Tokens that are in memory stay usable."""


def translated(error: Exception, request: httpx.Request) -> SDKError | None:
    """Give the error that stands for one of httpx, or of what it sends requests with; None for any other."""
    about: dict[str, Any] = {"method": request.method, "url": safe_url(request)}
    if isinstance(error, httpx.RequestError):
        return TransportError.of(error, request)
    if isinstance(error, httpx.StreamClosed):
        return ClosedError("the body of the answer was closed, as it is at the end of its `with`", **about)
    if isinstance(error, httpx.StreamError):
        return SDKError("a body that can be read but once was to be read again, as after a redirect", **about)
    if isinstance(error, RuntimeError):
        return _misused(str(error), about)
    # Both modules are there by the time that one of their errors is, and the first takes a while to load.
    ssl, anyio = sys.modules.get("ssl"), sys.modules.get("anyio")
    if ssl is not None and isinstance(error, ssl.SSLError):
        return TransportError.of(httpx.ReadError(str(error)), request)
    if anyio is not None and isinstance(
        error, anyio.BrokenResourceError | anyio.ClosedResourceError | anyio.EndOfStream | anyio.BusyResourceError
    ):
        return TransportError.of(httpx.ReadError(type(error).__name__), request)
    return None


def _misused(text: str, about: dict[str, Any]) -> SDKError | None:
    """Say what a RuntimeError of httpx or asyncio is about, by its text: there is nothing else to tell it by."""
    if "client has been closed" in text:
        return ClosedError("the client was closed: make calls before that, within its `with`, or make another", **about)
    if any(part in text for part in _OF_LOOPS):
        return ConfigurationError(
            "the client was used in another event loop than before: make an AsyncClient for each, where they may share "
            "a session",
            **about,
        )
    if text.startswith("Attempted to send a"):
        return ConfigurationError(
            "the body is of the wrong kind: Client takes what is read without `await`, AsyncClient what is with it",
            **about,
        )
    return None


def described(response: httpx.Response) -> dict[str, Any]:
    """Give the keyword arguments that tell an `SDKError` which request and answer it is about."""
    headers = response.headers
    return {
        "method": response.request.method,
        "url": safe_url(response.request),
        "status_code": response.status_code,
        "request_id": next((headers[name] for name in REQUEST_ID_HEADERS if name in headers), None),
    }


def safe_url(request: httpx.Request) -> str:
    """Give a request's URL without user info, query and fragment, which may hold secrets."""
    return str(request.url.copy_with(username=None, password=None, query=None, fragment=None))


def text_of(response: httpx.Response) -> str:
    """Give a body as text, also where its charset is none of texts, such as hex."""
    try:
        return response.text
    except UNREADABLE:
        return response.content.decode(errors="replace")


def _document(response: httpx.Response) -> Any:
    try:
        return response.json()
    except UNREADABLE:
        return text_of(response) or None


def _trust() -> str:
    names = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
    if names:
        return f"See whether {names[0]}, which says whose certificates are trusted, names the right ones"
    return "Name a file of trusted certificates in SSL_CERT_FILE, where the server's are your organisation's own"


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # statuses that no RFC names, such as 499 and 520
        return str(status)


def _detail(document: object) -> str:
    """Give what the body says in words: problem details (RFC 9457), OAuth errors (RFC 6749), common habits."""
    for name in ("detail", "error_description", "message", "title", "error"):
        value = resolve(document, (name,))
        if isinstance(value, str) and value:
            return f": {value}"
    inner = resolve(document, ("error",))
    return _detail(inner) if is_object(inner) else ""
