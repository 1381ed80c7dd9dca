"""The command line of scripts/sync."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from generator.problems import GenerationError
from syncing.description import Committed, Incoming, fetch
from syncing.fetching import FetchError, shown
from syncing.problems import SyncError
from syncing.repository import Repository

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status.

    0 is done, or nothing to do; 1 a problem, or a branch whose tests fail; 2 wrong usage.
    """
    options = _parser().parse_args(arguments)
    try:
        repository = Repository.at(ROOT)
        committed = Committed.of(repository)
        _say(f"Reading {shown(options.spec)} …")
        incoming = fetch(options.spec, committed)
        if incoming is None:
            _say(f"{committed.name} is unchanged; nothing to do.")
            return 0
        return _follow(repository, committed, incoming)
    except (FetchError, SyncError) as error:
        _say(str(error))
    except GenerationError as error:
        for problem in error.problems:
            _say(str(problem))
        _say("no branch was made: mend this in the description, or by overlay.yaml, and run it again")
    except OSError as error:
        _say(f"{f'{error.filename}: ' if error.filename else ''}{error.strerror}; mend that, and run it again")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/sync",
        description=(
            "Fetches the API's description. Where it is not the committed one, makes a branch, in a worktree of its "
            "own: the description, what is generated from it, the changelog's entry and the version, tested; and "
            "prints what it comes to in Markdown, as the body of a pull request."
        ),
    )
    parser.add_argument("--spec", required=True, metavar="URL|FILE", help="where the API's owner has the description")
    return parser


def _say(said: str) -> None:
    print(f"scripts/sync: {said}", file=sys.stderr, flush=True)


def _follow(repository: Repository, committed: Committed, incoming: Incoming) -> int:
    from comparing.surface import ComparisonError  # noqa: PLC0415  (what it takes to see that nothing changed is above)
    from syncing.branch import make_branch  # noqa: PLC0415

    try:
        branch = make_branch(repository, committed, incoming, _say)
    except ComparisonError as error:
        _say(f"{error}; no branch was made")
        return 1
    if branch.report is None:
        _say(f"already on branch {branch.name}; nothing to do.")
        return 0
    print(branch.report.markdown(), end="")
    failure = branch.report.failure
    if failure:
        _say(f"./scripts/test fails on branch {branch.name}; {failure.log} has all that it said.")
        return 1
    _say(f"made branch {branch.name}; its tests pass.")
    return 0
