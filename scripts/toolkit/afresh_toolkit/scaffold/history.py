"""Finds the text that a file of a repository had when it was committed, by its hash."""

import subprocess
from hashlib import sha256
from pathlib import Path

from afresh_toolkit.scaffold.problems import ScaffoldError


def committed_text(root: Path, path: str, hash_: str) -> bytes | None:
    """Return the text with a hash (SHA-256) that a file had in some commit, or has in the index; None if it had none.

    Raises:
        ScaffoldError: The repository is a shallow clone, whose history ends before it.
    """
    changes = _git(root, "log", "--all", "-m", "--raw", "--no-abbrev", "--no-renames", "--format=", "--", path)
    staged = _git(root, "ls-files", "--stage", "--", path)
    # `:MODE MODE ID ID STATUS` and `MODE ID STAGE`, each with the path behind a tab
    blobs = [blob for line in changes.splitlines() for blob in line.split()[2:4]]
    blobs += [line.split()[1] for line in staged.splitlines()]
    for blob in dict.fromkeys(blobs):
        text = _git(root, "cat-file", "blob", blob.decode())
        if sha256(text).hexdigest() == hash_:
            return text
    if _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise ScaffoldError(
            f"{path} was changed here, and this clone has only a part of the history, in which its first text is: run "
            "`git fetch --unshallow`, and then this again"
        )
    return None


def _git(root: Path, *command: str) -> bytes:
    """Return what git says; nothing where it fails, since there is no repository, or no such object."""
    git = ["git", *command]
    ran = subprocess.run(git, cwd=root, capture_output=True, check=False)
    return b"" if ran.returncode else ran.stdout
