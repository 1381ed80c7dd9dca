"""Files that only their owner may read or write. Writes are atomic.

Windows has no modes. There, a file has the permissions of its folder: see `PRIVATE_MODE`.
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

LARGEST_FILE: Final = 1_000_000
"""The largest size of such a file, in bytes. A larger file is not ours, and must not fill the memory."""

MODE: Final = 0o600

RETRY_TIME: Final = 2.0
"""How long to retry on Windows while another process reads or replaces the file, in seconds."""

RETRY_DELAY: Final = 0.01

STALE_ATTEMPTS: Final = 3
"""How often to try to read a file that another machine replaces at the same time (ESTALE on network file systems)."""

SAFE_FLAGS: Final = ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY")
"""The flags to open files with, where the system has them: do not follow links, do not wait for pipes."""


def read_private(path: Path) -> bytes | None:
    """Return the content of a file, or None if there is no file.

    Raises:
        StoreError: The file cannot be trusted or read. It is not changed.
    """
    refuse_shared_folder(path)
    try:
        return _retry_while_in_use(lambda: _read(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}. Check the path and its permissions") from None


def write_private(path: Path, text: str | None) -> None:
    """Write a file, and create its folder if needed, or remove the file (None).

    Raises:
        StoreError: The file cannot be written or removed. Its previous content is kept.
    """
    try:
        if text is not None:
            make_private_folder(path.parent)
        refuse_shared_folder(path)
        refuse_special_file(path)
        if text is None:
            _retry_while_in_use(lambda: path.unlink(missing_ok=True))
        else:
            _replace(path, text)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}. Check the path, its permissions and the free disk space"
        ) from None


def refuse_special_file(path: Path) -> None:
    """Refuse a path that exists and is not a regular file: a link, folder, pipe, socket or device.

    Raises:
        StoreError: It is one of these.
    """
    try:
        mode = path.lstat().st_mode
    except OSError:  # it does not exist; any other error shows when it is opened
        return
    if stat.S_ISLNK(mode):
        raise StoreError(f"{path} is a symbolic link, which could lead anywhere: remove it, or name another file")
    if not stat.S_ISREG(mode):
        raise StoreError(f"{path} is not a regular file: name another one")


def _read(path: Path) -> bytes:
    for attempt in range(STALE_ATTEMPTS):
        try:
            return _read_once(path)
        except OSError as error:
            if error.errno != errno.ESTALE or attempt == STALE_ATTEMPTS - 1:
                raise
    raise AssertionError  # pragma: no cover - the last attempt returns or raises


def _read_once(path: Path) -> bytes:
    refuse_special_file(path)
    descriptor = os.open(path, os.O_RDONLY | _safe_flags())
    with open(descriptor, "rb") as file:  # noqa: PTH123 - it is a descriptor
        _check(path, os.fstat(descriptor))
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise StoreError(
            f"{path} has more than {LARGEST_FILE} bytes, so it was not written by the SDK: name another file"
        )
    return content


def _safe_flags() -> int:
    flags = 0
    for name in SAFE_FLAGS:
        flags |= getattr(os, name, 0)
    return flags


def _check(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):  # it was replaced since the first check
        raise StoreError(f"{path} is not a regular file: name another one")
    if is_posix() and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = stat.S_IMODE(status.st_mode)
        raise StoreError(
            f"{path} may be used by others (mode {mode:04o}): run chmod 600 on it. If somebody may have read the "
            "tokens, sign out and in again"
        )


def _replace(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - it is a descriptor
            if is_posix() and stat.S_IMODE(os.fstat(descriptor).st_mode) != MODE:
                os.fchmod(descriptor, MODE)  # the umask removed permissions of the owner
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        _retry_while_in_use(lambda: os.replace(name, path))  # noqa: PTH105 - tests patch os.replace
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _retry_while_in_use(call: Callable[[], T]) -> T:
    """Call a function, and return its result. On Windows, retry while another process has the file open."""
    deadline = time.monotonic() + RETRY_TIME
    while True:
        try:
            return call()
        except PermissionError:
            if is_posix() or time.monotonic() >= deadline:
                raise
            time.sleep(RETRY_DELAY)
