"""Who asks the index: found where pip and uv have it."""

from collections.abc import Mapping
from netrc import NetrcParseError

import keyring
from attrs import define, field
from keyring.errors import KeyringError
from requests.utils import get_netrc_auth

from afresh_toolkit.publishing.address import Address, IndexAddress
from afresh_toolkit.publishing.problems import PublishError

TOKEN = "UV_PUBLISH_TOKEN"  # noqa: S105 - the variable's name
PREFIXES = ("UV_PUBLISH_", "TWINE_")
PLACES = (
    "the URL; UV_PUBLISH_TOKEN; UV_PUBLISH_USERNAME and UV_PUBLISH_PASSWORD; TWINE_USERNAME and TWINE_PASSWORD; "
    "netrc; the keyring"
)
"""Where credentials are looked for, in this order."""


@define(frozen=True)
class Credentials:
    """A user name and a password, or a token in its place, and where they were found."""

    username: str
    password: str = field(repr=False)
    source: str


@define(frozen=True)
class Access:
    """What an index is asked with, which may be nothing, and what files are uploaded with."""

    reading: Credentials | None
    uploading: Credentials

    @classmethod
    def find(cls, address: IndexAddress, environment: Mapping[str, str]) -> "Access":
        """Look for both; raises PublishError where there is nothing to upload with, or netrc cannot be read.

        The environment's are for uploads, so that the index gets them only where it is at the same place.
        """
        is_one_place = address.simple.origin == address.upload.origin
        uploading = find(address.upload, environment)
        if uploading is None:
            raise PublishError(
                f"there are no credentials for {address.upload.url}: set UV_PUBLISH_TOKEN, or UV_PUBLISH_USERNAME and "
                "UV_PUBLISH_PASSWORD, to anything where it asks for none. Looked for, in this order: " + PLACES
            )
        return cls(find(address.simple, environment if is_one_place else {}), uploading)


def find(address: Address, environment: Mapping[str, str]) -> Credentials | None:
    """Return the first that there are, in the order of PLACES; a user name in the URL must be that of all others."""
    if address.username is not None and address.password is not None:
        return Credentials(address.username, address.password, "the URL")
    return (
        _of_environment(environment, address.username)
        or _of_netrc(address)
        or _of_keyring(address, address.username or _name(environment))
    )


def _of_environment(environment: Mapping[str, str], username: str | None) -> Credentials | None:
    if token := environment.get(TOKEN):
        return Credentials("__token__", token, TOKEN)
    for prefix in PREFIXES:
        name = environment.get(f"{prefix}USERNAME") or username
        password = environment.get(f"{prefix}PASSWORD")
        if name and password and name == (username or name):
            return Credentials(name, password, f"{prefix}PASSWORD")
    return None


def _name(environment: Mapping[str, str]) -> str | None:
    return next((name for prefix in PREFIXES if (name := environment.get(f"{prefix}USERNAME"))), None)


def _of_netrc(address: Address) -> Credentials | None:
    try:
        found = get_netrc_auth(address.url, raise_errors=True)
    except (NetrcParseError, OSError) as error:
        raise PublishError(f"netrc cannot be read: {error}; mend it, or set NETRC to another file") from None
    if found is None or found[0] != (address.username or found[0]):
        return None
    return Credentials(*found, "netrc")


def _of_keyring(address: Address, username: str | None) -> Credentials | None:
    for service in (address.url, address.host):  # as pip does it
        try:
            found = keyring.get_credential(service, username)
        except KeyringError:  # there is none, or it is locked
            return None
        if found is not None:
            return Credentials(found.username, found.password, f"the keyring ({service})")
    return None
