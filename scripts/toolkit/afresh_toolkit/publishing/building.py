"""Builds the files of a release, so that anyone can build the same bytes."""

import sys
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from attrs import define
from packaging.requirements import Requirement

from afresh_toolkit.publishing.problems import PublishError
from afresh_toolkit.publishing.programs import run, said

_BACKEND = "hatchling"


@define(frozen=True)
class Build:
    """The files of a release."""

    wheel: Path
    sdist: Path

    @property
    def files(self) -> tuple[Path, Path]:
        """Both, in the order in which they are uploaded.

        The wheel goes first: as long as the sdist is missing, installers take the wheel, and nobody notices. The other
        way round, they would build one of their own.
        """
        return self.wheel, self.sdist


def check_backend(lock: Path) -> None:
    """Raise PublishError where the build backend is not the one that is locked: it signs its work with its version."""
    installed = metadata.version(_BACKEND)
    for line in lock.read_text(encoding="utf-8").splitlines():
        pinned = line.rstrip(" \\")
        if line.startswith(f"{_BACKEND}==") and not Requirement(pinned).specifier.contains(installed):
            raise PublishError(
                f".venv has {_BACKEND} {installed}, and requirements.lock pins {pinned}: run ./scripts/install"
            )


def build(source: Path, folder: Path) -> Build:
    """Build a source tree's sdist, and the wheel of the sdist, into a new folder; raises PublishError where it fails.

    Times in the files are hatchling's own constant, not the commit's: whoever has the sdist, and no git, can build
    the same wheel.
    """
    options = (
        "--no-isolation",
        "--skip-dependency-check",
    )  # the lock says what is there, which `check_backend` looks at
    ran = run(sys.executable, "-m", "build", *options, "--outdir", folder, source)
    if ran.returncode:
        raise PublishError(f"the wheel and sdist cannot be built:\n{said(ran)}")
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Build(wheel, sdist)


def check_same(one: Build, other: Build) -> None:
    """Raise PublishError where two builds of the same source differ."""
    for first, second in zip(one.files, other.files, strict=True):
        if first.name != second.name or hash_of(first) != hash_of(second):
            raise PublishError(
                f"{first.name} came out differently in another folder, so that nobody could build what is published: "
                "see what [tool.hatch.build] in pyproject.toml takes from the machine"
            )


def hash_of(file: Path) -> str:
    """Return a file's SHA-256."""
    return sha256(file.read_bytes()).hexdigest()
