"""Where a package index is."""

import re
from urllib.parse import SplitResult, unquote, urlsplit

from attrs import define, evolve, field

from afresh_toolkit.loopback import is_loopback
from afresh_toolkit.publishing.problems import PublishError

_SIMPLE = re.compile(r"\+?simple/?$")
_FORM = "name it as pip's --index-url would have it, such as https://packages.example.com/simple/"


@define(frozen=True)
class Address:
    """A URL, and apart from it who asks, where the URL said so: neither goes where the other should not."""

    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def origin(self) -> str:
        """The URL's scheme, host and port."""
        return origin(self.url)

    @property
    def host(self) -> str:
        """The URL's host and, where it is said, port."""
        return urlsplit(self.url).netloc


@define(frozen=True)
class IndexAddress:
    """An index: where it is asked (its Simple API), and where files are sent to."""

    simple: Address
    upload: Address

    @classmethod
    def parse(cls, index: str, upload: str | None = None) -> "IndexAddress":
        """Read what the command line said; raises PublishError where it cannot be an index.

        Where files are sent to is derived from the index, unless it is given: pypiserver, devpi, Artifactory, GitLab,
        Nexus and others have the Simple API one step below it.
        """
        simple = _parse("--index", index)
        if upload is not None:
            return cls(simple, _parse("--upload-url", upload))
        base, found = _SIMPLE.subn("", simple.url)
        if not found:
            raise PublishError(
                f"--index {simple.url} does not end in /simple/, so that it does not say where files are sent to; "
                "give --upload-url as well"
            )
        # With a slash at the end or without, as the index was named: some servers want one, others the other.
        return cls(simple, evolve(simple, url=base if simple.url.endswith("/") else base.rstrip("/")))


def origin(url: str) -> str:
    """Return the scheme, host and port of a URL, the same for all ways to write them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _parse(option: str, text: str) -> Address:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        raise PublishError(f"{option} is no URL: {_FORM}") from None
    shown = _without_user(parts)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PublishError(f"{option} {shown} is no http or https URL: {_FORM}")
    if parts.query or parts.fragment:
        raise PublishError(f"{option} {shown} has a query or fragment: {_FORM}")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise PublishError(
            f"{option} {shown} is plain http to another machine: the password could be read on the way there, and what "
            "comes back be changed. Use the index's https URL"
        )
    username, password = (unquote(text) if text else None for text in (parts.username, parts.password))
    return Address(shown, username, password)


def _without_user(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
