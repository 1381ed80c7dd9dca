"""`KeyringStore`: tokens in the operating system's keyring, shared by the processes of one user."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from platformdirs import user_state_path

from afresh._errors import ConfigurationError, StoreError
from afresh._tokens import from_json, to_json

from .file_store import absolute
from .private_file import file_lock

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager
    from types import ModuleType

    from afresh._tokens import Tokens

LONGEST_NAME: Final = 100
MAX_LENGTH: Final = 1280 if os.name == "nt" else None
"""Characters that fit into an entry: 2,560 bytes in UTF-16 (CRED_MAX_CREDENTIAL_BLOB_SIZE). None means no limit."""

SETS: Final = ("a", "b")
MAX_ENTRIES: Final = 1000
"""The most entries of a text. An entry that claims more is not ours."""

ATTEMPTS: Final = 5
"""How often to read a text while it is being replaced."""


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


class Entries:
    """A text in the keyring entry of a service and a user name, or split over several entries.

    If it is split, the first entry names one of two sets, and the number of entries in it. A new text is written to the
    unused set, and becomes valid when the first entry names that set. A reader holds no lock, and gets either the old
    or the new text.

    Args:
        keyring: The keyring module, or an object with its functions.
        service: The service name in the keyring.
        username: The user name in the keyring.
    """

    def __init__(self, keyring: ModuleType | Any, service: str, username: str) -> None:
        self._keyring = keyring
        self._service = service
        self._username = username

    def read(self) -> str | None:
        """Return the text, or None if there is none. An entry that is not ours is returned as it is."""
        first = self._get()
        for _ in range(ATTEMPTS):
            parts = _parse_header(first)
            if parts is None:
                return first
            texts = [self._get(name) for name in _names(*parts)]
            text = "".join(filter(None, texts))
            if None not in texts and first == _header(parts[0], len(texts), text):
                return text
            first = self._get()
        return first

    def write(self, text: str) -> None:
        """Replace the text. The caller holds the lock."""
        previous = _parse_header(self._get())
        if MAX_LENGTH is None or len(text) <= MAX_LENGTH:
            self._set(text)
            current: tuple[str, int] | None = None
        else:
            chosen = SETS[1] if previous and previous[0] == SETS[0] else SETS[0]
            texts = [text[start : start + MAX_LENGTH] for start in range(0, len(text), MAX_LENGTH)]
            for name, part in zip(_names(chosen, len(texts)), texts, strict=True):
                self._set(part, name)
            self._set(_header(chosen, len(texts), text))
            current = chosen, len(texts)
        self._remove_unused(previous, current)

    def delete(self) -> None:
        """Remove the text, if there is one."""
        previous = self._get()
        if previous is not None:
            self._keyring.delete_password(self._service, self._username)
        self._remove_unused(_parse_header(previous), None)

    def _remove_unused(self, previous: tuple[str, int] | None, current: tuple[str, int] | None) -> None:
        """Remove entries that are not valid any more, including those that a killed process left behind."""
        if MAX_LENGTH is None and previous is None:
            return
        for chosen in SETS:
            number = current[1] if current and current[0] == chosen else 0
            claimed = previous[1] if previous and previous[0] == chosen else 0
            while self._remove(_name(chosen, number + 1)) or number < claimed:
                number += 1

    def _remove(self, name: str) -> bool:
        if self._get(name) is None:
            return False
        self._keyring.delete_password(self._service + name, self._username)
        return True

    def _get(self, name: str = "") -> str | None:
        text: str | None = self._keyring.get_password(self._service + name, self._username)
        return text

    def _set(self, text: str, name: str = "") -> None:
        self._keyring.set_password(self._service + name, self._username, text)


def _header(chosen: str, count: int, text: str) -> str:
    return json.dumps({"format": "parts", "set": chosen, "count": count, "sha256": sha256(text.encode()).hexdigest()})


def _parse_header(text: str | None) -> tuple[str, int] | None:
    """Return the set and the number of entries that a first entry names; None if it is the whole text."""
    try:
        document = json.loads(text or "null")
    except ValueError:
        return None
    match document:
        case {"format": "parts", "set": str(chosen), "count": int(count)} if (
            chosen in SETS and 0 < count <= MAX_ENTRIES
        ):
            return chosen, count
        case _:
            return None


def _names(chosen: str, count: int) -> list[str]:
    return [_name(chosen, number) for number in range(1, count + 1)]


def _name(chosen: str, number: int) -> str:
    return f" {chosen}{number}"
