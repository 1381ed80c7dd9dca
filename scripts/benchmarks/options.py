"""The command line of `scripts/bench`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from benchmarks.peers import MODULES
from benchmarks.server import ROOT

OPENAPI: Final = ROOT / "openapi.yaml"


def parser() -> argparse.ArgumentParser:
    """Make the parser: a command for each benchmark."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Measures the token engine, the generator and its clients. Only ratios count."
    )
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

    command = commands.add_parser("generate", help="scripts/generate against openapi-python-client")
    _add_spec(command)
    command.add_argument("--rounds", type=int, default=5, metavar="N", help="(%(default)s)")

    command = commands.add_parser("import", help="importing a generated client against importing httpx")
    _add_spec(command)
    command.add_argument("--rounds", type=int, default=20, metavar="N", help="(%(default)s)")

    command = commands.add_parser("decode", help="reading an answer's models against pydantic")
    command.add_argument("--rounds", type=int, default=200, metavar="N", help="of blocks (%(default)s)")

    command = commands.add_parser("call", help="a call of the SDK against httpx")
    command.add_argument("--rounds", type=int, default=300, metavar="N", help="of blocks (%(default)s)")

    command = commands.add_parser("bulk", help="many calls at once against a semaphore's, and their memory")
    command.add_argument("--calls", type=int, default=100_000, metavar="N", help="of one process (%(default)s)")
    command.add_argument("--block", type=int, default=500, metavar="N", help="calls that are compared (%(default)s)")
    command.add_argument("--rounds", type=int, default=3, metavar="N", help="of blocks (%(default)s)")

    command = commands.add_parser("transfer", help="the memory of uploads and downloads")
    command.add_argument("--megabytes", type=int, default=1024, metavar="N", help="the size of a file (%(default)s)")
    command.add_argument("--rounds", type=int, default=3, metavar="N", help="(%(default)s)")

    command = commands.add_parser("transport", help="calls a second over httpx, httpx2 and aiohttp")
    command.add_argument(
        "--count", type=int, action="append", metavar="N", help="tasks and threads; may be repeated (1 to 500)"
    )
    command.add_argument("--rounds", type=int, default=3, metavar="N", help="of blocks (%(default)s)")

    command = commands.add_parser("tail", help="the longest calls while tokens are renewed")
    command.add_argument("--renewals", type=int, default=20, metavar="N", help="in a run (%(default)s)")
    command.add_argument("--rounds", type=int, default=2, metavar="N", help="of runs (%(default)s)")
    command.add_argument("--transport", choices=["httpx", "aiohttp"], default="aiohttp", help="(%(default)s)")

    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help="print the figures for machines")
    return parser


def _add_spec(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--spec", type=Path, default=OPENAPI, metavar="FILE", help="the description (this project's own)"
    )
