"""Fakes of other APIs than the sample: every style of parameters, kind of body, of stream and of paging."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from made import make
from places import ROOT
from shell import environment

if TYPE_CHECKING:
    from pathlib import Path


def test_a_fake_of_any_api_reads_what_is_sent_and_refuses_what_does_not_fit(tmp_path: Path) -> None:
    make((ROOT / "tests/fixtures/fakes.yaml").read_text(encoding="utf-8"), tmp_path, package="afresh_api")
    ran = subprocess.run(
        [sys.executable, "-W", "error", ROOT / "tests" / "faked.py"],
        env=environment(tmp_path, PYTHONPATH=f"{tmp_path}:{ROOT / 'tests'}"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
