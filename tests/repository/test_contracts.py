"""Imports run one way: the contracts in pyproject.toml are kept, and one that is broken is named by both rooms."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from places import ROOT

PACKAGES = {"afresh": "custom", "afresh_api": "generated", "afresh_toolkit": "scripts/toolkit"}


@pytest.mark.parametrize(
    ("module", "line", "said"),
    [
        ("afresh/_stores/memory_store.py", "from afresh._calls import paging", "afresh._stores -> afresh._calls"),
        ("afresh/_session/state.py", "import afresh._client", "afresh._session -> afresh._client"),
        ("afresh_api/errors.py", "import afresh", "afresh_api -> afresh"),
        (
            "afresh_toolkit/generator/reading/document.py",
            "from afresh_toolkit.generator.writing import codec",
            "afresh_toolkit.generator.reading -> afresh_toolkit.generator.writing",
        ),
    ],
)
def test_an_import_against_the_direction_is_refused_by_both_rooms(
    tmp_path: Path, module: str, line: str, said: str
) -> None:
    for package, folder in PACKAGES.items():
        shutil.copytree(ROOT / folder / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    broken = tmp_path / module
    broken.write_text(f"{broken.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    lint_imports = str(Path(sys.executable).with_name("lint-imports"))
    ran = subprocess.run(
        [lint_imports, "--no-cache", "--no-logo"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    importer, imported = said.split(" -> ")
    pattern = rf"{re.escape(importer)}[\w.]* (?:->|is not allowed to import) {re.escape(imported)}\b"
    assert re.search(pattern, " ".join(ran.stdout.split())), ran.stdout
