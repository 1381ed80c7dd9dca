"""The HTTP client library, and what differs between the two that it can be.

`http` in `[tool.afresh]` of pyproject.toml chooses httpx or httpx2, and the generated package has the choice. In an
application that calls `httpx2.alias_httpx()`, it is httpx2 in any case.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from afresh_api.http import httpx

if TYPE_CHECKING:
    from datetime import timedelta
    from ssl import SSLContext

NAME: Final = httpx.__name__
"""The library that is used: `httpx` or `httpx2`."""

_CORE: Final = NAME.replace("httpx", "httpcore")

HEADER_LOGGERS: Final = (f"{_CORE}.http11", f"{_CORE}.http2")
"""The loggers that the headers of each response go to, at the level DEBUG."""

KEY_LOG: Final = "SSLKEYLOGFILE"
"""The environment variable that names the file for TLS session keys."""


def tls_context() -> SSLContext:
    """Return the TLS settings that the environment asks for.

    httpx trusts the certificates of certifi, and httpx2 those of the system. httpx2 does not read `SSLKEYLOGFILE`.

    Raises:
        OSError: A file that the environment names cannot be used.
    """
    context = httpx.create_ssl_context()
    if (key_log := os.environ.get(KEY_LOG)) and context.keylog_filename is None:
        context.keylog_filename = key_log
    return context


class BodyAround:
    """A response's body that wraps another, `_stream`. httpx2 asks a body how long the response took."""

    _stream: Any

    @property
    def elapsed(self) -> timedelta | None:
        """The time from the request to the end of the response, if the library measures it here."""
        return getattr(self._stream, "elapsed", None)


__all__ = ["HEADER_LOGGERS", "KEY_LOG", "NAME", "BodyAround", "httpx", "tls_context"]
