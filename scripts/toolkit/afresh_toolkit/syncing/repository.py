"""The git repository that is synced: what is committed there, and worktrees beside it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

from attrs import define

from afresh_toolkit.checkout import Checkout
from afresh_toolkit.children import run
from afresh_toolkit.comparing.base import last_release
from afresh_toolkit.comparing.surface import ComparisonError
from afresh_toolkit.syncing.problems import SyncError

_GIT = ("git", "-c", f"core.hooksPath={os.devnull}")  # hooks are for what people do; a sync is held by scripts/test


@define(frozen=True)
class Repository:
    """A project in a git repository: its folder, where that is in the repository, and the commit to start from."""

    checkout: Checkout
    prefix: str
    head: str

    @classmethod
    def at(cls, checkout: Checkout) -> "Repository":
        """Return the repository of a project's folder; raises SyncError where there is none, or no commit in it."""
        root = checkout.root
        try:
            ran = _git(root, "rev-parse", "--show-prefix")
        except FileNotFoundError:
            raise SyncError("git is needed, and is not on the PATH: install it") from None
        if ran.returncode:
            raise SyncError(
                f"git finds no repository here: {_said(ran)}; do what it says, or where there is none, run `git init` "
                "and commit what is here"
            )
        head = _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if head.returncode:
            raise SyncError("nothing is committed yet: commit what is here, so that there is something to start from")
        return cls(checkout, ran.stdout.decode().strip(), head.stdout.decode().strip())

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.checkout.root

    @property
    def package(self) -> str:
        """The path of the generated package in the project."""
        return f"generated/{self.checkout.api}"

    @property
    def manifest(self) -> str:
        """The path of the generated package's manifest in the project."""
        return f"{self.package}/manifest.json"

    def show(self, path: str, revision: str | None = None) -> bytes | None:
        """Return a file of the project as it is committed; None where it is not."""
        name = f"{revision or self.head}:./{path}"
        if _git(self.root, "rev-parse", "--verify", "--quiet", name).returncode:
            return None
        return self._run("cat-file", "blob", name)

    @property
    def is_dirty(self) -> bool:
        """Whether there is something that is not committed."""
        return bool(self._run("status", "--porcelain", "--", "."))

    @property
    def last_release(self) -> str | None:
        """The tag of the last release before the commit, as scripts/diff has it; None where there was none."""
        try:
            return last_release(self.root)
        except ComparisonError:
            return None

    def check_author(self) -> None:
        """Raise SyncError where git does not know whose commits it is to make."""
        for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            ran = _git(self.root, "var", who)
            if ran.returncode:
                raise SyncError(f"git cannot commit: set user.name and user.email ({_said(ran).splitlines()[-1]})")

    def branches(self, name: str) -> list[str]:
        """Return the branches of a name, here and where they were fetched from."""
        patterns = (f"refs/heads/{name}", f"refs/remotes/*/{name}")
        return self._run("for-each-ref", "--format=%(refname:short)", *patterns).decode().split()

    @contextmanager
    def worktree(self) -> Iterator[Path]:
        """Check the commit out into a temporary folder, which is gone afterwards; gives the project's folder there."""
        with TemporaryDirectory(prefix="sync-", ignore_cleanup_errors=True) as temporary:
            folder = Path(temporary).resolve() / "worktree"
            try:
                self._run("worktree", "add", "--quiet", "--detach", str(folder), self.head)
                yield folder / self.prefix
            finally:
                _git(self.root, "worktree", "remove", "--force", "--force", str(folder))

    def stage(self, tree: Path) -> None:
        """Take what is in a worktree now for the next commit there."""
        _checked(tree, "add", "--all", "--", ".")

    def commit(self, tree: Path, message: str) -> str:
        """Commit what was staged in a worktree; returns the commit."""
        _checked(tree, "commit", "--quiet", "--cleanup=whitespace", "--file=-", stdin=message.encode())
        return _checked(tree, "rev-parse", "HEAD").decode().strip()

    def make_branch(self, name: str, commit: str) -> None:
        """Make a branch, which must not be there yet."""
        self._run("branch", "--no-track", name, commit)

    def own_file(self, name: str) -> Path:
        """Return the path of a file among git's own, where it is in nobody's way."""
        return self.root / self._run("rev-parse", "--git-path", name).decode().strip()

    def _run(self, *arguments: str) -> bytes:
        return _checked(self.root, *arguments)


def _checked(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    ran = _git(folder, *arguments, stdin=stdin)
    if ran.returncode:
        raise SyncError(f"`git {arguments[0]}` fails: {_said(ran)}; mend that, and run it again")
    return ran.stdout


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> CompletedProcess[bytes]:
    # Without optional locks, looking at a repository writes nothing.
    return run([*_GIT, *arguments], folder, stdin=stdin, variables={"GIT_OPTIONAL_LOCKS": "0"})


def _said(ran: CompletedProcess[bytes]) -> str:
    return ran.stderr.decode(errors="replace").strip()
