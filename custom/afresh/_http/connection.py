"""How the SDK's own httpx clients reach the API."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import httpx

from afresh._errors import ConfigurationError

from .proxies import proxy_for

if TYPE_CHECKING:
    from ssl import SSLContext


LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100)
"""How many connections a client has. All may be kept: httpcore closes what is idle beyond its limit, and in a race
between threads it can be one that it has just given to a request, which then fails with a bad file descriptor."""

ASYNC_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=10)
"""Between tasks there is no such race, but httpcore looks at all idle connections for each of them at each request:
with 25 tasks, keeping ten in place of all lets nearly twice as many requests through."""


FILE: Final = "SSL_CERT_FILE"
FOLDERS: Final = "SSL_CERT_DIR"
CERTIFICATES: Final = (FILE, FOLDERS, "SSLKEYLOGFILE")
"""The variables that say which certificates are trusted, and where the keys of connections are written to."""

_REMEDY: Final = "name what is there and can be read, certificates in PEM, or unset it"

DISTRIBUTION: Final = "afresh-sdk"
"""The distribution that the SDK is installed as."""


def client_arguments(base_url: httpx.URL) -> dict[str, Any]:
    """Give the arguments of `httpx.Client` for a base URL.

    Plain http is for this machine alone, so that no proxy of the environment may see it, with the tokens in it.
    For https the proxy of the base URL is that of all requests.

    Raises:
        ConfigurationError: A variable of the environment, for a proxy or certificates, holds what is of no use.
    """
    return {
        "base_url": base_url,
        "verify": _certificates(*(os.environ.get(name) for name in CERTIFICATES)),
        "trust_env": False,
        "proxy": proxy_for(base_url) if base_url.scheme == "https" else None,
        "headers": {"User-Agent": user_agent()},
    }


@cache
def user_agent() -> str:
    """Say which program it is (RFC 9110, section 10.1.5): SDK, Python and platform, and what it goes by."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - takes a while, and is needed once

    try:
        release = f"/{version(DISTRIBUTION)}"
    except PackageNotFoundError:  # copied into another project
        release = ""
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{DISTRIBUTION}{release} Python/{python} ({sys.platform}) httpx/{httpx.__version__}"


@cache
def _certificates(*_: str | None) -> SSLContext:
    # Reading them takes more time than all else about a client, and there are some clients in the life of a session.
    folders = os.environ.get(FOLDERS)
    if folders and not os.environ.get(FILE) and not any(map(os.path.isdir, folders.split(os.pathsep))):
        raise ConfigurationError(f"{FOLDERS} names no folder that is there: {_REMEDY}")  # which OpenSSL says nothing of
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError, too
        names = [name for name in CERTIFICATES if os.environ.get(name)]
        said = error.strerror or type(error).__name__
        raise ConfigurationError(f"{' or '.join(names)} cannot be used ({said}): {_REMEDY}") from None
