"""Puts a new folder in the place of an old one, all of it or nothing."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """Give a temporary folder beside `target`, on the same file system; it is gone afterwards, whatever happens.

    Folders above the target that had to be made are taken away again where the target has not come to be.
    """
    missing = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        if not target.exists():
            for made in missing:
                made.rmdir()


def swap_in(new: Path, target: Path, workplace: Path) -> None:
    """Move `new` to `target`; what was there goes to `workplace`, and comes back where the move fails."""
    old = workplace / "old"
    if not target.exists():
        new.rename(target)
        return
    target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        old.rename(target)
        raise
