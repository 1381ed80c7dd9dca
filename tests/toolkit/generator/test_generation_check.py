"""scripts/generate as a command: the same input gives the same bytes, and `--check` sees every difference."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from made import OPENAPI, SCRIPT, SMALL, content, run
from places import ROOT
from referenced import make_reference

REMEDY = (
    "Run ./scripts/generate. To change what is generated, change openapi.yaml or overlay.yaml; "
    "code of your own belongs in custom/."
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout of its own, to be changed at will."""
    root = tmp_path / "checkout"
    for folder in ("scripts", "generated", "custom", "docs"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (root / "openapi.yaml").write_text(OPENAPI, encoding="utf-8")
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / ".venv").symlink_to(sys.prefix)
    return root


def script(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the checkout's own script, by its own copy of the toolkit."""
    own = {**os.environ, "PYTHONPATH": str(checkout / "scripts" / "toolkit")}
    command: list[str | Path] = [checkout / "scripts" / "generate", *arguments]
    return subprocess.run(command, cwd=checkout, env=own, capture_output=True, text=True, check=False)


def test_the_committed_package_is_what_the_description_makes(tmp_path: Path) -> None:
    make_reference(OPENAPI, tmp_path, "afresh")
    assert content(tmp_path / "afresh_api") == content(ROOT / "generated" / "afresh_api")


def test_two_runs_give_the_same_bytes_whatever_the_hash_seed_and_the_folder(tmp_path: Path) -> None:
    made = []
    for seed in ("1", "2"):
        folder = tmp_path / (seed * 3)
        command: list[str | Path] = [
            SCRIPT,
            "--spec",
            ROOT / "openapi.yaml",
            "--output",
            folder,
            "--package",
            "afresh_api",
            "--reference",
            folder / "reference",
        ]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True)
        made.append(content(folder / "afresh_api"))
    assert made[0] == made[1] == content(ROOT / "generated" / "afresh_api")


def test_a_second_run_finds_nothing_to_do(checkout: Path) -> None:
    before = (checkout / "generated" / "afresh_api").stat().st_ino
    result = script(checkout)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "generated/afresh_api is up to date; nothing to do.\n"
    assert (checkout / "generated" / "afresh_api").stat().st_ino == before


def test_a_run_says_what_it_made(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    result = run("--spec", "small.yaml", "--output", "out", "--package", "small_api", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stdout.startswith("out/small_api: 1 operations, 1 models, in ")
    assert [line.split()[0] for line in result.stderr.splitlines()] == ["Reading", "Writing", "Formatting"]


def test_check_accepts_what_is_up_to_date(checkout: Path) -> None:
    compiled = checkout / "generated" / "afresh_api" / "__pycache__"
    compiled.mkdir()
    (compiled / "client.cpython-311.pyc").touch()
    result = script(checkout, "--check")
    assert (result.returncode, result.stdout, result.stderr) == (0, "generated/afresh_api is up to date.\n", "")


def test_check_names_files_that_were_edited_added_and_removed(checkout: Path) -> None:
    package = checkout / "generated" / "afresh_api"
    with (package / "client.py").open("a") as file:
        file.write("# by hand\n")
    (package / "extra.py").touch()
    (package / "models" / "task.py").unlink()
    before = content(package)
    result = script(checkout, "--check")
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "scripts/generate: generated/afresh_api/client.py is not as it was generated",
        "scripts/generate: generated/afresh_api/extra.py is not one of the generated files",
        "scripts/generate: generated/afresh_api/models/task.py is missing",
        f"scripts/generate: generated/afresh_api is not up to date. {REMEDY}",
    ]
    assert content(package) == before


def test_a_run_mends_what_was_edited_by_hand(checkout: Path) -> None:
    package = checkout / "generated" / "afresh_api"
    before = content(package)
    (package / "client.py").write_text("")
    (package / "extra.py").touch()
    assert script(checkout).returncode == 0
    assert content(package) == before


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("openapi.yaml", "openapi.yaml"),
        ("scripts/toolkit/afresh_toolkit/templates/model.py.jinja", "the generator of afresh-toolkit"),
        ("scripts/toolkit/afresh_toolkit/generator/writing/codec.py", "the generator of afresh-toolkit"),
    ],
)
def test_check_names_an_input_that_changed(checkout: Path, changed: str, said: str) -> None:
    with (checkout / changed).open("a") as file:
        file.write("\n")
    result = script(checkout, "--check")
    assert result.returncode == 1
    assert f"scripts/generate: {said} has changed since generated/afresh_api was made\n" in result.stderr
    assert "Run ./scripts/generate." in result.stderr


def test_check_says_that_the_manifest_is_damaged(checkout: Path) -> None:
    (checkout / "generated" / "afresh_api" / "manifest.json").write_text("{}")
    result = script(checkout, "--check")
    assert result.returncode == 1
    assert "generated/afresh_api/manifest.json is missing or damaged" in result.stderr


def test_a_changed_description_remakes_the_package_and_leaves_custom_code_alone(checkout: Path) -> None:
    custom = content(checkout / "custom")
    with (checkout / "openapi.yaml").open("a") as file:
        file.write("    Brandnew: {type: object, properties: {a: {type: string}}}\n")
    assert script(checkout).returncode == 0
    assert (checkout / "generated" / "afresh_api" / "models" / "brandnew.py").exists()
    assert script(checkout, "--check").returncode == 0
    assert content(checkout / "custom") == custom
    assert sorted(path.name for path in (checkout / "generated").iterdir()) == ["afresh_api"]


