"""The README: its examples run, from a clone and twice in a row, and it leads to every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples import read, run_examples
from places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox

README = read("README.md")
LONGEST = 150
"""Lines: it is one page, and the rest is in docs/."""


def test_the_examples_do_what_they_say(sandbox: Sandbox, tmp_path: Path) -> None:
    first, second = run_examples("README.md", sandbox, tmp_path, {})
    assert "404 Not Found" in first
    assert second.startswith("50 [")
    assert (tmp_path / ".config" / "afresh" / "session.json").exists()
    # Run again, the first one finds its session and does not sign in anew.
    run_examples("README.md", sandbox, tmp_path, {})
    assert sandbox.control.counters().logins == 3


def test_it_is_one_page_and_leads_to_all_others() -> None:
    assert len(README.splitlines()) <= LONGEST
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"](docs/{page.name})" not in README] == []
