"""An operating system lock on a file, for stores that the processes of one machine share. Works on Windows, too."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from afresh._errors import StoreError

from .private_file import refuse_special_file
from .private_folder import make_private_folder, refuse_shared_folder

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


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
