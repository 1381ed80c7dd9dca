"""The git repository: what is committed in it is what is released."""

import sys
import tarfile
from pathlib import Path

from afresh_toolkit.publishing.problems import PublishError
from afresh_toolkit.publishing.programs import run, said

FEW = 10
"""So many changes are listed."""


def check_clean(root: Path) -> None:
    """Raise PublishError where there is no repository or commit, git cannot tell, or something is not committed."""
    ran = run("git", "rev-parse", "--is-inside-work-tree", cwd=root)
    if ran.returncode:  # which may also be that it is somebody else's
        raise PublishError(
            f"git finds no repository in {root}:\n{said(ran)}\n"
            "A release is made of a commit: do what git says, clone it, or where there is none, run "
            "`git init && git add -A && git commit`"
        )
    if run("git", "rev-parse", "--verify", "--quiet", "HEAD", cwd=root).returncode:
        raise PublishError(f"{root} has no commit yet: run `git add -A && git commit`")
    ran = run("git", "status", "--porcelain", "--untracked-files=all", "--", ".", cwd=root)
    if ran.returncode:
        raise PublishError(
            f"git cannot tell what is not committed in {root}:\n{said(ran)}\nMend that, and run this again"
        )
    changed = ran.stdout.splitlines()
    if changed:
        listed = "\n".join(f"    {line}" for line in changed[:FEW])
        more = f"\n    and {len(changed) - FEW} more" if len(changed) > FEW else ""
        raise PublishError(
            f"{root} has changes that are not committed:\n{listed}{more}\n"
            "A release is made of a commit: commit them, put them away (`git stash -u`), or have .gitignore name them"
        )


def has_tag(root: Path, tag: str) -> bool:
    """Say whether there is a tag already, as there is where CI releases."""
    return run("git", "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}", cwd=root).returncode == 0


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
        *(sys.executable, "-P", "-m", "afresh_toolkit", "--door", "scripts/generate", "generate", "--check"),
        cwd=folder,
        # A repository that has the toolkit's sources itself is checked by those that are committed.
        variables={"PYTHONPATH": str(folder / "scripts" / "toolkit"), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    if ran.returncode:
        raise PublishError(
            f"generated/ is stale:\n{said(ran)}\nRun ./scripts/generate, look at what has changed, and commit it"
        )
