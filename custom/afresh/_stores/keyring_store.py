"""`KeyringStore`: tokens in the operating system's keyring, shared by the processes of one user."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from platformdirs import user_state_path

from afresh._errors import ConfigurationError, StoreError
from afresh._tokens import from_json, to_json

from .file_store import absolute
from .keyring_entries import Entries
from .private_file import file_lock

if TYPE_CHECKING:
    import os
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from afresh._tokens import Tokens

LONGEST_NAME: Final = 100


class KeyringStore:
    """Keeps tokens in the operating system's keyring: macOS Keychain, Secret Service, KWallet, Credential Manager.

    Processes take turns with an operating system lock on a file. The lock ends with the process that holds it.
    An entry of Windows' Credential Manager holds 1,280 characters, and many tokens are longer. There they are split
    over several entries, named after the service with a letter and a number.

    Needs keyring: `pip install 'afresh-sdk[keyring]'`.

    Args:
        service: The service name in the keyring, which stands for the application.
        username: The user name in the keyring, which stands for the session. Give each session its own.
        lock_path: The lock file. Defaults to a file named after both, in the user's state folder
            (`~/.local/state/afresh` on Linux).

    Raises:
        ConfigurationError: keyring is not installed, or `lock_path` names no file.
    """

    def __init__(
        self,
        service: str = "afresh",
        username: str = "session",
        *,
        lock_path: str | os.PathLike[str] | None = None,
    ) -> None:
        try:
            import keyring  # noqa: PLC0415 - an optional dependency
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
        """Copy and pickle the place of the tokens, not the tokens."""
        return partial(type(self), lock_path=self.lock_path), (self.service, self.username)

    def is_usable(self) -> bool:
        """Return whether this machine has a keyring that can be read and keeps passwords."""
        try:
            self.load()
        except StoreError:
            return False
        return not self._keeps_nothing()

    def load(self) -> Tokens | None:
        """Return the tokens, or None if there are none.

        Raises:
            StoreError: The keyring is locked or cannot be used, or the entry holds something else. It is not changed.
        """
        with self._reporting_errors("read"):
            text = self._entries.read()
        try:
            return None if text is None else from_json(text)
        except ValueError:
            raise StoreError(
                f"{self} does not hold tokens that this version can read. The entry was left unchanged: "
                "delete it and sign in again, or name another"
            ) from None

    def save(self, tokens: Tokens | None) -> None:
        """Write the tokens, or delete the entry (None).

        Raises:
            StoreError: The keyring is locked, cannot be used, or does not keep passwords.
        """
        with self._reporting_errors("written"):
            if tokens is None:
                self._entries.delete()
            else:
                self._entries.write(to_json(tokens))
        if tokens is not None and self._keeps_nothing():
            raise StoreError(f"{self} keeps nothing: keyring is disabled here. Use FileStore")

    def lock(self, timeout: float) -> AbstractContextManager[None]:
        """Hold the exclusive lock on these tokens, among the processes of this machine.

        Raises:
            TimeoutError: Another process or thread held the lock for `timeout` seconds.
            StoreError: The lock file cannot be created or locked.
        """
        return file_lock(self.lock_path, timeout)

    def _keeps_nothing(self) -> bool:
        return isinstance(self._keyring.get_keyring(), self._null)

    @contextmanager
    def _reporting_errors(self, action: str) -> Generator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - backends let errors of their platforms through
            reason = f"{type(error).__name__}: {error}".rstrip(".")
            raise StoreError(
                f"{self} could not be {action} ({reason}). Unlock the keyring and let this program use it; "
                "if there is none, use FileStore"
            ) from None


def _lock_name(service: str, username: str) -> str:
    """Return the lock file's name, made of both and short enough for any file system."""
    name = f"{quote(service, safe='')}.{quote(username, safe='')}"
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME]}.{sha256(name.encode()).hexdigest()[:16]}"
    return f"{name}.lock"
