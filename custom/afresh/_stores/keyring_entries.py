"""Store a text in a keyring whose entries may be too short for it."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import ModuleType

MAX_LENGTH: Final = 1280 if os.name == "nt" else None
"""Characters that fit into an entry: 2,560 bytes in UTF-16 (CRED_MAX_CREDENTIAL_BLOB_SIZE). None means no limit."""

SETS: Final = ("a", "b")

MAX_ENTRIES: Final = 1000
"""The most entries of a text. An entry that claims more is not ours."""

ATTEMPTS: Final = 5
"""How often to read a text while it is being replaced."""


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
