"""`scripts/new-sdk`: what it makes for another API holds what it should, works, and names nothing of ours."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from uv import find_uv_bin

from afresh_toolkit.cli import main
from afresh_toolkit.generator.reading.source import Source
from afresh_toolkit.scaffold.generating import Readme
from afresh_toolkit.scaffold.names import Names
from forks import toolkit
from made import OPENAPI, SMALL
from places import FIXTURES, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.process import Sandbox

SCRIPT = ROOT / "scripts" / "new-sdk"
VERSION = version("afresh-toolkit")
WHEEL = f"afresh_toolkit-{VERSION}-py3-none-any.whl"
FILES, SIZE = 127, 1800 * 1000
"""What a repository has at most beside generated/: files, and bytes without those of the description."""
SPECS = ROOT.parent / "shared" / "specs"
FIRST_HOUR = FIXTURES / "first_hour"
LOGIN = """\
  /sign-in:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [user, password]
              properties: {user: {type: string}, password: {type: string}}
      responses:
        "200":
          description: Tokens.
          content:
            application/json:
              schema: {type: object, properties: {token: {type: string}}}
"""
SAMPLE = OPENAPI.replace("Afresh", "Sample").replace("afresh", "sample")
WITH_LOGIN = SMALL.replace("components:\n", f"{LOGIN}components:\n", 1)


def new_sdk(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Do what the script does."""
    return toolkit().run(["--door", SCRIPT, "new", *arguments], os.environ, Path.cwd())


def made(folder: Path, text: str, *more: str | Path, name: str = "acme", file: str = "api.yaml") -> Path:
    """Make a repository of a description."""
    folder.mkdir(exist_ok=True)
    (folder / file).write_text(text, encoding="utf-8")
    ran = new_sdk(folder / name, "--spec", folder / file, "--name", name, *more)
    assert ran.returncode == 0, ran.stderr
    return folder / name


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the repository of the sample API under another name, so that the sandbox is its server."""
    return made(tmp_path_factory.mktemp("made"), SAMPLE)


@pytest.fixture(scope="module")
def guessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the repository of an API whose sign-in is guessed."""
    return made(tmp_path_factory.mktemp("guessed"), WITH_LOGIN)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the repository of another, small API without a sign-in."""
    return made(tmp_path_factory.mktemp("other"), SMALL, name="other")


def texts(repository: Path) -> dict[str, str]:
    """Return the text of every file."""
    found = {path: file.read_bytes() for path, file in files(repository).items()}
    del found[f"scripts/{WHEEL}"]
    return {path: content.decode() for path, content in found.items()}


def files(repository: Path) -> dict[str, Path]:
    return {
        file.relative_to(repository).as_posix(): file
        for file in sorted(repository.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


def differing(one: Path, other: Path) -> set[str]:
    """Return the files that not both repositories have, byte for byte."""
    first, second = ({path: file.read_bytes() for path, file in files(root).items()} for root in (one, other))
    return {path for path in {*first, *second} if first.get(path) != second.get(path)}


def run(repository: Path, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module or program with the SDK of a repository, in place of its own environment."""
    paths = os.pathsep.join(str(repository / folder) for folder in ("custom", "generated"))
    own = {**os.environ, "PYTHONPATH": paths, **environment}
    own.pop("COVERAGE_PROCESS_START", None)
    return subprocess.run(
        [sys.executable, *command], cwd=repository, env=own, capture_output=True, text=True, check=False
    )


