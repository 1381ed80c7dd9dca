"""Which files of this repository a new one gets. They are read where they are, and a wheel of the toolkit carries them.

The build of the toolkit runs this module by itself: it imports nothing of the toolkit.
"""

import re
from pathlib import Path

FOLDERS = (".github", "custom")
FILES = (
    ".gitattributes",
    ".gitignore",
    ".gitlab-ci.yml",
    "docs/calls.md",
    "docs/extending.md",
    "docs/installing.md",
    "docs/lifecycle.md",
    "docs/regenerate.md",
    "docs/releasing.md",
    "docs/sessions.md",
    "docs/syncing.md",
    "scripts/diff",
    "scripts/generate",
    "scripts/install",
    "scripts/lock",
    "scripts/publish",
    "scripts/sync",
    "tests/canned.py",
    "tests/test_api.py",
    "tests/token_calls.py",
)


def list_files(root: Path) -> list[str]:
    """Return the paths of the files, from the repository's folder."""
    in_folders = (path for folder in FOLDERS for path in files_in(root, folder))
    return sorted((*FILES, *in_folders))


def files_in(root: Path, folder: str = ".") -> list[str]:
    """Return the paths of the files in a folder, but for what Python and its tools put there."""
    found = (file.relative_to(root) for file in (root / folder).rglob("*") if file.is_file())
    return sorted(
        path.as_posix()
        for path in found
        if not any(re.fullmatch(r"__pycache__|\..*_cache", part) for part in path.parts)
    )
