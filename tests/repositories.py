"""Repositories like this one, which a test may change and publish from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from attrs import define

from forks import toolkit
from places import ROOT
from servers.package_index import PASSWORD, USERNAME

if TYPE_CHECKING:
    from pathlib import Path

PARTS = (
    *(".gitattributes", ".gitignore", "CHANGELOG.md", "LICENSE", "README.md", "custom", "generated", "openapi.yaml"),
    *("pyproject.toml", "requirements.lock", "scripts", "tests/sandbox"),
    *(".github", ".gitlab-ci.yml", "docs", "tests/sample", "tests/servers"),  # of which the toolkit is made, too
)


@define(frozen=True)
class Repository:
    """A clone, and the folder for all that its scripts put away for a while."""

    root: Path
    temporary: Path

    def environment(self, **variables: str) -> dict[str, str]:
        """Return that of somebody who has credentials where `variables` say, and nowhere else."""
        others = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("COVERAGE_", "GIT_", "TWINE_", "UV_PUBLISH_"))
        }
        own = {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "NETRC": os.devnull,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "TMPDIR": str(self.temporary),
            "UV_HTTP_RETRIES": "0",
        }
        return {**others, **own, **variables}

    def publish(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Publish as the script does, and see that it leaves nothing behind, and shows no traceback and no password."""
        door = ("--door", self.root / "scripts" / "publish")
        ran = toolkit().run([*door, "publish", *arguments], self.environment(**variables), self.root)
        assert self.left() == []
        assert "Traceback" not in ran.stderr
        assert PASSWORD not in ran.stdout + ran.stderr
        return ran

    def publish_to(self, url: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
        """Publish to an index, with the password in the environment."""
        return self.publish("--index", url, UV_PUBLISH_USERNAME=USERNAME, UV_PUBLISH_PASSWORD=password)

    def refuses(self, *said: str, url: str = "http://127.0.0.1:9/simple/", password: str = PASSWORD) -> None:
        """See that nothing is published, and why; whatever was in dist/ stays there."""
        (self.root / "dist").mkdir(exist_ok=True)
        (self.root / "dist" / "mine.txt").write_text("of old")
        ran = self.publish_to(url, password)
        assert (ran.returncode, ran.stdout) == (1, ""), ran.stderr
        for text in said:
            assert text in ran.stderr, ran.stderr
        assert self.dist() == ["mine.txt"]

    def left(self) -> list[str]:
        """Return what was left behind: temporary files, and folders beside dist/."""
        found = [*self.temporary.iterdir(), *self.root.glob(".dist*")]
        return [path.name for path in found]

    def dist(self) -> list[str]:
        """Return what dist/ holds."""
        return sorted(path.name for path in (self.root / "dist").iterdir())

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.root, env=self.environment(), check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "--message=A change")

    def replace(self, path: str, pattern: str, replacement: str) -> None:
        """Change a file in one place."""
        file = self.root / path
        text, count = re.subn(pattern, replacement, file.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        assert count == 1
        file.write_text(text, encoding="utf-8")

    def set_version(self, version: str) -> None:
        """Make another release of it."""
        self.replace("pyproject.toml", '^version = ".*"$', f'version = "{version}"')
        self.replace("CHANGELOG.md", r"^## \[Unreleased\]$", f"## [Unreleased]\n\n## [{version}] - 2026-11-25")
        self.commit()


def place(folder: Path) -> Repository:
    """Say where a repository goes, with a folder for what is temporary beside it."""
    temporary = folder.with_name(f"{folder.name}-temporary")
    temporary.mkdir(parents=True)
    return Repository(folder, temporary)


def use_environment(repository: Repository, environment: str = sys.prefix) -> None:
    """Let a repository use an environment that is there; git does not see it."""
    (repository.root / ".venv").symlink_to(environment)
    (repository.root / ".git" / "info" / "exclude").write_text(".venv\n")


def make(folder: Path, version: str, *, calls: str | None = None, environment: str = sys.prefix) -> Repository:
    """Make a repository that is about to release a version, and what it needs of this one.

    `calls` stand in the place of those that are made with the wheel; `environment` is what its scripts run in.
    """
    repository = place(folder)
    for part in PARTS:
        source, target = ROOT / part, repository.root / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    if calls is not None:
        (repository.root / "scripts" / "smoke.py").write_text(calls)
    repository.git("init", "--quiet")
    use_environment(repository, environment)
    repository.set_version(version)
    return repository


def clone(origin: Repository, folder: Path, *options: str) -> Repository:
    """Clone one, with options of git."""
    repository = place(folder)
    origin.git("clone", "--quiet", *options, str(origin.root), str(folder))
    use_environment(repository)
    return repository
