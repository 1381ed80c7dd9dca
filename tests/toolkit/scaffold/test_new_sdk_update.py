"""`scripts/new-sdk --update`: what was improved here arrives in a repository, and nothing of its team's is lost."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tomllib
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from afresh_toolkit.cli import main
from afresh_toolkit.scaffold import template, update
from afresh_toolkit.scaffold.record import Record
from made import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from afresh_toolkit.scaffold.template import File, Sdk

ERRORS = "custom/acme/_errors.py"
STATE = "custom/acme/_session/state.py"
STORES = "custom/acme/_stores/memory_store.py"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "api.yaml").write_text(SMALL)
    assert main(["new", str(folder / "acme"), "--spec", str(folder / "api.yaml"), "--name", "acme"]) == 0
    run_git(folder / "acme", "init", "--quiet")
    commit(folder / "acme")
    return folder / "acme"


def run_git(repository: Path, *command: str) -> None:
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    subprocess.run(["git", *author, *command], cwd=repository, check=True, capture_output=True)


def commit(repository: Path) -> None:
    run_git(repository, "add", "--all")
    run_git(repository, "commit", "--quiet", "--message", "A change")


@pytest.fixture
def acme(fresh: Path, tmp_path: Path) -> Path:
    """Return a repository as it was made, and committed."""
    subprocess.run(["cp", "-a", fresh, tmp_path / "acme"], check=True)
    return tmp_path / "acme"


class Template:
    """The template as it would be in a newer version of this repository."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, files: dict[str, File]) -> None:
        self.files = dict(files)
        monkeypatch.setattr(update, "delivered", self._delivered)

    def _delivered(self, _sdk: Sdk, _folder: Path) -> dict[str, File]:
        return dict(self.files)

    def edit(self, path: str, old: str, new: str) -> None:
        content = self.files[path].content
        assert old.encode() in content
        self.files[path] = template.File(content.replace(old.encode(), new.encode(), 1))


