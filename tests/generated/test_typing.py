"""Three type checkers are content with what users write rightly, and refuse what they write wrongly, line by line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from made import SMALL, make
from places import ROOT, TESTS
from type_checkers import MYPY_STRICT

if TYPE_CHECKING:
    from collections.abc import Callable


HERE = TESTS / "typing"
PACKAGES = "packages"
"""Where the packages are: in the folder that is checked, so that no checker takes them for those of another project."""


def run(folder: Path, *command: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False, timeout=110
    )
    assert ran.returncode in {0, 1}, ran.stderr
    return ran.stdout


def mypy(folder: Path) -> list[tuple[str, int]]:
    (folder / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {PACKAGES}\n")
    said = run(folder, *MYPY_STRICT, "--config-file=mypy.ini", "right.py", "wrong.py")
    return [(name, int(line)) for name, line in re.findall(r"^(\w+\.py):(\d+): error", said, re.MULTILINE)]


def pyright(folder: Path) -> list[tuple[str, int]]:
    settings = {"typeCheckingMode": "strict", "extraPaths": [PACKAGES], "include": ["right.py", "wrong.py"]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    said = run(folder, "pyright", "--outputjson", "--pythonpath", sys.executable, "--project", ".")
    found = json.loads(said)["generalDiagnostics"]
    return [(Path(one["file"]).name, one["range"]["start"]["line"] + 1) for one in found]


def pyrefly(folder: Path) -> list[tuple[str, int]]:
    settings = f'search-path = ["{PACKAGES}"]\npython-interpreter-path = "{sys.executable}"\n'
    (folder / "pyrefly.toml").write_text(settings)
    said = run(folder, "pyrefly", "check", "--output-format=json", "right.py", "wrong.py")
    return [(Path(error["path"]).name, error["line"]) for error in json.loads(said)["errors"]]


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of packages whose APIs take keys."""
    folder = tmp_path_factory.mktemp("keyed")
    schemes = "securitySchemes: {api_key: {type: apiKey, in: header, name: X}, basic: {type: http, scheme: basic}}"
    make(SMALL.replace("components:\n", f"components:\n  {schemes}\n"), folder, package="keyed_api")
    dashed = "securitySchemes: {X-API: {type: apiKey, in: header, name: X}}"
    make(SMALL.replace("components:\n", f"components:\n  {dashed}\n"), folder, package="dashed_api")
    return folder


@pytest.mark.parametrize("checker", [mypy, pyright, pyrefly])
def test_what_is_wrong_is_refused_and_nothing_else(
    tmp_path: Path, keyed: Path, checker: Callable[[Path], list[tuple[str, int]]]
) -> None:
    copytree(ROOT / "custom", tmp_path / PACKAGES)
    copytree(keyed, tmp_path / PACKAGES, dirs_exist_ok=True)
    copytree(ROOT / "generated", tmp_path / PACKAGES, dirs_exist_ok=True)
    expected: set[tuple[str, int]] = set()
    for source in HERE.glob("*.py"):
        text = source.read_text(encoding="utf-8")
        (tmp_path / source.name).write_text(text, encoding="utf-8")
        lines = enumerate(text.splitlines(), 1)
        expected |= {(source.name, number) for number, line in lines if line.endswith("# wrong")}
    assert len(expected) > 20
    assert set(checker(tmp_path)) == expected
