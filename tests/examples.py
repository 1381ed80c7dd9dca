"""The examples in a document, run as they stand, but for the address of the sandbox."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from made import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox

SANDBOX = "http://127.0.0.1:8765"


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def run_examples(document: str, sandbox: Sandbox, folder: Path, others: dict[str, str]) -> list[str]:
    """Run each example as a program of its own, in a folder and home of its own; give what each prints."""
    (folder / "report.bin").write_bytes(b"content")
    values = {"AFRESH_BASE_URL": sandbox.url, "AFRESH_USERNAME": "ada", "AFRESH_PASSWORD": "lovelace"}
    outputs: list[str] = []
    for example in re.findall(r"^```python\n(.*?)^```", read(document), re.DOTALL | re.MULTILINE):
        assert SANDBOX in example or "from_env" in example
        program = example.replace(SANDBOX, sandbox.url)
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", program],
            cwd=folder,
            env={"HOME": str(folder), **values, **others},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        outputs.append(run.stdout)
    return outputs
