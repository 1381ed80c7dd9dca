"""`AiohttpTransport`: sends the requests of an `httpx.AsyncClient` over the connections of aiohttp."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from afresh._errors import ConfigurationError
from afresh._http import httpx

if TYPE_CHECKING:
    from ssl import SSLContext

    from .connections import Connections

UNSUPPORTED: Final = ("target", "trace")
"""The request extensions of httpx that aiohttp has nothing for."""


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends requests over aiohttp, which takes less time than httpx's own connections. For asyncio only.

    `AsyncClient(…, transport="aiohttp")` is all that most programs need. Make one yourself for an `http_client` with
    settings of its own: `httpx.AsyncClient(transport=AiohttpTransport(verify=context))`. The client ignores `verify`,
    `proxy` and `limits` of its own then. Like that client, it can be used in one event loop only.

    Redirects, cookies, decompression and auth stay with httpx, and errors are those of httpx. There is no HTTP/2 and no
    SOCKS proxy, and no `network_stream` among the extensions of a response.

    Needs aiohttp: `pip install 'afresh-sdk[aiohttp]'`.

    Args:
        verify: The TLS settings, or whether certificates are verified.
        proxy: The proxy for all requests.
        max_connections: How many requests may be under way at once; None for any number. Others wait for as long as
            the timeout for `pool` says.
        keepalive_expiry: How long an idle connection is kept, in seconds; None for as long as the server keeps it.

    Raises:
        ConfigurationError: aiohttp is not installed, or it does not support this proxy.
    """

    def __init__(
        self,
        *,
        verify: SSLContext | bool = True,
        proxy: httpx.Proxy | str | None = None,
        max_connections: int | None = 100,
        keepalive_expiry: float | None = 5.0,
    ) -> None:
        try:
            from .connections import Connections  # noqa: PLC0415 - aiohttp is an optional dependency
        except ModuleNotFoundError:
            raise ConfigurationError("AiohttpTransport needs aiohttp: pip install 'afresh-sdk[aiohttp]'") from None
        self._connect = partial(
            Connections,
            httpx.create_ssl_context(verify=verify) if isinstance(verify, bool) else verify,
            proxy=_supported(httpx.Proxy(proxy) if isinstance(proxy, str) else proxy),
            max_connections=max_connections,
            keepalive_expiry=keepalive_expiry,
        )
        self._connections: Connections | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return its response with the body unread.

        Raises:
            ConfigurationError: This is not asyncio, or the request has an extension that is not supported.
            httpx.TransportError: The request failed.
            RuntimeError: The transport was used in another event loop before.
        """
        if any(name in request.extensions for name in UNSUPPORTED):
            raise ConfigurationError(f"the request extensions {' and '.join(UNSUPPORTED)} do not work with aiohttp")
        connections = self._connections = self._connections or self._connect()
        return await connections.send(request)

    async def aclose(self) -> None:
        """Close all connections. A later request opens new ones."""
        connections, self._connections = self._connections, None
        if connections is not None:
            await connections.aclose()


def _supported(proxy: httpx.Proxy | None) -> httpx.Proxy | None:
    if proxy is None:
        return None
    if proxy.url.scheme not in {"http", "https"}:
        raise ConfigurationError(
            f"aiohttp does not support {proxy.url.scheme} proxies: use an http proxy, or httpx's own connections"
        )
    if proxy.ssl_context is not None:
        raise ConfigurationError("with aiohttp, a proxy has no ssl_context of its own: `verify` is for both")
    return proxy
