"""Folders in which no other user can read or replace a file: create them, and refuse others."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from afresh._errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE_MODE: Final = 0o700
"""The mode of new folders. On Windows, it limits access to the owner and administrators, with Python 3.11.10, 3.12.4,
3.13 or newer (CVE-2024-4030)."""

FSYNC_UNSUPPORTED: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
"""Errors of file systems that do not support fsync on a folder."""


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
