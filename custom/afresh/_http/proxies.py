"""Which proxy the environment names for a URL.

httpx reads the same variables, but takes each part of `NO_PROXY` for a URL: it knows no networks, and fails at what it
cannot read without a word on where that stands. Here a name stands for itself and all below it, `.corp` and `*.corp`
for what is below `corp`, an address for itself, `10.0.0.0/8` and `fd00::/8` for the addresses of a network, `192.168.*`
for what begins so, and `*` for all; a port narrows any of them.
"""

from __future__ import annotations

import logging
import os
import re
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.request import getproxies

import httpx
from attrs import frozen

from afresh._errors import ConfigurationError
from afresh._origin import LAST_PORT

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

log = logging.getLogger("afresh")

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
SCHEMES: Final = ("http", "https", "socks5", "socks5h")


def proxy_for(url: httpx.URL) -> httpx.Proxy | None:
    """Give the proxy that the environment names for requests to a URL; None where it names none.

    Raises:
        ConfigurationError: What it names cannot be one, or takes what is not installed.
    """
    named = getproxies()  # on macOS and Windows also what is set for the whole system
    scheme = url.scheme if named.get(url.scheme) else "all"
    text = named.get(scheme)
    if not text or _is_excepted(url, named.get("no", "")):
        return None
    return _proxy(text.strip(), _source(scheme))


def _source(scheme: str) -> str:
    """Give the name of the variable that a proxy is from."""
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
    return next((name for name in names if os.environ.get(name)), "the proxy in the settings of the system")


def _proxy(text: str, source: str) -> httpx.Proxy:
    try:
        url = httpx.URL(text if "://" in text else f"http://{text}")
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"{source} is no URL of a proxy ({error}): {_FORM}") from None
    if url.scheme not in SCHEMES or not url.host or (url.port or 0) > LAST_PORT:  # not shown: a password may be in it
        raise ConfigurationError(f"{source} is no URL of a proxy that is known: {_FORM}")
    if url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError(
            f"{source} names a SOCKS proxy, which takes a package that is not installed: pip install 'httpx[socks]', "
            f"or unset {source}"
        )
    return httpx.Proxy(url)


_FORM: Final = f"it must be like http://proxy.example.com:3128, and begin with one of {', '.join(SCHEMES)}"


@frozen
class _Exception:
    """A part of `NO_PROXY`: a pattern for names, or a network."""

    host: str | IPv4Network | IPv6Network
    port: int | None

    def covers(self, host: str, address: IPv4Address | IPv6Address | None, port: int | None) -> bool:
        if self.port is not None and self.port != port:
            return False
        if isinstance(self.host, str):
            return _is_within(host, self.host)
        return address is not None and address in self.host


def _is_excepted(url: httpx.URL, said: str) -> bool:
    if not said:
        return False
    host = url.host.rstrip(".").lower()
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        address = None
    port = url.port or DEFAULT_PORTS.get(url.scheme)
    return any(one.covers(host, address, port) for one in _exceptions(said))


def _is_within(host: str, pattern: str) -> bool:
    if pattern.startswith((".", "*.")):
        return host.endswith(pattern.removeprefix("*"))
    return host == pattern or host.endswith(f".{pattern}") or ("*" in pattern and fnmatchcase(host, pattern))


@lru_cache(maxsize=8)
def _exceptions(said: str) -> tuple[_Exception, ...]:
    parts = [part.lower() for part in re.split(r"[,;\s]+", said) if part]
    return tuple(one for part in parts if (one := _exception(part)) is not None)


_WITH_PORT: Final = re.compile(r"(\[[^\]]*\]|[^:]*):(\d{1,5})")


def _exception(part: str) -> _Exception | None:
    """Read a part of `NO_PROXY`; None where it makes no sense, so that it stands for nothing."""
    text = part.partition("://")[2] or part  # httpx takes URLs, too
    found = _WITH_PORT.fullmatch(text.rstrip("/"))
    host, port = (found[1], int(found[2])) if found else (text.rstrip("/"), None)
    bare, slash, mask = host.partition("/")
    bare = bare.removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        return _Exception(ip_network(f"{bare}{slash}{mask.removesuffix(']')}", strict=False), port)
    except ValueError:
        pass
    if slash or not re.fullmatch(r"[\w.*-]+", bare):
        log.warning("NO_PROXY has %r, which is no host, address or network: it counts for nothing", part)
        return None
    return _Exception(bare.rstrip("."), port)
