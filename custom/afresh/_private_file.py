"""Files that only their owner may read or write, written whole or not at all. They take a POSIX system."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from ._errors import StoreError


def read_private(path: Path) -> bytes | None:
    """Read a file; None where there is none.

    Raises:
        StoreError: The file is not ours to trust, or not to read. It is left as it is.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            _check(path, os.fstat(descriptor))
            with open(descriptor, "rb", closefd=False) as file:
                return file.read()
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise StoreError(f"{path} is a symbolic link, which could lead anywhere: remove it") from None
        raise StoreError(f"{path} cannot be read: {error.strerror}. Check the path and its rights") from None


def write_private(path: Path, text: str | None) -> None:
    """Write a file, and the folder where there is none, or remove the file (None).

    Raises:
        StoreError: That failed. What was there before is still there.
    """
    try:
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(path, text)
        _sync_folder(path)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}. Check the path, its rights and the disk's room"
        ) from None


def _check(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise StoreError(f"{path} is not a regular file: name another one")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = stat.S_IMODE(status.st_mode)
        raise StoreError(
            f"{path} may be used by others (mode {mode:04o}): run chmod 600 on it, and sign out and in again "
            "if somebody may have read the tokens"
        )


def _replace(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - it is a descriptor
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sync_folder(path: Path) -> None:
    """Put the folder's entry on the disk too, without which a power cut can bring the old file back."""
    with suppress(FileNotFoundError):
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
