"""`scripts/explore`: explores more than the tests do, or shows how each mutation is found."""

from __future__ import annotations

import argparse
import sys
import time

from rich.console import Console

from exploration.mutations import MUTATIONS, find
from exploration.search import Found, explore
from exploration.world import Setting

console = Console(highlight=False, markup=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/explore", description=__doc__)
    parser.add_argument(
        "--requests", default="2+1", metavar="N+M", help="requests of each process (default: %(default)s)"
    )
    parser.add_argument("--events", type=int, default=2, help="how many events may happen (default: %(default)s)")
    parser.add_argument("--grace", action="store_true", help="the server answers a repeated refresh as it did before")
    parser.add_argument("--bugs", action="store_true", help="sow each bug and show how it is found")
    arguments = parser.parse_args()
    if arguments.bugs:
        return _show_bugs()
    try:
        spread = [int(part) for part in arguments.requests.split("+")]
    except ValueError:
        parser.error("--requests takes numbers with + between them: 2+1")
    requests = tuple(process for process, count in enumerate(spread) for _ in range(count))
    setting = Setting(requests, arguments.events, arguments.grace)
    began = time.monotonic()
    seen = explore(setting)
    console.print(f"{setting}: {seen} ({time.monotonic() - began:.0f} s)")
    return isinstance(seen, Found)


def _show_bugs() -> int:
    missed = 0
    for mutation in MUTATIONS:
        found = find(mutation)
        missed += found is None
        console.print(f"{mutation}\n  {found or 'NOT FOUND'}\n")
    console.print(f"{len(MUTATIONS)} mutations, {missed} missed")
    return missed > 0


if __name__ == "__main__":
    sys.exit(main())
