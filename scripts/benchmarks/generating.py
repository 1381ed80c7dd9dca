"""Making the package of a description, with scripts/generate and with openapi-python-client as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from benchmarks.processes import python
from benchmarks.server import PYTHONPATH

if TYPE_CHECKING:
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


def ours(description: Path, folder: Path) -> Usage:
    """Make `folder/our_api`, with the generator behind scripts/generate."""
    options = [f"--spec={description}", f"--output={folder}", f"--package={OURS}"]
    return python(["-m", "afresh_toolkit", "generate", *options], PYTHONPATH).checked()


def stock(description: Path, folder: Path) -> Usage:
    """Make `folder/stock_api`, unless openapi-python-client refuses the description."""
    options = [f"--path={description}", "--meta=none", f"--output-path={folder / STOCK}"]
    return python(["-m", "openapi_python_client", "generate", *options], "")
