"""The results as tables, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table

from benchmarks import bulk, generate, imports, transfer, transport
from benchmarks.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.interleaving import Timing
    from benchmarks.overhead import Cost
    from benchmarks.refresh import Row
    from benchmarks.tail import Tail


TARGET: Final = 0.03
"""The overhead that is allowed, over a static header."""


def refresh_tables(rows: Sequence[Row]) -> Iterator[Table]:
    """Lay out `scripts/bench refresh`: a table for each scenario and number of requests."""
    for count, scenario in dict.fromkeys((row.count, row.scenario) for row in rows):
        table = Table(title=f"{scenario.key} · {scenario.title} · {count} requests", title_justify="left")
        table.add_column("client", no_wrap=True)
        table.add_column("from", no_wrap=True)
        for heading in ("refreshes", "lost", "session", "time ÷ valid", "time ÷ same traffic"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("")
        for row in rows:
            if (row.count, row.scenario) == (count, scenario):
                table.add_row(row.contender.name, row.contender.kind, *_figures(row), row.note)
        yield table


def _figures(row: Row) -> list[str]:
    if not row.trials:
        return ["–"] * 5
    alive, rounds = sum(trial.is_alive for trial in row.trials), len(row.trials)
    lost = row.spread(lambda trial: trial.lost)
    return [
        row.spread(lambda trial: trial.refreshes).show(),
        f"[red]{lost.show()}[/]" if lost.high else f"[green]{lost.show()}[/]",
        {rounds: "[green]alive[/]", 0: "[red]lost[/]"}.get(alive, f"[red]lost in {rounds - alive} of {rounds}[/]"),
        row.spread(lambda trial: trial.seconds / trial.valid.seconds).show(2),
        row.spread(lambda trial: trial.seconds / trial.valid.same_traffic).show(2),
    ]


def overhead_table(costs: Sequence[Cost], tool: str | None) -> Table:
    """Lay out `scripts/bench overhead`."""
    table = Table(title="A request through TokenAuth ÷ one with a static header", title_justify="left")
    table.add_column("client", no_wrap=True)
    table.add_column("over", no_wrap=True)
    headings = ["static, µs", "TokenAuth, µs", "time ÷ static", "static ÷ itself"]
    for heading in [*headings, f"instructions ÷ static ({tool or 'not counted'})", "static, instructions"]:
        table.add_column(heading, justify="right")
    for cost in costs:
        counted = cost.instructions
        table.add_row(
            cost.kind,
            cost.transport,
            f"{1e6 * cost.static.median:.0f}",
            f"{1e6 * cost.token_auth.median:.0f}",
            cost.ratio.show(3),
            cost.control.show(3),
            counted.ratio.show(4) if counted else "–",
            f"{counted.static.median:,.0f}" if counted else "–",
        )
    return table


def resolved(costs: Sequence[Cost], tool: str | None) -> Iterator[str]:
    """Say which of the figures can tell an overhead of 3 %."""
    for cost in costs:
        where = f"{cost.kind} over {cost.transport}"
        word = "resolve" if cost.resolution < TARGET else "do not resolve"
        yield f"{where}: equal blocks may seem to differ by {cost.resolution:.1%}, so times {word} {TARGET:.0%}."
    if tool is None:
        yield "Instructions: not counted, either because --instructions is 0 or because neither perf nor valgrind can."
        return
    width = max(cost.instructions.ratio.high / cost.instructions.ratio.low - 1 for cost in costs if cost.instructions)
    yield f"Instructions ({tool}): their ratio differs by {width:.2%} at the most between runs. They are not times."


def generate_table(programs: Sequence[generate.Program]) -> Table:
    """Lay out `scripts/bench generate`."""
    table = Table(title="Making the package of a description, from start to end", title_justify="left")
    table.add_column("program", no_wrap=True)
    table.add_column("made")
    for heading in ("CPU, s", "CPU ÷ stock", "time, s", "time ÷ stock", "peak, MB", "peak ÷ stock"):
        table.add_column(heading, justify="right")
    for program in programs:
        made, target = program.made, generate.TARGETS.get(program.name)
        table.add_row(
            program.name,
            f"{made.operations} operations, {made.models} models" if made else "refused",
            program.cpu.show(2),
            _judged(program.cpu_ratio, target, 3),
            program.wall.show(2),
            _judged(program.wall_ratio, target, 3),
            program.memory.show(0),
            _judged(program.memory_ratio, None, 2),
        )
    return table


def import_table(measured: Sequence[imports.Import]) -> Table:
    """Lay out `scripts/bench import`."""
    table = Table(title="A process that imports …", title_justify="left")
    table.add_column("", no_wrap=True)
    for heading in ("CPU, ms", "÷ httpx", "beyond start ÷ httpx", "peak, MB", "÷ httpx", "beyond start ÷ httpx"):
        table.add_column(heading, justify="right")
    for one in measured:
        is_own = one.name == imports.OWN
        target = imports.CONSOLE_TARGET if one.name in imports.CONSOLE else imports.CPU_TARGET if is_own else None
        table.add_row(
            one.name,
            f"{1000 * one.cpu.whole.median:.0f}",
            _judged(one.cpu.ratio, target, 2),
            one.cpu.ratio_beyond_start.show(2),
            f"{one.memory.whole.median:.1f}",
            _judged(one.memory.ratio, imports.MEMORY_TARGET if is_own else None, 2),
            one.memory.ratio_beyond_start.show(2),
        )
    return table


def imported(measured: Sequence[imports.Import]) -> Iterator[str]:
    """Say which operation it was."""
    for one in measured:
        if one.operation:
            yield f"{one.name}: {one.operation.tag}.{one.operation.name}, with {len(one.operation.models)} models."


def bulk_table(rows: Sequence[bulk.Calls]) -> Table:
    """Lay out `scripts/bench bulk`."""
    table = Table(title=f"Many calls, {bulk.AT_ONCE} at once", title_justify="left")
    table.add_column("", no_wrap=True)
    table.add_column("the server", no_wrap=True)
    for heading in ("calls a second", "time ÷ own", "lost", "refused, a call"):
        table.add_column(heading, justify="right")
    for row in rows:
        is_judged = row.name.startswith("bulk") and row.server == bulk.LIMITS["none"]
        table.add_row(
            row.name,
            row.server,
            row.per_second.show(),
            _judged(row.ratio, bulk.TARGET if is_judged else None, 2),
            f"[{'red' if row.lost else 'green'}]{row.lost}[/]",
            f"{row.refused:.2f}",
        )
    return table


def whole_line(whole: bulk.Whole) -> str:
    """Say what all calls in one process took."""
    flat, none = ("green" if is_met else "red" for is_met in (whole.beyond <= bulk.MEMORY_TARGET, not whole.lost))
    return (
        f"{whole.calls:,} calls in threads, each tenth refused: lost [{none}]{whole.lost}[/], "
        f"{whole.seconds:.0f} s, {whole.calls / whole.seconds:,.0f} a second, {whole.memory:.1f} MB at the peak, "
        f"[{flat}]{whole.beyond:+.1f}[/] beyond a tenth of the calls, target {bulk.MEMORY_TARGET:g}."
    )


def transfer_table(title: str, transfers: Sequence[transfer.Transfer]) -> Table:
    """Lay out `scripts/bench transfer`."""
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=True)
    for heading in ("peak, MB", "beyond one call, MB", "time, s"):
        table.add_column(heading, justify="right")
    for one in transfers:
        is_call = one.name.startswith(transfer.IDLE)
        beyond = "–" if is_call else _judged(one.beyond, transfer.TARGET, 1)
        table.add_row(one.name, one.memory.show(1), beyond, one.wall.show(1))
    return table


def transport_tables(rates: Sequence[transport.Rate]) -> Iterator[Table]:
    """Lay out `scripts/bench transport`: a table for each number of tasks or threads."""
    for kind, count in dict.fromkeys((rate.kind, rate.count) for rate in rates):
        table = Table(title=f"{count} {kind}", title_justify="left")
        table.add_column("client", no_wrap=True)
        for heading in ("calls a second", "client CPU, ms", "time ÷ without the SDK", "calls a second ÷ the default"):
            table.add_column(heading, justify="right")
        for rate in rates:
            if (rate.kind, rate.count) == (kind, count):
                least = transport.FASTER.get((rate.name, count)) if kind == "tasks" else None
                table.add_row(
                    rate.name,
                    rate.per_second.show(),
                    Spread.of([1000 * rate.cpu.median]).show(2),
                    _judged(rate.over_raw, transport.TARGET, 2),
                    _judged(rate.over_default, least, 2, at_least=True),
                )
        yield table


def tail_table(tails: Sequence[Tail]) -> Table:
    """Lay out `scripts/bench tail`."""
    table = Table(title="Calls of 100 tasks, with a refresh of 300 ms each second", title_justify="left")
    table.add_column("", no_wrap=True)
    for heading in ("renewals", "calls", "lost", "median, ms", "99.9th percentile, ms", "longest, ms"):
        table.add_column(heading, justify="right")
    for tail in tails:
        times = [tail.median, tail.high, tail.longest]
        shown = [Spread(*(1000 * value for value in (one.median, one.low, one.high))).show(1) for one in times]
        table.add_row(tail.name, tail.renewals.show(), tail.calls.show(), tail.lost.show(), *shown)
    return table


def timing_table(title: str, timings: Sequence[Timing], targets: Mapping[tuple[str, str], float]) -> Table:
    """Lay out `scripts/bench decode` and `scripts/bench call`."""
    table = Table(title=title, title_justify="left")
    table.add_column("", no_wrap=True)
    bases = list(timings[0].ratios)
    for heading in ("time, µs", *(f"÷ {base}" for base in bases)):
        table.add_column(heading, justify="right")
    for timing in timings:
        ratios = [_judged(timing.ratios[base], targets.get((timing.name, base)), 3) for base in bases]
        table.add_row(timing.name, f"{1e6 * timing.seconds.median:.0f}", *ratios)
    return table


def _judged(ratio: Spread | None, target: float | None, digits: int, *, at_least: bool = False) -> str:
    """Show a ratio, and whether it meets its target, where there is one."""
    if ratio is None:
        return "–"
    if target is None:
        return ratio.show(digits)
    is_met = ratio.median >= target if at_least else ratio.median <= target
    colour = "green" if is_met else "red"
    return f"[{colour}]{ratio.show(digits)}[/], target {target:g}"