def test_a_broken_description_fails_with_its_place_and_changes_nothing(checkout: Path) -> None:
    before = content(checkout)
    broken = OPENAPI.replace("#/components/schemas/TaskPage", "tasks.yaml#/TaskPage")
    line = 1 + broken[: broken.index("tasks.yaml")].count("\n")
    (checkout / "openapi.yaml").write_text(broken)
    result = script(checkout)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-2:] == [
        f"scripts/generate: openapi.yaml:{line}: $ref tasks.yaml#/TaskPage cannot be followed",
        "scripts/generate: tasks.yaml: cannot be read: No such file or directory",
    ]
    after = content(checkout)
    assert {name for name in before if before[name] != after.get(name)} == {"openapi.yaml"}
    assert before.keys() == after.keys()


def test_a_folder_that_was_not_generated_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.py").write_text("precious = True\n")
    result = run("--spec", "small.yaml", "--output", ".", "--package", "mine", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr == (
        "scripts/generate: mine: is in the way, and was not made by scripts/generate; remove it first\n"
    )
    assert (tmp_path / "mine" / "work.py").read_text() == "precious = True\n"


def test_a_description_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = run("--spec", "none.yaml", "--output", ".", "--package", "small_api", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == "scripts/generate: none.yaml: cannot be read: No such file or directory"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--spec", "x.yaml"],
        ["--output", "."],
        ["--package", "not-a-name"],
        ["--overlay", "x.yaml"],
        ["--leave-out", "GET /"],
        ["--what"],
    ],
)
def test_wrong_usage_is_refused(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stderr.startswith("usage: scripts/generate")


def test_the_report_shows_the_rules_and_what_wants_mending(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL.replace("schemas/Thing", "schemas/Ting"))
    result = run("--spec", "small.yaml", "--output", ".", "--package", "small_api", cwd=tmp_path)
    assert result.returncode == 0
    assert "broken-reference" in result.stderr
    place = "small.yaml#/paths/~1things/get/responses/200/content/application~1json/schema/items"
    assert f"warning: {place}: A $ref to a schema that is not there" in result.stderr
    assert "small_api: 1 operations, 1 models" in result.stdout


def test_the_report_for_machines(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL.replace("schemas/Thing", "schemas/Ting"))
    arguments = ("--spec", "small.yaml", "--output", ".", "--package", "small_api", "--json")
    report = json.loads(run(*arguments, cwd=tmp_path).stdout)
    assert (report["package"], report["operations"], report["models"]) == ("small_api", 1, 1)
    assert report["rules"]["broken-reference"]["places"] == len(report["warnings"]) == 1
    assert json.loads(run(*arguments, cwd=tmp_path).stdout) == {"package": "small_api", "unchanged": True}


def test_the_projects_own_overlay_is_applied(checkout: Path) -> None:
    (checkout / "overlay.yaml").write_text("""\
overlay: 1.0.0
info: {title: More, version: "1"}
actions: [{target: $.components.schemas, update: {Brandnew: {type: object, properties: {a: {type: string}}}}}]
""")
    stale = script(checkout, "--check")
    assert stale.stderr.startswith("scripts/generate: overlay.yaml has changed since generated/afresh_api was made\n")
    assert script(checkout).returncode == 0
    assert (checkout / "generated" / "afresh_api" / "models" / "brandnew.py").exists()
    assert script(checkout, "--check").returncode == 0


def set_left_out(checkout: Path, setting: str) -> None:
    """Put a setting below the name of the package."""
    settings = checkout / "pyproject.toml"
    text = settings.read_text(encoding="utf-8")
    line = 'package = "afresh"\n'
    assert text.count(line) == 1
    settings.write_text(text.replace(line, f"{line}{setting}\n"), encoding="utf-8")


def test_operations_can_be_left_out(checkout: Path) -> None:
    set_left_out(checkout, '[tool.afresh.leave-out]\n"GET /projects" = "nobody calls it"')
    assert "what is left out has changed" in script(checkout, "--check").stderr
    result = script(checkout)
    assert (result.returncode, result.stdout[:38]) == (0, "generated/afresh_api: 17 operations, 2")
    assert [line.split() for line in result.stderr.splitlines() if "nobody" in line] == [
        ["GET", "/projects", "nobody", "calls", "it"]
    ]
    assert not (checkout / "generated" / "afresh_api" / "api" / "projects").exists()
    assert script(checkout, "--check").returncode == 0


def test_what_is_left_out_stands_in_the_report_for_machines(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    arguments = ("--spec", "small.yaml", "--output", ".", "--package", "small_api", "--json")
    report = json.loads(run(*arguments, "--leave-out", "GET /things", cwd=tmp_path).stdout)
    assert (report["operations"], report["left_out"]) == (0, {"GET /things": "--leave-out"})


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            '[tool.afresh.leave-out]\n"GET /nothing" = "gone"',
            "openapi.yaml: `leave-out` names GET /nothing, which is no operation",
        ),
        (
            "leave_out = {}",
            "pyproject.toml: [tool.afresh] has 'leave_out'; its settings are `package`, `leave-out`, `references`, ",
        ),
        ("references = 'shared'", "pyproject.toml: `references` is a list of folders: references = ["),
        (
            "[tool.afresh.leave-out]\n'GET /me' = 1",
            "pyproject.toml: [tool.afresh.leave-out] has operations, each with the reason",
        ),
        ("=", "pyproject.toml is not valid TOML: Invalid statement (at line "),
    ],
)
def test_settings_that_are_wrong(checkout: Path, setting: str, said: str) -> None:
    before = content(checkout / "generated")
    set_left_out(checkout, setting)
    result = script(checkout)
    assert (result.returncode, content(checkout / "generated")) == (1, before)
    assert "scripts/generate: " in result.stderr
    assert said in result.stderr
