"""The fixture `fake_api`, which pytest finds by itself where the SDK is installed."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from shell import environment

if TYPE_CHECKING:
    from pathlib import Path

TESTS = """
def test_a_title(fake_api):
    assert fake_api.client().users.me().username == "username"

def test_what_does_not_fit(fake_api):
    try:
        fake_api.client().http.get("/nowhere")
    except AssertionError:
        pass
"""


def test_pytest_finds_the_fixture_which_fails_a_test_that_swallows_errors(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:schemathesis",
        "-p",
        "no:xdist",
    ]
    ran = subprocess.run(command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert "2 passed, 1 error" in ran.stdout, ran.stdout
    assert "FakeAPIError: GET /nowhere: the API's description has no such path" in ran.stdout


def test_the_client_does_not_import_what_only_tests_need(tmp_path: Path) -> None:
    program = "import sys, afresh; print(sorted({'pytest', 'afresh.testing', 'afresh_api.fakes'} & sys.modules.keys()))"
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
    (plugin,) = (point for point in entry_points(group="pytest11") if point.name == "afresh")
    assert plugin.value == "afresh.testing.pytest_plugin"
