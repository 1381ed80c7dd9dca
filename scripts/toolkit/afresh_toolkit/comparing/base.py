"""The state of the repository to compare with: a revision, or a released version by its tag."""

import re
import subprocess
import tarfile
import tomllib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from packaging.version import InvalidVersion, Version

from afresh_toolkit.comparing.surface import ComparisonError

_VERSION = re.compile(r"\d+(\.\d+)+\S*")
_NO_REPOSITORY = "{} is in no git repository that can be read: git status says why"
_PARTS = ("custom", "generated", "pyproject.toml")


def last_release(root: Path) -> str:
    """Return the tag of the highest release that HEAD comes from; raises ComparisonError where there is none.

    Pre-releases do not count, unless the version in pyproject.toml is one itself.
    """
    tags = releases(root)
    has_all = version_of(root).is_prerelease or all(version.is_prerelease for version in tags)
    found = max((version for version in tags if has_all or not version.is_prerelease), default=None)
    if found is None:
        is_shallow = _git(root, "rev-parse", "--is-shallow-repository") == b"true\n"
        how = "git fetch --unshallow --tags brings what this clone lacks, or " if is_shallow else ""
        raise ComparisonError(
            f"no release has a tag, such as v1.2.0, from which HEAD comes: {how}name a revision to compare with"
        )
    return tags[found]


def releases(root: Path) -> dict[Version, str]:
    """Return the tags of the releases that HEAD comes from, by their versions."""
    listed = _git(root, "tag", "--merged", "HEAD", "--list", "v[0-9]*")
    tags: dict[Version, str] = {}
    for tag in (listed or b"").decode().split():
        with suppress(InvalidVersion):  # such as v2-draft
            tags[Version(tag)] = tag
    return tags


def resolve(root: Path, name: str) -> str:
    """Return the revision that a name stands for, be it a revision or a released version such as 1.2.0."""
    if _git(root, "rev-parse", "--git-dir") is None:
        raise ComparisonError(_NO_REPOSITORY.format(root.resolve()))
    names = [f"v{name}", name] if _VERSION.fullmatch(name) else [name]
    for one in names:
        if _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{one}^{{commit}}") is not None:
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
    file = root / "pyproject.toml"
    try:
        return Version(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"])
    except (KeyError, ValueError):
        raise ComparisonError(f"{file} has no `version` of a release in [project]") from None


def _git(root: Path, *arguments: str) -> bytes | None:
    """Return what git says, None where it fails; raises ComparisonError where there is no repository."""
    ran = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)  # noqa: S607 - from the PATH
    if ran.returncode and arguments[0] != "rev-parse" and _git(root, "rev-parse", "--git-dir") is None:
        raise ComparisonError(_NO_REPOSITORY.format(root.resolve()))
    return ran.stdout if ran.returncode == 0 else None
