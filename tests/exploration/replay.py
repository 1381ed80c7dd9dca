"""Runs the real engine, a step at a time, without any thread, lock, store or server.

A thread of the engine is a function of what the world has told it so far. So a thread that stands still somewhere is
kept as the list of what it was told, and to learn what it does next it is run again from its start over that list:
where the list ends is the next step. `Position` does so once for every list that comes up.

The engine's surroundings (the module's clock, threads, mutex, waiters, store, endpoint, and `State` itself) are
replaced by stand-ins that hand each access to the world as a step. The code between the accesses runs as it is.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import attrs
import httpx
import pytest
from attrs import define, evolve, field, frozen

from afresh import SDKError, Session, TokenAuth, Tokens
from afresh._session import auth, store_access
from afresh._session import session as engine
from afresh._session.state import Flight, Join, Lead, RefreshPolicy, SignOut, State, Use
from exploration.steps import (
    Call,
    CallFlight,
    CallState,
    Clock,
    Exchange,
    Load,
    Lock,
    ReadFlight,
    ReadState,
    Revoke,
    Save,
    SignIn,
    Spawn,
    Step,
    Tell,
    Unlock,
    Wait,
    Wake,
    WriteFlight,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

URL = "https://api.example.com"
UNREAD: Final = object()


class SuspendedError(BaseException):
    """Unwinds a thread at the step that it takes next."""


class CancelledError(BaseException):
    """What a request that waits is cancelled with, as asyncio and trio have theirs."""


class EndError(BaseException):
    """What a store may raise that ends its thread, as SystemExit does."""


@frozen
class Raised:
    """Told to a thread in place of a result: the step raises this."""

    kind: type[BaseException]
    message: str


@define(eq=False)
class Replay:
    """One run of a thread over what it was told.

    Attributes:
        told: The results of its steps so far.
        step: The step that it takes next, as soon as that is known.
        is_inside: Whether it holds the session's mutex there.
        is_quiet: Whether steps are of no interest: while a session is made that has long been there.
    """

    told: tuple[object, ...]
    step: Step | None = None
    is_inside: bool = False
    is_quiet: bool = True
    _heard: int = 0
    _holds_mutex: bool = False

    def take(self, step: Step) -> Any:
        """Take a step: give its result, or stop here where that is not known yet."""
        if self.is_quiet:
            return None
        if self.step is not None:  # a `finally` on the way out
            raise SuspendedError
        if self._heard == len(self.told):
            self.step, self.is_inside = step, self._holds_mutex
            raise SuspendedError
        result = self.told[self._heard]
        self._heard += 1
        if isinstance(result, Raised):
            raise result.kind(result.message)
        return result

    def __enter__(self) -> None:
        self._holds_mutex = True

    def __exit__(self, *_: object) -> None:
        self._holds_mutex = False


_current: list[Replay] = []


def take(step: Step) -> Any:
    return _current[-1].take(step)


class _Numbered(NamedTuple):
    number: int
    spent: Tokens


class FlightStandIn(_Numbered):
    """Stands for a `Flight`, by its number in its process."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name == "wakers":
            return Wakers(self.number)
        if name == "deadline":  # whoever waits may give up at any moment
            return 0.0
        if not callable(getattr(Flight, name)):
            return take(ReadFlight(self.number, name))
        return lambda *arguments: take(CallFlight(self.number, name, arguments))

    def __setattr__(self, name: str, value: object) -> None:
        take(WriteFlight(self.number, name, value))


@frozen
class Wakers:
    """Stands for the list of a flight's wakers."""

    flight: int

    def append(self, waker: object) -> None:
        take(CallFlight(self.flight, "wakers.append", (waker,)))


@frozen
class Waker:
    """Wakes one thread."""

    who: str

    def __call__(self) -> None:
        take(Wake(self.who))


