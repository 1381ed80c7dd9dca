"""Read the cookies that an answer sets (RFC 6265bis, section 5.6).

The standard library does not serve here. `http.cookies` stops at the first cookie that it cannot read, and knows no
rules for domains. `http.cookiejar` needs requests of urllib, and does not say which cookies an answer deletes.
"""

from __future__ import annotations

import logging
import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote, urlsplit

from attrs import frozen

from afresh._http import HEADER_LOGGERS
from afresh._origin import is_address
from afresh._server_message import http_date
from afresh._tokens import TOKEN
from afresh_api.lifecycle import Named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from http.cookiejar import Cookie, CookieJar
    from urllib.request import Request

    from afresh._http import httpx
    from afresh_api.lifecycle import Csrf, TokenLifecycle

_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_MAX_AGE: Final = re.compile(r"-?\d{1,15}")
_SECURE_PREFIXES: Final = ("__secure-", "__host-")
_HOST_PREFIX: Final = "__host-"


_BYTES: Final = r"""b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*\""""


@frozen(repr=False)
class SetCookie:
    """A cookie that an answer sets.

    Attributes:
        name: Its name.
        value: Its value, with the quotes that it may have.
        lifetime: How long it lives, in seconds from the answer; infinite if the answer does not say. It is negative or
            zero for a cookie that the answer deletes.
        path: The path that it is for.
        domain: The domain that it is for; None for the host that set it.
    """

    name: str
    value: str
    lifetime: float
    path: str
    domain: str | None

    @property
    def is_deleted(self) -> bool:
        """Whether the answer deletes the cookie."""
        return self.lifetime <= 0 or not bare(self.value)

    def is_for(self, host: str, setter: str) -> bool:
        """Whether the cookie goes to a host, after another has set it."""
        return host == setter if self.domain is None else _is_within(host, self.domain)


def set_cookies(response: httpx.Response) -> dict[str, SetCookie]:
    """Return the cookies that an answer sets or deletes, by name. Cookies that a browser would refuse are left out.

    Of cookies with the same name, the last one counts; deleting one with another path or domain does not count then.
    """
    found: dict[tuple[str, str, str | None], SetCookie] = {}
    for header in response.headers.get_list("set-cookie"):
        cookie = _parse(header, response)
        if cookie is not None:
            key = (cookie.name, cookie.path, cookie.domain)
            found.pop(key, None)
            found[key] = cookie
    deleted = {cookie.name: cookie for cookie in found.values() if cookie.is_deleted}
    return deleted | {cookie.name: cookie for cookie in found.values() if not cookie.is_deleted}


def bare(value: str) -> str:
    """Return the value of a cookie without the quotes that frameworks put around it."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


def decoded(value: str) -> str:
    """Return the value of a cookie as browsers' scripts send it back in a header: without quotes and %-encoding.

    The %-encoding stays if a header cannot have the value without it.
    """
    plain = unquote(bare(value))
    return plain if TOKEN.fullmatch(plain) else bare(value)


def covers(path: str, requested: str) -> bool:
    """Return whether a request is within the path of a cookie (RFC 6265bis, section 5.1.4)."""
    return requested == path or requested.startswith(path if path.endswith("/") else f"{path}/")


def csrf_key(place: tuple[str, ...] | Named) -> str:
    """Return the key in `Tokens.csrf` of the value from a place."""
    return place.name if isinstance(place, Named) else "/".join(("", *place))


def sent_back(csrf: Csrf | None, values: Mapping[str, str], url: httpx.URL) -> tuple[dict[str, str], dict[str, str]]:
    """Return the headers and the cookies that a request sends back against request forgery (double submit).

    A value from a cookie is sent back in its cookie, too. Beside another value, a cookie may be sent back. With a
    cookie, Referer says that the request is the API's own: some servers look at it where they look at the cookie.

    Args:
        csrf: What is sent back.
        values: The values that there are, by their keys.
        url: The URL of the request.
    """
    value = values.get(csrf_key(csrf.source)) if csrf else None
    if csrf is None or value is None:
        return {}, {}
    is_cookie = isinstance(csrf.source, Named) and csrf.source.where == "cookie"
    place = csrf.source if is_cookie else csrf.cookie
    kept = values.get(csrf_key(place)) if place else None
    if place is None or kept is None:
        return {csrf.header: value}, {}
    referer = str(url.copy_with(raw_path=b"/", username=None, password=None, fragment=None))
    header = decoded(value) if is_cookie else value
    return {csrf.header: header, "Referer": referer}, {csrf_key(place): kept}


class _HidingFilter(logging.Filter):
    """Takes the values of headers that hold tokens out of the log. Other headers stay as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Change a record, and let it pass."""
        if isinstance(record.msg, str):
            names = "|".join(map(re.escape, self.names))
            record.msg = re.sub(rf"(b'(?:{names})', )(?:{_BYTES})", r"\1b'…'", record.msg, flags=re.IGNORECASE)
        return True


_HIDING: Final = _HidingFilter()


def hide_in_logs(named: Iterable[Named]) -> None:
    """Have httpcore's log show none of the headers in which an API's answers hold tokens."""
    names = {"set-cookie" if place.where == "cookie" else place.name for place in named}
    if names:
        _HIDING.names.update(names)
        for name in HEADER_LOGGERS:
            logging.getLogger(name).addFilter(_HIDING)


def named_places(lifecycle: TokenLifecycle | None) -> frozenset[Named]:
    """Return the cookies and headers in which an API's answers hold tokens, and what requests send back."""
    if lifecycle is None:
        return frozenset()
    calls = (lifecycle.login, lifecycle.refresh, lifecycle.authorization and lifecycle.authorization.token)
    fields = [lifecycle.tokens, *(call.tokens for call in calls if call and call.tokens)]
    places = (place for one in fields for place in (one.access_token, one.refresh_token, *one.csrf))
    return frozenset(place for place in places if isinstance(place, Named))


