"""The errors of aiohttp as those of httpx, which say whether the server can have got the request.

The text of aiohttp's errors may hold the URL or the headers of the request, so little of it is repeated.
"""

from __future__ import annotations

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from afresh._http import httpx

INCOMPLETE = "peer closed connection without sending complete message body"


def judged(error: Exception) -> Exception:
    """Return the error of httpx for an error of aiohttp; any other error as it is."""
    if isinstance(error, aiohttp.ClientConnectorError):
        connect_error = httpx.ConnectError(str(error.os_error))
        connect_error.__cause__ = error.os_error
        return connect_error
    found = _kind_of(error)
    if found is None:
        return error
    kind, text = found
    return kind(text)


def _kind_of(error: Exception) -> tuple[type[httpx.TransportError], str] | None:
    match error:
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout, "no connection in time"
        case aiohttp.ServerTimeoutError():
            return httpx.ReadTimeout, "no data in time"
        case aiohttp.ClientHttpProxyError():
            return httpx.ProxyError, f"{error.status} {error.message}"
        case aiohttp.NonHttpUrlClientError():
            return httpx.UnsupportedProtocol, "the URL is neither http nor https"
        case aiohttp.InvalidURL():
            return httpx.ConnectError, "the URL has no host that can be connected to"
        case aiohttp.ServerDisconnectedError():
            return httpx.RemoteProtocolError, "Server disconnected without sending a response."
        case aiohttp.ClientOSError() | OSError():
            return httpx.ReadError, error.strerror or type(error).__name__
        case aiohttp.ClientPayloadError():
            return httpx.RemoteProtocolError, INCOMPLETE
        case aiohttp.ClientResponseError() | HttpProcessingError():
            return httpx.RemoteProtocolError, "the answer is not valid HTTP"
        case aiohttp.ClientError():
            return httpx.ReadError, "the connection was closed"
        case ValueError():  # of what cannot be sent. Those of a body's own come by another way
            return httpx.LocalProtocolError, "the request is not valid HTTP"
        case _:
            return None
