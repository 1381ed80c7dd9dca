"""A keyring backend for the tests, which needs no desktop, keeps nothing on the disk, and can be locked."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class MemoryKeyring(KeyringBackend):
    """Keeps passwords in `entries`, each of no more characters than there is `room` for."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types there
        self.entries: dict[tuple[str, str], str] = {}
        self.is_locked = False
        self.writes_left = sys.maxsize
        self.room = sys.maxsize
        self._reads = 0
        self._meanwhile: Callable[[], None] | None = None

    def after_reads(self, number: int, meanwhile: Callable[[], None] | None) -> None:
        """Have something happen after so many passwords were read."""
        self._reads, self._meanwhile = number, meanwhile

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        found = self.entries.get((service, username))
        self._reads -= 1
        if self._reads == 0 and self._meanwhile is not None:
            self._meanwhile()
        return found

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        if self.writes_left == 0 or len(password) > self.room:
            raise PasswordSetError("the stub received bad data")
        self.writes_left -= 1
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if (service, username) not in self.entries:
            raise PasswordDeleteError("no such password")
        del self.entries[service, username]

    def _check(self) -> None:
        if self.is_locked:
            raise KeyringLocked("nobody entered the password")


@contextmanager
def used(backend: KeyringBackend) -> Iterator[None]:
    """Have keyring use a backend meanwhile."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        yield
    finally:
        keyring.set_keyring(before)
