"""Makes the branch with an SDK that follows a new description.

All of it is done in a temporary worktree, from the last commit, and the branch comes to be at the very end: whatever
happens, who runs it has his work tree, index and branch as they were, and there is no branch that is half done.
"""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import define, evolve

from afresh_toolkit.children import run
from afresh_toolkit.comparing.base import extract, version_of
from afresh_toolkit.comparing.changes import Change
from afresh_toolkit.comparing.comparison import ComparisonError, compare
from afresh_toolkit.generator.reading.depth import deep
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.syncing.description import Committed, Incoming, parsed
from afresh_toolkit.syncing.differences import differences, is_unreadable
from afresh_toolkit.syncing.fetching import referenced
from afresh_toolkit.syncing.markdown import plain
from afresh_toolkit.syncing.problems import SyncError
from afresh_toolkit.syncing.record import FILE_NAME
from afresh_toolkit.syncing.repository import Repository
from afresh_toolkit.syncing.summary import Failure, Report

LOG = "sync.log"
LAST_LINES = 40
"""Of what the tests print, where they fail."""

_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

Say = Callable[[str], None]


@define(frozen=True)
class Branch:
    """A branch: its name, and what it comes to; None where it was there already."""

    name: str
    report: Report | None = None


def make_branch(repository: Repository, committed: Committed, incoming: Incoming, say: Say) -> Branch:
    """Make the branch, with one commit, also where the tests fail on it.

    Raises SyncError, FetchError, GenerationError or ComparisonError where there can be none.
    """
    repository.check_author()
    if repository.is_dirty:
        say(f"What is not committed here is no part of it: it starts from {repository.head[:8]}.")
    with repository.worktree() as tree:
        files = {committed.name: incoming.content, **_files_beside(tree, committed, incoming)}
        name = f"sync/{_digest(files)[:8]}"
        if there := _branch_with(repository, name, files):
            return Branch(there)
        for path, content in files.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(content)
        if incoming.record:
            (tree / FILE_NAME).write_bytes(incoming.record.write())
        if incoming.file is None:
            _refuse_references_outside(tree)
        say("Generating the SDK …")
        remarks = [*_generate(tree), *_remarks(repository, tree, committed, incoming)]
        base, changes, last = _compare(repository, tree, say)
        repository.stage(tree)  # before the tests, so that nothing that they leave is taken for a part of it
        failure = _test(repository, tree, say)
        manifest = repository.manifest
        before, now = (parsed(committed.name, one.content) for one in (committed, incoming))
        with deep():
            changed = list(differences(before, now)) if is_unreadable(incoming.content) else []
        report = Report(
            title=str(_about(now).get("title") or "The API"),
            described=(str(_about(before).get("version") or "?"), str(_about(now).get("version") or "?")),
            differences=changed,
            source=incoming.source,
            sha256=sha256(incoming.content).hexdigest(),
            base=base,
            changes=changes,
            released=str(last),
            proposed=str(version_of(tree)),
            operations=(_operations(repository.show(manifest)), _operations((tree / manifest).read_bytes())),
            remarks=remarks,
            failure=failure,
        )
        repository.make_branch(name, repository.commit(tree, report.message()))
    return Branch(name, report)


def _files_beside(tree: Path, committed: Committed, incoming: Incoming) -> dict[str, bytes]:
    """Return the files that a description in a file refers to; those that a downloaded one does cannot be had."""
    if incoming.file is None:
        return {}
    from afresh_toolkit.generator.reading.references.whole import read_description  # noqa: PLC0415  (takes a tenth of a second)
    from afresh_toolkit.generator.rules import Applied  # noqa: PLC0415

    inputs = evolve(Inputs.of_project(tree), description=incoming.file)
    _, paths = read_description(inputs, Applied())
    folder = incoming.file.parent
    theirs = [path for path in paths if not (folder / path).resolve().is_relative_to(tree)]  # an overlay names others
    for path in theirs:
        if (tree / path).exists() and path not in committed.referenced:
            raise SyncError(f"the description refers to {path}, which the repository has for itself: rename it")
    return referenced(incoming.file, theirs)


def _refuse_references_outside(tree: Path) -> None:
    """Raise GenerationError where a downloaded description refers to files outside of the repository, allowed or not.

    Whoever writes it must not have what else is on this machine generated, and pushed.
    """
    from afresh_toolkit.generator.reading.references.whole import read_description  # noqa: PLC0415  (takes a tenth of a second)
    from afresh_toolkit.generator.rules import Applied  # noqa: PLC0415

    inputs = Inputs.of_project(tree)
    if inputs.references:  # else the generator refuses it by itself
        read_description(evolve(inputs, references=()), Applied())


