"""The errors of aiohttp as those of httpx, which say whether the server can have got the request.

The text of aiohttp's errors may hold the URL or the headers of the request, so little of it is repeated.
"""

from __future__ import annotations

from typing import Final

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from afresh._http import httpx

MALFORMED: Final = "the answer is not valid HTTP"

KINDS: Final[tuple[tuple[type[Exception], type[httpx.TransportError], str], ...]] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout, "no connection in time"),
    (aiohttp.ServerTimeoutError, httpx.ReadTimeout, "no data in time"),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol, "the URL is neither http nor https"),
    (aiohttp.InvalidURL, httpx.ConnectError, "the URL has no host that can be connected to"),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError, "Server disconnected without sending a response."),
    (
        aiohttp.ClientPayloadError,
        httpx.RemoteProtocolError,
        "peer closed connection without sending complete message body",
    ),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError, MALFORMED),
    (HttpProcessingError, httpx.RemoteProtocolError, MALFORMED),
    (aiohttp.ClientError, httpx.ReadError, "the connection was closed"),
    (OSError, httpx.ReadError, "the connection was closed"),
    (ValueError, httpx.LocalProtocolError, "the request is not valid HTTP"),  # of what cannot be sent at all
)
"""The kinds of errors, the first that fits, as errors of httpx with a text."""


def judged(error: Exception) -> Exception:
    """Return the error of httpx for an error of aiohttp; any other error as it is."""
    if isinstance(error, aiohttp.ClientConnectorError):
        connect_error = httpx.ConnectError(str(error.os_error))
        connect_error.__cause__ = error.os_error
        return connect_error
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return httpx.ProxyError(f"{error.status} {error.message}")
    return next((kind(text) for theirs, kind, text in KINDS if isinstance(error, theirs)), error)
