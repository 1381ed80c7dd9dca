"""How the SDK's own httpx clients reach the API."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import httpx

if TYPE_CHECKING:
    from ssl import SSLContext


LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=100)
"""How many connections a client has. All may be kept: httpcore closes what is idle beyond its limit, and in a race
between threads it can be one that it has just given to a request, which then fails with a bad file descriptor."""

ASYNC_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=10)
"""Between tasks there is no such race, but httpcore looks at all idle connections for each of them at each request:
with 25 tasks, keeping ten in place of all lets nearly twice as many requests through."""


DISTRIBUTION: Final = "afresh-sdk"
"""The distribution that the SDK is installed as."""


def connecting(base_url: httpx.URL) -> dict[str, Any]:
    """Give the arguments of `httpx.Client` for a base URL.

    Plain http is for this machine alone, so that no proxy of the environment may see it, with the tokens in it.
    """
    return {
        "base_url": base_url,
        "verify": _certificates(),
        "trust_env": base_url.scheme == "https",
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
def _certificates() -> SSLContext:
    # Reading them takes more time than all else about a client, and there are some clients in the life of a session.
    return httpx.create_ssl_context()
