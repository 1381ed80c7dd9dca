"""The API's origin (RFC 6454). Tokens are sent to no other, and over plain http only to hosts that were allowed."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any, Final

from attrs import field, frozen

from afresh._http import httpx

from ._errors import ConfigurationError

LAST_PORT: Final = 65535

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_HOST: Final = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*\.?")


def _hosts(value: Any) -> tuple[str, ...]:
    """Return the hosts of a list, or of a string with commas."""
    items = value.split(",") if isinstance(value, str) else value
    try:
        names = [item.strip().lower() for item in items]
    except (AttributeError, TypeError):
        raise ConfigurationError("allow_http must be host names: a string, or several in a list") from None
    return tuple(name for name in names if name)


@frozen
class PlainHTTP:
    """The hosts that tokens may be sent to over plain http. This machine (loopback) is always one of them.

    Args:
        hosts: Host names or IP addresses, in a list or separated by commas. `*.example` stands for all hosts in a
            domain.
        choice: The argument or variable that allows a host, for the error.

    Raises:
        ConfigurationError: An item is not a host name.
    """

    hosts: tuple[str, ...] = field(default=(), converter=_hosts)
    choice: str = "allow_http"

    def __attrs_post_init__(self) -> None:
        for host in self.hosts:
            if not _HOST.fullmatch(host) and not is_address(host):
                raise ConfigurationError(
                    f"{self.choice}: {host!r} is not a host: give a name or address without scheme, port and path, or "
                    "*. and a domain"
                )

    def check(self, url: httpx.URL) -> None:
        """Refuse a URL with plain http to a host that is not allowed: tokens could be read on the way.

        Raises:
            ConfigurationError: The URL is neither https, nor http to this machine or to an allowed host.
        """
        if url.scheme == "https" or (url.scheme == "http" and (_is_loopback(url.host) or self._allows(url.host))):
            return
        remedy = "use https://"
        if url.scheme == "http":
            remedy += f", or allow it for this host: {self.choice}={url.host!r}"
        raise ConfigurationError(
            f"tokens are not sent over plain {url.scheme} to {url.host}, because others could read them: {remedy}"
        )

    def _allows(self, host: str) -> bool:
        host = host.lower().rstrip(".")
        return any(
            host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed
            for allowed in (name.rstrip(".") for name in self.hosts)
        )


def secure_base_url(base_url: str, plain_http: PlainHTTP = PlainHTTP()) -> httpx.URL:
    """Parse a base URL, and check that tokens may be sent to it.

    Raises:
        ConfigurationError: It is no base URL (see `parse_base_url`), or is plain http to another machine that is not
            allowed, where the tokens could be read on the way (RFC 6750, section 5.3).
    """
    url = parse_base_url(base_url)
    plain_http.check(url)
    return url


def parse_base_url(base_url: str) -> httpx.URL:
    """Parse a base URL.

    Raises:
        ConfigurationError: It is not an absolute http(s) URL, or contains credentials, a query or a fragment.
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
    return url


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Return the scheme, host and port of a URL (RFC 6454, section 4). httpx omits the scheme's default port."""
    return url.scheme, url.host, url.port


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (is_address(host) and ip_address(host).is_loopback)


def is_address(host: str) -> bool:
    """Return whether a host is an IP address, not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