def run_tests(repository: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run tests of a repository with the plugins that its own environment has: others take seconds to be imported."""
    own = f"{next((repository / 'custom').iterdir()).name}.testing.pytest_plugin"
    plugins = ("-p", "anyio", "-p", "pytest_timeout", "-p", own, "-p", "no:cacheprovider")
    return run(repository, "-m", "pytest", "-q", *plugins, *tests, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


def test_it_holds_what_it_should(acme: Path) -> None:
    there = set(files(acme))
    assert {
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
        ".github/workflows/sync.yml",
        ".gitignore",
        "CHANGELOG.md",
        "README.md",
        "custom/acme/__init__.py",
        "generated/acme_api/manifest.json",
        "openapi.yaml",
        "pyproject.toml",
        "requirements.lock",
        f"scripts/{WHEEL}",
        "scripts/demo",
        "scripts/generate",
        "scripts/install",
        "scripts/sync",
        "scripts/test",
        "sdk.toml",
        "tests/test_api.py",
        "tests/test_renewal.py",
    } <= there
    assert (acme / "openapi.yaml").read_text(encoding="utf-8") == SAMPLE
    assert {path.stat().st_mode & 0o111 for name, path in files(acme).items() if name == "scripts/test"} == {0o111}


def test_it_is_of_a_size_that_one_wants_to_own(acme: Path) -> None:
    generated = ("generated/", "docs/reference/", "openapi.")
    own = {path: file for path, file in files(acme).items() if not path.startswith(generated)}
    assert len({*own, "openapi.yaml", "overlay.yaml"}) <= FILES
    assert sum(file.stat().st_size for file in own.values()) <= SIZE
    assert ".sdk-delivered.tar.bz2" not in own, "git has the texts that merging starts from"
    assert {path.partition("/")[2] for path in own if path.startswith("tests/")} == {
        *(
            "canned.py",
            "conftest.py",
            "test_api.py",
            "test_calls.py",
            "test_fake_api.py",
            "test_renewal.py",
            "token_server.py",
        ),
    }


def test_it_names_nothing_of_ours(acme: Path) -> None:
    for path, text in texts(acme).items():
        without = re.sub(r"afresh[-_]toolkit|\[tool\.afresh", "", f"{path} {text}")
        assert "afresh" not in without.lower(), path
    for path, text in texts(acme).items():
        assert "real-servers" not in text, path
        if path.endswith(".py") and "generated/" not in path:
            assert "sandbox" not in text.lower(), path


def test_its_pages_are_about_it_and_lead_to_what_it_has(acme: Path) -> None:
    pages = [acme / "README.md", *sorted((acme / "docs").glob("*.md"))]
    assert [page.name for page in pages] == [
        *("README.md", "calls.md", "extending.md", "lifecycle.md", "sessions.md", "testing.md")
    ]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (page.parent / target).exists(), (page.name, target)
        assert page.name == "README.md" or "127.0.0.1:" not in text, "it has no sandbox"
    assert "from acme import Client" in (acme / "docs" / "calls.md").read_text(encoding="utf-8")
    lifecycle = (acme / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    assert "what it decided, and why (`.venv/bin/afresh-toolkit help regenerate`)" in lifecycle


@pytest.mark.parametrize("page", ["regenerate", "releasing"])
def test_the_toolkit_shows_the_pages_about_its_commands(acme: Path, page: str) -> None:
    source = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    ran = run(acme, "-m", "afresh_toolkit", "help", page)
    assert (ran.returncode, ran.stdout) == (0, Names("acme").put_into(source))
    assert run(ROOT, "-m", "afresh_toolkit", "help", page).stdout == source
    wrong = run(acme, "-m", "afresh_toolkit", "help", "publishing")
    assert (wrong.returncode, "'regenerate', 'releasing'" in wrong.stderr) == (2, True)


@pytest.mark.parametrize("name", ["b", "a_name_that_has_thirty_letters", "zulu_2"])
def test_whatever_its_name_it_is_well_formed(tmp_path: Path, name: str) -> None:
    repository = made(tmp_path, WITH_LOGIN, name=name)
    for command in (["check"], ["format", "--check"]):
        ran = run(repository, "-m", "ruff", *command, "--no-cache", ".")
        assert ran.returncode == 0, ran.stdout
    assert f"{name.upper()}_TOKEN" in run(repository, "-m", name, "--help").stdout


def test_its_types_are_checked_and_its_tests_pass(guessed: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"  # with what mypy knows of the libraries already; other tests write into "tests"
    if (ROOT / ".mypy_cache").exists():
        shutil.copytree(ROOT / ".mypy_cache", cache, ignore=shutil.ignore_patterns("tests"))
    ran = run(guessed, "-m", "mypy", "--cache-dir", cache)
    assert ran.returncode == 0, ran.stdout
    ran = run_tests(guessed, "tests")
    assert ran.returncode == 0, ran.stdout
    ran = run(guessed, "-m", "afresh_toolkit", "generate", "--check")
    assert (ran.returncode, ran.stdout) == (0, "generated/acme_api is up to date.\n"), ran.stderr


FAULTS = {
    "every call is made again": (
        "or request.method in IDEMPOTENT_METHODS",
        "or True",
    ),
    "the pager stops after the first page": (
        "self._arguments = None if is_last else self._following(page, response, self._arguments)",
        "self._arguments = None",
    ),
    "a late 401 is not compared with the current token": (
        "return rejected is None or rejected.access_token != tokens.access_token",
        "return rejected is None",
    ),
    "the origin is not looked at": ("if origin(request.url) != self._origin:", "if False:"),
    "a file is not sent from its start": ("self._file.seek(self._start)", "pass"),
}
"""Bugs of one line in the layer, which a team might bring in."""


@pytest.mark.parametrize("fault", FAULTS)
def test_its_tests_find_a_fault_in_its_copy_of_the_layer(acme: Path, tmp_path: Path, fault: str) -> None:
    repository = tmp_path / "acme"
    shutil.copytree(acme, repository)
    right, wrong = FAULTS[fault]
    (module,) = (file for file in (repository / "custom").rglob("*.py") if right in file.read_text(encoding="utf-8"))
    module.write_text(module.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    tests = ("tests/test_calls.py", "tests/test_renewal.py")
    ran = run_tests(repository, "-x", *tests)
    assert (ran.returncode, "1 failed" in ran.stdout) == (1, True), ran.stdout


def test_its_lock_file_names_the_wheel_that_it_has(acme: Path) -> None:
    wheel = (acme / "scripts" / WHEEL).read_bytes()
    pin = f"afresh-toolkit=={VERSION} \\\n    --hash=sha256:{sha256(wheel).hexdigest()}\n"
    lock = (acme / "requirements.lock").read_text(encoding="utf-8")
    assert lock.count(pin) == lock.count("afresh-toolkit") == 1
    names = re.findall(r"^[\w.-]+", lock, re.MULTILINE)
    assert names == sorted(names)
    assert "://" not in lock
    assert "--find-links scripts" in (acme / "scripts" / "install").read_text(encoding="utf-8")


def test_the_toolkit_may_come_from_the_teams_index(acme: Path, tmp_path: Path) -> None:
    other = made(tmp_path, SAMPLE, "--toolkit-from-index")
    assert differing(acme, other) == {f"scripts/{WHEEL}", "README.md"}
    assert not (other / "scripts" / WHEEL).exists()


def test_a_wheel_of_the_toolkit_makes_the_same_repository(acme: Path, tmp_path: Path) -> None:
    """Install the wheel that a repository has, and make a repository with it: without a clone, and with its sources."""
    installed = tmp_path / "installed"
    uv: list[str | Path] = [find_uv_bin(), "pip", "install", "--quiet", "--offline", "--no-deps", "--target", installed]
    subprocess.run([*uv, acme / "scripts" / WHEEL], check=True)
    spec = tmp_path / "api.yaml"
    spec.write_text(SAMPLE, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "afresh_toolkit", "new", "acme", "--spec", spec, "--name", "acme"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert differing(acme, tmp_path / "acme") == set()


def test_the_demonstration_signs_in_and_renews(acme: Path, sandbox: Sandbox) -> None:
    environment = {"ACME_USERNAME": "ada", "ACME_PASSWORD": "lovelace"}
    ran = run(acme, "-m", "afresh_toolkit", "demo", "--base-url", sandbox.url, **environment)
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0] == f"signed in at {sandbox.url}: username ada"
    assert [line.split()[0] for line in lines[1:]] == ["access", "refresh", "renewed:", "access", "refresh", "signed"]
    assert lines[1] != lines[4]
    assert sandbox.control.counters().refreshes == 1
    ran = run(acme, "-m", "afresh_toolkit", "demo", "--base-url", sandbox.url, ACME_USERNAME="ada", ACME_PASSWORD="no")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("afresh-toolkit demo: ")


def test_its_console_command_calls_operations(acme: Path, sandbox: Sandbox) -> None:
    environment = {"ACME_BASE_URL": sandbox.url, "ACME_TOKEN": "no-such-token"}
    ran = run(acme, "-m", "acme", "call", "users", "me", **environment)
    assert ran.returncode == 1
    assert "the server answered 401" in ran.stderr


def test_its_readme_speaks_of_the_api(acme: Path, other: Path) -> None:
    text = (acme / "README.md").read_text(encoding="utf-8")
    assert "from acme import Client" in text
    assert "| `tasks.get` | `GET /tasks/{taskId}` | One task. |" in text
    assert "`acme login --base-url http" in text
    assert "api.login(Credentials(...))" in text
    assert Readme(acme).stale(acme / "generated" / "acme_api") is None
    text = (other / "README.md").read_text(encoding="utf-8")
    assert "the SDK works with a token that is given by hand" in text
    assert "    # GET /things\n    print(api.things.list())\n" in text


def test_its_own_check_takes_the_longest_names(tmp_path: Path) -> None:
    long = "a_thing_that_has_" + "_".join(["quite"] * 14) + "_a_long_name"
    repository = made(tmp_path, SMALL.replace("[things]", f"[{long}]").replace("listThings", f"get_{long}"))
    ran = run(repository, "-m", "ruff", "format", "--check", "--no-cache", ".")
    assert ran.returncode == 0, ran.stdout


def test_what_was_guessed_about_tokens_is_told_and_written(guessed: Path, tmp_path: Path) -> None:
    assert "operation: POST /sign-in" in (guessed / "overlay.yaml").read_text()
    shown = run(guessed, "-c", "import acme_api.lifecycle as it; print(it.LIFECYCLE.login)").stdout
    assert "path='/sign-in'" in shown
    (tmp_path / "api.yaml").write_text(WITH_LOGIN)
    overlay = tmp_path / "given.yaml"
    overlay.write_text(
        "overlay: 1.0.0\ninfo: {title: x, version: '1'}\nactions: [{target: $.info, update: {title: Y}}]\n"
    )
    ran = new_sdk(tmp_path / "other", "--spec", tmp_path / "api.yaml", "--name", "other", "--overlay", overlay)
    assert "POST /sign-in looks like it (takes `password` and `user`" in ran.stdout
    assert "renew     nothing is known: when the access token expires, somebody has to sign in again" in ran.stdout
    assert (tmp_path / "other" / "overlay.yaml").read_bytes() == overlay.read_bytes()
    assert "overlay.proposed.yaml" in ran.stdout
    assert "change    `x-token-lifecycle` in overlay.yaml" in ran.stdout


def test_json_stays_json_and_other_files_come_along(tmp_path: Path) -> None:
    text = json.dumps(Source.read(_written(tmp_path / "small.yaml", SMALL)).content)
    text = text.replace("#/components/schemas/Thing", "parts/common.yaml#/Thing")
    (tmp_path / "parts").mkdir()
    _written(tmp_path / "parts" / "common.yaml", "Thing: {type: object, properties: {name: {type: string}}}\n")
    repository = made(tmp_path, text, file="api.json")
    assert (repository / "openapi.json").read_text() == text
    assert (repository / "parts" / "common.yaml").exists()
    assert not (repository / "openapi.yaml").exists()
    assert '"/openapi.json"' in (repository / "pyproject.toml").read_text()


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/api.yaml"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(SMALL.encode() if found else b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()
        thread.join()


def test_a_description_may_be_at_a_url(tmp_path: Path, server: str) -> None:
    ran = new_sdk(tmp_path / "acme", "--spec", f"{server}/api.yaml", "--name", "acme")
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "acme" / "openapi.yaml").read_text() == SMALL
    ran = new_sdk(tmp_path / "other", "--spec", f"{server}/other.yaml", "--name", "other")
    assert "the server answers 404" in ran.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["acme"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--spec", "none.yaml", "--name", "acme"), "--spec none.yaml: No such file or directory; name a file"),
        (("--spec", "http://127.0.0.1:9/api.yaml", "--name", "acme"), "download it yourself"),
        (("--spec", "api.yaml", "--name", "1acme"), "is no name for a Python package"),
        (("--spec", "api.yaml", "--name", "Acme"), "is no name for a Python package"),
        (("--spec", "api.yaml", "--name", "class"), "is no name for a Python package"),
        (("--spec", "api.yaml", "--name", "a" * 31), "choose a shorter name"),
        (("--spec", "api.yaml", "--name", "json"), "'json' is a module of Python itself already: choose another"),
        (("--spec", "api.yaml", "--name", "httpx"), "'httpx' is a module of httpx already: choose another"),
        (("--spec", "api.yaml", "--name", "token_server"), "'token_server' is a module of scripts/ or tests/ already"),
        (("--spec", "api.yaml", "--name", "afresh"), "'afresh' is the package of this repository already"),
        (("--spec", "old.yaml", "--name", "acme"), "this is a Swagger 1.2 description"),
        (("--spec", "broken.yaml", "--name", "acme"), "broken.yaml:2:1: not valid YAML"),
        (("--spec", "api.yaml", "--name", "acme", "--overlay", "none.yaml"), "--overlay none.yaml is no file"),
        (("--spec", "up.yaml", "--name", "acme"), "$ref ../common.yaml#/Thing leads out of the description's folder"),
        (("--spec", "api.yaml", "--name", "aux"), "'aux' is the name of a device on Windows"),
        (("--update",), "has no sdk.toml: only what `afresh-toolkit new` has made can be updated"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_left_behind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    _written(folder / "api.yaml", SMALL)
    _written(folder / "old.yaml", 'swagger: "1.2"\n')
    _written(folder / "broken.yaml", "openapi: [\n")
    _written(folder / "up.yaml", SMALL.replace("#/components/schemas/Thing", "../common.yaml#/Thing"))
    _written(tmp_path / "common.yaml", "Thing: {type: object}\n")
    assert main(["--door", str(SCRIPT), "new", "acme", *arguments]) == 1
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["api.yaml", "broken.yaml", "old.yaml", "up.yaml"]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    spec = _written(tmp_path / "api.yaml", SMALL)
    (tmp_path / "acme").mkdir()
    _written(tmp_path / "acme" / "notes.txt", "mine")
    ran = new_sdk(tmp_path / "acme", "--spec", spec, "--name", "acme")
    assert (ran.returncode, "not empty: name a new folder" in ran.stderr) == (1, True)
    assert [path.name for path in (tmp_path / "acme").iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled_and_a_missing_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = _written(tmp_path / "api.yaml", SMALL)
    (tmp_path / "acme").mkdir()
    monkeypatch.chdir(tmp_path / "acme")
    ran = new_sdk(".", "--spec", spec, "--name", "acme")
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "acme" / "sdk.toml").exists()
    monkeypatch.chdir(tmp_path)
    ran = new_sdk("none/acme", "--spec", spec, "--name", "acme")
    assert ran.stderr == f"scripts/new-sdk: {tmp_path}/none is no folder: make it first\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["acme", "api.yaml"]


def test_a_run_that_is_ended_leaves_nothing_behind(tmp_path: Path) -> None:
    spec = _written(tmp_path / "api.yaml", SMALL)
    command: list[str | Path] = [SCRIPT, tmp_path / "acme", "--spec", spec, "--name", "acme"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert any("Copying" in line for line in process.stderr)
        process.terminate()
        process.communicate()
    assert process.returncode == 143
    assert [path.name for path in tmp_path.iterdir()] == ["api.yaml"]


def test_two_sdks_in_one_environment_share_no_name_and_no_file(acme: Path, other: Path, tmp_path: Path) -> None:
    held: list[set[str]] = []
    for repository in (acme, other):
        folder = tmp_path / f"dist-{repository.name}"
        ran = run(repository, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ".")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        (wheel,) = folder.glob("*.whl")
        names = zipfile.ZipFile(wheel).namelist()
        commands = zipfile.ZipFile(wheel).read(next(name for name in names if name.endswith("entry_points.txt")))
        entries = [line for line in commands.decode().splitlines() if " = " in line]
        held.append({*names, *(name.partition("/")[0] for name in names), *entries})
    assert {"acme", "acme_api"} < held[0]
    assert not held[0] & held[1] - {""}


@pytest.mark.skipif(not SPECS.exists(), reason=f"there are no descriptions in {SPECS}")
@pytest.mark.parametrize("document", ["petstore3.yaml", "thetvdb.json"])
def test_a_real_description(tmp_path: Path, document: str) -> None:
    ran = new_sdk(tmp_path / "acme", "--spec", SPECS / document, "--name", "acme")
    assert ran.returncode == 0, ran.stderr
    ran = run_tests(tmp_path / "acme", "tests/test_api.py")
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("description", sorted(FIRST_HOUR.iterdir()), ids=lambda file: file.stem)
def test_what_a_framework_describes_passes_the_tests_of_its_repository(tmp_path: Path, description: Path) -> None:
    ran = new_sdk(tmp_path / "acme", "--spec", description, "--name", "acme")
    assert ran.returncode == 0, ran.stderr
    ran = run_tests(tmp_path / "acme", "tests/test_api.py")
    assert ran.returncode == 0, ran.stdout
