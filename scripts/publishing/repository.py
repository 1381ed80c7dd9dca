"""The git repository: what is committed in it is what is released."""

import os
import sys
import tarfile
from pathlib import Path

from publishing.problems import PublishError
from publishing.programs import run, said

FEW = 10
"""So many changes are listed."""


def check_clean(root: Path) -> None:
    """Raise PublishError where the work tree is no work tree, has no commit, or has what is not committed."""
    if _git(root, "rev-parse", "--is-inside-work-tree") is None:
        raise PublishError(
            f"{root} is no git repository, and a release is made of a commit: clone it, or run "
            "`git init && git add -A && git commit`"
        )
    if _git(root, "rev-parse", "--verify", "--quiet", "HEAD") is None:
        raise PublishError(f"{root} has no commit yet: run `git add -A && git commit`")
    changed = (_git(root, "status", "--porcelain", "--untracked-files=all", "--", ".") or "").splitlines()
    if changed:
        listed = "\n".join(f"    {line}" for line in changed[:FEW])
        more = f"\n    and {len(changed) - FEW} more" if len(changed) > FEW else ""
        raise PublishError(
            f"{root} has changes that are not committed:\n{listed}{more}\n"
            "A release is made of a commit: commit them, put them away (`git stash -u`), or have .gitignore name them"
        )


def export(root: Path, folder: Path) -> None:
    """Put what is committed at HEAD into a new folder; raises PublishError where git cannot."""
    folder.mkdir(parents=True)
    archive = folder.with_name(f"{folder.name}.tar")
    # Neither the line endings nor the modes that somebody's git is set to.
    ran = run(
        *("git", "-c", "core.autocrlf=false", "-c", "tar.umask=0022", "archive", "--format=tar"),
        *("--output", archive, "HEAD"),
        cwd=root,
    )
    if ran.returncode:
        raise PublishError(f"git cannot export HEAD of {root}:\n{said(ran)}")
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    archive.unlink()


def check_generated(folder: Path) -> None:
    """Raise PublishError where the generated package is not what an export's description and templates make."""
    ran = run(
        *(sys.executable, "-P", "-m", "generator", "--check"),
        cwd=folder,
        environment={**os.environ, "PYTHONPATH": str(folder / "scripts"), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    if ran.returncode:
        raise PublishError(
            f"generated/ is stale:\n{said(ran)}\nRun ./scripts/generate, look at what has changed, and commit it"
        )


def _git(root: Path, *arguments: str) -> str | None:
    """Return what git says; None where it fails."""
    ran = run("git", *arguments, cwd=root)
    return None if ran.returncode else ran.stdout
