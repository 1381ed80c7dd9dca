"""Folders of which nobody else can take or replace a file: how they are made, and which are refused."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from afresh._errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE: Final = 0o700
"""The mode of a folder that is made. On Windows, too, it gives rights to its owner alone, and to administrators, from
Python 3.11.10, 3.12.4 and 3.13 on (CVE-2024-4030)."""

UNKNOWN_TO_FILE_SYSTEM: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What file systems say that have no way to put a folder's entries on the disk, and do so by themselves."""


def is_posix() -> bool:
    """Whether files have an owner and a mode; on Windows they have the rights that their folder hands down."""
    return hasattr(os, "geteuid")


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those that it is in, where they are missing: for the user alone, whatever the umask says.

    Raises:
        OSError: That failed.
    """
    if folder.is_dir():
        return
    if not folder.parent.exists():
        make_private_folder(folder.parent)
    try:
        folder.mkdir(mode=PRIVATE)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        if is_posix() and stat.S_IMODE(folder.stat().st_mode) & PRIVATE != PRIVATE:
            folder.chmod(PRIVATE)  # the umask has taken more than others' rights


def refuse_shared_folder(path: Path) -> None:
    """Refuse a file in a folder in which others could put another in its place, as OpenSSH does with its keys.

    Folders with the sticky bit, such as /tmp, are fine: there, others cannot. So is the user's private group. The
    folders that the folder is in are not looked at, nor is anything on Windows.

    Raises:
        StoreError: They could.
    """
    if not is_posix():
        return
    folder = path.parent
    try:
        status = folder.stat()
    except OSError:  # it is not there; what else is wrong shows when the file is used
        return
    if os.geteuid() not in {0, status.st_uid} and status.st_uid != 0:
        raise StoreError(
            f"{path} is in a folder that belongs to another user (number {status.st_uid}), who could replace it: name "
            "a file in a folder of your own"
        )
    others = status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and not _is_private_group(status.st_gid))
    if others and not status.st_mode & stat.S_ISVTX:
        raise StoreError(
            f"{path} is in a folder that others may write (mode {stat.S_IMODE(status.st_mode):04o}), who could replace "
            f"it: run chmod go-w {folder}, or name a file in a folder of your own"
        )


def _is_private_group(group: int) -> bool:
    """Whether a group is the one that systems make for each user, and nobody else is in it."""
    import grp  # noqa: PLC0415 - Windows does not have it
    import pwd  # noqa: PLC0415 - as above

    with suppress(KeyError):
        name, members = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(group)
        return members.gr_name == name and set(members.gr_mem) <= {name}
    return False


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on the disk, without which a power cut can bring an old file back.

    Raises:
        OSError: The disk failed.
    """
    if not is_posix():  # Windows opens no folder; it writes the entries in order
        return
    with suppress(FileNotFoundError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in UNKNOWN_TO_FILE_SYSTEM:
                raise
        finally:
            os.close(descriptor)
