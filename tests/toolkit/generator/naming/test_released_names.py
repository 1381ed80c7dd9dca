"""Names follow the description until a release, and then stay until `--rename` asks for others."""

import gc
import json
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from afresh_toolkit.comparing.generated import Comparison
from afresh_toolkit.comparing.surface import Surface
from afresh_toolkit.generator.pipeline import Summary, generate
from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.inputs import Inputs, Naming
from afresh_toolkit.invocation import Invocation
from afresh_toolkit.scaffold.generating import main
from described import description

BEFORE = """
GET /things all_things things
DELETE /things/{id} remove_thing things
"""
AFTER = """
GET /things find_things things
DELETE /things/{id} drop_thing things
POST /things add_thing things
"""


@pytest.fixture(autouse=True)
def _only_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave out what takes most of a generation's time, and changes no name."""
    for step in ("format_code", "import_modules"):
        monkeypatch.setattr(f"afresh_toolkit.generator.finishing.making.{step}", lambda *_: None)
    yield
    gc.enable()  # which the command does without


class Project:
    """A repository with a description and a changelog."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.package = root / "generated" / "acme_api"
        self.settings('package = "acme"')
        self.changelog("## [Unreleased]")

    def settings(self, *lines: str) -> None:
        (self.root / "pyproject.toml").write_text("\n".join(["[tool.afresh]", *lines]), encoding="utf-8")

    def changelog(self, *headings: str) -> None:
        (self.root / "CHANGELOG.md").write_text("\n\n".join(["# Changelog", *headings]), encoding="utf-8")

    def generate(self, lines: str, *arguments: str) -> int:
        (self.root / "openapi.json").write_text(json.dumps(description(lines)), encoding="utf-8")
        self.package.parent.mkdir(exist_ok=True)
        return main(arguments, Invocation("scripts/generate", self.root))

    @property
    def names(self) -> dict[str, str]:
        operations = json.loads((self.package / "manifest.json").read_bytes())["operations"]
        return {key: f"{entry['resource']}.{entry['name']}" for key, entry in operations.items()}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_names_follow_the_description_until_there_is_a_release(project: Project) -> None:
    assert project.generate(BEFORE) == 0
    assert project.names == {"GET /things": "things.all", "DELETE /things/{id}": "things.remove"}
    assert project.generate(AFTER) == 0
    assert project.names == {
        "GET /things": "things.find",
        "POST /things": "things.add",
        "DELETE /things/{id}": "things.drop",
    }


def test_names_that_were_released_stay_and_the_report_says_so(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.generate(BEFORE)
    project.changelog("## [Unreleased]", "## [0.1.0] - 2026-11-25")
    capsys.readouterr()
    assert project.generate(AFTER) == 0
    assert project.names == {
        "GET /things": "things.all",
        "POST /things": "things.add",
        "DELETE /things/{id}": "things.remove",
    }
    said = capsys.readouterr().err
    assert "Names that stay; --rename takes the description's" in said
    rows = [line.split() for line in said.splitlines()]
    assert ["GET", "/things", "things.all", "things.find"] in rows
    assert ["DELETE", "/things/{id}", "things.remove", "things.drop"] in rows
    project.changelog("## [Unreleased]", "## [0.1.0] - 2026-11-25", "## How to read this")
    capsys.readouterr()
    assert project.generate(AFTER.replace("find_things", "seek_things"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["kept_names"]["GET /things"] == {
        "name": "things.all",
        "described": "things.seek",
    }


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--rename"], ["things.find", "things.add", "things.drop"]),
        (["--rename", "GET /things"], ["things.find", "things.add", "things.remove"]),
    ],
)
def test_rename_takes_the_names_of_the_description(project: Project, arguments: list[str], names: list[str]) -> None:
    project.generate(BEFORE)
    project.changelog("## [0.1.0] - 2026-11-25")
    project.generate(AFTER)
    old = Surface.read(project.package / "surface.txt")
    assert project.generate(AFTER, *arguments) == 0, "although the package was up to date"
    assert list(project.names.values()) == names
    changes = {str(change) for change in Comparison.of(old, Surface.read(project.package / "surface.txt")).changes()}
    assert "`things.all` is called `things.find` now" in changes


def test_rename_names_what_is_no_operation(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.generate(BEFORE)
    project.changelog("## [0.1.0] - 2026-11-25")
    assert project.generate(AFTER, "--rename", "GET /nothing") == 1
    assert "--rename names GET /nothing, which is no operation of it" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        project.generate(AFTER, "--check", "--rename")
    assert "--check changes nothing, and --rename does" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("headings", "tag", "released"),
    [
        (["## [Unreleased]"], None, False),
        (["## Unreleased", "## How to read this"], None, False),
        (["## [Unreleased]", "## [1.2.0] - 2026-11-25"], None, True),
        (["## 1.2.0rc1"], None, True),
        ([], "v1.2.0", True),
        ([], "v2-draft", False),
        ([], "toolkit-v1.0.0", False),
    ],
)
def test_a_release_has_a_heading_or_a_tag(
    project: Project,
    headings: list[str],
    tag: str | None,
    released: bool,  # noqa: FBT001  (a parameter of the test)
) -> None:
    project.changelog(*headings)
    if tag is not None:
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        for command in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "All"], ["tag", tag]):
            subprocess.run(["git", *command], cwd=project.root, check=True)
    assert Inputs.of_project(project.root).is_released is released


def test_a_project_without_a_changelog_or_a_repository_was_not_released(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.root / "CHANGELOG.md").unlink()
    assert not Inputs.of_project(project.root).is_released
    monkeypatch.setenv("PATH", "")
    assert not Inputs.of_project(project.root).is_released


WITHOUT_TAGS = """
GET /users/{id} get_user_users__id__get
DELETE /users/{id} delete_user_users__id__delete
"""


def test_settings_turn_short_names_and_groups_off(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.generate(WITHOUT_TAGS)
    assert list(project.names.values()) == ["users.get", "users.delete"]
    project.settings('package = "acme"', "group-by-path = false")
    assert project.generate(WITHOUT_TAGS, "--check") == 1
    assert "how operations are named has changed" in capsys.readouterr().err
    project.generate(WITHOUT_TAGS)
    assert list(project.names.values()) == ["default.get_user", "default.delete_user"]
    project.settings('package = "acme"', "group-by-path = false", "short-names = false")
    project.generate(WITHOUT_TAGS)
    assert list(project.names.values()) == ["default.get_user_users_id_get", "default.delete_user_users_id_delete"]
    project.settings('package = "acme"', "short-names = 0")
    assert project.generate(WITHOUT_TAGS) == 1
    assert "`short-names` is true or false: short-names = false" in capsys.readouterr().err


def test_options_turn_short_names_and_groups_off(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.generate(WITHOUT_TAGS)
    output = project.root / "clients"
    where = ["--spec", str(project.root / "openapi.json"), "--output", str(output), "--package", "other_api"]
    options = ["--no-short-names", "--no-group-by-path"]
    assert main([*where, *options], Invocation("scripts/generate", project.root)) == 0
    operations = json.loads((output / "other_api" / "manifest.json").read_bytes())["operations"]
    assert {entry["resource"] for entry in operations.values()} == {"default"}
    assert next(entry["name"] for entry in operations.values()) == "get_user_users_id_get"
    with pytest.raises(SystemExit):
        main(options, Invocation("scripts/generate", project.root))
    assert "go with --spec" in capsys.readouterr().err


def made(content: dict[str, Any], folder: Path, rename: list[str] | None = None, **inputs: Any) -> Summary:
    (folder / "openapi.json").write_text(json.dumps(content), encoding="utf-8")
    return generate(Inputs(folder / "openapi.json", **inputs), folder / "small_api", nullcontext, rename)


def test_modules_stay_with_the_names_that_an_older_generator_gave(tmp_path: Path) -> None:
    content = description("GET /users/{id} read_user_users__id__get users")
    made(content, tmp_path, naming=Naming(short=False))
    file = tmp_path / "small_api" / "manifest.json"
    manifest = json.loads(file.read_bytes())
    entry = manifest["operations"]["GET /users/{id}"]
    entry.update(module="users.read_user_users_id_get", name="read_users_id_get")
    file.write_text(json.dumps(manifest), encoding="utf-8")
    assert made(content, tmp_path).kept == {"GET /users/{id}": ("users.read_users_id_get", "users.read")}
    assert (tmp_path / "small_api" / "api" / "users" / "read_user_users_id_get.py").is_file()
    assert not made(content, tmp_path, rename=[]).kept
    assert (tmp_path / "small_api" / "api" / "users" / "read_user.py").is_file()
    with pytest.raises(GenerationError):
        made(content, tmp_path, rename=["GET /users"])


def test_a_module_that_would_have_another_name_is_reported(tmp_path: Path) -> None:
    made(description("GET /users/{id} get_user users"), tmp_path)
    summary = made(description("GET /users/{id} get_a_user users"), tmp_path)
    assert summary.kept == {"GET /users/{id}": ("api.users.get_user", "api.users.get_a_user")}
