"""`KeyringStore`: tokens in the keyring of the operating system, shared by the processes of one user."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from platformdirs import user_state_path

from afresh._errors import ConfigurationError, StoreError

from .file_lock import file_lock
from .file_store import absolute
from .keyring_entries import Entries
from .tokens_json import from_json, to_json

if TYPE_CHECKING:
    import os
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from afresh._tokens import Tokens

LONGEST_NAME: Final = 100


class KeyringStore:
    """Keeps tokens where the operating system keeps passwords: macOS Keychain, Secret Service, KWallet, Windows.

    Processes take turns through a lock of the kernel's on a file, which ends with the process that holds it.
    An entry of Windows' Credential Manager holds 1,280 characters, which many tokens exceed: there they are put into as
    many entries as they take, named after the application with a letter and a number.

    Needs keyring: `pip install 'afresh-sdk[keyring]'`.

    Args:
        service: The keyring's name for the application.
        username: The keyring's name for the session: one for each where there are several.
        lock_path: The lock file; by default one named after both, in the user's folder for state
            (`~/.local/state/afresh` on Linux).

    Raises:
        ConfigurationError: keyring is not installed.
    """

    def __init__(
        self,
        service: str = "afresh",
        username: str = "session",
        *,
        lock_path: str | os.PathLike[str] | None = None,
    ) -> None:
        try:
            import keyring  # noqa: PLC0415 - it is an extra, and many do without
            from keyring.backends import null  # noqa: PLC0415 - as above
        except ModuleNotFoundError:
            raise ConfigurationError("KeyringStore needs keyring: pip install 'afresh-sdk[keyring]'") from None
        self.service: Final = service
        self.username: Final = username
        self.lock_path: Final = (
            user_state_path("afresh") / _lock_name(service, username) if lock_path is None else absolute(lock_path)
        )
        self._keyring = keyring
        self._entries = Entries(keyring, service, username)
        self._null = null.Keyring

    def __repr__(self) -> str:
        return f"KeyringStore({self.service!r}, {self.username!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle where the tokens are, not the tokens."""
        return partial(type(self), lock_path=self.lock_path), (self.service, self.username)

    def is_usable(self) -> bool:
        """Whether there is a keyring here that can be read and keeps what it is given."""
        try:
            self.load()
        except StoreError:
            return False
        return not self._keeps_nothing()

    def load(self) -> Tokens | None:
        """Read the tokens; None where there are none.

        Raises:
            StoreError: The keyring is locked, cannot be used, or holds something else there. That is left as it is.
        """
        with self._reported("read"):
            text = self._entries.read()
        try:
            return None if text is None else from_json(text)
        except ValueError:
            raise StoreError(
                f"{self} does not hold tokens that this version can read. They were left as they are: "
                "delete the entry to sign in anew, or name another"
            ) from None

    def save(self, tokens: Tokens | None) -> None:
        """Write the tokens, or delete the entry (None).

        Raises:
            StoreError: The keyring is locked, cannot be used, or did not take them.
        """
        with self._reported("written"):
            if tokens is None:
                self._entries.delete()
            else:
                self._entries.write(to_json(tokens))
        if tokens is not None and self._keeps_nothing():
            raise StoreError(f"{self} keeps nothing: keyring is switched off here. Use FileStore")

    def lock(self, timeout: float) -> AbstractContextManager[None]:
        """Hold the only right to renew these tokens, on this machine.

        Raises:
            TimeoutError: Another process held it for `timeout` seconds.
            StoreError: The lock file cannot be made.
        """
        return file_lock(self.lock_path, timeout)

    def _keeps_nothing(self) -> bool:
        return isinstance(self._keyring.get_keyring(), self._null)

    @contextmanager
    def _reported(self, done: str) -> Generator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - backends also raise what their platforms raise
            reason = f"{type(error).__name__}: {error}".rstrip(".")
            raise StoreError(
                f"{self} could not be {done} ({reason}). Unlock the keyring and let this program use it; "
                "where there is none, use FileStore"
            ) from None


def _lock_name(service: str, username: str) -> str:
    """Name the lock file after both, no longer than names may be."""
    name = f"{quote(service, safe='')}.{quote(username, safe='')}"
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME]}.{sha256(name.encode()).hexdigest()[:16]}"
    return f"{name}.lock"
