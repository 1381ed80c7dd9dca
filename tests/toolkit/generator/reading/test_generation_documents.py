"""Real descriptions, where there are any beside the project: each operation is generated, and every module imports."""

import json
from pathlib import Path

import pytest

from afresh_toolkit.generator.reading.description import METHODS
from afresh_toolkit.generator.reading.document import Document
from made import run
from places import ROOT

SPECS = ROOT.parent / "shared" / "specs"
LARGE = 200_000
"""Bytes; what is larger takes longer than the other tests together: scripts/generate --spec makes it by hand."""

DOCUMENTS = sorted(
    path for path in SPECS.glob("*") if path.suffix in {".json", ".yaml"} and path.stat().st_size < LARGE
)


@pytest.mark.skipif(not DOCUMENTS, reason=f"there are no descriptions in {SPECS}")
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_operation_of_a_real_description_is_generated(path: Path, tmp_path: Path) -> None:
    described = [
        method for item in Document.read(path).content["paths"].values() for method in METHODS if method in item
    ]
    result = run("--spec", path, "--output", tmp_path, "--package", "real_api", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["operations"] == len(described)
