"""The SDK's own httpx clients: certificates, proxy, user agent, event loops, and applications in this process.

httpx reads the same variables for a proxy, but parses each entry of `NO_PROXY` as a URL. It does not support networks,
and its errors do not say which variable is wrong. Here, a host name matches itself and its subdomains; `.corp` and
`*.corp` match the subdomains of `corp`; an address matches itself; `10.0.0.0/8` and `fd00::/8` match the addresses of
a network; `192.168.*` matches what begins with that; `*` matches everything. A port restricts an entry to that port.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from contextvars import Context
from fnmatch import fnmatchcase
from functools import cache, lru_cache, partial
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.request import getproxies
from weakref import WeakKeyDictionary

import anyio
from anyio.lowlevel import current_token
from attrs import frozen

from afresh._aiohttp.transport import AiohttpTransport
from afresh._errors import ConfigurationError
from afresh._http import KEY_LOG, NAME, httpx, tls_context
from afresh._origin import LAST_PORT
from afresh._queueing import QueueingTransport

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Address, IPv6Address
    from ssl import SSLContext

log = logging.getLogger("afresh")


TransportName: TypeAlias = Literal["httpx", "aiohttp"]
"""What carries the requests of an asynchronous client."""

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
SCHEMES: Final = ("http", "https", "socks5", "socks5h")

_HINT: Final = f"write it like http://proxy.example.com:3128, beginning with one of {', '.join(SCHEMES)}"

_WITH_PORT: Final = re.compile(r"(\[[^\]]*\]|[^:]*):(\d{1,5})")

DISTRIBUTION: Final = "afresh-sdk"
"""The distribution that the SDK is installed as."""

CONNECTIONS: Final = 100
"""The maximum number of connections of a client."""

LIMITS: Final = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
"""The connection limits of a synchronous client. All connections may be kept alive: httpcore closes idle connections
beyond the limit, and in a race between threads it can close one that it has just assigned to a request."""

ASYNC_LIMITS: Final = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=10)
"""The connection limits of an asynchronous client. There is no such race between tasks, but the time httpcore takes per
request grows with the square of the idle connections: with 25 tasks, keeping ten nearly doubles the throughput."""

CERT_FILE: Final = "SSL_CERT_FILE"
CERT_FOLDERS: Final = "SSL_CERT_DIR"
CERTIFICATES: Final = (CERT_FILE, CERT_FOLDERS, KEY_LOG)
"""The environment variables that name the trusted certificates, and the file for TLS session keys."""

_REMEDY: Final = "name an existing, readable file or folder, with certificates in PEM format, or unset it"


def client_arguments(base_url: httpx.URL) -> dict[str, Any]:
    """Return the arguments of `httpx.Client` for a base URL.

    Plain http never uses a proxy, which could read the tokens. For https, all requests use the proxy of the base URL.

    Raises:
        ConfigurationError: An environment variable for a proxy or certificates has a value that cannot be used.
    """
    return {
        "base_url": base_url,
        "verify": _certificates(*(os.environ.get(name) for name in CERTIFICATES)),
        "trust_env": False,
        "proxy": proxy_for(base_url) if base_url.scheme == "https" else None,
        "headers": {"User-Agent": user_agent()},
    }


def loop_transport(kind: TransportName, arguments: dict[str, Any]) -> LoopTransport:
    """Return the transport of an asynchronous client, of some of its arguments.

    Raises:
        ConfigurationError: aiohttp is not installed, or does not support the proxy.
    """
    own = {name: arguments.pop(name) for name in ("verify", "proxy")}
    if kind == "aiohttp":
        AiohttpTransport(**own)  # raises now what it would raise in the first call
        return LoopTransport(partial(AiohttpTransport, **own, max_connections=CONNECTIONS))

    def make() -> QueueingTransport:
        return QueueingTransport(httpx.AsyncHTTPTransport(limits=ASYNC_LIMITS, trust_env=False, **own), CONNECTIONS)

    return LoopTransport(make)


@cache
def user_agent() -> str:
    """Return the User-Agent header (RFC 9110, section 10.1.5): SDK, Python, platform and HTTP library."""
    version = installed_version()
    release = f"/{version}" if version else ""
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{DISTRIBUTION}{release} Python/{python} ({sys.platform}) {NAME}/{httpx.__version__}"


@cache
def _certificates(*_: str | None) -> SSLContext:
    # Loading certificates is the slowest part of making a client, and a session makes a client for each token call.
    folders = os.environ.get(CERT_FOLDERS)
    if folders and not os.environ.get(CERT_FILE) and not any(map(os.path.isdir, folders.split(os.pathsep))):
        raise ConfigurationError(f"{CERT_FOLDERS} names no folder that exists: {_REMEDY}")  # OpenSSL ignores this
    try:
        return tls_context()
    except OSError as error:  # includes ssl.SSLError
        names = [name for name in CERTIFICATES if os.environ.get(name)]
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"{' or '.join(names)} cannot be used ({reason}): {_REMEDY}") from None


def installed_version() -> str:
    """Return the version of the distribution; an empty string if it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, and needed once at the most

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:  # for example, copied into another project
        return ""


def proxy_for(url: httpx.URL) -> httpx.Proxy | None:
    """Return the proxy that the environment names for requests to a URL, or None.

    Raises:
        ConfigurationError: The proxy's URL is not valid, or it is a SOCKS proxy and socksio is not installed.
    """
    proxies = getproxies()  # on macOS and Windows, this includes the system settings
    scheme = url.scheme if proxies.get(url.scheme) else "all"
    text = proxies.get(scheme)
    if not text or _is_excluded(url, proxies.get("no", "")):
        return None
    return _proxy(text.strip(), _source(scheme))


