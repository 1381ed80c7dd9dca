"""How the SDK's own httpx clients reach the API."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from ssl import SSLContext


def connecting(base_url: httpx.URL) -> dict[str, Any]:
    """Give the arguments of `httpx.Client` for a base URL.

    Plain http is for this machine alone, so that no proxy of the environment may see it, with the tokens in it.
    """
    return {"base_url": base_url, "verify": _certificates(), "trust_env": base_url.scheme == "https"}


@cache
def _certificates() -> SSLContext:
    # Reading them takes more time than all else about a client, and there are some clients in the life of a session.
    return httpx.create_ssl_context()
