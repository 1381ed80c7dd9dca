"""The API's origin (RFC 6454). Tokens are sent to no other, and not over plain http."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

import httpx

from ._errors import ConfigurationError

LAST_PORT: Final = 65535


def secure_base_url(base_url: str) -> httpx.URL:
    """Parse a base URL, and check that tokens may be sent to it.

    Raises:
        ConfigurationError: It is not an absolute http(s) URL, contains credentials, a query or a fragment, or is plain
            http to another machine, where the tokens could be read on the way (RFC 6750, section 5.3).
    """
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError) as error:
        raise ConfigurationError(f"the base URL cannot be read: {error}") from None
    if url.userinfo or url.query or url.fragment:
        raise ConfigurationError(
            "the base URL must not have a user name, password, query or fragment: sign in with login() instead"
        )
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigurationError(f"the base URL must start with https:// and name a host, but is {base_url!r}")
    if (url.port or 0) > LAST_PORT:
        raise ConfigurationError(f"the base URL has the port {url.port}: the highest port is {LAST_PORT}")
    refuse_plain_http(url)
    return url


def refuse_plain_http(url: httpx.URL) -> None:
    """Refuse a URL with plain http to another machine: tokens could be read on the way.

    Raises:
        ConfigurationError: The URL is neither https nor http to this machine.
    """
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise ConfigurationError(
            f"tokens are not sent over plain {url.scheme} to {url.host}, because others could read them: use https://"
        )


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Return the scheme, host and port of a URL (RFC 6454, section 4). httpx omits the scheme's default port."""
    return url.scheme, url.host, url.port


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
