"""Making the package of a description, with scripts/generate and with openapi-python-client as it comes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import yaml
from attrs import frozen

from benchmarks.processes import python
from benchmarks.server import PYTHONPATH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.processes import Usage

OURS: Final = "our_api"
STOCK: Final = "stock_api"
"""What the packages are called."""


@frozen
class Made:
    """How much a package holds."""

    operations: int
    models: int

    @classmethod
    def of(cls, package: Path) -> Made:
        """Count the modules."""
        models = [file for file in (package / "models").glob("*.py") if not file.name.startswith("_")]
        return cls(len(operation_files(package)), len(models))


def operation_files(package: Path) -> list[Path]:
    """Give the modules of the operations."""
    return sorted(file for file in (package / "api").glob("*/*.py") if not file.name.startswith("_"))


class Edited:
    """A description of one file of which one operation changes each time that its package is made anew."""

    def __init__(self, description: Path, folder: Path) -> None:
        text = description.read_text(encoding="utf-8")
        self._content: Any = json.loads(text) if description.suffix == ".json" else yaml.load(text, yaml.CSafeLoader)
        self._file = folder / description.name  # JSON is YAML, too
        self._folder = folder
        self._count = 0

    def make(self) -> Usage:
        """Make the package after one more change: an operation has another parameter than before."""
        operation = next(self._operations())
        others = [one for one in operation.get("parameters", ()) if not str(one.get("name")).startswith(_EXTRA)]
        self._count += 1
        extra = {"name": f"{_EXTRA}{self._count}", "in": "query", "schema": {"type": "string"}}
        operation["parameters"] = [*others, {**extra, **({} if "openapi" in self._content else {"type": "string"})}]
        self._file.write_text(json.dumps(self._content, default=str), encoding="utf-8")
        return ours(self._file, self._folder)

    def _operations(self) -> Iterator[dict[str, Any]]:
        for item in self._content["paths"].values():
            yield from (one for one in item.values() if isinstance(one, dict) and "responses" in one)


_EXTRA: Final = "x-changed-"


def ours(description: Path, folder: Path) -> Usage:
    """Make `folder/our_api`, with the generator behind scripts/generate."""
    options = [f"--spec={description}", f"--output={folder}", f"--package={OURS}"]
    return python(["-m", "afresh_toolkit", "generate", *options], PYTHONPATH).checked()


def stock(description: Path, folder: Path) -> Usage:
    """Make `folder/stock_api`, unless openapi-python-client refuses the description."""
    options = [f"--path={description}", "--meta=none", f"--output-path={folder / STOCK}"]
    return python(["-m", "openapi_python_client", "generate", *options], "")
