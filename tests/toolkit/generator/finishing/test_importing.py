"""Modules are imported without the bodies of their functions: what an import runs is all there."""

import ast
from pathlib import Path

import pytest

from afresh_toolkit.generator.finishing.checks import import_modules
from afresh_toolkit.generator.finishing.importing import without_bodies
from afresh_toolkit.generator.problems import GenerationError
from places import ROOT


def outline(source: bytes) -> str:
    """Return what a module runs when it is imported."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = []
    return ast.dump(tree)


def test_nothing_else_than_bodies_is_left_out_of_the_package() -> None:
    files = sorted((ROOT / "generated" / "afresh_api").rglob("*.py"))
    sources = {file: file.read_bytes() for file in files}
    assert [file for file, source in sources.items() if outline(source) != outline(without_bodies(source))] == []
    sizes = [(len(without_bodies(source)), len(source)) for source in sources.values()]
    assert sum(short for short, _ in sizes) < 0.9 * sum(whole for _, whole in sizes)


BROKEN = {
    "default": "def call(\n    value=missing,\n) -> None:\n    return None\n",
    "decorator": "@missing\ndef call() -> None:\n    return None\n",
    "between": "def call() -> None:\n    return None\n\n\nvalue = missing\n\n\ndef other() -> None:\n    return None\n",
    "class": "class Model:\n    def call(self) -> None:\n        return None\n\n    value = missing\n",
    "deep": "def call():\n"
    + "".join(f"{' ' * 4 * depth}for _ in ():\n" for depth in range(1, 25))
    + f"{' ' * 100}pass\n",
}


def test_in_a_large_package_what_an_import_runs_or_compiling_refuses_is_found(tmp_path: Path) -> None:
    package = tmp_path / "pack"
    (package / "api").mkdir(parents=True)
    sound = {f"sound_{number}": f"def call() -> int:\n    return {number}\n" for number in range(60)}
    for name, code in {**sound, **BROKEN, "__init__": ""}.items():
        (package / "api" / f"{name}.py").write_text(code)
    (package / "__init__.py").touch()
    with pytest.raises(GenerationError) as caught:
        import_modules(package, *package.rglob("*.py"))
    assert [str(problem).split()[0] for problem in caught.value.problems] == [
        f"pack.api.{name}" for name in sorted(BROKEN)
    ]
