"""The command line of `afresh-toolkit sync`."""

import argparse
import sys
from collections.abc import Callable, Sequence

from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.invocation import Invocation
from afresh_toolkit.syncing.description import Committed, Incoming, Unchanged, fetch
from afresh_toolkit.syncing.fetching import FetchError, shown
from afresh_toolkit.syncing.problems import SyncError
from afresh_toolkit.syncing.repository import Repository

Say = Callable[[str], None]


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status.

    0 is done, or nothing to do; 1 a problem, or a branch whose tests fail; 2 wrong usage.
    """
    options = _parser(invocation.name).parse_args(arguments)

    def say(said: str) -> None:
        print(f"{invocation.name}: {said}", file=sys.stderr, flush=True)

    try:
        repository = Repository.at(invocation.checkout)
        committed = Committed.of(repository)
        say(f"Reading {shown(options.spec)} …")
        incoming = fetch(options.spec, committed)
        if isinstance(incoming, Unchanged):
            say(f"{committed.name} {incoming.value}; nothing to do.")
            return 0
        return _follow(repository, committed, incoming, say)
    except (FetchError, SyncError) as error:
        say(str(error))
    except GenerationError as error:
        for problem in error.problems:
            say(str(problem))
        say("no branch was made: mend this in the description, or by overlay.yaml, and run it again")
    except OSError as error:
        say(f"{f'{error.filename}: ' if error.filename else ''}{error.strerror}; mend that, and run it again")
    return 1


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name,
        description=(
            "Fetches the API's description. Where it is not the committed one, makes a branch, in a worktree of its "
            "own: the description, what is generated from it, the changelog's entry and the version, tested; and "
            "prints what it comes to in Markdown, as the body of a pull request."
        ),
    )
    parser.add_argument("--spec", required=True, metavar="URL|FILE", help="where the API's owner has the description")
    return parser


def _follow(repository: Repository, committed: Committed, incoming: Incoming, say: Say) -> int:
    from afresh_toolkit.comparing.surface import ComparisonError  # noqa: PLC0415  (what it takes to see that nothing changed is above)
    from afresh_toolkit.syncing.branch import make_branch  # noqa: PLC0415

    try:
        branch = make_branch(repository, committed, incoming, say)
    except ComparisonError as error:
        say(f"{error}; no branch was made")
        return 1
    if branch.report is None:
        say(f"already on branch {branch.name}; nothing to do.")
        return 0
    print(branch.report.markdown(), end="")
    failure = branch.report.failure
    if failure:
        say(f"./scripts/test fails on branch {branch.name}; {failure.log} has all that it said.")
        return 1
    say(f"made branch {branch.name}; its tests pass.")
    return 0
