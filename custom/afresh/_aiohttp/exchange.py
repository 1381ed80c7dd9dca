"""One request over aiohttp, and its response, as httpx has them.

aiohttp's conveniences are off: it adds no header, follows no redirect, keeps no cookie, decompresses nothing, and sends
nothing twice. A connection that the server has closed while it was idle is not used, as in httpcore: otherwise, nobody
could tell whether the server has got the request.
"""

from __future__ import annotations

import select
from base64 import b64encode
from functools import lru_cache
from http import HTTPStatus
from math import inf
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from afresh._http import httpx

from .bodies import RequestBody, ResponseBody
from .errors import judged

if TYPE_CHECKING:
    from asyncio import Transport
    from collections.abc import Callable, Mapping
    from weakref import WeakSet

    from aiohttp.client_proto import ResponseHandler
    from aiohttp.connector import Connection


class StaleConnectionError(Exception):
    """The server has closed the connection while it was idle. Nothing was sent."""


class NotSentAgainError(Exception):
    """Stands for another error, after which aiohttp might send the request again."""


class Request(aiohttp.ClientRequest):
    """A request that keeps what it was sent over.

    Args:
        used: The connections that were used before.
    """

    protocol: ResponseHandler | None = None

    def __init__(self, *args: Any, used: WeakSet[ResponseHandler], **options: Any) -> None:
        super().__init__(*args, **options)
        self._used = used

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Send the request over a connection, unless the server has closed that."""
        protocol = self.protocol = cast("ResponseHandler", conn.protocol)
        # asyncio knows only what has happened up to its last look at the sockets, which may be long ago.
        if protocol in self._used and _is_readable(protocol):
            raise StaleConnectionError
        self._used.add(protocol)
        return await super().send(conn)


async def exchange(
    session: aiohttp.ClientSession,
    request: httpx.Request,
    proxy: httpx.Proxy | None,
    release: Callable[[ResponseBody], object],
) -> httpx.Response:
    """Send a request, and return its response with the body unread.

    Args:
        session: The connections.
        request: The request.
        proxy: The proxy, if there is one.
        release: Called when the body of the response is closed.

    Raises:
        httpx.TransportError: The request failed.
    """
    timeout: Mapping[str, float | None] = request.extensions.get("timeout", {})
    body = RequestBody.of(request, timeout.get("write"))
    sending = _Sending(request, body, proxy)
    try:
        response = await session.request(
            request.method,
            _url_of(request.url),
            data=body,
            allow_redirects=False,
            middlewares=(sending,),
            timeout=_timeout(timeout.get("connect"), timeout.get("read")),
            server_hostname=request.extensions.get("sni_hostname"),
            **_proxy_arguments(proxy, request.url.scheme),
        )
    except Exception as caught:  # noqa: BLE001 - what is not about the connection is raised as it was
        error = sending.error or judged(caught)
    else:
        if response.status == HTTPStatus.SWITCHING_PROTOCOLS:
            response.close()
            raise httpx.RemoteProtocolError("the server has switched to another protocol, unasked")
        version = response.version or aiohttp.HttpVersion11
        return httpx.Response(
            response.status,
            headers=list(response.raw_headers),
            stream=ResponseBody(response, sending.protocol, timeout, release),
            extensions={
                "http_version": f"HTTP/{version.major}.{version.minor}".encode(),
                "reason_phrase": (response.reason or "").encode(errors="surrogateescape"),
            },
        )
    raise error  # outside of the `except`: what aiohttp raised refers to the headers of the request


class _Sending:
    """What is done around aiohttp's sending of one request, as its middleware.

    Attributes:
        error: What went wrong. aiohttp does not raise each error as it was.
        protocol: The connection that the request was sent over.
    """

    def __init__(self, request: httpx.Request, body: RequestBody | None, proxy: httpx.Proxy | None) -> None:
        self._request = request
        self._body = body
        self._proxy = proxy
        self.error: Exception | None = None
        self.protocol: ResponseHandler | None = None

    async def __call__(self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        request.headers = self._headers()
        if "Content-Length" in request.headers:
            request.chunked = None
        while self.error is None:
            try:
                response = await send(request)
            except StaleConnectionError:
                continue
            except Exception as caught:  # noqa: BLE001 - as above
                self.error = (None if self._body is None else self._body.error) or judged(caught)
            else:
                self.protocol = getattr(request, "protocol", None)
                return response
        raise NotSentAgainError

    def _headers(self) -> CIMultiDict[str]:
        raw = self._request.headers.raw
        if raw[0][0].lower() != b"host":  # it should be the first (RFC 9110, section 7.2)
            raw = sorted(raw, key=lambda header: header[0].lower() != b"host")
        headers = CIMultiDict((name.decode("ascii"), value.decode()) for name, value in raw)
        if self._proxy is not None and self._request.url.scheme == "http":  # there is no CONNECT request to have them
            headers.update(_proxy_headers(self._proxy))
        return headers


def _url_of(url: httpx.URL) -> URL:
    """Return a URL as it is, without user info, which is a matter of `auth`."""
    return URL(f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii')}", encoded=True)


@lru_cache(maxsize=32)
def _timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect, sock_read=read, ceil_threshold=inf)


def _proxy_arguments(proxy: httpx.Proxy | None, scheme: str) -> dict[str, Any]:
    if proxy is None:
        return {}
    return {"proxy": _url_of(proxy.url), "proxy_headers": _proxy_headers(proxy) if scheme == "https" else None}


def _proxy_headers(proxy: httpx.Proxy) -> dict[str, str]:
    headers = {name.decode("ascii"): value.decode() for name, value in proxy.headers.raw}
    if proxy.raw_auth is None:
        return headers
    return {**headers, "Proxy-Authorization": f"Basic {b64encode(b':'.join(proxy.raw_auth)).decode('ascii')}"}


def _is_readable(protocol: ResponseHandler) -> bool:
    """Whether there is something to read from an idle connection: it was closed, or will not do for another request."""
    socket = cast("Transport", protocol.transport).get_extra_info("socket")
    if not hasattr(select, "poll"):  # pragma: no cover - Windows
        return bool(select.select([socket], [], [], 0)[0])
    poll = select.poll()
    poll.register(socket.fileno(), select.POLLIN)
    return bool(poll.poll(0))
