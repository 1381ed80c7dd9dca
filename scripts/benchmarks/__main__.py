"""`scripts/bench`: the command line."""

from __future__ import annotations

import argparse
import json
import signal
import sys

from attrs import asdict
from rich.console import Console, RenderableType

from benchmarks import overhead, refresh
from benchmarks.instructions import Counter
from benchmarks.peers import MODULES, contenders
from benchmarks.server import serving
from benchmarks.tables import overhead_table, refresh_tables, resolved

WIDTH = 160
"""Columns of a terminal that is none: a table in a file is not broken up."""


def main() -> None:
    """Measure what the command line asks for."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the server is stopped then, too
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    progress = Console(stderr=True)
    with serving() as sandbox, progress.status("") as status:
        if options.what == "refresh":
            rows = refresh.measure(
                list(contenders(options.only or list(MODULES))),
                sandbox,
                counts=options.requests or [50, 1000],
                rounds=options.rounds,
                tell=status.update,
            )
            document = [row.to_json() for row in rows]
            shown: list[RenderableType] = [*refresh_tables(rows)]
        else:
            counter = Counter.find() if options.instructions else None
            tool = counter.name if counter else None
            costs = overhead.measure(
                sandbox,
                rounds=options.rounds,
                requests=options.requests,
                counter=counter,
                counted=options.instructions,
                tell=status.update,
            )
            document = [asdict(cost) for cost in costs]
            shown = [overhead_table(costs, tool), *resolved(costs, tool)]
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        console.print(*shown, sep="\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures the token engine. Only ratios count.")
    commands = parser.add_subparsers(dest="what", required=True)

    command = commands.add_parser("refresh", help="clients side by side when the access token goes under way")
    command.add_argument(
        "--requests", type=int, action="append", metavar="N", help="how many at once; may be repeated (50 and 1000)"
    )
    command.add_argument("--rounds", type=int, default=3, metavar="N", help="(%(default)s)")
    command.add_argument("--only", choices=list(MODULES), action="append", help="a client; may be repeated (all)")

    command = commands.add_parser("overhead", help="TokenAuth against a static header")
    command.add_argument("--requests", type=int, default=20, metavar="N", help="in a block (%(default)s)")
    command.add_argument("--rounds", type=int, default=500, metavar="N", help="of three blocks (%(default)s)")
    command.add_argument(
        "--instructions",
        type=int,
        default=300,
        metavar="N",
        help="over how many requests to count them, 0: not at all (%(default)s)",
    )
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help="print the figures for machines")
    return parser


if __name__ == "__main__":
    main()
