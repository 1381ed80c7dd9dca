"""Whatever goes wrong, the package that was there stays as it was, and nothing is left lying about."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from generator.pipeline import generate
from generator.swap import swap_in, workplace
from made import SCRIPT, SMALL, content, make

STEPS = ["Reading", "Writing", "Formatting", "Importing"]


@pytest.mark.parametrize("stopped_at", STEPS)
def test_an_interruption_at_any_step_changes_nothing(tmp_path: Path, stopped_at: str) -> None:
    make(SMALL, tmp_path)
    before = content(tmp_path)

    @contextmanager
    def step(doing: str) -> Iterator[None]:
        yield
        if doing.startswith(stopped_at):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path / "openapi.yaml", tmp_path / "small_api", step)
    assert content(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["openapi.yaml", "small_api"]


def test_a_first_run_that_fails_takes_its_folders_away(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(SMALL)

    @contextmanager
    def step(doing: str) -> Iterator[None]:
        yield
        if doing.startswith("Formatting"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path / "openapi.yaml", tmp_path / "some" / "where" / "small_api", step)
    assert [path.name for path in tmp_path.iterdir()] == ["openapi.yaml"]


def test_the_old_folder_comes_back_where_the_new_one_cannot_be_moved(tmp_path: Path) -> None:
    target = tmp_path / "package"
    target.mkdir()
    (target / "module.py").write_text("old = True\n")
    with workplace(target) as folder, pytest.raises(FileNotFoundError):
        swap_in(folder / "never made", target, folder)
    assert content(tmp_path).keys() == {"package/module.py"}
    assert (target / "module.py").read_text() == "old = True\n"


TERMINATED = """
import os, signal, sys
from generator import pipeline
pipeline.format_package = lambda _: os.kill(os.getpid(), signal.SIGTERM)
sys.argv[1:] = ["--spec", "small.yaml", "--output", ".", "--package", "small_api"]
import runpy
runpy.run_module("generator", run_name="__main__")
"""


def test_a_termination_leaves_nothing_lying_about(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parent)}
    run = subprocess.run([sys.executable, "-c", TERMINATED], cwd=tmp_path, env=environment, check=False)
    assert run.returncode == 128 + signal.SIGTERM
    assert [path.name for path in tmp_path.iterdir()] == ["small.yaml"]
