"""The sign-ins of the console command, one a profile: where, and who. The sessions themselves are in their stores."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from attrs import asdict, field, frozen
from attrs.validators import instance_of
from platformdirs import user_state_path

from afresh._environment import PACKAGE, PROFILE, value_of
from afresh._errors import ConfigurationError, StoreError
from afresh._stores.private_file import read_private, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@frozen
class Profile:
    """A name for a sign-in, which keeps it apart from those of other accounts and servers.

    Raises:
        ConfigurationError: The name could not be that of a file.
    """

    name: str

    def __attrs_post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigurationError(
                f"the profile {self.name!r} has another name than letters, digits, dots, hyphens and underscores: "
                "rename it"
            )

    @classmethod
    def chosen(cls, name: str | None) -> Profile:
        """Return the profile of a name, or else that of the environment, or else the default one."""
        return cls(name or value_of(PROFILE) or DEFAULT.name)

    @classmethod
    def all(cls) -> list[Profile]:
        """Return the profiles that have a sign-in."""
        names = [path.parent.name for path in sorted(_folder().glob("profiles/*/sign-in.json"))]
        profiles = (DEFAULT, *map(cls, filter(_NAME.fullmatch, names)))
        return [profile for profile in profiles if profile.path("sign-in.json").exists()]

    @property
    def is_default(self) -> bool:
        """Whether this is the profile that is used when none is named."""
        return self == DEFAULT

    def path(self, name: str) -> Path:
        """Return a file of the profile."""
        return _folder() / name if self.is_default else _folder() / "profiles" / self.name / name

    def entry(self, base_url: str) -> str:
        """Return the name of the profile's entry in the keyring."""
        return base_url if self.is_default else f"{base_url.rstrip('/')} ({self.name})"


DEFAULT: Final = Profile("default")


@frozen
class SignIn:
    """A sign-in.

    Attributes:
        base_url: The base URL of the API. The tokens are sent nowhere else.
        store: The name of the session's store: see `open_store`.
        names: The credentials that are not secret, by key.
    """

    base_url: str = field(validator=instance_of(str))
    store: str = field(validator=instance_of(str), repr=False)  # a URL may hold a password
    names: Mapping[str, str] = field(validator=instance_of(dict))

    @classmethod
    def read(cls, profile: Profile = DEFAULT) -> SignIn | None:
        """Return the sign-in of a profile; None if there is none.

        Raises:
            StoreError: The file cannot be read, is not valid, or can be changed by other users.
        """
        path = profile.path("sign-in.json")
        text = read_private(path)
        if text is None:
            return None
        with suppress(TypeError, ValueError):
            return cls(**json.loads(text))
        raise StoreError(f"{path} does not hold a sign-in that this version can read: remove it, and sign in again")

    def save(self, profile: Profile = DEFAULT) -> None:
        """Save this sign-in in place of the profile's last one.

        Raises:
            StoreError: The file cannot be written.
        """
        write_private(profile.path("sign-in.json"), json.dumps(asdict(self)))

    @staticmethod
    def forget(profile: Profile = DEFAULT) -> None:
        """Delete the sign-in of a profile.

        Raises:
            StoreError: The file cannot be deleted.
        """
        write_private(profile.path("sign-in.json"), None)


def _folder() -> Path:
    return user_state_path(PACKAGE)
