"""`FileStore`: tokens in a file that only its owner may read, shared by the processes of one user."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformdirs import user_state_path

from ._errors import StoreError
from ._file_lock import file_lock
from ._tokens_json import from_json, to_json

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ._tokens import Tokens


class FileStore:
    """Keeps tokens in a JSON file with mode 0600, written whole or not at all.

    Processes that share the file take turns through a lock of the kernel's on the file beside it (`….lock`), which
    ends with the process that holds it. It takes a POSIX system.

    Args:
        path: The file; `~` is the home directory. It and its folder are made when first needed. By default
            `session.json` in the user's folder for state (`~/.local/state/afresh` on Linux): name a file of its own
            for each session where there are several.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path: Final = (
            user_state_path("afresh") / "session.json" if path is None else Path(path).expanduser().absolute()
        )

    def __repr__(self) -> str:
        return f"FileStore({str(self.path)!r})"

    def load(self) -> Tokens | None:
        """Read the tokens; None where there is no file.

        Raises:
            StoreError: The file is not ours to trust or not legible. It is left as it is.
        """
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                self._check(os.fstat(descriptor))
                with open(descriptor, encoding="utf-8", closefd=False) as file:
                    return from_json(file.read())
            finally:
                os.close(descriptor)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise StoreError(f"{self.path} is a symbolic link, which could lead anywhere: remove it") from None
            raise StoreError(f"{self.path} cannot be read: {error.strerror}. Check the path and its rights") from None
        except ValueError:
            raise StoreError(
                f"{self.path} does not hold tokens that this version can read. It was left as it is: "
                "move it away to sign in anew, or name another file"
            ) from None

    def save(self, tokens: Tokens | None) -> None:
        """Write the tokens, or remove the file (None).

        Raises:
            StoreError: That failed. What was there before is still there.
        """
        try:
            if tokens is None:
                self.path.unlink(missing_ok=True)
            else:
                self._make_folder()
                self._replace(to_json(tokens))
            self._sync_folder()
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot be written: {error.strerror}. Check the path, its rights and the disk's room"
            ) from None

    def lock(self, timeout: float) -> AbstractContextManager[None]:
        """Hold the only right to renew these tokens, on this machine.

        Raises:
            TimeoutError: Another process held it for `timeout` seconds.
            StoreError: The lock file cannot be made.
        """
        return file_lock(self.path.with_name(f"{self.path.name}.lock"), timeout)

    def _check(self, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{self.path} is not a regular file: name another one")
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            mode = stat.S_IMODE(status.st_mode)
            raise StoreError(
                f"{self.path} may be used by others (mode {mode:04o}): run chmod 600 on it, and sign out and in again "
                "if somebody may have read the tokens"
            )

    def _make_folder(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _replace(self, text: str) -> None:
        descriptor, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)  # mode 0600
        try:
            with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - it is a descriptor
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _sync_folder(self) -> None:
        """Put the folder's entry on the disk too, without which a power cut can bring the old file back."""
        with suppress(FileNotFoundError):
            descriptor = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
