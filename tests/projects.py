"""A small project in a git repository, and the server of its description, for the tests of scripts/sync and of CI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from attrs import define, field

from forks import toolkit
from made import SMALL
from places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = (".gitattributes", ".gitignore", "LICENSE", "README.md", "pyproject.toml", "requirements.lock")
FOLDERS = ("custom", "scripts")
INSTALL = f"#!/bin/sh -e\nln -sfn '{sys.prefix}' .venv\n"
TEST = """\
#!/bin/sh -e
cd "$(dirname "$0")/.."
./scripts/install
./scripts/generate --check
PYTHONPATH=generated .venv/bin/python -m pytest -q -p no:cacheprovider tests
"""
TEST_OF_THINGS = """\
from afresh_api.models import Thing


def test_a_thing_has_a_name() -> None:
    assert Thing.from_dict({"name": "spoon"}).name == "spoon"
"""
CHANGED = SMALL.replace('version: "1"', 'version: "2"').replace(
    "components:\n",
    """\
  /things/{name}:
    get:
      operationId: getThing
      tags: [things]
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: One of them.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Thing"}
components:
""",
    1,
)
IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


def environment(home: Path, **variables: str) -> dict[str, str]:
    """Return the environment of somebody who has no settings of git's or Python's, and no netrc."""
    other = ("COVERAGE_", "GIT_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(other)}
    return {**kept, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": "", **IDENTITY, **variables}


@define
class Project:
    """A repository of a small API, with one release."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.root.parent)

    def git(self, *arguments: str | Path) -> str:
        ran = subprocess.run(
            ["git", *arguments], cwd=self.root, env=self.environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def begin(self, repository: Path) -> None:
        """Make a repository around the project, with one commit."""
        self.git("init", "--quiet", "--initial-branch=main", repository)
        exclude = repository / ".git" / "info" / "exclude"
        exclude.write_text(".venv\n", encoding="utf-8")  # it is a link here, which .gitignore does not mean
        self.commit("Begin")

    def copy(self, to: Path, *left_out: str) -> Project:
        ignored = shutil.ignore_patterns(*left_out)
        return Project(shutil.copytree(self.root, to, symlinks=True, ignore=ignored))

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def sync(self, spec: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Do what the script does, to its end."""
        door = ("--door", self.root / "scripts" / "sync")
        return toolkit().run([*door, "sync", "--spec", spec], {**self.environment, **variables}, self.root)

    def syncing(self, spec: str | Path, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["./scripts/sync", "--spec", spec],
            cwd=self.root,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    @property
    def branches(self) -> list[str]:
        return self.git("branch", "--format=%(refname:short)", "--list", "sync/*").split()

    def work(self) -> dict[str, tuple[int, int, bytes]]:
        """Return all that is somebody's own: the files of the work tree, the index, and HEAD."""
        own = [file for file in _files(self.root) if ".git" not in file.relative_to(self.root).parts]
        own += [self.root / ".git" / name for name in ("index", "HEAD", "config")]
        return {str(file): (file.stat().st_mtime_ns, file.stat().st_ino, file.read_bytes()) for file in own}

    def everything(self) -> dict[str, tuple[int, int, int]]:
        """Return when each file and folder was changed last, git's own too."""
        return {
            str(path): (path.lstat().st_mtime_ns, path.lstat().st_ctime_ns, path.lstat().st_ino)
            for path in (self.root, *self.root.rglob("*"))
        }

    def is_as_before(self, work: dict[str, tuple[int, int, bytes]]) -> bool:
        """Whether somebody's own is untouched, and nothing lies about."""
        assert self.git("worktree", "list", "--porcelain").count("worktree ") == 1
        return self.work() == work


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and ".venv" not in path.relative_to(folder).parts:
            yield path


def branch_of(text: str) -> str:
    """Return the branch that a description gets."""
    return f"sync/{sha256(text.encode()).hexdigest()[:8]}"


def make_project(root: Path) -> Project:
    """Make the project: what scripts/sync needs of this repository, a description, and a test of what it comes to."""
    root.mkdir()
    for name in FILES:
        shutil.copyfile(ROOT / name, root / name)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    project = Project(root)
    settings = (root / "pyproject.toml").read_text(encoding="utf-8")
    project.write("pyproject.toml", re.sub(r'^version = ".*"$', 'version = "0.1.0"', settings, flags=re.MULTILINE))
    project.write("openapi.yaml", SMALL)
    project.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- All of it.\n")
    project.write("tests/test_things.py", TEST_OF_THINGS)
    project.write("scripts/install", INSTALL).chmod(0o755)
    project.write("scripts/test", TEST).chmod(0o755)
    subprocess.run(["./scripts/install"], cwd=root, check=True)
    subprocess.run(["./scripts/generate"], cwd=root, check=True, capture_output=True)
    project.begin(root)
    project.git("tag", "v0.1.0")
    return project


@define
class Server:
    """A server of one description: what it answers, and what it was asked."""

    url: str = ""
    content: bytes = b""
    headers: dict[str, str] = field(factory=dict)
    status: int = 200
    asked: list[dict[str, str]] = field(factory=list)
    is_asked: threading.Event = field(factory=threading.Event)
    may_answer: threading.Event = field(factory=threading.Event)

    def has(self, text: str, **headers: str) -> None:
        self.content = text.encode()
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    @contextmanager
    def holding_back(self) -> Iterator[None]:
        self.may_answer.clear()
        try:
            yield
        finally:
            self.may_answer.set()

    def answer(self, asked: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(asked)
        self.is_asked.set()
        self.may_answer.wait()
        conditions = {"if-none-match": self.headers.get("ETag"), "if-modified-since": self.headers.get("Last-Modified")}
        if any(value is not None and asked.get(name) == value for name, value in conditions.items()):
            return 304, {}, b""
        return self.status, self.headers, self.content


@contextmanager
def serving() -> Iterator[Server]:
    """Serve a description, for as long as the context lasts."""
    state = Server()
    state.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, content = state.answer({name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            with suppress(ConnectionError):  # who asked may have gone
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        state.url = f"http://127.0.0.1:{http.server_address[1]}/openapi.yaml"
        try:
            yield state
        finally:
            http.shutdown()
            thread.join()
