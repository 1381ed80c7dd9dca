"""The console command, in a process of its own, in a fork or in this process: with pipes, files, or a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from contextlib import ExitStack, chdir, contextmanager
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING
from unittest.mock import patch

import coverage
from attrs import define, field

from afresh._console.main import main
from forks import Origin, origin
from places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

COMMAND = (sys.executable, "-m", "afresh")


def environment(home: Path, **variables: str) -> dict[str, str]:
    """Return the environment of somebody who lives in a folder of his own, and has no keyring."""
    measuring = (
        {"COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"), "COVERAGE_FILE": str(ROOT / ".coverage")}
        if coverage.Coverage.current()
        else {}
    )
    own = {"HOME": str(home), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "PYTHONWARNINGS": "error"}
    return {"PATH": os.environ["PATH"], **own, **measuring, **variables}


@define
class Terminal:
    """A process on a pseudo-terminal: what it shows is what a person would see, with what the terminal echoes."""

    process: subprocess.Popen[bytes]
    master: int
    slave: int
    shown: str = ""

    def read_until(self, text: str) -> None:
        """Wait until the terminal shows a text that it has not shown before."""
        start = len(self.shown)
        while text not in self.shown[start:]:
            self.shown += os.read(self.master, 1000).decode()

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    @property
    def is_echoing(self) -> bool:
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)


@contextmanager
def terminal(command: Sequence[str], environment: dict[str, str]) -> Iterator[Terminal]:
    """Run a command on a terminal that is its own; at the end all is read that it has put out."""
    master, slave = pty.openpty()
    # The first terminal that the leader of a session opens is the session's, as getpass needs it.
    on_terminal = ["sh", "-c", 'tty="$1"; shift; exec "$@" <"$tty" >"$tty" 2>&1', "sh", os.ttyname(slave), *command]
    process = subprocess.Popen(on_terminal, env=environment, cwd=ROOT, start_new_session=True)
    seen = Terminal(process, master, slave)
    try:
        yield seen
        process.wait(30)
        os.set_blocking(master, False)
        try:
            while chunk := os.read(master, 10_000):
                seen.shown += chunk.decode()
        except BlockingIOError:
            pass
    finally:
        process.kill()
        process.wait()
        os.close(master)
        os.close(slave)


@define
class Shell:
    """Somebody's shell."""

    home: Path
    variables: dict[str, str] = field(factory=dict)

    def run(self, *arguments: str, stdin: str | bytes = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the console command."""
        run = subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment(**variables),
            cwd=ROOT,
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            check=False,
        )
        return subprocess.CompletedProcess(run.args, run.returncode, run.stdout.decode(), run.stderr.decode())

    def output(self, *arguments: str, stdin: str | bytes = "", **variables: str) -> str:
        """Run the console command, which must succeed and complain of nothing."""
        run = self.run(*arguments, stdin=stdin, **variables)
        assert (run.returncode, run.stderr) == (0, "")
        return run.stdout

    def complaint(self, *arguments: str, status: int = 1, stdin: str | bytes = "", **variables: str) -> str:
        """Run the console command, which must fail; return its one line on standard error."""
        run = self.run(*arguments, stdin=stdin, **variables)
        assert run.returncode == status, run.stderr
        assert run.stderr.startswith("afresh: ")
        assert run.stderr.count("\n") == 1
        return run.stderr.removeprefix("afresh: ").rstrip("\n")

    def environment(self, **variables: str) -> dict[str, str]:
        return environment(self.home, **{**self.variables, **variables})


@define
class ForkedShell(Shell):
    """The same, of commands that are forked from a process that has imported them."""

    origin: Origin = field(kw_only=True)

    def run(self, *arguments: str, stdin: str | bytes = "", **variables: str) -> subprocess.CompletedProcess[str]:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        return self.origin.run(arguments, self.environment(**variables), ROOT, given)


@contextmanager
def origin_of_commands(home: Path, **variables: str) -> Iterator[Origin]:
    """Import the console command in a process, for `ForkedShell`."""
    own = environment(home, **variables)
    with origin(
        "afresh._console.main:main", "afresh._client", "afresh._console", "afresh_api", environment=own
    ) as running:
        yield running


@define
class ShellInProcess(Shell):
    """The same within this process, many times faster: for what a command says and does."""

    def run(self, *arguments: str, stdin: str | bytes = "", **variables: str) -> subprocess.CompletedProcess[str]:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        streams = {
            "stdin": TextIOWrapper(BytesIO(given), encoding="utf-8"),
            "stdout": TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True),
            "stderr": TextIOWrapper(BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True),
        }
        with ExitStack() as patched:
            patched.enter_context(chdir(ROOT))
            patched.enter_context(patch.dict(os.environ, self.environment(**variables), clear=True))
            for name, stream in streams.items():
                patched.enter_context(patch.object(sys, name, stream))
            try:
                status = main(arguments)
            except SystemExit as ended:
                status = ended.code if isinstance(ended.code, int) else 1
        out, err = (streams[name].buffer.getvalue().decode() for name in ("stdout", "stderr"))
        return subprocess.CompletedProcess(arguments, status, out, err)
