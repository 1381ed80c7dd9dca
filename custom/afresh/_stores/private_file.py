"""Files that only their owner may read or write, written whole or not at all.

On Windows, where modes say nothing, a file has the rights of its folder: see `PRIVATE`.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from afresh._errors import StoreError

from .private_folder import is_posix, make_private_folder, refuse_shared_folder, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LARGEST: Final = 1_000_000
"""Bytes that such a file has at the most: what is larger is none of ours, and must not fill the memory."""

MODE: Final = 0o600

IN_USE: Final = 2.0
"""Seconds in which Windows is asked again for a file that others are just reading or replacing."""

PAUSE: Final = 0.01

STALE: Final = 3
"""How often a file is opened anew that was replaced by another machine meanwhile."""

SAFELY: Final = ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY")
"""How files are opened, as far as the system knows it: a link is not followed, a pipe is not waited for."""


def read_private(path: Path) -> bytes | None:
    """Read a file; None where there is none.

    Raises:
        StoreError: The file is not ours to trust, or not to read. It is left as it is.
    """
    refuse_shared_folder(path)
    try:
        return _patiently(lambda: _read(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}. Check the path and its rights") from None


def write_private(path: Path, text: str | None) -> None:
    """Write a file, and the folder where there is none, or remove the file (None).

    Raises:
        StoreError: That failed. What was there before is still there.
    """
    try:
        if text is not None:
            make_private_folder(path.parent)
        refuse_shared_folder(path)
        refuse_no_file(path)
        if text is None:
            _patiently(lambda: path.unlink(missing_ok=True))
        else:
            _replace(path, text)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}. Check the path, its rights and the disk's room"
        ) from None


def refuse_no_file(path: Path) -> None:
    """Refuse what is there in place of a file: a link, folder, pipe, socket or device.

    Raises:
        StoreError: It is one of them.
    """
    try:
        mode = path.lstat().st_mode
    except OSError:  # it is not there; what else is wrong shows when it is used
        return
    if stat.S_ISLNK(mode):
        raise StoreError(f"{path} is a symbolic link, which could lead anywhere: remove it, or name another file")
    if not stat.S_ISREG(mode):
        raise StoreError(f"{path} is not a regular file: name another one")


def _read(path: Path) -> bytes:
    for attempt in range(STALE):
        try:
            return _read_once(path)
        except OSError as error:
            if error.errno != errno.ESTALE or attempt == STALE - 1:
                raise
    raise AssertionError  # pragma: no cover - the last attempt returns or raises


def _read_once(path: Path) -> bytes:
    refuse_no_file(path)
    descriptor = os.open(path, os.O_RDONLY | _safely())
    with open(descriptor, "rb") as file:  # noqa: PTH123 - it is a descriptor
        _check(path, os.fstat(descriptor))
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise StoreError(f"{path} has more than {LARGEST} bytes, so that it is none of ours: name another file")
    return content


def _safely() -> int:
    flags = 0
    for name in SAFELY:
        flags |= getattr(os, name, 0)
    return flags


def _check(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):  # it has changed meanwhile
        raise StoreError(f"{path} is not a regular file: name another one")
    if is_posix() and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = stat.S_IMODE(status.st_mode)
        raise StoreError(
            f"{path} may be used by others (mode {mode:04o}): run chmod 600 on it, and sign out and in again "
            "if somebody may have read the tokens"
        )


def _replace(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - it is a descriptor
            if is_posix() and stat.S_IMODE(os.fstat(descriptor).st_mode) != MODE:
                os.fchmod(descriptor, MODE)  # the umask has taken the owner's rights
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        _patiently(lambda: os.replace(name, path))  # noqa: PTH105 - which tests put hindrances in the way of
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _patiently(act: Callable[[], T]) -> T:
    """Act; on Windows once more, where it is refused while others have the file open, which they do for a moment."""
    deadline = time.monotonic() + IN_USE
    while True:
        try:
            return act()
        except PermissionError:
            if is_posix() or time.monotonic() >= deadline:
                raise
            time.sleep(PAUSE)
