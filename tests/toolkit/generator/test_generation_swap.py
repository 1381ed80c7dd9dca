"""Whatever goes wrong, the package that was there stays as it was, and nothing is left lying about."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from afresh_toolkit.generator.finishing.swap import swap_in, workplace
from afresh_toolkit.generator.pipeline import generate
from afresh_toolkit.generator.reading.inputs import Inputs
from made import SMALL, content, make

STEPS = ["Reading", "Writing", "Formatting"]


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
        generate(Inputs(tmp_path / "openapi.yaml"), tmp_path / "small_api", step)
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
        generate(Inputs(tmp_path / "openapi.yaml"), tmp_path / "some" / "where" / "small_api", step)
    assert [path.name for path in tmp_path.iterdir()] == ["openapi.yaml"]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return a folder that is to be replaced."""
    target = tmp_path / "package"
    target.mkdir()
    (target / "module.py").write_text("old = True\n")
    return target


def replace(target: Path) -> None:
    with workplace(target) as folder:
        new = folder / "new"
        new.mkdir()
        (new / "module.py").write_text("old = False\n")
        swap_in(new, target, folder)


WATCHER = """
import sys
from pathlib import Path
module = Path(sys.argv[1]) / "module.py"
print("ready", flush=True)
while Path(sys.argv[2]).exists():
    module.read_text()
"""


def test_whoever_looks_meanwhile_finds_the_old_or_the_new_folder(target: Path, tmp_path: Path) -> None:
    running = tmp_path / "running"
    running.touch()
    with subprocess.Popen([sys.executable, "-c", WATCHER, target, running], stdout=subprocess.PIPE) as watcher:
        assert watcher.stdout is not None
        watcher.stdout.readline()
        for _ in range(300):
            replace(target)
        running.unlink()
    assert watcher.returncode == 0


@pytest.fixture
def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play a system on which two folders cannot change places in one step."""
    monkeypatch.setattr("afresh_toolkit.generator.finishing.swap._exchange", lambda *_: False)


@pytest.mark.usefixtures("without_exchange")
def test_folders_are_replaced_also_where_they_cannot_change_places(target: Path) -> None:
    replace(target)
    assert (target / "module.py").read_text() == "old = False\n"
    assert [path.name for path in target.parent.iterdir()] == ["package"]


@pytest.mark.usefixtures("without_exchange")
def test_the_old_folder_comes_back_where_the_new_one_cannot_be_moved(target: Path) -> None:
    with workplace(target) as folder, pytest.raises(FileNotFoundError):
        swap_in(folder / "never made", target, folder)
    assert content(target.parent).keys() == {"package/module.py"}
    assert (target / "module.py").read_text() == "old = True\n"


def test_a_fault_of_the_exchange_is_told(target: Path) -> None:
    with workplace(target) as folder, pytest.raises(FileNotFoundError):
        swap_in(folder / "never made", target, folder)
    assert (target / "module.py").read_text() == "old = True\n"


def test_what_a_killed_run_has_left_is_taken_away_by_the_next(target: Path) -> None:
    left = target.parent / ".package-left"
    (left / "new" / "package").mkdir(parents=True)
    replace(target)
    assert [path.name for path in target.parent.iterdir()] == ["package"]


def test_a_run_that_was_killed_between_two_renames_is_undone_by_the_next(target: Path) -> None:
    left = target.parent / ".package-left"
    left.mkdir()
    target.rename(left / "old")
    with workplace(target):
        assert (target / "module.py").read_text() == "old = True\n"
    assert [path.name for path in target.parent.iterdir()] == ["package"]


def test_what_another_run_is_at_is_left_alone(target: Path) -> None:
    with workplace(target) as other:
        replace(target)
        assert other.exists()
    assert [path.name for path in target.parent.iterdir()] == ["package"]


TERMINATED = """
import os, signal, sys
from afresh_toolkit.generator.finishing import making
making.import_modules = lambda *_: os.kill(os.getpid(), signal.SIGTERM)
sys.argv[1:] = ["generate", "--spec", "small.yaml", "--output", ".", "--package", "small_api"]
import runpy
runpy.run_module("afresh_toolkit", run_name="__main__")
"""


def test_a_termination_leaves_nothing_lying_about(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    run = subprocess.run([sys.executable, "-c", TERMINATED], cwd=tmp_path, check=False)
    assert run.returncode == 128 + signal.SIGTERM
    assert [path.name for path in tmp_path.iterdir()] == ["small.yaml"]
