"""`scripts/bench overhead`: what a request through `TokenAuth` costs more than one with a static header."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Final, get_args

import httpx
from attrs import frozen

from benchmarks.interleaving import interleaved
from benchmarks.scenarios import USER
from benchmarks.spread import Spread
from benchmarks.workload import Target, Transport, workload
from sandbox.client import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.instructions import Counter
    from benchmarks.workload import Kind, Variant
    from sandbox.process import Sandbox

KINDS: Final[tuple[Kind, ...]] = ("sync", "async")
COUNTS: Final = 3
"""How often instructions are counted; they hardly differ."""


@frozen
class Instructions:
    """Instructions of one request, in user space.

    Attributes:
        static: With a static header.
        ratio: Through `TokenAuth`, as a multiple of that.
    """

    static: Spread
    ratio: Spread


@frozen
class Cost:
    """What was measured with one kind of client over one transport.

    Attributes:
        kind: `sync` or `async`.
        transport: `mock` or `loopback`.
        static: Seconds a request with a static header: the median of the blocks.
        token_auth: Seconds a request through `TokenAuth`, alike.
        ratio: Of two blocks in the same round, through `TokenAuth` to with a static header.
        control: Of two blocks in the same round, both with a static header: what this machine calls equal.
        instructions: None where they were not counted.
    """

    kind: Kind
    transport: str
    static: Spread
    token_auth: Spread
    ratio: Spread
    control: Spread
    instructions: Instructions | None

    @property
    def resolution(self) -> float:
        """The least relative difference that these times show: how far equal blocks may seem to differ."""
        return max(self.control.high - 1, 1 - self.control.low)


def measure(
    sandbox: Sandbox,
    *,
    rounds: int,
    requests: int,
    counter: Counter | None,
    counted: int,
    tell: Callable[[str], None],
) -> list[Cost]:
    """Measure sync and async, within the process (where the overhead is visible) and over loopback.

    Args:
        sandbox: The server for loopback.
        rounds: How many rounds of three blocks: a static header, `TokenAuth`, a static header again.
        requests: How many requests make a block.
        counter: Counts instructions; None: they are not counted.
        counted: Over how many requests they are counted; those of none are subtracted.
        tell: Told what is measured next.
    """
    costs = []
    for transport in get_args(Transport):
        for kind in KINDS:
            target = Target(transport, sandbox.url, _token(sandbox))  # measuring all may take longer than one lives
            tell(f"{kind}, {target.transport}")
            blocks = _blocks(kind, target, rounds, requests)
            tell(f"{kind}, {target.transport}: instructions")
            costs.append(
                Cost(
                    kind,
                    target.transport,
                    static=Spread.of_many([static for static, _, _ in blocks]),
                    token_auth=Spread.of_many([token_auth for _, token_auth, _ in blocks]),
                    ratio=Spread.of_many([token_auth / static for static, token_auth, _ in blocks]),
                    control=Spread.of_many([again / static for static, _, again in blocks]),
                    instructions=None if counter is None else _instructions(counter, kind, target, counted),
                )
            )
    return costs


def _token(sandbox: Sandbox) -> str:
    with httpx.Client(base_url=sandbox.url, trust_env=False) as http:
        return str(sign_in(http, USER)["accessToken"])


def _blocks(kind: Kind, target: Target, rounds: int, requests: int) -> list[tuple[float, float, float]]:
    with ExitStack() as stack:
        opened = [stack.enter_context(workload(kind, variant, target)) for variant in ("static", "TokenAuth", "static")]
        times = interleaved({index: partial(block, requests) for index, block in enumerate(opened)}, rounds)
    return list(zip(times[0], times[1], times[2], strict=True))


def _instructions(counter: Counter, kind: Kind, target: Target, counted: int) -> Instructions:
    def count(variant: Variant) -> float:
        arguments = [kind, variant, target.transport, target.url, target.token]
        base, all_of_it = (counter.count("benchmarks.workload", [*arguments, str(n)]) for n in (0, counted))
        return (all_of_it - base) / counted

    pairs = [(count("static"), count("TokenAuth")) for _ in range(COUNTS)]
    return Instructions(
        Spread.of([static for static, _ in pairs]), Spread.of([token / static for static, token in pairs])
    )
