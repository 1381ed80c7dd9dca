"""A copy of the project in which a bug can be put, and the tests run. The project itself is never touched."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).parents[2]

_COPIED: Final = (".ci", "custom", "generated", "scripts", "tests", "docs")
_LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "*.pyc")
_OWN: Final = ("AFRESH_", "COVERAGE", "PYTEST", "PYTHON")
"""What begins so in the environment is the business of whoever started this."""

_LONGEST_TEST: Final = 60.0
"""Seconds after which one test counts as hanging."""

_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) \S*?(\w+\.py(?:::\S+)?)", re.MULTILINE)


@frozen
class Ran:
    """How a run of tests ended.

    Attributes:
        seconds: How long it took.
        status: pytest's exit status; None where it did not end in time.
        failed: The test that failed.
        output: What it wrote.
    """

    seconds: float
    status: int | None
    failed: str
    output: str

    @property
    def has_passed(self) -> bool:
        """Whether all tests passed."""
        return self.status == 0

    @property
    def has_found(self) -> bool:
        """Whether a test failed, or hung; and not one that could not even be imported."""
        return self.status in {None, 1}


class Workspace:
    """A copy of the project, with an environment in which the copy comes before what is installed.

    So what the tests start, such as the console command, has the bug, too.
    """

    def __init__(self, folder: Path, root: Path = ROOT) -> None:
        self.root = folder / "project"
        self._temporary = folder / "t"
        self.root.mkdir(parents=True)
        for name in _COPIED:
            if (root / name).is_dir():
                shutil.copytree(root / name, self.root / name, ignore=_LEFT_OUT)
        for file in root.iterdir():
            if file.is_file() and not file.name.startswith(".coverage"):
                shutil.copy2(file, self.root / file.name)
        environment = self.root / ".venv"
        venv.create(environment, symlinks=True)
        packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
        lines = [
            *(str(self.root / name) for name in ("custom", "generated")),
            f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})",
        ]
        (packages / "workspace.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._python = environment / "bin" / Path(sys.executable).name
        if not self._python.exists():
            self._python = environment / "bin" / "python"

    def run(self, tests: Sequence[str], *, first: str | None = None, limit: float) -> Ran:
        """Run files of tests up to the first failure.

        Args:
            tests: The files, in `tests/`.
            first: The name of the test to begin with.
            limit: Seconds after which it counts as hanging.
        """
        began = time.monotonic()
        command: list[str] = [
            *(str(self._python), "-m", "pytest", "-p", "anyio", "-p", "pytest_timeout", "-p", "mutations.first"),
            *("-p", "no:cacheprovider", "-x", "-q", "--tb=line", "-rfE", f"--basetemp={self._temporary}"),
            *(f"--timeout={min(limit, _LONGEST_TEST):g}", *(["--first", first] if first else [])),
            *(f"tests/{test}" for test in tests),
        ]
        with (
            tempfile.TemporaryFile() as output,  # and no pipe, which a process that is left behind would keep open
            subprocess.Popen(
                command,
                cwd=self.root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as process,
        ):
            try:
                status: int | None = process.wait(2 * limit)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                _kill(process.pid)
            output.seek(0)
            text = output.read().decode(errors="replace")
        found = _FAILED.search(text)
        failed = found[1] if found else "the time limit" if status is None else "no test by itself"
        return Ran(time.monotonic() - began, status, failed, text)

    def write(self, path: Path, text: str) -> None:
        """Put a text in the place of a file; what Python has kept of its last one goes."""
        file = self.root / path
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            compiled.unlink()
        file.write_text(text, encoding="utf-8")

    def read(self, path: Path) -> str:
        """Return the text of a file."""
        return (self.root / path).read_text(encoding="utf-8")

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
        # Of the plugins that are installed, those that the tests of custom/ do without take longer than many a test.
        return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(self.root / "tests")}


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