@pytest.fixture
def newer(acme: Path, monkeypatch: pytest.MonkeyPatch) -> Template:
    paths = Record.read(acme).hashes
    return Template(monkeypatch, {path: template.File((acme / path).read_bytes()) for path in paths})


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def first_and_last(path: Path) -> tuple[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return lines[0], lines[-1]


def content(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not {"__pycache__", ".git"} & {*file.parts}
    }


def test_without_anything_new_nothing_changes(acme: Path) -> None:
    before = content(acme)
    assert main(["new", str(acme), "--update"]) == 0  # with the template as it is
    assert content(acme) == before


def test_an_improvement_arrives_where_the_team_has_changed_another_line(
    acme: Path, newer: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    first, last = first_and_last(acme / ERRORS)
    edit(acme / ERRORS, last, f"{last}\n\nOURS = 1")
    newer.edit(ERRORS, first, f"{first}\n\n# improved")
    newer.edit(STORES, '"""', '"""Improved: ')
    assert main(["new", str(acme), "--update"]) == 0
    merged = (acme / ERRORS).read_text(encoding="utf-8")
    assert merged.startswith(f"{first}\n\n# improved\n")
    assert merged.endswith(f"{last}\n\nOURS = 1\n")
    assert (acme / STORES).read_text(encoding="utf-8").startswith('"""Improved: ')
    said = capsys.readouterr().out
    assert f"merged    {ERRORS}\n" in said
    assert f"renewed   {STORES}\n" in said
    before = content(acme)
    assert main(["new", str(acme), "--update"]) == 0
    assert content(acme) == before
    newer.edit(ERRORS, "# improved", "# improved again")
    assert main(["new", str(acme), "--update"]) == 0
    assert (acme / ERRORS).read_text(encoding="utf-8") == merged.replace("# improved", "# improved again")


def test_conflicts_are_marked_and_listed(acme: Path, newer: Template, capsys: pytest.CaptureFixture[str]) -> None:
    first, _ = first_and_last(acme / ERRORS)
    edit(acme / ERRORS, first, '"""Ours."""')
    newer.edit(ERRORS, first, '"""Improved."""')
    assert main(["new", str(acme), "--update"]) == 1
    text = (acme / ERRORS).read_text(encoding="utf-8")
    ours, improved = '<<<<<<< yours\n"""Ours."""\n', '=======\n"""Improved."""\n>>>>>>> the template\'s\n'
    assert text.startswith(f"{ours}||||||| as it was given\n{first}\n{improved}")
    assert f"CONFLICT  {ERRORS}: " in capsys.readouterr().out


def test_files_of_the_team_are_never_touched(acme: Path, newer: Template, capsys: pytest.CaptureFixture[str]) -> None:
    mine = {"custom/acme/_mine.py": "MINE = 1\n", "README.md": "# Ours\n", "openapi.yaml": SMALL + "# ours\n"}
    for path, text in mine.items():
        (acme / path).write_text(text)
    newer.files["custom/acme/_mine.py"] = template.File(b"THEIRS = 1\n")
    newer.files["custom/acme/_new.py"] = template.File(b'"""New."""\n')
    for _ in range(2):
        assert main(["new", str(acme), "--update"]) == 0
        assert {path: (acme / path).read_text() for path in mine} == mine
        assert (acme / "custom/acme/_new.py").read_text() == '"""New."""\n'
        assert "kept      custom/acme/_mine.py: is new in the template" in capsys.readouterr().out
    newer.edit("custom/acme/_mine.py", "1", "2")
    assert main(["new", str(acme), "--update"]) == 0
    assert (acme / "custom/acme/_mine.py").read_text() == "MINE = 1\n"


def test_what_was_deleted_stays_deleted(acme: Path, newer: Template, capsys: pytest.CaptureFixture[str]) -> None:
    (acme / STORES).unlink()
    newer.edit(STORES, '"""', '"""Improved: ')
    del newer.files[ERRORS], newer.files[STATE]
    edit(acme / STATE, '"""', '"""Ours: ')
    assert main(["new", str(acme), "--update"]) == 0
    assert not (acme / STORES).exists()
    assert not (acme / ERRORS).exists()  # untouched, and no longer part of the template
    assert (acme / STATE).read_text(encoding="utf-8").startswith('"""Ours: ')
    said = capsys.readouterr().out
    assert f"kept      {STORES}: was deleted here, and stays so" in said
    assert f"removed   {ERRORS}\n" in said
    assert f"kept      {STATE}: is no longer part of the template" in said


def test_an_update_that_was_cut_short_can_be_made_again(
    acme: Path, newer: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = first_and_last(acme / ERRORS)
    edit(acme / ERRORS, last, f"{last}\n\nOURS = 1")
    newer.edit(ERRORS, first, f"{first}\n\n# improved")
    with monkeypatch.context() as patch:
        patch.setattr(Record, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert main(["new", str(acme), "--update"]) == 130
    assert main(["new", str(acme), "--update"]) == 0
    text = (acme / ERRORS).read_text(encoding="utf-8")
    assert text.count("# improved") == text.count("OURS = 1") == 1
    assert "<<<<<<<" not in text


def as_it_was_made_before(acme: Path) -> None:
    """Give a repository the shape that it had when the toolkit was copied into it."""
    record = Record.read(acme)
    for wheel in (acme / "scripts").glob("*.whl"):
        wheel.unlink()
    edit(acme / "pyproject.toml", "[tool.afresh] ", "[tool.before]")
    edit(acme / "pyproject.toml", 'package = "acme"\n', "")
    for path in GONE:
        (acme / path).parent.mkdir(parents=True, exist_ok=True)
        (acme / path).write_text(f"# {path}\n", encoding="utf-8")
    given = [*record.hashes, *GONE, "requirements.lock"]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        for path in given:
            archive.add(acme / path, path)
    (acme / ".sdk-delivered.tar.xz").write_bytes(packed.getvalue())
    lines = [f'"{path}" = "{sha256((acme / path).read_bytes()).hexdigest()}"' for path in given]
    head = 'name = "acme"\ntitle = "Small"\ndescription = "openapi.yaml"\n\n[delivered]\n'
    (acme / "sdk.toml").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


GONE = (
    "scripts/generator/naming.py",
    "scripts/generator/codec.py",
    "scripts/templates/model.py.jinja",
    "tests/made.py",
)
SETTINGS = '\n[tool.acme]\nreferences = ["shared"]\n\n[tool.acme.leave-out]\n"GET /things" = "gone"\n'


def test_a_repository_of_the_former_shape_gets_the_toolkit(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generated = ("generated/", "docs/reference/")
    before = {path: text for path, text in content(acme).items() if not path.startswith(generated)}
    as_it_was_made_before(acme)
    (acme / "shared").mkdir()
    edit(acme / "scripts/generator/naming.py", "# ", "# ours: ")
    _, last = first_and_last(acme / ERRORS)
    edit(acme / ERRORS, last, f"{last}\n\nOURS = 1")
    (acme / "pyproject.toml").write_text((acme / "pyproject.toml").read_text(encoding="utf-8") + SETTINGS, "utf-8")
    assert main(["update", str(acme), "--ci", "github"]) == 0  # else it would get the CI files of every host, as before
    said = capsys.readouterr().out
    assert "kept      scripts/generator/naming.py: is no longer part of the template, but was changed here" in said
    after = content(acme)
    assert {*GONE} & {*after} == {"scripts/generator/naming.py"}
    assert not (acme / "scripts" / "templates").exists()
    assert {*before} - {*after} == set()
    assert (acme / ERRORS).read_text(encoding="utf-8").endswith("OURS = 1\n")
    settings = tomllib.loads((acme / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["afresh"]
    assert settings == {"package": "acme", "references": ["shared"], "leave-out": {"GET /things": "gone"}}
    assert not list((acme / "generated" / "acme_api" / "api").glob("things/list_*.py"))
    assert {path for path in before if before[path] != after[path]} == {ERRORS, "README.md", "pyproject.toml"}
    assert "0 operations" in (acme / "README.md").read_text(encoding="utf-8"), "it follows the API"


def test_a_lock_file_of_the_teams_gets_the_toolkits_line_alone(acme: Path) -> None:
    lock = acme / "requirements.lock"
    given = lock.read_text(encoding="utf-8")
    edit(lock, "--hash=sha256:", "--hash=sha256:00")  # as that of an earlier version of the toolkit
    theirs = "zzz==1.0 \\\n    --hash=sha256:11\n"
    lock.write_text(lock.read_text(encoding="utf-8") + theirs, encoding="utf-8")
    for _ in range(2):
        assert main(["update", str(acme)]) == 0
        assert lock.read_text(encoding="utf-8") == given + theirs


def test_who_takes_the_toolkit_from_an_index_gets_no_wheel(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (wheel,) = (acme / "scripts").glob("*.whl")
    wheel.unlink()
    assert main(["update", str(acme)]) == 0
    assert "the package index must have" not in capsys.readouterr().out
    edit(acme / "sdk.toml", 'toolkit = "', 'toolkit = "0.0.')
    assert main(["update", str(acme)]) == 0
    assert f"the package index must have {wheel.name}" in capsys.readouterr().out
    assert not wheel.exists()


def test_a_file_that_was_changed_before_it_was_committed_is_kept(
    acme: Path, newer: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(acme / ".git")
    run_git(acme, "init", "--quiet")
    edit(acme / ERRORS, '"""', '"""Ours: ')
    commit(acme)
    newer.edit(ERRORS, '"""', '"""Improved: ')
    newer.edit(STORES, '"""', '"""Improved: ')
    for _ in range(2):
        assert main(["update", str(acme)]) == 0
        assert (acme / ERRORS).read_text(encoding="utf-8").startswith('"""Ours: ')
        assert (acme / STORES).read_text(encoding="utf-8").startswith('"""Improved: ')
    kept = f"kept      {ERRORS}: was changed here before it was committed as it was given, and stays as it is"
    assert capsys.readouterr().out.count(kept) == 1


@pytest.mark.parametrize("state", ["staged", "in a folder", "on another branch", "merged"])
def test_the_text_as_it_was_given_is_found_wherever_git_has_it(acme: Path, newer: Template, state: str) -> None:
    first, last = first_and_last(acme / ERRORS)
    match state:
        case "staged":
            shutil.rmtree(acme / ".git")
            run_git(acme, "init", "--quiet")
            run_git(acme, "add", "--all")
        case "in a folder":
            shutil.rmtree(acme / ".git")
            run_git(acme.parent, "init", "--quiet")
            commit(acme.parent)
        case "on another branch":
            run_git(acme, "branch", "before")
            run_git(acme, "checkout", "--quiet", "--orphan", "anew")
        case _:
            run_git(acme, "checkout", "--quiet", "-b", "theirs")
            edit(acme / STORES, '"""', '"""Theirs: ')
            commit(acme)
            run_git(acme, "checkout", "--quiet", "-")
    edit(acme / ERRORS, last, f"{last}\n\nOURS = 1")
    if state != "staged":
        commit(acme)
    if state == "merged":
        run_git(acme, "merge", "--quiet", "--no-edit", "theirs")
    newer.edit(ERRORS, first, f"{first}\n\n# improved")
    assert main(["update", str(acme)]) == 0
    merged = (acme / ERRORS).read_text(encoding="utf-8")
    assert merged.startswith(f"{first}\n\n# improved\n")
    assert merged.endswith(f"{last}\n\nOURS = 1\n")


def test_a_shallow_clone_is_refused(
    acme: Path, newer: Template, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(acme / ERRORS, '"""', '"""Ours: ')
    commit(acme)
    shallow = tmp_path / "shallow"
    run_git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{acme}", str(shallow))
    newer.edit(ERRORS, '"""', '"""Improved: ')
    before = content(shallow)
    assert main(["update", str(shallow)]) == 1
    assert content(shallow) == before
    assert "run `git fetch --unshallow`, and then this again" in capsys.readouterr().err


def test_a_test_that_the_team_has_changed_is_merged(acme: Path, newer: Template) -> None:
    path = "tests/test_calls.py"
    first, last = first_and_last(acme / path)
    edit(acme / path, last, f"{last}\n\nOURS = 1")
    newer.edit(path, first, f"{first}\n\n# improved")
    assert main(["update", str(acme)]) == 0
    merged = (acme / path).read_text(encoding="utf-8")
    assert merged.startswith(f"{first}\n\n# improved\n")
    assert merged.endswith("OURS = 1\n")


def test_the_host_of_ci_can_be_changed(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workflows = acme / ".github" / "workflows"
    edit(workflows / "sync.yml", "name: ", "name: Our ")
    before = set(content(acme))
    assert ".gitlab-ci.yml" not in before
    assert main(["update", str(acme), "--ci", "gitlab"]) == 0
    assert "kept      .github/workflows/sync.yml: is no longer part of the template" in capsys.readouterr().out
    after = set(content(acme))
    assert after - before == {".gitlab-ci.yml"}
    assert before - after == {".github/workflows/ci.yml", ".github/workflows/release.yml"}
    assert main(["new", str(acme), "--update", "--ci", "none"]) == 0
    assert set(content(acme)) == after - {".gitlab-ci.yml"}
    assert main(["update", str(acme)]) == 0
    assert set(content(acme)) == after - {".gitlab-ci.yml"}


@pytest.mark.parametrize("name", ["sdk.toml", ".sdk-delivered.tar.bz2"])
def test_a_record_that_is_damaged_is_refused(
    acme: Path, newer: Template, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, last = first_and_last(acme / ERRORS)
    edit(acme / ERRORS, last, f"{last}\n\nOURS = 1")
    newer.edit(ERRORS, first, f"{first}\n\n# improved")
    assert main(["update", str(acme)]) == 0  # from now on it has an archive, with the text that was merged
    before = (acme / name).read_bytes()
    capsys.readouterr()
    for damaged in (b"\xff", before[:-40], before.replace(b'" = "', b'" = "0', 1)):
        if damaged == before:
            continue
        (acme / name).write_bytes(damaged)
        assert main(["new", str(acme), "--update"]) == 1
        said = capsys.readouterr().err.splitlines()
        assert len(said) == 1
        assert "restore" in said[0]
