"""Repositories that are built on httpx2 in place of httpx."""

import re
import tomllib
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

import pytest

from afresh_toolkit.generator.finishing.manifest import Manifest
from afresh_toolkit.generator.pipeline import generate
from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.scaffold.names import Names
from afresh_toolkit.scaffold.pinning import with_pins
from afresh_toolkit.scaffold.template import Sdk, delivered, lock
from made import SMALL, importable

IMPORT = re.compile(r"^ *import httpx.*$", re.MULTILINE)


def test_what_is_delivered_names_httpx2(tmp_path: Path) -> None:
    usual = delivered(Sdk(Names("acme"), "Acme", "openapi.yaml", "github"), tmp_path / "usual")
    files = delivered(Sdk(Names("acme"), "Acme", "openapi.yaml", "github", "httpx2"), tmp_path / "other")
    settings = tomllib.loads(files["pyproject.toml"].content.decode())
    assert settings["tool"]["afresh"]["http"] == "httpx2"
    asked = [one for one in settings["project"]["dependencies"] if one.startswith("httpx")]
    assert len(asked) == 1
    assert asked[0].startswith("httpx2>=")
    changed = {path for path in files if files[path] != usual[path]}
    assert changed == {
        *("docs/calls.md", "docs/extending.md", "docs/sessions.md"),
        *("pyproject.toml", "tests/canned.py", "tests/test_api.py", "tests/test_calls.py"),
    }
    for path in changed - {"docs/calls.md", "pyproject.toml"}:
        imports = IMPORT.findall(files[path].content.decode())
        assert {line.strip() for line in imports} == {"import httpx2 as httpx"}, path


def test_its_lock_file_has_httpx2() -> None:
    text = lock(Sdk(Names("acme"), "Acme", "openapi.yaml", "github", "httpx2"))
    names = re.findall(r"^([\w.-]+)", text, re.MULTILINE)
    assert names == sorted(names)
    assert {"httpx2", "httpcore2", "truststore"} <= {*names}
    usual = re.findall(r"^\S.*$", lock(Sdk(Names("acme"), "Acme", "openapi.yaml", "github")), re.MULTILINE)
    assert {*usual} <= {*text.splitlines()}, "some packages have several versions, for different Pythons"
    for package in re.findall(r"^\S.*\n(?:    .*\n)*", text, re.MULTILINE):
        assert "--hash=sha256:" in package


def test_what_both_lock_files_have_is_pinned_once() -> None:
    first = "a==1 \\\n    --hash=sha256:aa\nc==1 \\\n    --hash=sha256:cc\n"
    second = "a==2 \\\n    --hash=sha256:ab\nb==2 \\\n    --hash=sha256:bb\n"
    assert with_pins(first, second) == first.replace("c==1", "b==2 \\\n    --hash=sha256:bb\nc==1")


def test_the_generated_package_imports_httpx2(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(SMALL, encoding="utf-8")
    package = tmp_path / "small_api"
    generate(Inputs(tmp_path / "openapi.yaml", http="httpx2"), package, nullcontext)
    imports = {line for file in package.rglob("*.py") for line in IMPORT.findall(file.read_text(encoding="utf-8"))}
    assert imports == {"import httpx2 as httpx"}
    manifest = Manifest.read(package)
    assert manifest is not None
    assert manifest.inputs["http"] == "httpx2"
    with importable(tmp_path):
        modules = [import_module(f"small_api.{name}") for name in ("http", "client")]
    assert [module.httpx.__name__ for module in modules] == ["httpx2"] * 2


def test_the_project_says_which_library(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(SMALL, encoding="utf-8")
    settings = tmp_path / "pyproject.toml"
    for said, http in (("", "httpx"), ('http = "httpx"', "httpx"), ('http = "httpx2"', "httpx2")):
        settings.write_text(f"[tool.afresh]\n{said}\n", encoding="utf-8")
        assert Inputs.of_project(tmp_path).http == http
    for wrong in ('"aiohttp"', "true", "[]"):
        settings.write_text(f"[tool.afresh]\nhttp = {wrong}\n", encoding="utf-8")
        with pytest.raises(GenerationError) as caught:
            Inputs.of_project(tmp_path)
        assert '`http` is `httpx` or `httpx2`: http = "httpx2"' in str(caught.value.problems[0])


def test_a_library_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "openapi.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr("afresh_toolkit.generator.pipeline.find_spec", lambda _: None)
    with pytest.raises(GenerationError) as caught:
        generate(Inputs(tmp_path / "openapi.yaml", http="httpx2"), tmp_path / "small_api", nullcontext)
    assert "`http` is httpx2, which is not installed here: install it" in str(caught.value.problems[0])
    assert [path.name for path in tmp_path.iterdir()] == ["openapi.yaml"]