def _digest(files: Mapping[str, bytes]) -> str:
    """Return the hash of a description; of several files, one of their hashes."""
    hashes = [sha256(content).hexdigest() for content in files.values()]
    return hashes[0] if len(hashes) == 1 else sha256("".join(hashes).encode()).hexdigest()


def _branch_with(repository: Repository, name: str, files: Mapping[str, bytes]) -> str | None:
    """Return the branch of a name that has these files; None where there is no such branch.

    Raises SyncError where there is one with others.
    """
    there = repository.branches(name)
    for branch in there:
        if all(repository.show(path, branch) == content for path, content in files.items()):
            return branch
    if there:
        raise SyncError(
            f"the branch {there[0]} is there already, with another description: rename or delete it, and run it again"
        )
    return None


def _generate(tree: Path) -> list[str]:
    """Generate the package; returns what the generator warns of."""
    ran = _run(tree, "generate", "--json", "--allow-unmatched")
    if ran.returncode:
        raise SyncError("no branch was made: mend this in the description, or by overlay.yaml, and run it again")
    said: Any = json.loads(ran.stdout)
    renamed = [
        f"`{one['name']}` keeps its name; the description calls it `{one['described']}` now. "
        f"`./scripts/generate --rename {shlex.quote(key)}` renames it."
        for key, one in said.get("kept_names", {}).items()
    ]
    lost = [f"An action of an overlay was left out. {plain(one)}." for one in said.get("unmatched", ())]
    warnings = said.get("warnings", ())
    return (
        lost + renamed + [f"The generator warns of {plain(one['place'])}: {plain(one['message'])}" for one in warnings]
    )


def _remarks(repository: Repository, tree: Path, committed: Committed, incoming: Incoming) -> list[str]:
    """Say what of it no test of the repository can judge."""
    found = []
    lifecycle = f"{repository.package}/lifecycle.py"
    if (tree / lifecycle).read_bytes() != repository.show(lifecycle):
        found.append("What is known of tokens has changed: sign in to the API with this branch, `./scripts/demo`.")
    if incoming.file is None and committed.referenced:
        names = ", ".join(map(plain, sorted(committed.referenced)))
        found.append(f"The description refers to other files, which are still the committed ones: {names}.")
    return found


def _compare(repository: Repository, tree: Path, say: Say) -> tuple[str | None, list[Change], str]:
    """Compare with the last release, and write the entry of the changelog and the version.

    Returns the tag of that release, what changed since, and its version. Without a tag that can be compared with, that
    is the commit which the worktree started from.
    """
    release = repository.last_release
    for revision in (release, repository.head) if release else (repository.head,):
        say(f"Comparing with {release if revision == release else revision[:8]} …")
        with TemporaryDirectory() as temporary:
            before = Path(temporary)
            try:
                extract(tree, revision, before)
                changes = compare(before, tree)
            except ComparisonError as error:
                said = str(error).replace(temporary, revision).replace(f"{tree}/", "")
                if revision != release:
                    raise ComparisonError(said) from None
                say(f"{release} cannot be compared with, and the last commit is in its place: {said}")
                continue
            last = str(version_of(before))
        ran = _run(tree, "diff", revision, "--write")
        if ran.returncode:
            raise SyncError("no branch was made: mend what `scripts/diff` says, commit that, and run it again")
        return release if revision == release else None, changes, last
    raise AssertionError


def _run(tree: Path, command: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command of the toolkit in the worktree, by the Python here; what it says on stderr is shown.

    A repository that has the toolkit's sources itself gets those that are committed.
    """
    return run(
        [sys.executable, "-P", "-m", "afresh_toolkit", "--door", f"scripts/{command}", command, *arguments],
        tree,
        stderr=None,
        variables={"PYTHONPATH": str(tree / "scripts" / "toolkit")},
    )


def _test(repository: Repository, tree: Path, say: Say) -> Failure | None:
    """Run the tests in the worktree, as CI would: with an environment of its own; returns how they failed."""
    log = repository.own_file(LOG)
    shown = str(log).removeprefix(f"{repository.root}/")
    say(f"Running ./scripts/test, from the making of its .venv on; this takes minutes, and {shown} has what it says …")
    try:
        with log.open("wb") as file:
            ran = run(["./scripts/test"], tree, stdout=file, stderr=subprocess.STDOUT)
    except BaseException:
        log.unlink(missing_ok=True)
        raise
    if not ran.returncode:
        log.unlink(missing_ok=True)
        return None
    text = _ESCAPE.sub("", log.read_text(encoding="utf-8", errors="replace")).replace(f"{tree}/", "")
    return Failure(shown, ran.returncode, [line.rstrip() for line in text.splitlines()[-LAST_LINES:]])


def _about(description: Any) -> dict[str, Any]:
    return mapping(mapping(description).get("info"))


def _operations(manifest: bytes | None) -> frozenset[str]:
    return frozenset(json.loads(manifest or b"{}").get("operations", ()))
