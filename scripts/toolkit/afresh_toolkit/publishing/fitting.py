"""Judges whether a version tells what has changed since the last release."""

import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.version import Version
from pypi_simple import DistributionPackage

from afresh_toolkit.comparing.changes import Change
from afresh_toolkit.comparing.comparison import ComparisonError, compare
from afresh_toolkit.comparing.versions import kind_of, next_version
from afresh_toolkit.publishing.index import Index
from afresh_toolkit.publishing.problems import PublishError
from afresh_toolkit.publishing.project import Project

Releases = Mapping[Version, Sequence[DistributionPackage]]


def last_release(releases: Releases, version: Version) -> Version | None:
    """Return the highest release below a version; None where it is the first.

    What was yanked does not count, nor do pre-releases, unless the version is one itself.
    """
    before = [
        other
        for other, files in releases.items()
        if other < version
        and (version.is_prerelease or not other.is_prerelease)
        and not all(file.is_yanked for file in files)
    ]
    return max(before, default=None)


def check_version(project: Project, releases: Releases, index: Index, export: Path, folder: Path) -> Version | None:
    """Return the last release, from which the version follows, or None for the first.

    Raises PublishError where the version is too small for the change. `folder` is for the last release.
    """
    last = last_release(releases, project.version)
    if last is None:
        return None
    try:
        changes = compare(_unpacked(project, last, releases[last], index, folder), export)
    except ComparisonError as error:
        raise PublishError(f"{project.name} {last}, the last release, cannot be compared with: {error}") from None
    least = next_version(last, kind_of(changes))
    if Version(project.version.base_version) < least:  # a pre-release leads up to the version
        raise PublishError(
            f"version {project.version} is too small for what has changed since {last}, which takes {least}:\n"
            f"{listed(changes)}\n"
            f"Run ./scripts/diff {last} --write, which sets the version, commit that, and run this again"
        )
    return last


def listed(changes: Sequence[Change]) -> str:
    """Return changes line by line."""
    lines = [f"    {change.kind.name.lower():<8}  {change}" for change in changes]
    return "\n".join(lines or ["    nothing that users of the SDK can see"])


def _unpacked(
    project: Project, version: Version, files: Sequence[DistributionPackage], index: Index, folder: Path
) -> Path:
    sdist = next((file for file in files if file.package_type == "sdist"), None)
    if sdist is None:
        raise PublishError(
            f"the index has {project.name} {version}, but no sdist of it to compare with: check out that release, and "
            "run this there, which uploads what is missing"
        )
    folder.mkdir()
    archive = index.download(sdist, folder)
    try:
        with tarfile.open(archive) as content:
            content.extractall(folder / "unpacked", filter="data")
        (top,) = (folder / "unpacked").iterdir()
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise PublishError(
            f"{sdist.filename}, which the index has, cannot be unpacked: {error}; delete it there, and upload it anew "
            "from its commit"
        ) from None
    return top
