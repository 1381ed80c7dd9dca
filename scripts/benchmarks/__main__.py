"""`scripts/bench`: what runs for each of its commands."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict, frozen
from rich.console import Console, RenderableType

from benchmarks import bulk, call, decode, generate, imports, overhead, refresh, tail, transfer, transport
from benchmarks.instructions import Counter
from benchmarks.options import OPENAPI, parser
from benchmarks.peers import MODULES, contenders
from benchmarks.server import serving
from benchmarks.tables import (
    bulk_table,
    generate_table,
    import_table,
    imported,
    overhead_table,
    refresh_tables,
    resolved,
    tail_table,
    timing_table,
    transfer_table,
    transport_tables,
    whole_line,
)

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    Tell = Callable[[str], None]

WIDTH: Final = 160
"""Columns of a terminal that is none: a table in a file is not broken up."""


@frozen
class Report:
    """What was measured, for machines and for people."""

    document: list[dict[str, Any]]
    shown: list[RenderableType]


def main() -> None:
    """Measure what the command line asks for."""
    options = parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the server is stopped then, too
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    with Console(stderr=True).status("") as status:
        report = COMMANDS[options.what](options, status.update)
    if options.json:
        print(json.dumps(report.document, indent=2))
    else:
        console.print(*report.shown, sep="\n")


def _refresh(options: Namespace, tell: Tell) -> Report:
    with serving() as sandbox:
        rows = refresh.measure(
            list(contenders(options.only or list(MODULES))),
            sandbox,
            counts=options.requests or [50, 1000],
            rounds=options.rounds,
            tell=tell,
        )
    return Report([row.to_json() for row in rows], [*refresh_tables(rows)])


def _overhead(options: Namespace, tell: Tell) -> Report:
    counter = Counter.find() if options.instructions else None
    tool = counter.name if counter else None
    with serving() as sandbox:
        costs = overhead.measure(
            sandbox,
            rounds=options.rounds,
            requests=options.requests,
            counter=counter,
            counted=options.instructions,
            tell=tell,
        )
    return Report([asdict(cost) for cost in costs], [overhead_table(costs, tool), *resolved(costs, tool)])


def _generate(options: Namespace, tell: Tell) -> Report:
    programs = generate.measure(options.spec, rounds=options.rounds, tell=tell)
    return Report([asdict(program) for program in programs], [generate_table(programs)])


def _import(options: Namespace, tell: Tell) -> Report:
    measured = imports.measure(options.spec, with_sdk=options.spec == OPENAPI, rounds=options.rounds, tell=tell)
    return Report([asdict(one) for one in measured], [import_table(measured), *imported(measured)])


def _decode(options: Namespace, tell: Tell) -> Report:
    timings = decode.measure(rounds=options.rounds, tell=tell)
    title = "A hundred models of ten properties, from the bytes of an answer"
    return Report([asdict(timing) for timing in timings], [timing_table(title, timings, decode.TARGETS)])


def _call(options: Namespace, tell: Tell) -> Report:
    timings = call.measure(rounds=options.rounds, tell=tell)
    title = "A call for one object, within the process"
    return Report([asdict(timing) for timing in timings], [timing_table(title, timings, call.TARGETS)])


def _bulk(options: Namespace, tell: Tell) -> Report:
    rows, whole = bulk.measure(calls=options.calls, block=options.block, rounds=options.rounds, tell=tell)
    return Report([*map(asdict, rows), asdict(whole)], [bulk_table(rows), whole_line(whole)])


def _transfer(options: Namespace, tell: Tell) -> Report:
    transfers = transfer.measure(megabytes=options.megabytes, rounds=options.rounds, tell=tell)
    title = f"A process that transfers {options.megabytes:,} MB"
    return Report([asdict(one) for one in transfers], [transfer_table(title, transfers)])


def _transport(options: Namespace, tell: Tell) -> Report:
    rates = transport.measure(rounds=options.rounds, counts=options.count, tell=tell)
    return Report([asdict(rate) for rate in rates], [*transport_tables(rates)])


def _tail(options: Namespace, tell: Tell) -> Report:
    tails = tail.measure(renewals=options.renewals, rounds=options.rounds, transport=options.transport, tell=tell)
    return Report([asdict(one) for one in tails], [tail_table(tails)])


COMMANDS: Final = {
    "refresh": _refresh,
    "overhead": _overhead,
    "generate": _generate,
    "import": _import,
    "decode": _decode,
    "call": _call,
    "bulk": _bulk,
    "transfer": _transfer,
    "transport": _transport,
    "tail": _tail,
}

if __name__ == "__main__":
    main()
