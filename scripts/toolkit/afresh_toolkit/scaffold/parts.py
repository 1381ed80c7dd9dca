"""Which files a new repository is made of: files of this one, and those in `files` beside this module.

They are read where they are. A wheel of the toolkit carries them in an archive, which its build makes: it runs this
module by itself, so that this imports nothing of the toolkit.
"""

import atexit
import bz2
import io
import re
import shutil
import tarfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

HERE = Path(__file__).resolve().parent
ARCHIVE = "template.tar.bz2"
"""What it is called in the wheel, beside the toolkit's packages."""

FOLDERS = (".github", "custom")
FILES = (
    ".gitattributes",
    ".gitignore",
    ".gitlab-ci.yml",
    "docs/calls.md",
    "docs/extending.md",
    "docs/lifecycle.md",
    "docs/sessions.md",
    "docs/testing.md",
    "scripts/diff",
    "scripts/docs",
    "scripts/generate",
    "scripts/install",
    "scripts/publish",
    "scripts/sync",
    "tests/sample/test_api.py",
    "tests/servers/canned.py",
)
RECORD = "custom/surface.txt"
"""What `./scripts/diff --record` writes."""
PAGES = {"regenerate": "docs/regenerate.md", "releasing": "docs/releasing.md"}
"""The pages about the commands: `afresh-toolkit help` shows them, and no repository is given them."""


def list_files(root: Path) -> list[str]:
    """Return the paths of the files, from the repository's folder."""
    in_folders = (path for folder in FOLDERS for path in files_in(root, folder) if path != RECORD)
    return sorted((*FILES, *in_folders))


def list_carried(root: Path) -> list[str]:
    """Return the paths of the files that a distribution of the toolkit takes from the repository."""
    return [*list_files(root), *PAGES.values()]


def files_in(root: Path, folder: str = ".") -> list[str]:
    """Return the paths of the files in a folder, but for what Python and its tools put there."""
    found = (file.relative_to(root) for file in (root / folder).rglob("*") if file.is_file())
    return sorted(
        path.as_posix()
        for path in found
        if not any(re.fullmatch(r"__pycache__|\..*_cache", part) for part in path.parts)
    )


@cache
def places() -> tuple[Path, Path]:
    """Return the folder of the repository's own files, and that of the files in place of them."""
    archive = HERE.parent / ARCHIVE
    if not archive.is_file():
        return HERE.parents[3], HERE / "files"
    folder = Path(mkdtemp(prefix="afresh-toolkit-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    return folder / "repository", folder / "files"


def pack_all(root: Path) -> bytes:
    """Put the files of a repository, those in place of them, and the pages into the archive that a wheel carries."""
    own, others = list_carried(root), files_in(HERE / "files")
    return pack(
        {
            **{f"repository/{path}": (root / path).read_bytes() for path in own},
            **{f"files/{path}": (HERE / "files" / path).read_bytes() for path in others},
        }
    )


def pack(files: Mapping[str, bytes]) -> bytes:
    """Put files into an archive that is the same for the same files: without moments and owners."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            entry.mode = 0o755 if is_program(content) else 0o644
            archive.addfile(entry, io.BytesIO(content))
    return bz2.compress(packed.getvalue())


def is_program(content: bytes) -> bool:
    """Say whether a file is to be run."""
    return content.startswith(b"#!")