def _source(scheme: str) -> str:
    """Return the name of the environment variable that a proxy comes from."""
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
    return next((name for name in names if os.environ.get(name)), "the system's proxy setting")


def _proxy(text: str, source: str) -> httpx.Proxy:
    try:
        url = httpx.URL(text if "://" in text else f"http://{text}")
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"{source} is not the URL of a proxy ({error}): {_HINT}") from None
    if url.scheme not in SCHEMES or not url.host or (url.port or 0) > LAST_PORT:  # not quoted: it may hold a password
        raise ConfigurationError(f"{source} is not the URL of a supported proxy: {_HINT}")
    if url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError(
            f"{source} names a SOCKS proxy, which needs a package that is not installed: pip install '{NAME}[socks]', "
            f"or unset {source}"
        )
    return httpx.Proxy(url)


@frozen
class _NoProxyEntry:
    """An entry of `NO_PROXY`: a pattern for host names, or a network."""

    host: str | IPv4Network | IPv6Network
    port: int | None

    def covers(self, host: str, address: IPv4Address | IPv6Address | None, port: int | None) -> bool:
        if self.port is not None and self.port != port:
            return False
        if isinstance(self.host, str):
            return _matches(host, self.host)
        return address is not None and address in self.host


def _is_excluded(url: httpx.URL, no_proxy: str) -> bool:
    if not no_proxy:
        return False
    host = url.host.rstrip(".").lower()
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        address = None
    port = url.port or DEFAULT_PORTS.get(url.scheme)
    return any(entry.covers(host, address, port) for entry in _parse_no_proxy(no_proxy))


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith((".", "*.")):
        return host.endswith(pattern.removeprefix("*"))
    return host == pattern or host.endswith(f".{pattern}") or ("*" in pattern and fnmatchcase(host, pattern))


@lru_cache(maxsize=8)
def _parse_no_proxy(no_proxy: str) -> tuple[_NoProxyEntry, ...]:
    parts = [part.lower() for part in re.split(r"[,;\s]+", no_proxy) if part]
    return tuple(entry for part in parts if (entry := _parse_entry(part)) is not None)


def _parse_entry(part: str) -> _NoProxyEntry | None:
    """Parse an entry of `NO_PROXY`. Return None, which means that it is ignored, if it cannot be parsed."""
    text = part.partition("://")[2] or part  # httpx accepts URLs as well
    found = _WITH_PORT.fullmatch(text.rstrip("/"))
    host, port = (found[1], int(found[2])) if found else (text.rstrip("/"), None)
    bare, slash, mask = host.partition("/")
    bare = bare.removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        return _NoProxyEntry(ip_network(f"{bare}{slash}{mask.removesuffix(']')}", strict=False), port)
    except ValueError:
        pass
    if slash or not re.fullmatch(r"[\w.*-]+", bare):
        log.warning("NO_PROXY has %r, which is not a host, an address or a network: it is ignored", part)
        return None
    return _NoProxyEntry(bare.rstrip("."), port)


class LoopTransport(httpx.AsyncBaseTransport):
    """Sends the requests of each event loop over connections of its own, since no connection works in another loop.

    Args:
        make: Makes the transport for one event loop.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._make = make
        self._mutex = threading.Lock()
        self._transports: WeakKeyDictionary[Any, httpx.AsyncBaseTransport] = WeakKeyDictionary()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection of the running event loop."""
        loop = _running_loop()
        return await (self._transports.get(loop) or self._transport_of(loop)).handle_async_request(request)

    def _transport_of(self, loop: Any) -> httpx.AsyncBaseTransport:
        with self._mutex:
            # The connections of asyncio's loops refer to these, so that a closed loop would never be collected.
            for other in [other for other in self._transports if getattr(other, "is_closed", bool)()]:
                del self._transports[other]
            return self._transports.setdefault(loop, self._make())

    async def aclose(self) -> None:
        """Close the connections of the running event loop. Those of other loops end with these."""
        with self._mutex:
            transport = self._transports.pop(_running_loop(), None)
            self._transports.clear()
        if transport is not None:
            await transport.aclose()


def _running_loop() -> Any:
    """Return the running event loop of asyncio, or the token of that of trio."""
    asyncio = sys.modules.get("asyncio")  # which is imported if it runs
    loop = None if asyncio is None else asyncio._get_running_loop()  # noqa: SLF001 - public, in spite of its name
    return current_token().native_token if loop is None else loop


class BlockingASGITransport(httpx.BaseTransport):
    """Calls an ASGI application in this process, for a synchronous client. Each request has an event loop of its own.

    Args:
        app: The application, or an `httpx.ASGITransport`.
    """

    def __init__(self, app: Any) -> None:
        self._transport = app if isinstance(app, httpx.ASGITransport) else httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the application, and return its whole response."""
        # The context of the caller says that its own event loop runs here, since a refresh carries it into its thread.
        return Context().run(anyio.run, self._send, request)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            content=await response.aread(),
            extensions=response.extensions,
            request=request,
        )


def in_process_client(http: object) -> Callable[..., httpx.Client] | None:
    """Return what makes the client of a token call to the application that an httpx client calls.

    Returns:
        None unless the client's transport calls an application in this process.
    """
    transport = getattr(http, "_transport", None)  # httpx has no public name for it
    if isinstance(transport, httpx.ASGITransport):
        transport = BlockingASGITransport(transport)
    if not isinstance(transport, BlockingASGITransport | httpx.WSGITransport):
        return None
    # Closing these transports does nothing, so that the client of a token call can share them.
    return partial(httpx.Client, transport=transport, trust_env=False, headers={"User-Agent": user_agent()})
