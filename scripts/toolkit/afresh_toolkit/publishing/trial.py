"""Tries a wheel: in a fresh environment, with the dependencies that requirements.lock pins."""

import sys
from pathlib import Path

from uv import find_uv_bin

from afresh_toolkit.publishing.problems import PublishError
from afresh_toolkit.publishing.programs import run, said
from afresh_toolkit.publishing.project import Project
from afresh_toolkit.publishing.subject import Subject


def make_environment(source: Path, subject: Subject, folder: Path) -> Path:
    """Make an environment with what is needed by what is released of a source tree; returns its Python.

    Raises PublishError where something cannot be had, is not what is locked, or is not locked at all.
    """
    python = folder / "bin" / "python"
    uv("venv", "--no-project", "--python", sys.executable, folder)
    uv(
        *("pip", "install", "--python", python, "--require-hashes", "--requirements"),
        subject.in_tree(source) / "pyproject.toml",
        *("--constraints", source / "requirements.lock"),
    )
    return python


def install(python: Path, project: Project, folder: Path) -> None:
    """Install the wheel that is in a folder into an environment; raises PublishError where it does not fit there."""
    # By name, not by path, which would be written down in the environment. Without the cache: it is used but once.
    uv(
        *("pip", "install", "--python", python, "--no-cache", "--no-index", "--no-deps"),
        *("--find-links", folder, str(project)),
    )
    uv("pip", "check", "--python", python)


def uv(*arguments: str | Path) -> None:
    """Run uv; raises PublishError where it fails."""
    ran = run(find_uv_bin(), "--no-progress", "--color", "never", *arguments)
    if ran.returncode:
        raise PublishError(
            f"uv {arguments[0]} {arguments[1]} failed, in a fresh environment:\n{said(ran)}\n"
            "Mend that (`afresh-toolkit lock` locks what requirements.lock lacks), commit it, and run this again"
        )
