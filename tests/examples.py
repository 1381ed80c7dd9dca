"""The examples in a document, run as they are, except that their hosts are the sandbox."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox

SANDBOX = "http://127.0.0.1:8765"
API = "https://api.example.com"
"""The sandbox, in the documents that other SDKs are given too."""

STAGING = "https://staging.example.com"
"""Another deployment of the API: here, the same one."""

OTHER_HOST = "files.example.com"
"""A host that takes the same tokens: here, the sandbox by another name."""

ONE_BY_ONE = """
import os, sys
import afresh.testing, afresh_api.models
for program in sys.argv[1:]:
    child = os.fork()
    if not child:
        exec(compile(program, "example", "exec"), {"__name__": "__main__"})
        sys.exit()
    if os.waitpid(child, 0)[1]:
        sys.exit(f"this example failed:\\n{program}")
    print(end="\\0", flush=True)
"""
"""Imports the SDK once for all programs, which takes longer than most of them."""


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def run_examples(
    document: str, sandbox: Sandbox, folder: Path, others: dict[str, str], *, without: str = "\0"
) -> list[str]:
    """Run each example as a program of its own, in a folder and home of its own; give what each prints.

    Examples that hold the text `without` are left out.
    """
    (folder / "report.bin").write_bytes(b"content")
    values = {"AFRESH_BASE_URL": sandbox.url, "AFRESH_USERNAME": "ada", "AFRESH_PASSWORD": "lovelace"}
    examples = re.findall(r"^```python\n(.*?)^```", read(document), re.DOTALL | re.MULTILINE)
    programs = [_with_hosts(example, sandbox) for example in examples if without not in example]
    elsewhere = re.findall(r"https?://(?!127\.0\.0\.1:|localhost:|testserver\b).*", "".join(programs))
    assert not elsewhere, "an example leaves this machine"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", ONE_BY_ONE, *programs],
        cwd=folder,
        env={"HOME": str(folder), **values, **others},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.split("\0")[:-1]


def _with_hosts(example: str, sandbox: Sandbox) -> str:
    other = sandbox.url.replace("127.0.0.1", "localhost")
    for host, url in ((SANDBOX, sandbox.url), (API, sandbox.url), (STAGING, sandbox.url)):
        example = example.replace(host, url)
    return example.replace(f"https://{OTHER_HOST}", other).replace(OTHER_HOST, "localhost")
