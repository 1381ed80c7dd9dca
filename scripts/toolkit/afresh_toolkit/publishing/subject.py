"""What is released of a repository: its SDK, or the toolkit, where the repository has that."""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import define

from afresh_toolkit.checkout import Checkout
from afresh_toolkit.publishing.problems import PublishError
from afresh_toolkit.publishing.programs import run, said
from afresh_toolkit.publishing.project import Project

CALLS = "scripts/smoke.py"
"""The program of a repository that makes calls with the SDK that is installed. Where there is none, `smoke` does."""

SMOKE = Path(__file__).with_name("smoke.py")


@define(frozen=True)
class Subject:
    """A distribution of a repository: the folder of its pyproject.toml, what its tags begin with, and what tries it.

    `try_out` takes the Python of an environment that has it, and the repository's source tree; it returns what it did.
    """

    folder: str
    tag: str
    try_out: Callable[[Path, Path], str]

    def in_tree(self, source: Path) -> Path:
        """Return its folder in a source tree."""
        return source / self.folder


def _make_calls(python: Path, source: Path) -> str:
    calls: tuple[str | Path, ...] = (source / CALLS, sys.executable)
    if not (source / CALLS).is_file():
        checkout = Checkout.at(source)
        calls = (SMOKE, checkout.package, checkout.api, Project.read(source).name)
    ran = run(python, "-I", *calls)
    if ran.returncode:
        raise PublishError(f"the wheel installs, but does not work:\n{said(ran)}\nMend that, and commit it")
    return ran.stdout.strip()


def _make_repository(python: Path, source: Path) -> str:
    with TemporaryDirectory() as temporary:
        command = (python, "-I", "-m", "afresh_toolkit", "new", "trial_sdk", "--name", "trial_sdk")
        ran = run(*command, "--spec", source / "openapi.yaml", cwd=Path(temporary))
    if ran.returncode:
        raise PublishError(f"the wheel installs, but makes no repository:\n{said(ran)}\nMend that, and commit it")
    return "made a repository with it"


SDK = Subject(".", "v", _make_calls)
TOOLKIT = Subject("scripts/toolkit", "toolkit-v", _make_repository)
