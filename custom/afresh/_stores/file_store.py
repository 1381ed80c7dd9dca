"""`FileStore`: tokens in a file that only its owner may read, shared by the processes of one user."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformdirs import user_state_path

from afresh._errors import ConfigurationError, StoreError

from .file_lock import file_lock
from .private_file import read_private, write_private
from .tokens_json import from_json, to_json

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from afresh._tokens import Tokens


class FileStore:
    """Keeps tokens in a JSON file with mode 0600, written whole or not at all.

    Processes that share the file take turns through a lock of the kernel's on the file beside it (`….lock`), which
    ends with the process that holds it.

    What is no file (a link, a pipe, a device) is refused, and so is a file in a folder that others may write, where
    they could replace it; /tmp and the like, whose sticky bit keeps them from it, are fine. Folders that are made are
    the user's alone. Windows has no modes: there the rights of the folder hold. Those in the user's profile are the
    user's alone, and with Python 3.11.10, 3.12.4, 3.13 or newer all that are made.

    Args:
        path: The file; `~` is the home directory. It and its folder are made when first needed. By default
            `session.json` in the user's folder for state (`~/.local/state/afresh` on Linux): name a file of its own
            for each session where there are several.

    Raises:
        ConfigurationError: The path begins with the home directory of somebody who is not known here, or names no file.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path: Final = user_state_path("afresh") / "session.json" if path is None else absolute(path)

    def __repr__(self) -> str:
        return f"FileStore({str(self.path)!r})"

    def load(self) -> Tokens | None:
        """Read the tokens; None where there is no file.

        Raises:
            StoreError: The file is not ours to trust or not legible. It is left as it is.
        """
        text = read_private(self.path)
        try:
            return None if text is None else from_json(text)
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
        write_private(self.path, None if tokens is None else to_json(tokens))

    def lock(self, timeout: float) -> AbstractContextManager[None]:
        """Hold the only right to renew these tokens, on this machine.

        Raises:
            TimeoutError: Another process held it for `timeout` seconds.
            StoreError: The lock file cannot be made.
        """
        return file_lock(self.path.with_name(f"{self.path.name}.lock"), timeout)


def absolute(path: str | os.PathLike[str]) -> Path:
    """Give a path as it is from any folder.

    Raises:
        ConfigurationError: Nobody knows the home directory in it, or it can be no file's.
    """
    try:
        found = Path(path).expanduser().absolute()
    except RuntimeError:
        raise ConfigurationError(f"the home directory in {path} is not known: write the path without ~") from None
    if not os.fspath(path) or not found.name or "\0" in str(found):
        raise ConfigurationError(f"{os.fspath(path)!r} names no file: give a path to one")
    return found