def keep_from_jar(jar: CookieJar, named: Iterable[Named], host: str) -> None:
    """Have the jar of an httpx client keep no tokens that the answers of an API's host set.

    They are the session's. The jar would send those of an earlier answer, too.
    """
    names = {place.name for place in named if place.where == "cookie"}
    if not names:
        return
    policy = cast("Any", jar)._policy  # noqa: SLF001 - the library has no public name for it
    may_set: Callable[[Cookie, Request], bool] = policy.set_ok

    def set_ok(cookie: Cookie, request: Request) -> bool:
        is_ours = cookie.name in names and urlsplit(request.get_full_url()).hostname == host
        return not is_ours and may_set(cookie, request)

    policy.set_ok = set_ok


def _parse(header: str, response: httpx.Response) -> SetCookie | None:
    if _CONTROL.search(header):
        return None
    pair, *parts = header.split(";")
    name, equals, value = pair.partition("=")
    name, value = name.strip(" \t"), value.strip(" \t")
    if not equals or not name:
        return None
    attributes: dict[str, str] = {}
    for part in parts:
        key, _, text = part.partition("=")
        attributes[key.strip(" \t").lower()] = text.strip(" \t")
    host = response.request.url.host
    domain = attributes.get("domain", "").removeprefix(".").lower() or None
    is_foreign = domain is not None and (not _is_within(host, domain) or ("." not in domain and domain != host))
    path = attributes.get("path", "")
    path = path if path.startswith("/") else "/"
    if is_foreign or not _keeps_prefix(name.lower(), attributes, path):
        return None
    return SetCookie(name, value, _lifetime(attributes, response), path, domain)


def _keeps_prefix(name: str, attributes: dict[str, str], path: str) -> bool:
    """Return whether a cookie has the attributes that the prefix of its name promises."""
    if name.startswith(_SECURE_PREFIXES) and "secure" not in attributes:
        return False
    return not name.startswith(_HOST_PREFIX) or (path == "/" == attributes.get("path") and not attributes.get("domain"))


def _is_within(host: str, domain: str) -> bool:
    return host == domain or (host.endswith(f".{domain}") and not is_address(host))


def _lifetime(attributes: dict[str, str], response: httpx.Response) -> float:
    if _MAX_AGE.fullmatch(attributes.get("max-age", "")):
        return float(attributes["max-age"])
    expires = http_date(attributes.get("expires"))
    if expires is None:
        return math.inf
    # The server's clock and this machine's may differ, so compute the difference on the server's alone.
    return (expires - (http_date(response.headers.get("date")) or datetime.now(UTC))).total_seconds()
