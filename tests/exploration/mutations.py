"""Bugs of one line, sown into the engine one at a time: the exploration has to find each."""

from __future__ import annotations

import inspect
import sys
from contextlib import contextmanager
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
from attrs import frozen

from afresh import Session, TokenAuth
from afresh._session import refresh, signing_in, state, store_access
from exploration.invariants import ALWAYS, WITHOUT_EVENTS
from exploration.search import Found, explore
from exploration.world import Setting

if TYPE_CHECKING:
    from collections.abc import Generator


QUIET = Setting()
ONE_EVENT = Setting(requests=(0, 1), events=1)
ALONE = Setting(requests=(0,), events=2)


@frozen
class Mutation:
    """One line of the engine made wrong.

    Attributes:
        owner: The class or module that the function is in.
        function: The function that the line is in.
        old: The line as it is.
        new: The line as it must not be.
        caught_by: The invariant that tells.
        setting: A small one in which it shows.
    """

    owner: Any
    function: str
    old: str
    new: str
    caught_by: str
    setting: Setting = QUIET

    def __str__(self) -> str:
        return f"{self.owner.__name__}.{self.function}: {self.old} → {self.new}"


@contextmanager
def mutated(mutation: Mutation) -> Generator[None]:
    """Run with one line changed. Fails where the line is not there any more, or is there twice."""
    function = getattr(mutation.owner, mutation.function)
    source = dedent(inspect.getsource(function))
    lines = [line.strip() for line in source.splitlines()]
    assert lines.count(mutation.old) == 1, f"{mutation}: the line is there {lines.count(mutation.old)} times"
    namespace: dict[str, Any] = {}
    program = "from __future__ import annotations\n" + source.replace(mutation.old, mutation.new)
    exec(compile(program, inspect.getfile(function), "exec"), vars(sys.modules[function.__module__]), namespace)
    with pytest.MonkeyPatch.context() as patch:
        for place in (mutation.owner, *(module for name, module in sys.modules.items() if name.startswith("afresh."))):
            if vars(place).get(mutation.function) is function:  # where it is defined, and where it is imported
                patch.setattr(place, mutation.function, namespace[mutation.function])
        yield


def find(mutation: Mutation) -> Found | None:
    """Explore with a mutation, looking only at the invariant that has to tell; None where it does not."""
    invariants = ALWAYS if mutation.setting.events else WITHOUT_EVENTS
    with mutated(mutation):
        seen = explore(mutation.setting, invariants.only(mutation.caught_by))
    return seen if isinstance(seen, Found) else None


MUTATIONS = [
    Mutation(refresh, "refresh", "yield Lock()", "pass", "guarded"),
    Mutation(refresh, "refresh", "if store and _tokens(stored) == store.tokens:", "if True:", "single_use"),
    Mutation(
        refresh,
        "refresh",
        "if stored.tokens.access_token != flight.spent.access_token and may_adopt:",
        "if False:",
        "one_refresh",
    ),
    Mutation(
        refresh,
        "refresh",
        "stored: Stored | None = yield Load()",
        "yield Load(); from afresh._session.steps import Stored; stored = Stored(flight.spent, None, is_due=False)",
        "single_use",
    ),
    Mutation(refresh, "_exchange", "yield Save(tokens)", "pass", "saved_before_use"),
    Mutation(
        refresh,
        "_exchange",
        "if isinstance(answer, Ambiguous):",
        "while isinstance(answer, Ambiguous):",
        "one_prompt_retry",
        ALONE,
    ),
    Mutation(
        refresh,
        "_exchange",
        "return Unavailable(error, until)",
        "return Refused(SessionExpired(str(error)))",
        "ended_for_cause",
        ALONE,
    ),
    Mutation(
        refresh,
        "_exchange",
        "return (yield from _adopt(spent, store)) or RenewedInMemory(tokens, due, error, store)",
        "return Unavailable(error, until=0)",
        "none_lost",
        ONE_EVENT,
    ),
    Mutation(
        refresh,
        "_exchange",
        "if newer := _newer(stored, spent, store):",
        "if newer := None:",
        "refusal_heeds_the_store",
        ALONE,
    ),
    Mutation(state.State, "decide", "if self.flight is not None:", "if False:", "one_flight"),
    Mutation(
        state,
        "_may_be_valid",
        "return rejected is None or rejected.access_token != tokens.access_token",
        "return rejected is None",
        "one_refresh",
    ),
    Mutation(state.State, "settle", "if self.flight is not flight:", "if False:", "logout_wins", ONE_EVENT),
    Mutation(state.State, "settle", "wakers, flight.wakers = flight.wakers, []", "wakers = []", "nobody_waits"),
    Mutation(
        state.State,
        "replace",
        "return self.settle(self.flight, outcome)",
        "self.settle(self.flight, outcome)",
        "nobody_waits",
        ONE_EVENT,
    ),
    Mutation(
        state,
        "decide_after_wait",
        "case Renewed(tokens):",
        "case Renewed(_) if (tokens := flight.spent):",
        "all_answered",
    ),
    Mutation(
        Session,
        "obtain",
        "decision = decide_after_wait(decision.flight, rejected)",
        "return self.obtain(rejected)",
        "one_wait",
        ONE_EVENT,
    ),
    Mutation(Session, "_finish", "_wake_all(wakers)", "pass", "nobody_waits"),
    Mutation(store_access.StoreAccess, "unlock", "held.close()", "pass", "nobody_waits"),
    Mutation(
        Session,
        "_ensure_started",
        'start_thread(partial(self._run_refresh, flight), name="afresh-refresh", max_wait=self._max_wait)',
        "pass",
        "nobody_waits",
    ),
    Mutation(
        signing_in,
        "sign_out",
        "_, save_error = yield from _attempt(Save(None))",
        "pass",
        "logout_leaves_nothing",
        ONE_EVENT,
    ),
    # Fault 2: at start-up the given tokens were saved without a look into the store under its lock.
    Mutation(signing_in, "start", "stored = yield Load()", "pass", "single_use", Setting((0, 1), environment="tokens")),
    Mutation(
        signing_in,
        "log_in",
        "if stored is not None:",
        "if False:",
        "one_refresh",
        Setting((0, 1), environment="credentials"),
    ),
    # Where something was raised that was not expected, the flight did not end.
    Mutation(Session, "_run_refresh", "finally:", "else:", "nobody_waits", ALONE),
    Mutation(
        Session,
        "_run_refresh",
        "outcome = self._run(steps, perform, ignored=BaseException)",
        "outcome = self._run(steps, perform)",
        "saved_is_published",
        ALONE,
    ),
    Mutation(
        TokenAuth,
        "sync_auth_flow",
        "response = yield self._authorized(request, tokens, may_retry=retries + 1 < MAX_RETRIES)",
        "response = yield (yield self._authorized(request, tokens, may_retry=False)).request",
        "few_sends",
    ),
    Mutation(
        TokenAuth,
        "async_auth_flow",
        "response = yield self._authorized(request, tokens, may_retry=retries + 1 < MAX_RETRIES)",
        "while (response := (yield self._authorized(request, tokens, may_retry=False))).status_code == 401: pass",
        "every_thread_ends",
        Setting(requests=(1,), events=1),
    ),
    Mutation(
        refresh,
        "refresh",
        "stored: Stored | None = yield Load()",
        "yield Load(); from afresh._session.steps import Stored; stored = Stored(flight.spent, None, is_due=False)",
        "login_stays",
        ONE_EVENT,
    ),
]
