"""What the console command remembers of a sign-in, besides the session in its store: where and who."""

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
        base_url: Where the API is: the tokens go there, and nowhere else.
        store: What `open_store` makes the session's store of.
        names: What was given to sign in and is no secret, by its key.
    """

    base_url: str = field(validator=instance_of(str))
    store: str = field(validator=instance_of(str), repr=False)  # a URL may hold a password
    names: Mapping[str, str] = field(validator=instance_of(dict))

    @classmethod
    def read(cls) -> SignIn | None:
        """Read the last one, None where there is none.

        Raises:
            StoreError: Its file is not ours to trust, or not legible.
        """
        text = read_private(_path())
        if text is None:
            return None
        with suppress(TypeError, ValueError):
            return cls(**json.loads(text))
        raise StoreError(f"{_path()} does not hold a sign-in that this version can read: remove it, and sign in anew")

    def save(self) -> None:
        """Remember this one, and no other.

        Raises:
            StoreError: That failed.
        """
        write_private(_path(), json.dumps(asdict(self)))

    @staticmethod
    def forget() -> None:
        """Forget the last one.

        Raises:
            StoreError: That failed.
        """
        write_private(_path(), None)


def _path() -> Path:
    return user_state_path(PACKAGE) / "sign-in.json"
