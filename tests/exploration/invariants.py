"""What must hold in whatever order things happen: each invariant says in one sentence what, and in a few lines how.

Invariants of steps are asked about each step of each thread, of threads about each that has ended, of worlds about
each state that is reached, and of ends about each world in which nothing more can happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from attrs import evolve, fields, frozen

from afresh import Tokens
from afresh._session.steps import Refused, Unavailable
from exploration.process import thaw
from exploration.replay import FlightStandIn
from exploration.server import is_known_to_be_spent, numbers
from exploration.steps import Call, CallState, Exchange, Save, Wait
from exploration.world import Thread, World, has_signed_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from exploration.server import ServerSession
    from exploration.steps import Step


class ViolationError(Exception):
    """An invariant does not hold after a move."""

    def __init__(self, invariant: str, move: str) -> None:
        super().__init__(invariant, move)
        self.invariant = invariant
        self.move = move


class Taken(NamedTuple):
    """A step that a thread took."""

    before: World
    thread: Thread
    step: Step
    after: World

    def session(self, tokens: Tokens) -> ServerSession:
        """Give the server's session that tokens are of, as it was before the step."""
        return self.before.sessions[numbers(tokens.access_token)[0]]

    @property
    def is_refresh(self) -> bool:
        """Whether it is a step of a refresh."""
        return self.thread.position.program.name == "_run_refresh"


def single_use(taken: Taken) -> bool:
    """No refresh token is sent when it can be known that the server has rotated it.

    It cannot where the answer was lost, where its receiver died with it, or where the store did not take the new
    tokens. And a session that is being signed out, or that the server has ended, cannot be lost any more.
    """
    if not isinstance(taken.step, Exchange):
        return True
    session = taken.session(taken.step.tokens)
    _, generation = numbers(taken.step.tokens.access_token)
    return not is_known_to_be_spent(session, generation) or session.is_signed_out


def one_prompt_retry(taken: Taken) -> bool:
    """One refresh sends a refresh token twice at the most."""
    return not isinstance(taken.step, Exchange) or taken.thread.position.exchanged.count(taken.step.tokens) < 2


def saved_before_use(taken: Taken) -> bool:
    """Neither a request nor a refresh is sent with new tokens before the store has taken them, or has failed to."""
    match taken.step:
        case Call(access_token) | Exchange(Tokens(access_token)):
            number, generation = numbers(access_token)
            return generation <= taken.before.sessions[number].offered
        case _:
            return True


def guarded(taken: Taken) -> bool:
    """Only who holds the store's lock refreshes, or writes to the store."""
    return not isinstance(taken.step, Exchange | Save) or taken.before.holder == taken.thread.name


def one_flight(taken: Taken) -> bool:
    """A process has one refresh under way at the most, but for those that a login or logout has overtaken."""
    process = taken.after.processes[taken.thread.process]
    if process is None or not isinstance(taken.step, CallState):
        return True
    state, flights = thaw(process.state, process.flights)
    return all(flight.outcome is not None or flight is state.flight for flight in flights.values())


def few_sends(taken: Taken) -> bool:
    """A request is sent four times at the most, and not twice with the same token."""
    sent = taken.thread.position.sent
    return not isinstance(taken.step, Call) or (len(sent) < 4 and taken.step.access_token not in sent)


def one_wait(taken: Taken) -> bool:
    """A request waits for one refresh at the most before it is sent, and for one before it is sent again."""
    return not isinstance(taken.step, Wait) or not taken.thread.position.waits


def every_thread_ends(taken: Taken) -> bool:
    """No thread goes on and on: a hundred steps are more than any needs."""
    return len(taken.thread.position.told) < 100


def refusal_heeds_the_store(taken: Taken) -> bool:
    """A refresh that was refused, while the store holds newer tokens, neither takes them away nor ends the session.

    What a stranger, who does not heed the lock, writes just after the refresh has looked for it may be overlooked.
    """
    position = taken.thread.position
    if not taken.is_refresh or not position.exchanged:
        return True
    refused, loaded = position.exchanged[-1], position.loaded
    match taken.step:
        case Save(None):
            saw_no_newer = position.has_looked and not _is_newer(loaded, refused)
            return saw_no_newer or not _is_newer(taken.before.stored, refused)
        case CallState("settle", (_, Refused())):
            return not (position.has_looked and _is_newer(loaded, refused))
        case _:
            return True


def login_stays(taken: Taken) -> bool:
    """A refresh does not write over the tokens of somebody who has signed in meanwhile, nor after a logout.

    But for a stranger, who does not heed the lock and came after the refresh had looked.
    """
    position, stored = taken.thread.position, taken.before.stored
    if not taken.is_refresh or not isinstance(taken.step, Save) or taken.step.tokens is None:
        return True
    number, _ = numbers(taken.step.tokens.access_token)
    is_own = stored is not None and numbers(stored.access_token)[0] == number
    return is_own or position.loaded == position.exchanged[-1]


def _is_newer(stored: object, refused: Tokens) -> bool:
    if not isinstance(stored, Tokens):
        return False
    (number, generation), (refused_number, refused_generation) = map(
        numbers, (stored.access_token, refused.access_token)
    )
    return number != refused_number or generation > refused_generation


