"""A web server on this machine that waits for one redirect of a browser (RFC 8252, sections 7.3 and 8.3).

It runs in the thread that waits. Each connection has a short time and little space, so none of them can keep out the
one that matters. Requests that are not the redirect are refused, and change nothing.
"""

from __future__ import annotations

import errno
import socket
import sys
import time
from base64 import b64encode
from contextlib import ExitStack, suppress
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING, Final, Self, TextIO, TypeVar
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from attrs import define, field, frozen

from afresh._errors import ConfigurationError, SignInFailed

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")

LARGEST_REQUEST: Final = 2**14
"""The most bytes of a request. Real ones have a few thousand."""

REQUEST_TIME: Final = 5.0
"""How long a connection may take to send its request, in seconds."""

MOST_CONNECTIONS: Final = 32
"""How many connections are open at once. One more closes the oldest."""

TICK: Final = 0.1
"""How often to look for a stop, in seconds. On Windows, Ctrl-C is not noticed more often either."""

NO_IPV6: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})

NAVIGATION: Final = {"origin": None, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
"""What a browser says of a request for which somebody followed a link (Fetch metadata): no origin, and these values."""

FINISHED: Final = ("Signed in", "You are signed in. You can close this window.")
FAILED: Final = ("Not signed in", "Signing in did not succeed. The program that opened this page says why.")
OTHER: Final = ("Not this sign-in", "No program waits for this sign-in any more. Start it again.")

_SCRIPT: Final = 'history.replaceState(null, "", location.pathname)'
"""Takes the code out of the address bar and the history."""

_POLICY: Final = (
    f"default-src 'none'; img-src data:; script-src 'sha256-{b64encode(sha256(_SCRIPT.encode()).digest()).decode()}'"
)


@frozen
class Callback:
    """What a redirect's URL says. What it says twice, it does not say (RFC 6749, section 3.1)."""

    state: str | None = field(repr=False)
    code: str | None = field(repr=False)
    error: str | None
    error_description: str | None
    iss: str | None

    @classmethod
    def read(cls, url: str) -> Callback:
        """Read a URL. Any other text says nothing."""
        try:
            pairs = parse_qsl(urlsplit(url).query, max_num_fields=100)
        except ValueError:
            pairs = []
        names = [name for name, _ in pairs]
        once = {name: value for name, value in pairs if names.count(name) == 1}
        return cls(*(once.get(name) for name in ("state", "code", "error", "error_description", "iss")))


class Receiver:
    """Listens for the redirect from its start to the end of its `with`, which tells the browser how it went.

    Args:
        redirect_uris: The redirect URIs to choose from: the first whose port is free. One without a port gets any free
            port.

    Attributes:
        redirect_uri: The chosen one, with its port.

    Raises:
        ConfigurationError: One of them is not on this machine, or all their ports are in use.
    """

    def __init__(self, redirect_uris: Sequence[str]) -> None:
        self._listeners, self.redirect_uri = _listen(redirect_uris)
        parts = urlsplit(self.redirect_uri)
        self._host = parts.netloc.lower().removesuffix(":80")  # as browsers name it
        self._path = parts.path or "/"
        self._connections: list[_Connection] = []
        self._browser: socket.socket | None = None
        self._selector = DefaultSelector()
        for listener in self._listeners:
            self._selector.register(listener, EVENT_READ, partial(self._accept, listener))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._stop_listening()
        if self._browser is not None:
            _reply(self._browser, HTTPStatus.OK, *(FINISHED if error is None else FAILED))

    def receive(
        self,
        accept: Callable[[Callback], T | None],
        *,
        timeout: float,
        stop: threading.Event,
        typed: TextIO | None = None,
    ) -> T:
        """Wait for the redirect, and return what `accept` makes of it. Then nothing listens any more.

        Args:
            accept: Returns None for another redirect, which is ignored. An error that it raises ends this.
            timeout: How long to wait, in seconds.
            stop: Ends the wait.
            typed: A terminal that the URL may be pasted into instead.

        Raises:
            SignInFailed: The time is over, or `stop` is set.
        """
        if typed is not None:
            self._selector.register(typed, EVENT_READ, partial(self._read_line, typed))
        for callback, browser in self._arrivals(time.monotonic() + timeout, stop):
            self._browser = browser
            answer = accept(callback)
            if answer is not None:
                self._stop_listening()
                return answer
            self._browser = None
            if browser is not None:
                _reply(browser, HTTPStatus.BAD_REQUEST, *OTHER)
            else:
                print("That is not the address that this sign-in ends at.", file=sys.stderr)  # noqa: T201
        if stop.is_set():
            raise SignInFailed("the sign-in was stopped")
        raise SignInFailed(
            f"the browser did not come back within {timeout:g} seconds, so nobody was signed in: sign in again, and "
            f"finish it in the browser, or allow for more with `timeout`. If the browser could not open "
            f"{self.redirect_uri}, it runs on another machine"
        )

    def _arrivals(self, end: float, stop: threading.Event) -> Iterator[tuple[Callback, socket.socket | None]]:
        """Yield what may be the redirect, each with the connection that waits for an answer; None if pasted.

        It ends when the time is over, or `stop` is set.
        """
        while not stop.is_set() and (now := time.monotonic()) < end:
            for key, _ in self._selector.select(min(TICK, end - now)):
                if (arrival := key.data()) is not None:
                    yield arrival
            late = {connection for connection in self._connections if connection.end < now}
            for connection in late.union(self._connections[:-MOST_CONNECTIONS]):
                self._release(connection).close()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):  # it may have gone already
            connection = _Connection(listener.accept()[0], time.monotonic() + REQUEST_TIME)
            connection.socket.setblocking(False)  # noqa: FBT003 - its only argument
            self._connections.append(connection)
            self._selector.register(connection.socket, EVENT_READ, partial(self._read, connection))

    def _read(self, connection: _Connection) -> tuple[Callback, socket.socket] | None:
        """Return a request that is complete and may be the redirect. Refuse any other request."""
        request = connection.read()
        if request is None:
            return None
        self._release(connection)
        answer = self._judge(request)
        if isinstance(answer, Callback):
            return answer, connection.socket
        _reply(connection.socket, answer)
        return None

    def _read_line(self, typed: TextIO) -> tuple[Callback, None] | None:
        try:
            line = typed.readline()
        except UnicodeDecodeError:
            line = "\n"
        if not line:  # the input has ended
            self._selector.unregister(typed)
            return None
        return Callback.read(line.strip()), None

    def _release(self, connection: _Connection) -> socket.socket:
        self._connections.remove(connection)
        self._selector.unregister(connection.socket)
        return connection.socket

    def _judge(self, request: bytes) -> Callback | HTTPStatus:
        """Return a request that may be the redirect, or the status to refuse it with.

        A page of another site can send requests here, too. It can neither name this host (DNS rebinding), nor make
        them look like those of somebody who follows a link.
        """
        head, end, _ = request.partition(b"\r\n\r\n")
        if not end:
            return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        method, _, target = line.rpartition(" ")[0].partition(" ")
        if [value.lower() for name, value in headers if name == "host"] != [self._host]:
            return HTTPStatus.BAD_REQUEST
        if target.partition("?")[0] != self._path:
            return HTTPStatus.NOT_FOUND
        if method != "GET" or any(value != NAVIGATION.get(name, value) for name, value in headers):
            return HTTPStatus.BAD_REQUEST
        return Callback.read(target)

    def _stop_listening(self) -> None:
        self._selector.close()
        for opened in (*self._listeners, *(connection.socket for connection in self._connections)):
            opened.close()


