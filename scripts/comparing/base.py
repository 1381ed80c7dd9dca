"""The state of the repository to compare with: a revision, or a released version by its tag."""

import re
import subprocess
import tarfile
import tomllib
from io import BytesIO
from pathlib import Path

from packaging.version import Version

from comparing.surface import ComparisonError

_VERSION = re.compile(r"\d+(\.\d+)+\S*")
_PARTS = ("custom", "generated", "pyproject.toml")


def last_release(root: Path) -> str:
    """Return the newest tag of a release that HEAD comes after; raises ComparisonError where there is none."""
    found = _git(root, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
    if found is None:
        raise ComparisonError(
            "no release has a tag, such as v1.2.0, from which HEAD comes: name a revision to compare with"
        )
    return found.decode().strip()


def resolve(root: Path, name: str) -> str:
    """Return the revision that a name stands for, be it a revision or a released version such as 1.2.0."""
    names = [f"v{name}", name] if _VERSION.fullmatch(name) else [name]
    for one in names:
        if _git(root, "rev-parse", "--verify", "--quiet", f"{one}^{{commit}}") is not None:
            return one
    raise ComparisonError(f"{name} is no revision here, and no tag v{name} of a release; git fetch --tags may bring it")


def extract(root: Path, revision: str, folder: Path) -> None:
    """Put what is compared of a revision into a folder."""
    packed = _git(root, "archive", "--format=tar", revision, *_PARTS)
    if packed is None:
        raise ComparisonError(f"{revision} has not all of {', '.join(_PARTS)}: compare with a later one")
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def version_of(root: Path) -> Version:
    """Return the version that a repository's pyproject.toml has."""
    return Version(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def _git(root: Path, *arguments: str) -> bytes | None:
    """Return what git says; None where it fails."""
    ran = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)  # noqa: S607 - from the PATH
    return ran.stdout if ran.returncode == 0 else None
