"""The command `afresh-toolkit update`: brings what is new in the template into a repository that was made from it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from afresh_toolkit.invocation import Invocation
from afresh_toolkit.scaffold.problems import ScaffoldError
from afresh_toolkit.scaffold.record import Record
from afresh_toolkit.scaffold.steps import run_generator, say
from afresh_toolkit.scaffold.template import delivered
from afresh_toolkit.scaffold.updating import carry_out, compare


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status: 0 is done, 1 a problem or a conflict, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog=invocation.name,
        description="Merges what is new in the template into a repository. What its team changed is kept.",
    )
    parser.add_argument(
        "repository", nargs="?", type=Path, metavar="DIR", help="the repository; by default the one that is around here"
    )
    options = parser.parse_args(arguments)
    try:
        return update(options.repository or invocation.checkout.root)
    except ScaffoldError as error:
        print(f"{invocation.name}: {error}", file=sys.stderr)
    except OSError as error:
        print(f"{invocation.name}: {error.filename}: {error.strerror}; mend that, and run it again", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def update(root: Path) -> int:
    """Renew a repository; returns 1 where both changed the same lines of a file, and 0 otherwise."""
    record = Record.read(root)
    with TemporaryDirectory() as temporary:
        say("Making what the template would give now …")
        now = delivered(record.sdk, Path(temporary))
    changes = compare(root, record.files, now)
    carry_out(root, changes)
    Record(record.sdk, {path: file for path, file in now.items() if path not in changes.theirs}).write(root)
    replaced = sorted(changes.written.keys() - {*changes.merged, *changes.conflicts})
    for path in replaced:
        print(f"renewed   {path}")
    for path in changes.merged:
        print(f"merged    {path}")
    for path in changes.removed:
        print(f"removed   {path}")
    for path, reason in changes.kept.items():
        print(f"kept      {path}: {reason}")
    for path in changes.conflicts:
        print(f"CONFLICT  {path}: both changed the same lines; choose between the marked versions")
    if changes.conflicts:
        print(f"{root}: resolve the conflicts, then run ./scripts/generate and ./scripts/test.")
        return 1
    run_generator(root, record.sdk.names)
    print(f"{root}: up to date with the template. Next: look at the changes, and run ./scripts/test")
    return 0
