"""The arguments of the SDK's own httpx clients: certificates, proxy and user agent."""

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

DISTRIBUTION: Final = "afresh-sdk"
"""The distribution that the SDK is installed as."""

LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100)
"""The connection limits of a synchronous client. All connections may be kept alive: httpcore closes idle connections
beyond the limit, and in a race between threads it can close one that it has just assigned to a request."""

ASYNC_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=10)
"""The connection limits of an asynchronous client. There is no such race between tasks, but the time httpcore takes per
request grows with the square of the idle connections: with 25 tasks, keeping ten nearly doubles the throughput."""

CERT_FILE: Final = "SSL_CERT_FILE"
CERT_FOLDERS: Final = "SSL_CERT_DIR"
CERTIFICATES: Final = (CERT_FILE, CERT_FOLDERS, "SSLKEYLOGFILE")
"""The environment variables that name the trusted certificates, and the file for TLS session keys."""

_REMEDY: Final = "name an existing, readable file or folder, with certificates in PEM format, or unset it"


def client_arguments(base_url: httpx.URL) -> dict[str, Any]:
    """Return the arguments of `httpx.Client` for a base URL.

    Plain http is allowed to this machine only, and never uses a proxy, which could read the tokens. For https, all
    requests use the proxy of the base URL.

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


@cache
def user_agent() -> str:
    """Return the User-Agent header (RFC 9110, section 10.1.5): SDK, Python, platform and httpx."""
    version = installed_version()
    release = f"/{version}" if version else ""
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{DISTRIBUTION}{release} Python/{python} ({sys.platform}) httpx/{httpx.__version__}"


@cache
def _certificates(*_: str | None) -> SSLContext:
    # Loading certificates is the slowest part of making a client, and a session makes a client for each token call.
    folders = os.environ.get(CERT_FOLDERS)
    if folders and not os.environ.get(CERT_FILE) and not any(map(os.path.isdir, folders.split(os.pathsep))):
        raise ConfigurationError(f"{CERT_FOLDERS} names no folder that exists: {_REMEDY}")  # OpenSSL ignores this
    try:
        return httpx.create_ssl_context()
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
