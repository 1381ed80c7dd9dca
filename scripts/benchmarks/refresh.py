"""`scripts/bench refresh`: clients side by side when the access token goes while many requests are under way."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx
from attrs import asdict, define, field, frozen

from benchmarks.scenarios import SCENARIOS, play, refresh_newest, staged
from benchmarks.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.contender import AsyncContender, Contender
    from benchmarks.scenarios import Scenario
    from sandbox.process import Sandbox


@frozen
class Valid:
    """The same with a token that stays valid, and so what the scenario has to be measured against.

    Attributes:
        seconds: That the requests took.
        same_traffic: Seconds for all that a client has to send which loses nothing and refreshes once: the requests
            (answered 401), the refresh, and the requests again; ahead of expiry, the refresh and the requests.
    """

    seconds: float
    same_traffic: float


@frozen
class Trial:
    """One round of one client in one scenario: what the server counted, what the client lost, how long it took."""

    refreshes: int
    sign_ins: int
    lost: int
    is_alive: bool
    seconds: float
    valid: Valid
    errors: Counter[str]


@define
class Row:
    """All rounds of one client in one scenario."""

    contender: Contender | AsyncContender
    scenario: Scenario
    count: int
    trials: list[Trial] = field(factory=list)

    @property
    def unable(self) -> str | None:
        """Why the client cannot express the scenario, None where it can."""
        return self.contender.unable.get(self.scenario.key)

    def spread(self, figure: Callable[[Trial], float]) -> Spread:
        """Give a figure over all rounds."""
        return Spread.of([figure(trial) for trial in self.trials])

    @property
    def note(self) -> str:
        """What else there is to say."""
        if self.unable:
            return self.unable
        notes = []
        sign_ins = self.spread(lambda trial: trial.sign_ins)
        if sign_ins.high:
            notes.append(f"signs in anew {sign_ins.show()} times, by the password")
        errors = sum((trial.errors for trial in self.trials), Counter[str]())
        if errors:
            notes.append(f"mostly {errors.most_common(1)[0][0]}")
        return ", ".join(notes)

    def to_json(self) -> dict[str, Any]:
        """Give it for machines."""
        return {
            "client": self.contender.name,
            "kind": self.contender.kind,
            "scenario": self.scenario.key,
            "requests": self.count,
            "unable": self.unable,
            "rounds": [asdict(trial) for trial in self.trials],
        }


def measure(
    contenders: Sequence[Contender | AsyncContender],
    sandbox: Sandbox,
    *,
    counts: Sequence[int],
    rounds: int,
    tell: Callable[[str], None],
) -> list[Row]:
    """Measure all clients in all scenarios, round by round, so that what befalls the machine befalls all alike.

    Args:
        contenders: The clients.
        sandbox: The server.
        counts: How many requests at once; each in a table of its own.
        rounds: How often.
        tell: Told what is measured next.
    """
    rows = [Row(contender, scenario, count) for count in counts for scenario in SCENARIOS for contender in contenders]
    # A connection for each call, as the token engine has it.
    with httpx.Client(limits=httpx.Limits(max_keepalive_connections=0), trust_env=False) as http:
        for number in range(rounds):
            for row in rows:
                if row.unable is None:
                    contender, key = row.contender, row.scenario.key
                    tell(f"round {number + 1}: {contender.name}, {contender.kind}, {key}, {row.count}")
                    row.trials.append(_trial(row, sandbox, http, is_valid_first=number % 2 == 0))
    return rows


def _trial(row: Row, sandbox: Sandbox, http: httpx.Client, *, is_valid_first: bool) -> Trial:
    valid = _valid(row, sandbox, http) if is_valid_first else None
    with staged(row.scenario, row.contender, sandbox, is_valid=False) as at_once:
        before = sandbox.control.counters()
        done = play(row.scenario, sandbox, at_once, row.count)
        after = sandbox.control.counters()
        is_alive, _ = refresh_newest(sandbox, http)
    return Trial(
        refreshes=after.refreshes - before.refreshes,
        sign_ins=after.logins - before.logins,
        lost=len(done.errors),
        is_alive=is_alive,
        seconds=done.seconds,
        valid=valid or _valid(row, sandbox, http),
        errors=Counter(type(error).__name__ for error in done.errors),
    )


def _valid(row: Row, sandbox: Sandbox, http: httpx.Client) -> Valid:
    with staged(row.scenario, row.contender, sandbox, is_valid=True) as at_once:
        first = play(row.scenario, sandbox, at_once, row.count)
        _, refresh = refresh_newest(sandbox, http)
        again = 0.0 if row.scenario.is_expiry else at_once(row.count, 0, lambda: None).seconds
    return Valid(first.seconds, first.seconds + refresh + again)
