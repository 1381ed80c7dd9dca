"""Files that only their owner may read or write, their folders, and locks on files. Writes are atomic.

Windows has no modes. There, a file has the permissions of its folder: see `PRIVATE_MODE`.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from afresh._errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

T = TypeVar("T")

PRIVATE_MODE: Final = 0o700
"""The mode of new folders. On Windows, it limits access to the owner and administrators, with Python 3.11.10, 3.12.4,
3.13 or newer (CVE-2024-4030)."""

FSYNC_UNSUPPORTED: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
"""Errors of file systems that do not support fsync on a folder."""

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


def is_posix() -> bool:
    """Return whether files have an owner and a mode. On Windows they inherit the permissions of their folder."""
    return hasattr(os, "geteuid")


def make_private_folder(folder: Path) -> None:
    """Create a folder and its parents if they are missing, private to the user, whatever the umask is.

    Raises:
        OSError: A folder cannot be created.
    """
    if folder.is_dir():
        return
    if not folder.parent.exists():
        make_private_folder(folder.parent)
    try:
        folder.mkdir(mode=PRIVATE_MODE)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        if is_posix() and stat.S_IMODE(folder.stat().st_mode) & PRIVATE_MODE != PRIVATE_MODE:
            folder.chmod(PRIVATE_MODE)  # the umask removed permissions of the owner


def refuse_shared_folder(path: Path) -> None:
    """Refuse a file in a folder in which other users could replace it, as OpenSSH does for its keys.

    Folders with the sticky bit, such as /tmp, are allowed, and so is write access for the user's private group. Parent
    folders are not checked. On Windows, nothing is checked.

    Raises:
        StoreError: Other users could replace the file.
    """
    if not is_posix():
        return
    folder = path.parent
    try:
        status = folder.stat()
    except OSError:  # it does not exist; any other error shows when the file is opened
        return
    if os.geteuid() not in {0, status.st_uid} and status.st_uid != 0:
        raise StoreError(
            f"{path} is in a folder that belongs to another user (uid {status.st_uid}), who could replace it: name "
            "a file in a folder of your own"
        )
    others = status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and not _is_private_group(status.st_gid))
    if others and not status.st_mode & stat.S_ISVTX:
        raise StoreError(
            f"{path} is in a folder that others may write (mode {stat.S_IMODE(status.st_mode):04o}), who could replace "
            f"it: run chmod go-w {folder}, or name a file in a folder of your own"
        )


def _is_private_group(group: int) -> bool:
    """Return whether a group is the private group that many systems make for each user, without other members."""
    import grp  # noqa: PLC0415 - does not exist on Windows
    import pwd  # noqa: PLC0415 - as above

    with suppress(KeyError):
        name, members = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(group)
        return members.gr_name == name and set(members.gr_mem) <= {name}
    return False


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk. Otherwise a power cut could bring an old file back.

    Raises:
        OSError: The disk failed.
    """
    if not is_posix():  # Windows cannot open folders, and writes their entries in order
        return
    with suppress(FileNotFoundError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in FSYNC_UNSUPPORTED:
                raise
        finally:
            os.close(descriptor)


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


@contextmanager
def file_lock(path: Path, timeout: float) -> Generator[None]:
    """Hold the lock for the duration of the context. It ends with the process at the latest.

    Args:
        path: The file to lock. It and its folder are created when needed. It stays empty, and is not removed.
        timeout: The longest wait for the lock, in seconds.

    Raises:
        TimeoutError: Another process or thread held the lock for that time.
        StoreError: The file cannot be created or locked, or other users could replace it.
    """
    from filelock import FileLock  # noqa: PLC0415 - importing it takes a tenth of the time of httpx

    lock = FileLock(path, timeout=timeout, mode=0o600, poll_interval=0.01)
    try:
        make_private_folder(path.parent)
        refuse_shared_folder(path)
        refuse_special_file(path)
        lock.acquire()
    except TimeoutError:
        raise TimeoutError(f"another process held {path} for {timeout:g} s") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be locked: {error.strerror}. Check the folder's permissions") from None
    try:
        yield
    finally:
        lock.release()
