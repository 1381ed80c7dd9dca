"""The wheel and the sdist: what is in them, and that the README's usage works from the wheel alone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from examples import run_examples
from places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel from the sdist, as a package index would get them."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="module")
def wheel(distributions: Path) -> Path:
    (wheel,) = distributions.glob("*.whl")
    return wheel


def modules() -> set[str]:
    """All files of the packages, as git would see them."""
    return {
        str(path.relative_to(root))
        for root in (ROOT / "custom", ROOT / "generated")
        for path in root.glob("*/**/*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_both_packages_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    packages = {name for name in names if ".dist-info/" not in name}
    assert packages == modules() - {"afresh_api/manifest.json", "afresh_api/surface.txt"}
    assert {"afresh/py.typed", "afresh_api/py.typed"} <= packages
    assert {name.partition(".dist-info/")[2] for name in names - packages} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }


def test_the_sdist_holds_what_the_wheel_is_made_of(distributions: Path) -> None:
    (sdist,) = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    sources = {f"custom/{name}" if name.startswith("afresh/") else f"generated/{name}" for name in modules()}
    assert names == sources | {
        ".gitignore",
        "CHANGELOG.md",
        "LICENSE",
        "PKG-INFO",
        "README.md",
        "custom/surface.txt",
        "openapi.yaml",
        "pyproject.toml",
    }


def test_the_readme_works_from_the_wheel_alone(wheel: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    site, home = tmp_path / "site", tmp_path / "home"
    home.mkdir()
    zipfile.ZipFile(wheel).extractall(site)
    where = "import afresh, afresh_api; print(afresh.__file__, afresh_api.__file__)"
    environment = {"PYTHONPATH": str(site)}
    run = subprocess.run([sys.executable, "-c", where], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.split() == [str(site / "afresh/__init__.py"), str(site / "afresh_api/__init__.py")]
    run_examples("README.md", sandbox, home, environment)


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    declared = {re.split(r"[^\w.-]", line)[0] for line in [*project["dependencies"], *extras]}
    # pydantic_core is there where pydantic asks for a schema, and pytest where it imports its fixture; type checkers
    # bring typing_extensions along, and aiohttp multidict and yarl, whose types it takes.
    own = {"multidict", "pydantic_core", "pytest", "typing_extensions", "yarl"} | {
        package.name for root in (ROOT / "custom", ROOT / "generated") for package in root.iterdir()
    }
    imported = (
        {
            name.partition(".")[0]
            for file in [*(ROOT / "custom").rglob("*.py"), *(ROOT / "generated").rglob("*.py")]
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            for name in _names(node)
        }
        - own
        - sys.stdlib_module_names
    )
    distributions = metadata.packages_distributions()
    assert {distributions[name][0].lower() for name in imported} == declared


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    match node:
        case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=str(name))]):  # of an extra
            return [name]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