@define(eq=False)
class _Connection:
    """A connection whose request has not arrived yet."""

    socket: socket.socket
    end: float
    received: bytearray = field(factory=bytearray, repr=False)

    def read(self) -> bytes | None:
        """Return the request when its head is complete, too large or cut off; None before that."""
        try:
            chunk = self.socket.recv(LARGEST_REQUEST - len(self.received))
        except BlockingIOError:
            return None
        except OSError:
            chunk = b""
        self.received += chunk
        is_complete = b"\r\n\r\n" in self.received
        return bytes(self.received) if is_complete or not chunk or len(self.received) >= LARGEST_REQUEST else None


def _reply(browser: socket.socket, status: HTTPStatus, title: str = "", text: str = "") -> None:
    """Answer a request, and close its connection. The answer is small enough for the system to keep."""
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">'
        f"<title>{title}</title><h1>{title}</h1><p>{text}</p><script>{_SCRIPT}</script>\n"
    )
    body = page.encode() if title else b""
    headers = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nContent-Security-Policy: {_POLICY}\r\nReferrer-Policy: no-referrer\r\n"
        "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    with browser, suppress(OSError):  # who asked may have gone
        browser.sendall(headers.encode() + body)
        browser.shutdown(socket.SHUT_WR)


def _listen(redirect_uris: Sequence[str]) -> tuple[list[socket.socket], str]:
    """Return sockets that listen at the first redirect URI whose port is free, and that URI with its port."""
    reasons: list[str] = []
    for uri in redirect_uris:
        host, port = _host_and_port(uri)
        try:
            listeners = _bind(host, port or 0)
        except OSError as error:
            reasons.append(f"{uri} ({error.strerror})")
            continue
        scheme, netloc, *rest = urlsplit(uri)
        if port is None:
            netloc = f"{netloc}:{listeners[0].getsockname()[1]}"
        return listeners, urlunsplit((scheme, netloc, *rest))
    raise ConfigurationError(
        f"the browser cannot come back to this machine, since there is no listening at {', '.join(reasons)}: end the "
        "program that listens there, or register one more port for the client, and give it in redirect_uri, too"
    )


def _host_and_port(uri: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    is_here = host == "localhost" or (host in {"127.0.0.1", "::1"})
    if parts.scheme != "http" or not is_here or parts.username is not None or parts.query or parts.fragment:
        raise ConfigurationError(
            f"redirect_uri must be http:// with 127.0.0.1, [::1] or localhost, without a query, not {uri!r}. For a web "
            "application use authorization_url() and exchange()"
        )
    return host, port


def _bind(host: str, port: int) -> list[socket.socket]:
    """Listen at a port of a host, 0 for any. A browser may look for localhost at either address.

    Raises:
        OSError: The port is taken, or not allowed.
    """
    addresses = ("127.0.0.1", "::1") if host == "localhost" else (host,)
    listeners: list[socket.socket] = []
    with ExitStack() as opened:
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            try:
                listener = opened.enter_context(socket.create_server((address, port), family=family))
            except OSError as error:
                if listeners and error.errno in NO_IPV6:
                    continue
                raise
            listener.setblocking(False)  # noqa: FBT003 - its only argument
            port = listener.getsockname()[1]
            listeners.append(listener)
        opened.pop_all()
    return listeners
