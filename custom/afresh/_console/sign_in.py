"""The last sign-in of the console command: where, and who. The session itself is in its store."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import asdict, field, frozen
from attrs.validators import instance_of
from platformdirs import user_state_path

from afresh._environment import PACKAGE
from afresh._errors import StoreError
from afresh._stores.private_file import read_private, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
    def read(cls) -> SignIn | None:
        """Return the saved sign-in; None if there is none.

        Raises:
            StoreError: The file cannot be read, is not valid, or can be changed by other users.
        """
        text = read_private(_path())
        if text is None:
            return None
        with suppress(TypeError, ValueError):
            return cls(**json.loads(text))
        raise StoreError(f"{_path()} does not hold a sign-in that this version can read: remove it, and sign in again")

    def save(self) -> None:
        """Save this sign-in in place of the last one.

        Raises:
            StoreError: The file cannot be written.
        """
        write_private(_path(), json.dumps(asdict(self)))

    @staticmethod
    def forget() -> None:
        """Delete the saved sign-in.

        Raises:
            StoreError: The file cannot be deleted.
        """
        write_private(_path(), None)


def _path() -> Path:
    return user_state_path(PACKAGE) / "sign-in.json"
