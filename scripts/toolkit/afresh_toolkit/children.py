"""Programs that a script runs: none of them outlives it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO

GRACE = 5
"""Seconds that a program has to end, before it is asked less kindly."""

ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
"""What ends a script."""

_OF_HOOKS = ("GIT_COMMON_DIR", "GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE")

_NOT_THEIRS = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")  # they lead to the code here, and not to theirs


def exit_on_signals() -> None:
    """Have whatever ends this process raise SystemExit, so that it clears up; whoever is impatient cannot stop that."""

    def end(number: int, _frame: FrameType | None) -> None:
        for ending in ENDING:
            signal.signal(ending, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # which is what nohup asks for
            signal.signal(number, end)


def forget_hook() -> None:
    """Forget the repository of a hook that runs this process: git would be at work there, and not here."""
    for name in _OF_HOOKS:
        os.environ.pop(name, None)


def run(
    command: Sequence[str | Path],
    folder: Path | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    without: tuple[str, ...] = (),
    stdin: bytes = b"",
    stdout: IO[bytes] | int | None = subprocess.PIPE,
    stderr: int | None = subprocess.PIPE,
) -> subprocess.CompletedProcess[bytes]:
    """Run a program in a folder; it ends with this process, and so do its children.

    It has this process's environment, but for what leads to the code here, and variables whose names begin as `without`
    says; `variables` come on top. Raises FileNotFoundError where there is no such program.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith((*_NOT_THEIRS, *without))}
    with _signals_held() as let_go:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**kept, **(variables or {})},
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,  # so that they can be ended together
        )
        with process:
            try:
                let_go()
                out, err = process.communicate(stdin)
            except BaseException:
                _end(process)
                raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


@contextmanager
def _signals_held() -> Iterator[Callable[[], None]]:
    """Hold back the signals that end this process until they are let go.

    One that came while a program is started would leave it running, since nobody knows of it yet.
    """
    held: list[int] = []
    handlers = {number: signal.signal(number, lambda number, _: held.append(number)) for number in ENDING}

    def let_go() -> None:
        while handlers:
            signal.signal(*handlers.popitem())
        while held:
            signal.raise_signal(held.pop(0))

    try:
        yield let_go
    finally:  # where the program could not be started
        let_go()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and its children: first as Ctrl-C does, so that they can clear up."""
    with suppress(ProcessLookupError, PermissionError):  # none is left
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            os.killpg(process.pid, number)
            deadline = time.monotonic() + GRACE
            while time.monotonic() < deadline:
                process.poll()
                os.killpg(process.pid, 0)
                time.sleep(0.02)
