"""The API's own origin (RFC 6454): the only place that tokens may go to, and only in secret."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

import httpx

from ._errors import ConfigurationError

LAST_PORT: Final = 65535


def secure_base_url(base_url: str) -> httpx.URL:
    """Give a base URL that tokens may be sent to.

    Raises:
        ConfigurationError: It is not an absolute http(s) URL, holds credentials, or is plain http to another machine,
            where everybody on the way could read the tokens (RFC 6750, section 5.3).
    """
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError) as error:
        raise ConfigurationError(f"the base URL cannot be read: {error}") from None
    if url.userinfo or url.query or url.fragment:
        raise ConfigurationError(
            "the base URL must hold no user name, password, query or fragment: sign in with login() instead"
        )
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigurationError(f"the base URL must start with https:// and name a host, unlike {base_url!r}")
    if (url.port or 0) > LAST_PORT:
        raise ConfigurationError(f"the base URL has the port {url.port}: the highest that there is is {LAST_PORT}")
    refuse_plain_http(url)
    return url


def refuse_plain_http(url: httpx.URL) -> None:
    """Raise ConfigurationError where everybody on the way could read what is sent to a URL."""
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise ConfigurationError(
            f"tokens are not sent over plain {url.scheme} to {url.host}, where others could read them: use https://"
        )


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Give the scheme, host and port of a URL (RFC 6454, section 4); httpx leaves out the scheme's default port."""
    return url.scheme, url.host, url.port


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
