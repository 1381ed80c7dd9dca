"""Brings a description here, from a file or a URL, with the files that it refers to."""

import netrc
import os
import re
from collections.abc import Iterable
from pathlib import Path

import httpx
from attrs import define

from afresh_toolkit.loopback import is_loopback

TIMEOUT = 60
LARGEST = 100_000_000
"""Bytes of a download: no description is larger."""

_BY_HAND = "download it yourself and name the file"


class FetchError(Exception):
    """A description cannot be had; the message is one line, and says what to do."""


class NotModified(Exception):  # noqa: N818  (it is no error)
    """The server has what it had."""


@define(frozen=True)
class Download:
    """What a server sent, and what it said by which to ask next time whether that has changed."""

    content: bytes
    etag: str | None = None
    last_modified: str | None = None


def is_url(spec: str) -> bool:
    """Whether a description is to be downloaded; else it is a file."""
    return spec.lower().startswith(("http://", "https://"))


def shown(url: str) -> str:
    """Return a URL as it may be shown: without its query, and whatever else may hold a secret."""
    return re.sub(r"(?<=://)[^/]*@", "", url.partition("#")[0].partition("?")[0])


def read(spec: str) -> bytes:
    """Return what a file holds; raises FetchError where it cannot be read."""
    if "://" in spec:
        raise FetchError(f"--spec {spec}: only https:// and http:// are downloaded; name such a URL, or a file")
    try:
        return Path(spec).read_bytes()
    except OSError as error:
        raise FetchError(f"--spec {spec}: {error.strerror}; name a file with a description, or its URL") from None


def referenced(file: Path, paths: Iterable[str]) -> dict[str, bytes]:
    """Return what the files hold that a description refers to, by their paths from it.

    Raises FetchError where one is outside of its folder, so that it could not be put beside it.
    """
    for path in paths:
        if Path(os.path.normpath(path)).parts[0] == "..":
            raise FetchError(f"--spec {file} refers to {path}, outside of its folder: bundle it into one file")
    return {path: (file.parent / path).read_bytes() for path in paths}


def download(url: str, *, etag: str | None = None, last_modified: str | None = None) -> Download:
    """Return what a URL holds; raises NotModified where that is still what the ETag, or else the date, was said of.

    Names and passwords come from ~/.netrc, or the file that the variable NETRC names, as curl has it. Raises
    FetchError, also where what comes is plainly no description.
    """
    remedy = f"see whether the address is right, or {_BY_HAND}"
    known = {"If-None-Match": etag} if etag else {"If-Modified-Since": last_modified} if last_modified else {}
    try:
        place = httpx.URL(url)
        _check(place)
        client = _client(_netrc())
        with client, client.stream("GET", place, headers=known) as response:
            if known and response.status_code == httpx.codes.NOT_MODIFIED:
                raise NotModified
            if response.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
                remedy = f"see whether ~/.netrc has what {place.host} asks for, or {_BY_HAND}"
            if not response.is_success:
                raise FetchError(f"{shown(url)}: the server answers {response.status_code}; {remedy}")
            content = _content(response, shown(url))
            return Download(content, _told(response, "ETag"), _told(response, "Last-Modified"))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchError(f"{shown(url)}: {error or type(error).__name__}; {remedy}") from None


def _client(auth: httpx.NetRCAuth | None) -> httpx.Client:
    try:
        return httpx.Client(
            auth=auth,
            timeout=TIMEOUT,
            follow_redirects=True,
            event_hooks={"request": [lambda request: _check(request.url)]},
        )
    except (httpx.InvalidURL, ImportError, OSError, ValueError) as error:  # whose text may have a proxy's password
        raise FetchError(
            "what the environment says of proxies or certificates is of no use to httpx "
            f"({type(error).__name__}): see HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR"
        ) from None


def _check(url: httpx.URL) -> None:
    """Refuse where a description must not come from, also by way of a redirect."""
    if url.userinfo:
        raise FetchError(f"the URL of {url.host} has a name or password in it: put them into ~/.netrc")
    if url.scheme != "https" and not is_loopback(url.host):
        raise FetchError(
            f"{shown(str(url))}: over plain http, whoever is on the way decides what is generated, and where tokens "
            f"go; use https, or {_BY_HAND}"
        )


def _netrc() -> httpx.NetRCAuth | None:
    file = os.environ.get("NETRC")
    if file is None and not Path("~/.netrc").expanduser().exists():
        return None
    try:
        return httpx.NetRCAuth(file)  # without a file's name, it looks at who may read ~/.netrc
    except OSError as error:
        raise FetchError(f"{error.filename} cannot be read: {error.strerror}; mend that, or unset NETRC") from None
    except netrc.NetrcParseError as error:  # whose message may quote a password
        raise FetchError(
            f"{error.filename}:{error.lineno or 1}: this is no netrc file, or others may read it; mend that"
        ) from None


def _content(response: httpx.Response, place: str) -> bytes:
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > LARGEST:
            raise FetchError(f"{place}: it has more than {LARGEST} bytes; see whether the address is right")
    start = bytes(content[:1000]).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        raise FetchError(
            f"{place}: this is a page of HTML or XML, and no description; see whether the address is that of the "
            f"YAML or JSON itself, and needs no sign-in, or {_BY_HAND}"
        )
    if not start:
        raise FetchError(f"{place}: the answer is empty; see whether the address is right, or {_BY_HAND}")
    return bytes(content)


def _told(response: httpx.Response, header: str) -> str | None:
    """Return a header, where it can be sent back as it is."""
    value = response.headers.get(header, "")
    return value if value and value.isascii() and value.isprintable() else None
