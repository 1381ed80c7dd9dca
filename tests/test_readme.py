"""The README's examples, and its session in the shell, run as they stand, but for the address of the sandbox."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING

from afresh._environment import variables
from examples import SANDBOX, read, run_examples
from shell import environment, terminal

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox

README = read("README.md")
SESSION = re.search(r"^## From the shell\n.*?^```console\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_the_examples_do_what_they_say(sandbox: Sandbox, tmp_path: Path) -> None:
    first, second, third = run_examples("README.md", sandbox, tmp_path, {})
    assert "404 Not Found" in first
    assert second.startswith("50 [")
    assert third == "ada\n"
    assert (tmp_path / ".config" / "afresh" / "session.json").exists()
    # Run again, the first one finds its session and does not sign in anew.
    run_examples("README.md", sandbox, tmp_path, {})
    assert sandbox.control.counters().logins == 5


def test_the_session_in_the_shell_is_as_it_shows(sandbox: Sandbox, tmp_path: Path) -> None:
    assert SESSION
    binaries = tmp_path / "bin"
    binaries.mkdir()
    (binaries / "afresh").write_text(f'#!/bin/sh\nexec {sys.executable} -m afresh "$@"\n')
    (binaries / "afresh").chmod(0o755)
    own = environment(tmp_path)
    own["PATH"] = f"{binaries}:{own['PATH']}"
    own.pop("COVERAGE_PROCESS_START", None)
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", SESSION[1], re.MULTILINE)
    assert len(steps) > 10
    for command, shown in steps:
        if command.startswith("curl ") and not shutil.which("curl"):
            continue
        with terminal(["sh", "-c", f"cd {tmp_path}; {command.replace(SANDBOX, sandbox.url)}"], own) as seen:
            for prompt, answer in (("username:", "ada\n"), ("password:", "lovelace\n")):
                if prompt in shown and " login " in command:
                    seen.read_until(prompt)
                    seen.type(answer)
        output = seen.shown.replace("\r\n", "\n").replace(sandbox.url, SANDBOX).replace(str(tmp_path), "/home/ada")
        assert without_chance(output) == without_chance(shown)


def without_chance(text: str) -> str:
    """Take out what differs from one run to the next: moments and ids, and the spaces at the ends of lines."""
    return re.sub(r" +$|\d{4}-\d\d-\d\d [\d:]+|0:14:5\d|[0-9a-f]{8}-[0-9a-f-]{27}", "", text, flags=re.MULTILINE)


def test_it_names_the_variables() -> None:
    rows = re.findall(r"^\| (`AFRESH_.*?) \|", README, re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(variables())
