"""Puts a new folder in the place of an old one, all of it or nothing, even where the process is killed."""

import ctypes
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2), and RENAME_SWAP of renamex_np(2)


@contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """Give a temporary folder beside `target`, on the same file system; it is gone afterwards, whatever happens.

    What a run that was killed has left behind is taken away first. Folders above the target that had to be made are
    taken away again where the target has not come to be.
    """
    missing = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _at_work(target):
            folder = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
            try:
                yield folder
            finally:
                shutil.rmtree(folder)
    finally:
        if not target.exists():
            for made in missing:
                made.rmdir()


def _prefix(target: Path) -> str:
    return f".{target.name}-"


@contextmanager
def _at_work(target: Path) -> Iterator[None]:
    """Hold a lock that others share; who has it alone at first clears away what others have left."""
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        with suppress(OSError):  # another run is at work, or the file system has no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _clear_away(target)
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _clear_away(target: Path) -> None:
    for left in target.parent.glob(f"{_prefix(target)}*"):
        old = left / "old"
        if old.exists() and not target.exists():
            old.rename(target)  # it was killed between two renames
        shutil.rmtree(left)


def swap_in(new: Path, target: Path, workplace: Path) -> None:
    """Move `new` to `target`; what was there is left in `workplace`, or comes back where the move fails."""
    if not target.exists():
        new.rename(target)
        return
    if _exchange(new, target):
        return
    old = workplace / "old"
    target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        old.rename(target)
        raise


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system, or the file system, cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(one), os.fsencode(other)
    if hasattr(library, "renameat2"):  # Linux
        failed = library.renameat2(_HERE, paths[0], _HERE, paths[1], _EXCHANGE)
    elif hasattr(library, "renamex_np"):  # macOS
        failed = library.renamex_np(*paths, _EXCHANGE)
    else:
        return False
    if failed and (number := ctypes.get_errno()) not in {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}:
        raise OSError(number, os.strerror(number), str(one), None, str(other))
    return not failed
