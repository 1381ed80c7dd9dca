"""One process of the world: its session's real `State` and `Flight`s, kept as values between the steps."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import attrs
from attrs import evolve

from afresh._session.state import Flight, Join, Lead, SignOut, State, Use
from afresh._session.steps import Renewed
from exploration.replay import FlightStandIn, Waker
from exploration.steps import CallFlight, CallState, ReadFlight, ReadState, WriteFlight

if TYPE_CHECKING:
    from afresh import Tokens
    from exploration.steps import Step

Values = tuple[object, ...]
Flights = tuple[tuple[int, Values], ...]


class Number(NamedTuple):
    """Stands for a flight among the values of a state."""

    number: int


class Process(NamedTuple):
    """One process's session.

    Attributes:
        state: The values of the fields of its `State`.
        flights: The numbers of the flights that somebody there may still ask about, each with its fields' values.
        has_signed_out: Whether its `logout()` has returned since anybody signed in last.
    """

    state: Values
    flights: Flights = ()
    has_signed_out: bool = False

    @property
    def tokens(self) -> Tokens | None:
        """What it holds in memory."""
        return cast("Tokens | None", self.state[TOKENS])

    @property
    def flight(self) -> int | None:
        """The number of the refresh under way."""
        number = self.state[FLIGHT]
        return number.number if isinstance(number, Number) else None

    def rotated(self) -> dict[int, Tokens]:
        """Give what each flight got from the server."""
        return {number: cast("Tokens", values[ROTATED]) for number, values in self.flights if values[ROTATED]}

    def without(self, wanted: set[int]) -> Process:
        """Give the process with no other flights than those wanted, and the one under way."""
        kept = tuple(flight for flight in self.flights if flight[0] in wanted or flight[0] == self.flight)
        return self._replace(flights=kept)


def _index(kind: type[Any], name: str) -> int:
    return [part.name for part in attrs.fields(kind)].index(name)


TOKENS = _index(State, "tokens")
FLIGHT = _index(State, "flight")
ROTATED = _index(Flight, "rotated")


def freeze(state: State, flights: dict[int, Flight]) -> tuple[Values, Flights]:
    """Give what a state and its flights say, as values that compare."""
    names = {id(flight): Number(number) for number, flight in flights.items()}

    def values(instance: object) -> Values:
        parts = [getattr(instance, part.name) for part in attrs.fields(cast("Any", type(instance)))]
        return tuple(
            tuple(map(_waker, part)) if isinstance(part, list) else names.get(id(part), part) for part in parts
        )

    return values(state), tuple((number, values(flight)) for number, flight in sorted(flights.items()))


def _waker(wake: Bell | Waker) -> Waker:
    return Waker(wake.who)


def thaw(state: Values, flights: Flights) -> tuple[State, dict[int, Flight]]:
    """Make the real thing of it again."""
    made: dict[int, Flight] = {}

    def real(value: object) -> object:
        if isinstance(value, Number):
            return made[value.number]
        return list(value) if type(value) is tuple else value

    def instance(kind: type[Any], values: Values) -> Any:
        parts = [part.alias for part in attrs.fields(kind)]
        return kind(**dict(zip(parts, map(real, values), strict=True)))

    for number, values in flights:
        made[number] = instance(Flight, values)
    return instance(State, state), made


NOBODY = Process(freeze(State(), {})[0])
"""A process that has just started."""


def signed_in(tokens: Tokens) -> Process:
    """Give a process that has its tokens from the store."""
    state = State()
    state.replace(Renewed(tokens, tokens.expires_in))
    return Process(freeze(state, {})[0])


class Bell:
    """What wakes a thread, as a flight keeps it, or rings at once."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.has_rung = False

    def __call__(self) -> None:
        self.has_rung = True


class Outcome(NamedTuple):
    """What came of a step.

    Attributes:
        result: What the thread is told.
        process: The process after it.
        is_woken: Whether the thread has been woken by it.
    """

    result: object
    process: Process
    is_woken: bool


def take(process: Process, step: Step, who: str) -> Outcome:
    """Do a step to the real `State` or `Flight`."""
    state, flights = thaw(process.state, process.flights)
    bell = Bell(who)

    def real(value: object) -> object:
        match value:
            case FlightStandIn():
                return flights[value.number]
            case Waker():
                return bell
            case _:
                return value

    result: object = None
    match step:
        case CallState(method, arguments, named):
            result = getattr(state, method)(*map(real, arguments), **dict(named))
        case CallFlight(number, method, arguments):
            result = attrgetter(method)(flights[number])(*map(real, arguments))
        case ReadState(attribute):
            result = getattr(state, attribute)
        case ReadFlight(number, attribute):
            result = getattr(flights[number], attribute)
        case WriteFlight(number, attribute, value):
            setattr(flights[number], attribute, value)
        case _:
            raise AssertionError(step)
    if state.flight is not None and all(flight is not state.flight for flight in flights.values()):
        flights[min(set(range(1, len(flights) + 2)) - flights.keys())] = state.flight
    after, flights_after = freeze(state, flights)
    return Outcome(
        _stood_in(result, flights), process._replace(state=after, flights=flights_after), is_woken=bell.has_rung
    )


def _stood_in(result: object, flights: dict[int, Flight]) -> object:
    """Give a result as it is told to a thread, which never gets hold of a real flight."""
    match result:
        case Flight():
            return FlightStandIn(next(number for number, flight in flights.items() if flight is result), result.spent)
        case Lead(flight) | Join(flight) | Use(flight=Flight() as flight):
            return evolve(result, flight=cast("Flight", _stood_in(flight, flights)))
        case SignOut(flight=flight, wakers=wakers):
            stand_in = cast("Flight | None", _stood_in(flight, flights))
            return evolve(result, flight=stand_in, wakers=cast("Any", _stood_in(wakers, flights)))
        case list():
            return tuple(map(_waker, result))
        case _:
            return result
