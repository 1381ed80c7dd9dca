"""The files of a reference: stale ones go, others stay, `--check` sees changes, and a setting leaves all of it out."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from forks import toolkit
from made import SMALL, run
from places import ROOT

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

SETTINGS = '[project]\nname = "small-sdk"\nversion = "0.1.0"\n\n[tool.afresh]\npackage = "small"\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository of a small API, with its reference."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "generate", tmp_path / "scripts")
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "openapi.yaml").write_text(SMALL, encoding="utf-8")
    assert generate(tmp_path).returncode == 0
    return tmp_path


def generate(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return toolkit().run(["--door", root / "scripts" / "generate", "generate", *arguments], {}, root)


def names(root: Path) -> list[str]:
    return sorted(file.name for file in (root / "docs" / "reference").iterdir())


def test_pages_that_are_none_any_more_go_and_those_of_others_stay(repository: Path) -> None:
    assert names(repository) == ["README.md", "errors.md", "models.md", "signing-in.md", "things.md"]
    own = repository / "docs" / "reference" / "own.md"
    own.write_text("# My own\n", encoding="utf-8")
    assert generate(repository, "--check").returncode == 0
    (repository / "openapi.yaml").write_text(SMALL.replace("[things]", "[items]"), encoding="utf-8")
    assert generate(repository).returncode == 0
    assert names(repository) == ["README.md", "errors.md", "items.md", "models.md", "own.md", "signing-in.md"]
    assert own.read_text(encoding="utf-8") == "# My own\n"


def test_a_page_of_somebody_else_is_not_written_over(repository: Path) -> None:
    theirs = repository / "docs" / "reference" / "items.md"
    theirs.write_text("# Items\n", encoding="utf-8")
    (repository / "openapi.yaml").write_text(SMALL.replace("[things]", "[items]"), encoding="utf-8")
    before = (repository / "generated" / "small_api" / "manifest.json").read_bytes()
    ran = generate(repository)
    assert ran.returncode == 1
    assert "docs/reference/items.md: is in the way of a page of the reference" in ran.stderr
    assert theirs.read_text(encoding="utf-8") == "# Items\n"
    assert (repository / "generated" / "small_api" / "manifest.json").read_bytes() == before, "nothing was changed"


def test_check_sees_what_is_not_as_it_was_generated(repository: Path) -> None:
    things = repository / "docs" / "reference" / "things.md"
    written = things.read_text(encoding="utf-8")
    things.write_text(f"{written}more\n", encoding="utf-8")
    assert f"{things.relative_to(repository)} is not as it was generated" in generate(repository, "--check").stderr
    things.unlink()
    assert f"{things.relative_to(repository)} is missing" in generate(repository, "--check").stderr
    assert generate(repository).returncode == 0
    assert things.read_text(encoding="utf-8") == written
    assert generate(repository, "--check").returncode == 0
    things.with_name("old.md").write_text(written, encoding="utf-8")
    assert "old.md is not one of the generated pages any more" in generate(repository, "--check").stderr


def test_a_setting_leaves_it_out(repository: Path) -> None:
    own = repository / "docs" / "own.md"
    own.write_text("# My own\n", encoding="utf-8")
    (repository / "pyproject.toml").write_text(f"{SETTINGS}reference = false\n", encoding="utf-8")
    assert "whether there is a reference has changed" in generate(repository, "--check").stderr
    assert generate(repository).returncode == 0
    assert [path.name for path in (repository / "docs").iterdir()] == ["own.md"]
    assert generate(repository, "--check").returncode == 0


def test_another_package_has_none_unless_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(SMALL, encoding="utf-8")
    arguments = ("--spec", tmp_path / "openapi.yaml", "--output", tmp_path / "out", "--package", "small_api")
    assert run(*arguments).returncode == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["small_api"]
    assert run(*arguments, "--reference", tmp_path / "pages").returncode == 0
    assert "from small import Client" in (tmp_path / "pages" / "things.md").read_text(encoding="utf-8")
