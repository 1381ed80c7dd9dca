"""The README's examples run as they stand, but for the address of the sandbox."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from afresh._environment import variables

if TYPE_CHECKING:
    from sandbox.process import Sandbox

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
SANDBOX = "http://127.0.0.1:8765"


def run_examples(sandbox: Sandbox, folder: Path, environment: dict[str, str]) -> list[str]:
    """Run each example as a program of its own, in a folder and home of its own; give what each prints."""
    (folder / "report.bin").write_bytes(b"content")
    values = {"AFRESH_BASE_URL": sandbox.url, "AFRESH_USERNAME": "ada", "AFRESH_PASSWORD": "lovelace"}
    outputs: list[str] = []
    for example in EXAMPLES:
        assert SANDBOX in example or "from_env" in example
        program = example.replace(SANDBOX, sandbox.url)
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            cwd=folder,
            env={"HOME": str(folder), **values, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        outputs.append(run.stdout)
    return outputs


def test_the_examples_do_what_they_say(sandbox: Sandbox, tmp_path: Path) -> None:
    first, second, third = run_examples(sandbox, tmp_path, {})
    assert "404 Not Found" in first
    assert second.startswith("50 [")
    assert third == "ada\n"
    assert (tmp_path / ".config" / "afresh" / "session.json").exists()
    # Run again, the first one finds its session and does not sign in anew.
    run_examples(sandbox, tmp_path, {})
    assert sandbox.control.counters().logins == 5


def test_it_names_the_variables() -> None:
    rows = re.findall(r"^\| (`AFRESH_.*?) \|", README, re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(variables())


@pytest.mark.parametrize("path", re.findall(r"`((?:custom|tests|scripts|generated)/[\w./]+)`", README))
def test_the_files_that_it_names_exist(path: str) -> None:
    assert (Path(__file__).parents[1] / path).exists()