def ended_for_cause(taken: Taken) -> bool:
    """A refresh ends a session only where the server has ended it or somebody has signed out."""
    if not taken.is_refresh:
        return True
    position = taken.thread.position
    match taken.step:
        case CallState("settle", (FlightStandIn(), Refused())) | Save(None):
            if position.exchanged:
                return taken.session(position.exchanged[-1]).is_over
            return position.loaded is None
        case _:
            return True


def saved_is_published(taken: Taken) -> bool:
    """A refresh whose tokens the store has taken gives them to those who wait, whatever is raised after that."""
    match taken.step:
        case CallState("settle", (FlightStandIn(number), outcome)):
            rotated = taken.before.of(taken.thread).rotated().get(number)
            return rotated is None or rotated != taken.before.stored or not isinstance(outcome, Unavailable)
        case _:
            return True


def logout_leaves_nothing(thread: Thread, after: World) -> bool:
    """A logout that returns leaves no tokens of the session that it has ended, in its process or in the store.

    Whatever went on beside it: a refresh, or a login, which comes either before it or after it, but not half and half.
    """
    process, revoked = after.processes[thread.process], thread.position.revoked
    if not has_signed_out(thread) or process is None or revoked is None:
        return True
    left = [tokens for tokens in (process.tokens, after.stored) if tokens is not None]
    return all(numbers(tokens.access_token)[0] != numbers(revoked.access_token)[0] for tokens in left)


def logout_wins(world: World) -> bool:
    """After a logout that nobody signed in beside, its process and the store hold no tokens until somebody signs in."""
    signed_out = [process for process in world.processes if process is not None and process.has_signed_out]
    return not any(world.stored or process.tokens or process.flight for process in signed_out)


def none_lost(world: World) -> bool:
    """The newest tokens of the store's session are there, in a process's memory, or in the hands of a refresh.

    Except where their answer was lost, where their receiver died, and where the session is over.
    """
    if world.stored is None:
        return True
    number, _ = numbers(world.stored.access_token)
    session = world.sessions[number]
    if session.is_over or session.is_signed_out or session.generation - 1 in session.lost:
        return True
    held = [world.stored, *(process.tokens for process in world.processes if process is not None)]
    for thread in world.threads:
        rotated = world.of(thread).rotated()
        flights = [value for value in thread.position.program.arguments if isinstance(value, FlightStandIn)]
        held.extend(rotated.get(flight.number) for flight in flights)
    return any(tokens is not None and numbers(tokens.access_token) == (number, session.generation) for tokens in held)


def nobody_waits(world: World) -> bool:
    """When nothing more can happen, no thread stands still anywhere, and the store's lock is free."""
    return not world.threads and world.holder is None


def all_answered(thread: Thread, _: World) -> bool:
    """Where nothing goes wrong, each request gets its answer."""
    return not thread.is_request or thread.position.result == 200


def one_refresh(world: World) -> bool:
    """Where nothing goes wrong, one refresh is enough for all, or one sign-in with what the environment holds."""
    needed = 1 if world.start.name == "sign in" else 2
    return [session.generation for session in world.sessions] == [needed]


@frozen
class Invariants:
    """The invariants that an exploration looks at."""

    of_steps: tuple[Callable[[Taken], bool], ...]
    of_threads: tuple[Callable[[Thread, World], bool], ...]
    of_worlds: tuple[Callable[[World], bool], ...]
    of_ends: tuple[Callable[[World], bool], ...]

    def all(self) -> list[Callable[..., bool]]:
        """Give each of them."""
        return [*self.of_steps, *self.of_threads, *self.of_worlds, *self.of_ends]

    def only(self, name: str) -> Invariants:
        """Give the one invariant of this name."""
        kept = {
            part.name: tuple(invariant for invariant in getattr(self, part.name) if invariant.__name__ == name)
            for part in fields(Invariants)
        }
        assert any(kept.values()), name
        return Invariants(**kept)

    def step(self, before: World, thread: Thread, step: Step, after: World) -> None:
        """Look at a step of a thread."""
        taken = Taken(before, thread, step, after)
        for invariant in self.of_steps:
            if not invariant(taken):
                raise ViolationError(invariant.__name__, f"{thread.name}: {step}")

    def end(self, thread: Thread, after: World) -> None:
        """Look at a thread that has ended."""
        for invariant in self.of_threads:
            if not invariant(thread, after):
                raise ViolationError(invariant.__name__, f"{thread.name}: ends: {thread.position.result}")

    def world(self, world: World, move: str) -> None:
        """Look at a state that a move has led to."""
        for invariant in self.of_worlds:
            if not invariant(world):
                raise ViolationError(invariant.__name__, move)

    def no_more(self, world: World) -> None:
        """Look at a world in which nothing more can happen."""
        for invariant in self.of_ends:
            if not invariant(world):
                still = ", ".join(thread.name for thread in world.threads)
                raise ViolationError(invariant.__name__, f"nothing more can happen: {still or 'no thread'} left")


ALWAYS = Invariants(
    of_steps=(
        single_use,
        one_prompt_retry,
        saved_before_use,
        guarded,
        one_flight,
        few_sends,
        one_wait,
        every_thread_ends,
        refusal_heeds_the_store,
        login_stays,
        ended_for_cause,
        saved_is_published,
    ),
    of_threads=(logout_leaves_nothing,),
    of_worlds=(logout_wins, none_lost),
    of_ends=(nobody_waits,),
)
WITHOUT_EVENTS = evolve(ALWAYS, of_threads=(*ALWAYS.of_threads, all_answered), of_ends=(*ALWAYS.of_ends, one_refresh))
