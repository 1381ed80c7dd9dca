"""The kernel's lock on a file, for the stores that the processes of one machine share; on Windows, too."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from afresh._errors import StoreError

from .private_file import refuse_no_file
from .private_folder import make_private_folder, refuse_shared_folder

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@contextmanager
def file_lock(path: Path, timeout: float) -> Generator[None]:
    """Hold a lock that ends with the process at the latest. The file and its folder are made when first needed.

    Args:
        path: The file to lock, which holds nothing and stays behind.
        timeout: Seconds to wait for the lock at the most.

    Raises:
        TimeoutError: Somebody else, another thread included, held it all that time.
        StoreError: The file cannot be made, or others could put another in its place.
    """
    from filelock import FileLock  # noqa: PLC0415 - takes as long to import as a tenth of httpx

    lock = FileLock(path, timeout=timeout, mode=0o600, poll_interval=0.01)
    try:
        make_private_folder(path.parent)
        refuse_shared_folder(path)
        refuse_no_file(path)
        lock.acquire()
    except TimeoutError:
        raise TimeoutError(f"another process held {path} for {timeout:g} s") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be locked: {error.strerror}. Check the folder's rights") from None
    try:
        yield
    finally:
        lock.release()
