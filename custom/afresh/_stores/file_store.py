"""`FileStore`: tokens in a file that only its owner may read, shared by the processes of one user."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformdirs import user_state_path

from afresh._errors import ConfigurationError, StoreError
from afresh._tokens import from_json, to_json

from .private_file import file_lock, read_private, write_private

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from afresh._tokens import Tokens


class FileStore:
    """Keeps tokens in a JSON file with mode 0600. Writes are atomic.

    Processes that share the file take turns with an operating system lock on a file beside it (`….lock`). The lock ends
    with the process that holds it.

    Links, pipes, devices and other non-regular files are refused. So are files in a folder that other users may write,
    because they could replace the file. Folders with the sticky bit, such as /tmp, are fine. New folders are private to
    the user. Windows has no modes: there, files inherit the permissions of their folder. Folders in the user's profile
    are private to the user. So are new folders, with Python 3.11.10, 3.12.4, 3.13 or newer.

    Args:
        path: The file. `~` is the home directory. The file and its folder are created when needed. Defaults to
            `session.json` in the user's state folder (`~/.local/state/afresh` on Linux). Give each session its own
            file.

    Raises:
        ConfigurationError: The path begins with an unknown user's home directory, or names no file.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path: Final = user_state_path("afresh") / "session.json" if path is None else absolute(path)

    def __repr__(self) -> str:
        return f"FileStore({str(self.path)!r})"

    def load(self) -> Tokens | None:
        """Return the tokens, or None if there is no file.

        Raises:
            StoreError: The file cannot be trusted, read or parsed. It is not changed.
        """
        text = read_private(self.path)
        try:
            return None if text is None else from_json(text)
        except ValueError:
            raise StoreError(
                f"{self.path} does not hold tokens that this version can read. It was left unchanged: "
                "move it away and sign in again, or name another file"
            ) from None

    def save(self, tokens: Tokens | None) -> None:
        """Write the tokens, or remove the file (None).

        Raises:
            StoreError: The file cannot be written or removed. Its previous content is kept.
        """
        write_private(self.path, None if tokens is None else to_json(tokens))

    def lock(self, timeout: float) -> AbstractContextManager[None]:
        """Hold the exclusive lock on these tokens, among the processes of this machine.

        Raises:
            TimeoutError: Another process or thread held the lock for `timeout` seconds.
            StoreError: The lock file cannot be created or locked.
        """
        return file_lock(self.path.with_name(f"{self.path.name}.lock"), timeout)


def absolute(path: str | os.PathLike[str]) -> Path:
    """Return an absolute path to a file, with `~` expanded.

    Raises:
        ConfigurationError: The home directory is unknown, or the path names no file.
    """
    try:
        found = Path(path).expanduser().absolute()
    except RuntimeError:
        raise ConfigurationError(f"the home directory in {path} is not known: write the path without ~") from None
    if not os.fspath(path) or not found.name or "\0" in str(found):
        raise ConfigurationError(f"{os.fspath(path)!r} names no file: give a path to one")
    return found
