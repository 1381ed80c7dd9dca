"""A text in a keyring whose entries may be too short for it."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import ModuleType

ROOM: Final = 1280 if os.name == "nt" else None
"""Characters that an entry holds: 2,560 bytes in UTF-16 (CRED_MAX_CREDENTIAL_BLOB_SIZE); None: any number."""

SETS: Final = ("a", "b")

MOST: Final = 1000
"""Entries that a text may say it has: more is not ours."""

ATTEMPTS: Final = 5
"""How often a text is read that is just being replaced."""


class Entries:
    """One text, in the entry of a service and a user, or in several.

    Where it takes several, the first says how many there are, and which of two sets: a new text goes into the set that
    is not in use, and counts once the first entry names that. A reader, who holds no lock, gets one text or the other.

    Args:
        keyring: The module, or what has its functions.
        service: The keyring's name for the application.
        username: The keyring's name for the text.
    """

    def __init__(self, keyring: ModuleType | Any, service: str, username: str) -> None:
        self._keyring = keyring
        self._service = service
        self._username = username

    def read(self) -> str | None:
        """Give the text; None where there is none, and what stands there where it is not ours."""
        first = self._get()
        for _ in range(ATTEMPTS):
            parts = _parts(first)
            if parts is None:
                return first
            texts = [self._get(name) for name in _names(*parts)]
            text = "".join(filter(None, texts))
            if None not in texts and first == _first(parts[0], len(texts), text):
                return text
            first = self._get()
        return first

    def write(self, text: str) -> None:
        """Replace the text. Whoever calls it holds the lock."""
        before = _parts(self._get())
        if ROOM is None or len(text) <= ROOM:
            self._set(text)
            kept: tuple[str, int] | None = None
        else:
            chosen = SETS[1] if before and before[0] == SETS[0] else SETS[0]
            texts = [text[start : start + ROOM] for start in range(0, len(text), ROOM)]
            for name, part in zip(_names(chosen, len(texts)), texts, strict=True):
                self._set(part, name)
            self._set(_first(chosen, len(texts), text))
            kept = chosen, len(texts)
        self._tidy(before, kept)

    def delete(self) -> None:
        """Remove the text, if there is one."""
        before = self._get()
        if before is not None:
            self._keyring.delete_password(self._service, self._username)
        self._tidy(_parts(before), None)

    def _tidy(self, before: tuple[str, int] | None, kept: tuple[str, int] | None) -> None:
        """Remove what no longer counts, also what a process that was killed has left."""
        if ROOM is None and before is None:
            return
        for chosen in SETS:
            number = kept[1] if kept and kept[0] == chosen else 0
            least = before[1] if before and before[0] == chosen else 0
            while self._remove(_name(chosen, number + 1)) or number < least:
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


def _first(chosen: str, count: int, text: str) -> str:
    return json.dumps({"format": "parts", "set": chosen, "count": count, "sha256": sha256(text.encode()).hexdigest()})


def _parts(text: str | None) -> tuple[str, int] | None:
    """Give which set, and how many entries, a first entry names; None where it is the whole text."""
    try:
        document = json.loads(text or "null")
    except ValueError:
        return None
    match document:
        case {"format": "parts", "set": str(chosen), "count": int(count)} if chosen in SETS and 0 < count <= MOST:
            return chosen, count
        case _:
            return None


def _names(chosen: str, count: int) -> list[str]:
    return [_name(chosen, number) for number in range(1, count + 1)]


def _name(chosen: str, number: int) -> str:
    return f" {chosen}{number}"