class StateStandIn:
    """Stands for the `State` of a session."""

    def __init__(self, **_: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if not callable(getattr(State, name, None)):
            return take(ReadState(name))
        return lambda *arguments, **named: take(CallState(name, arguments, tuple(named.items())))


class StoreStandIn:
    """Stands for the store that all processes share."""

    def load(self) -> Tokens | None:
        return cast("Tokens | None", take(Load()))

    def save(self, tokens: Tokens | None) -> None:
        take(Save(tokens))

    def lock(self, timeout: float) -> LockStandIn:
        assert timeout > 0
        return LockStandIn()


class LockStandIn:
    """Stands for the store's lock."""

    def __enter__(self) -> None:
        take(Lock())

    def __exit__(self, *_: object) -> None:
        take(Unlock())


class EndpointStandIn:
    """Stands for the calls to the token endpoints."""

    own_credentials = None
    revokes_by_access_token = False

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def policy(self, _: object) -> RefreshPolicy:
        return RefreshPolicy()

    def uses_client_credentials(self, _: object) -> bool:
        return False

    def refresh(self, tokens: Tokens, *_: object, **__: object) -> object:
        return take(Exchange(tokens))

    def login(self, _: object) -> Tokens:
        return cast("Tokens", take(SignIn()))

    def logout(self, tokens: Tokens) -> None:
        take(Revoke(tokens))


def start_thread_stand_in(work: partial[object], **_: object) -> None:
    take(Spawn(work.func.__name__, work.args))


class LogStandIn:
    """Stands for the logger of the requests."""

    def debug(self, *_: object, **__: object) -> None:
        pass


def tell_stand_in(_: int, message: str, *__: object, error: BaseException | None = None, **___: object) -> None:
    """Stand for the log, which is told of errors that nobody expected: here they are bugs."""
    if isinstance(error, SuspendedError):  # no error: it only stops here
        raise error
    if error is not None and not isinstance(error, EndError):
        raise AssertionError(message) from error


def thread_waiter_stand_in() -> tuple[Callable[[], None], Callable[[float], object]]:
    return Waker("me"), lambda _: take(Wait())


def task_waiter_stand_in() -> tuple[Callable[[], None], Callable[[float], object]]:
    async def wait(_: float) -> None:
        take(Wait())

    return Waker("me"), wait


@contextmanager
def stand_ins() -> Generator[None]:
    """Put the stand-ins in the places of what they stand for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "State", StateStandIn)
        patch.setattr(engine, "TokenEndpoint", EndpointStandIn)
        patch.setattr(engine, "threading", SimpleNamespace(Lock=lambda: _current[-1], Event=Event))
        patch.setattr(engine, "start_thread", start_thread_stand_in)
        for module in (engine, store_access):
            clock = SimpleNamespace(monotonic=lambda: take(Clock()), perf_counter=lambda: 0.0)
            patch.setattr(module, "time", clock)
            patch.setattr(module, "renewal_due", due)
        patch.setattr(engine, "thread_waiter", thread_waiter_stand_in)
        patch.setattr(engine, "task_waiter", task_waiter_stand_in)
        patch.setattr(engine, "log_safely", tell_stand_in)
        patch.setattr(auth, "log", LogStandIn())
        yield


def due(*, expires_in: float | None, **_: object) -> float | None:
    """Give when tokens are due: those of the world carry the moment as their life."""
    return expires_in


class Program(NamedTuple):
    """What a thread runs: a method of `Session`, or one of the two kinds of request."""

    name: str
    arguments: tuple[object, ...] = ()


@define(eq=False)
class Position:
    """Where a thread stands: what it was told so far, and so what it does next.

    Attributes:
        number: How many positions came up before.
        step: What it does next; None when it has ended.
        is_inside: Whether it holds the mutex there, so that nobody else can come in between.
        result: What it ended with.
        next: Where each result leads, as far as it came up.
        sent: The access tokens that a request was sent with so far.
        waits: How often it has waited since it was sent last.
        exchanged: The tokens that a refresh has sent so far.
        loaded: What it read from the store last; `UNREAD` where nothing.
        has_looked: Whether that was after it asked the server last.
        revoked: The tokens that a logout has revoked, or tried to.
        flights: The numbers of the flights that it may still ask about.
    """

    program: Program
    told: tuple[object, ...]
    number: int = 0
    sent: tuple[str, ...] = ()
    since: int = 0
    waits: int = 0
    exchanged: tuple[Tokens, ...] = ()
    loaded: object = UNREAD
    has_looked: bool = False
    revoked: Tokens | None = None
    step: Step | None = None
    is_inside: bool = False
    result: object = None
    flights: frozenset[int] = frozenset()
    next: dict[object, Position] = field(factory=dict["object", "Position"], repr=False)


def _further(position: Position, result: object) -> Position:
    further = evolve(position, told=(*position.told, result), step=None, result=None, next={})
    match position.step:
        case Call(access_token):
            further.sent = (*position.sent, access_token)
            further.since = len(further.told)
            further.waits = 0
        case Wait():
            further.waits += 1
        case Exchange(tokens):
            further.exchanged = (*position.exchanged, tokens)
            further.has_looked = False
        case Load():
            further.loaded = result
            further.has_looked = not isinstance(result, Raised)
        case Revoke(tokens):
            further.revoked = tokens
        case _:
            pass
    return further


class Positions:
    """All positions that came up, each once."""

    def __init__(self) -> None:
        self._same: dict[object, Position] = {}
        self._values: dict[object, object] = {}

    def start(self, program: Program) -> Position:
        """Give the position of a thread that has not begun."""
        return self._run(Position(program, ()))

    def after(self, position: Position, result: object) -> Position:
        """Give the position that a step with this result leads to."""
        known = position.next.get(result)
        if known is None:
            known = position.next[result] = self._run(_further(position, result))
        return known

    def _run(self, position: Position) -> Position:
        replay = Replay(position.told)
        _current.append(replay)
        try:
            position.result = run(position.program, replay)
        except SuspendedError:
            pass
        except CancelledError:
            position.result = "cancelled"
        finally:
            _current.pop()
        position.step, position.is_inside = replay.step, replay.is_inside
        if isinstance(position.step, CallState):
            position.step = evolve(position.step, arguments=tuple(map(self._unique, position.step.arguments)))
        numbers = {
            standin.number
            for value in (*position.program.arguments, *position.told[position.since :])
            for standin in flights(value)
        }
        match position.step:
            case Call():
                # All that a flow keeps while its request is under way is what it was sent with: however it came by
                # its tokens, it goes on in the same way.
                key: object = (position.program, position.step, position.sent)
                numbers = set()
            case Wait():
                # Nor does it matter there who leads.
                waits_for = [value.flight for value in position.told if isinstance(value, Lead | Join)][-1]
                key = (position.program, position.step, position.sent, position.waits, waits_for)
            case _:
                key = (position.program, position.told)
        position.flights = frozenset(numbers)
        position.number = len(self._same)
        return self._same.setdefault(key, position)

    def _unique(self, value: object) -> object:
        """Give the one object for all outcomes that say the same; errors alone never compare equal."""
        if not attrs.has(type(value)) or isinstance(value, Tokens):
            return value
        parts = [getattr(value, part.name) for part in attrs.fields(cast("Any", type(value)))]
        key = (type(value), *((type(part), str(part)) if isinstance(part, Exception) else part for part in parts))
        return self._values.setdefault(key, value)


def flights(value: object) -> list[FlightStandIn]:
    match value:
        case FlightStandIn():
            return [value]
        case (
            Lead(flight)
            | Join(flight)
            | Use(flight=Flight() | FlightStandIn() as flight)
            | SignOut(flight=Flight() | FlightStandIn() as flight)
        ):
            return [cast("FlightStandIn", flight)]
        case _:
            return []


def run(program: Program, replay: Replay) -> object:
    """Run a thread's program until it ends or stops."""
    if program.name in {"start", "sign in"}:
        replay.is_quiet = False
        return _failing(partial(_start_from_environment, program))
    session = _make_session()
    replay.is_quiet = False
    match program.name:
        case "thread":
            return _send_from_thread(session)
        case "task":
            return _await(_send_from_task(session))
        case "login":
            return _failing(lambda: session.login(cast("Any", "who")))
        case "logout":
            return _failing(session.logout)
        case method:
            return getattr(session, method)(*program.arguments)


def _make_session(tokens: Tokens | None = None) -> Session:
    return Session(URL, store=StoreStandIn(), tokens=tokens, on_session_end=lambda _: take(Tell()))


def _start_from_environment(program: Program) -> None:
    """Do what `Client.from_env` does with tokens, or with credentials."""
    if program.name == "start":
        _make_session(*cast("tuple[Tokens]", program.arguments))
    elif (session := _make_session()).tokens is None:
        session.ensure_login(cast("Any", "who"))


def _failing(method: Callable[[], object]) -> object:
    try:
        method()
    except (SDKError, EndError) as error:
        return type(error).__name__
    return "done"


def _send_from_thread(session: Session) -> object:
    """Do what `httpx.Client` does."""
    status = None
    flow = TokenAuth(session).sync_auth_flow(httpx.Request("GET", URL))
    try:
        request = next(flow)
        while True:
            status = take(_call(request))
            request = flow.send(httpx.Response(status, request=request))
    except StopIteration:
        return status
    except SDKError as error:
        return type(error).__name__
    finally:
        flow.close()


async def _send_from_task(session: Session) -> object:
    """Do what `httpx.AsyncClient` does."""
    status = None
    flow = TokenAuth(session).async_auth_flow(httpx.Request("GET", URL))
    try:
        request = await anext(flow)
        while True:
            status = take(_call(request))
            request = await flow.asend(httpx.Response(status, request=request))
    except StopAsyncIteration:
        return status
    except SDKError as error:
        return type(error).__name__
    finally:
        await flow.aclose()


def _call(request: httpx.Request) -> Call:
    return Call(request.headers["Authorization"].removeprefix("Bearer "))


def _await(coroutine: Coroutine[Any, Any, object]) -> object:
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits for something outside of the world")
