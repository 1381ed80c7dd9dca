"""The world that the engine is explored in: one store, one server, one clock, and processes with requests.

A `World` is a value. `Rules.moves()` gives every move that may come next, with the world that it leads to: a step of
a thread, with each result that it can have, or an event. Events, and results that are not what one hopes for, each use
up one of the world's `left`.
"""

from __future__ import annotations

from itertools import pairwise, starmap
from typing import TYPE_CHECKING, NamedTuple, Protocol, assert_never

from afresh import StoreError, Tokens, TransportError
from exploration import server
from exploration.process import NOBODY, Outcome, Process, signed_in, take
from exploration.replay import CancelledError, EndError, FlightStandIn, Position, Positions, Program, Raised, Waker
from exploration.server import ServerSession, issued, numbers
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
    from collections.abc import Iterator

STORE_ERROR = Raised(StoreError, "the store is broken")
ENDS = Raised(EndError, "something ends its thread")
NO_THREAD = Raised(RuntimeError, "can't start new thread")
NO_ANSWER = Raised(TransportError, "no answer")
CANCELLED = Raised(CancelledError, "cancelled")

UNNOTICED = (Clock, Wake, WriteFlight, Spawn, Tell)
"""Steps that need no moment of their own: nobody else can tell whether they came before or after another step."""

NAMES = ("A", "B", "C", "D")

STARTS = {
    "": Program("start", (None,)),
    "tokens": Program("start", (issued(0, 1, due=1),)),
    "credentials": Program("sign in"),
}
"""What a process runs that starts, by what its environment holds."""


class Thread(NamedTuple):
    """One thread, or task, of a process.

    Attributes:
        name: What it is called in schedules.
        process: The number of its process.
        position: Where it stands.
        is_woken: Whether it may go on where it waits.
        is_overlapped: Whether somebody has signed in since it began, or was about to then.
    """

    name: str
    process: int
    position: Position
    is_woken: bool = False
    is_overlapped: bool = False

    @property
    def is_request(self) -> bool:
        """Whether it is a request, and not the engine's own."""
        return self.position.program.name in {"thread", "task"}

    @property
    def has_begun(self) -> bool:
        """Whether it has taken any step."""
        return bool(self.position.told)


class World(NamedTuple):
    """All there is at one moment.

    Attributes:
        now: The time.
        has_grace: Whether the server gives those who send the last refresh token again the same answer again.
        sessions: The server's sessions.
        stored: What the store holds.
        holder: Who holds the store's lock.
        processes: The processes; None for one that has crashed.
        threads: The threads that have not ended.
        left: How many more events may happen.
        start: What a process runs that starts.
    """

    now: int
    has_grace: bool
    sessions: tuple[ServerSession, ...]
    stored: Tokens | None
    holder: str | None
    processes: tuple[Process | None, ...]
    threads: tuple[Thread, ...]
    left: int
    start: Program

    def with_session(self, number: int, session: ServerSession) -> World:
        """Give the world with another state of one of the server's sessions."""
        return self._replace(sessions=(*self.sessions[:number], session, *self.sessions[number + 1 :]))

    def with_process(self, number: int, process: Process | None) -> World:
        """Give the world with another state of one process."""
        return self._replace(processes=(*self.processes[:number], process, *self.processes[number + 1 :]))

    def with_thread(self, thread: Thread) -> World:
        """Give the world with one more thread, or with another state of one."""
        threads = [other for other in self.threads if other.name != thread.name]
        return self._replace(threads=tuple(sorted((*threads, thread), key=lambda thread: thread.name)))

    def of(self, thread: Thread) -> Process:
        """Give the process that a thread, which runs, is of."""
        process = self.processes[thread.process]
        return NOBODY if process is None else process

    def is_running(self, program: str, process: int) -> bool:
        """Say whether a process has a thread that runs this program."""
        return any(thread.process == process and thread.position.program.name == program for thread in self.threads)


class Setting(NamedTuple):
    """What an exploration begins with: processes whose common access token has just expired, and their requests.

    Attributes:
        requests: The number of the process that each request belongs to.
        events: How many events may happen.
        has_grace: Whether the server gives those who send the last refresh token again the same answer again.
        environment: What the environment of the processes holds, which then have not started yet, nor has the store
            anything: `tokens` or `credentials`; empty where they are signed in.
    """

    requests: tuple[int, ...] = (0, 0, 1)
    events: int = 0
    has_grace: bool = False
    environment: str = ""

    def __str__(self) -> str:
        spread = "+".join(str(self.requests.count(number)) for number in range(self.processes))
        begins = f", started with {self.environment}" if self.environment else ""
        return f"requests: {spread}, events: {self.events}{', grace' if self.has_grace else ''}{begins}"

    @property
    def processes(self) -> int:
        """How many processes there are: two at least."""
        return max(2, *(number + 1 for number in self.requests))


class Move(NamedTuple):
    """What happened: who did it, and what."""

    who: str
    what: str

    def __str__(self) -> str:
        return f"{self.who}: {self.what}"


Result = tuple[str, object, World]
"""What came of a step: a note for the reader of a schedule, what the thread is told, and the world after it."""


class Watch(Protocol):
    """Who is told of every step of every thread, and of every world; raises where that must not be."""

    def step(self, before: World, thread: Thread, step: Step, after: World) -> None:
        """Look at a step, what it was taken in, and what it made of that."""
        ...

    def end(self, thread: Thread, after: World) -> None:
        """Look at a thread that has ended."""
        ...


class Rules:
    """How a world goes on.

    Args:
        watch: Looks at all that happens.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._positions = Positions()
        self._run_steps: dict[object, Outcome] = {}

    def begin(self, setting: Setting) -> World:
        """Give the world as it is at first."""
        tokens = issued(0, 1, due=1)
        is_saved = not setting.environment
        has_expired = ServerSession(accepts=False, offered=int(is_saved), saved=int(is_saved))
        return World(
            now=0,
            has_grace=setting.has_grace,
            sessions=() if setting.environment == "credentials" else (has_expired,),
            stored=tokens if is_saved else None,
            holder=None,
            processes=(signed_in(tokens) if is_saved else None,) * setting.processes,
            threads=tuple(starmap(self._request, enumerate(sorted(setting.requests), start=1))),
            left=setting.events,
            start=STARTS[setting.environment],
        )

    def _request(self, number: int, process: int) -> Thread:
        """Make a request that has not begun: of a thread in the first process, of a task in the second, and so on."""
        position = self._positions.start(Program(("thread", "task")[process % 2]))
        return Thread(f"{NAMES[process]} request {number}", process, position)

    def moves(self, world: World) -> Iterator[tuple[Move, World]]:
        """Give everything that may happen next."""
        alone = [thread for thread in world.threads if self._is_alone(world, thread)]
        if alone:
            yield from self._step(world, min(alone, key=lambda thread: (thread.process, thread.position.number)))
            return
        for thread in world.threads:
            is_start = thread.position.program == world.start
            if world.processes[thread.process] is not None and (
                is_start or not world.is_running(world.start.name, thread.process)
            ):
                yield from self._step(world, thread)
        for number, process in enumerate(world.processes):
            if process is None and any(thread.process == number for thread in world.threads):
                started = self._begun(
                    world.with_process(number, NOBODY), number, world.start.name, world.start.arguments
                )
                is_sign_in = world.start != STARTS[""]
                yield Move(NAMES[number], "a new process starts"), _signing_in(started) if is_sign_in else started
        if world.left and any(thread.is_request for thread in world.threads):
            yield from self._events(world._replace(left=world.left - 1))

    def _is_alone(self, world: World, thread: Thread) -> bool:
        """Say whether a step neither changes what anything else does nor is changed by it.

        Then it does not matter when it is taken, and only one order needs to be looked at. Only the holder of the lock
        writes to the store (an invariant of its own), and only those who sign in or out overtake a flight.
        """
        match thread.position.step:
            case Wait():
                return thread.is_woken
            case Unlock():
                return not world.left
            case Load():
                return not world.left and world.holder == thread.name
            case ReadState("store") | ReadFlight(_, "outcome"):
                return not (
                    world.left
                    or world.is_running("login", thread.process)
                    or world.is_running("logout", thread.process)
                )
            case _:
                return False

    def _step(self, world: World, thread: Thread) -> Iterator[tuple[Move, World]]:
        step = thread.position.step
        assert step is not None, "it has ended"
        for note, result, after in self._results(world, thread, step):
            self._watch.step(world, thread, step, after)
            yield from self._go_on(after, thread, result, note)

    def _go_on(self, world: World, thread: Thread, result: object, note: str) -> Iterator[tuple[Move, World]]:
        """Let the thread take the further steps that nobody can come between, or that nobody else notices."""
        has_waited = isinstance(thread.position.step, Wait)
        was_unnoticed = not note
        # It may have been woken by its own step: so as it is in this world.
        (thread,) = (other for other in world.threads if other.name == thread.name)
        is_woken = thread.is_woken and not has_waited
        thread = thread._replace(position=self._positions.after(thread.position, result), is_woken=is_woken)
        step = thread.position.step
        if step is None:
            yield Move(thread.name, f"{note}, and ends: {thread.position.result}"), self._ended(world, thread)
            return
        world = world.with_thread(thread)
        if not (thread.position.is_inside or has_waited or was_unnoticed or isinstance(step, UNNOTICED)):
            yield Move(thread.name, note), world
            return
        for further_note, further, after in self._results(world, thread, step):
            self._watch.step(world, thread, step, after)
            yield from self._go_on(after, thread, further, ", ".join(filter(None, (note, further_note))))

    def _begun(self, world: World, process: int, program: str, arguments: tuple[object, ...] = ()) -> World:
        """Start a thread in a process."""
        of = "".join(f" {value.number}" for value in arguments if isinstance(value, FlightStandIn))
        name = f"{NAMES[process]} {program.strip('_')}{of}"
        while any(thread.name == name for thread in world.threads):
            name += "'"
        return world.with_thread(Thread(name, process, self._positions.start(Program(program, arguments))))

    def _ended(self, world: World, thread: Thread) -> World:
        """Forget a thread that has ended, and the flights that nobody asks about any more."""
        threads = tuple(other for other in world.threads if other.name != thread.name)
        world = world._replace(threads=threads)
        process = world.processes[thread.process]
        assert process is not None, "it has crashed"
        if thread.position.program == world.start and thread.position.result != "done":
            return world.with_process(thread.process, None)
        if has_signed_out(thread):
            process = process._replace(has_signed_out=not thread.is_overlapped)
        wanted = {number for other in threads if other.process == thread.process for number in other.position.flights}
        world = world.with_process(thread.process, process.without(wanted))
        self._watch.end(thread, world)
        return world

    def _events(self, world: World) -> Iterator[tuple[Move, World]]:
        """Give what may happen at any moment."""
        for thread in world.threads:
            if thread.is_request and thread.has_begun and isinstance(thread.position.step, Call | Wait):
                yield from self._go_on(world, thread, CANCELLED, "is cancelled")
        for number, process in enumerate(world.processes):
            if process is None:
                continue
            yield Move(NAMES[number], "login() is called"), _signing_in(self._begun(world, number, "login"))
            signing_in = any(
                world.is_running(program, other)
                for other in range(len(world.processes))
                for program in ("login", *({world.start.name} if world.start != STARTS[""] else ()))
            )
            after = self._begun(world, number, "logout")
            yield Move(NAMES[number], "logout() is called"), _overlapped(after) if signing_in else after
            if any(thread.process == number and not thread.is_request for thread in world.threads):
                yield Move(NAMES[number], "crashes"), _crashed(world, number, process)
        if world.now == 0:
            yield Move("time", "the tokens so far fall due"), world._replace(now=1)
            yield Move("time", "the tokens so far are about to expire"), world._replace(now=2)
        for number, session in enumerate(world.sessions):
            if session.accepts and not session.is_over:
                expired = world.with_session(number, session._replace(accepts=False))
                yield Move("server", f"the access token of session {number} expires"), expired
        after, tokens = _new_session(world)
        yield Move("a stranger", "signs in without heeding the lock"), _signing_in(_saved(after, tokens))

    def _results(self, world: World, thread: Thread, step: Step) -> Iterator[Result]:
        """Give everything that may come of a step: first what is hoped for, then the rest where events are left."""
        worse = world._replace(left=world.left - 1) if world.left else None
        match step:
            case Clock():
                yield "", world.now, world
            case Tell():
                yield "tells the application", None, world
            case CallState() | ReadState() | CallFlight() | ReadFlight() | WriteFlight():
                yield self._take(world, thread, step)
            case Spawn() | Wait() | Wake():
                yield from self._of_threads(world, worse, thread, step)
            case Lock() | Unlock() | Load() | Save():
                yield from _of_store(world, worse, thread, step)
            case SignIn() | Revoke() | Call() | Exchange():
                yield from _of_server(world, worse, step)
            case _:
                assert_never(step)

    def _of_threads(
        self, world: World, worse: World | None, thread: Thread, step: Spawn | Wait | Wake
    ) -> Iterator[Result]:
        match step:
            case Spawn(method, arguments):
                yield "", None, self._begun(world, thread.process, method, arguments)
                if worse:
                    yield "no thread can be started", NO_THREAD, worse
            case Wait():
                if thread.is_woken:
                    yield "is woken", None, world
                elif worse:
                    yield "waits no longer", None, worse
            case Wake(who):
                woken = [other._replace(is_woken=True) if other.name == who else other for other in world.threads]
                yield "", None, world._replace(threads=tuple(woken))
            case _:
                assert_never(step)

    def _take(self, world: World, thread: Thread, step: Step) -> tuple[str, object, World]:
        """Do a step to the process's session."""
        process = world.processes[thread.process]
        assert process is not None, "it has crashed"
        key = (process, thread.position, thread.name)
        known = self._run_steps.get(key)
        if known is None:
            known = self._run_steps[key] = take(process, step, thread.name)
        result, after, is_woken = known
        world = world.with_process(thread.process, after)
        if is_woken:
            world = world.with_thread(thread._replace(is_woken=True))
        note = ""
        if isinstance(step, ReadState | ReadFlight):
            note = f"reads {step.attribute}: {_named(result)}"
        if isinstance(step, CallState):
            note = f"{step.method}() → {_named(result)}"
            if thread.position.program.name == "logout":
                for tokens in (process.tokens, world.stored):  # it ends the one of which it is, and what it finds
                    world = _signed_out(world, tokens)
        return note, result, world


def _of_store(world: World, worse: World | None, thread: Thread, step: Lock | Unlock | Load | Save) -> Iterator[Result]:
    match step:
        case Lock():
            if world.holder is None:
                yield "takes the lock", None, world._replace(holder=thread.name)
            if worse:
                yield "cannot have the lock in time", STORE_ERROR, worse
        case Unlock():
            yield "gives the lock back", None, world._replace(holder=None)
            if worse:
                yield f"gives the lock back, and {ENDS.message}", ENDS, worse._replace(holder=None)
        case Load():
            yield f"loads {_named(world.stored)}", world.stored, world
            if worse:
                yield "cannot read the store", STORE_ERROR, worse
        case Save(tokens):
            yield f"saves {_named(tokens)}", None, _saved(world, tokens)
            if worse:
                yield f"cannot save {_named(tokens)}", STORE_ERROR, _offered(worse, tokens)
        case _:
            assert_never(step)


def _of_server(world: World, worse: World | None, step: SignIn | Revoke | Call | Exchange) -> Iterator[Result]:
    match step:
        case SignIn():
            after, tokens = _new_session(world)
            yield f"signs in: {_named(tokens)}", tokens, after
        case Revoke(tokens):
            number, _ = numbers(tokens.access_token)
            session = world.sessions[number]._replace(is_signed_out=True)
            yield f"revokes {_named(tokens)}", None, world.with_session(number, session._replace(is_over=True))
            if worse:
                yield f"gets no answer to revoking {_named(tokens)}", NO_ANSWER, worse.with_session(number, session)
        case Call(access_token):
            number, generation = numbers(access_token)
            status = 200 if server.accepts(world.sessions[number], generation) else 401
            yield f"is sent with {access_token}: {status}", status, world
        case Exchange(tokens):
            number, generation = numbers(tokens.access_token)
            arguments = world.sessions[number], number, generation, world.now
            name = f"refreshes {_named(tokens)}: "
            note, answer, session = server.exchange(*arguments, has_grace=world.has_grace)
            yield name + note, answer, world.with_session(number, session)
            if worse:
                yield f"{name}{ENDS.message} before it is sent", ENDS, worse
                for note, answer, session in server.exchange_badly(*arguments, has_grace=world.has_grace):
                    yield name + note, answer, worse.with_session(number, session)
        case _:
            assert_never(step)


def _named(value: object) -> str:
    """Name tokens, or what a decision holds, for the reader of a schedule."""
    if isinstance(value, Tokens):
        return value.access_token
    if isinstance(value, FlightStandIn):
        return f"flight {value.number}"
    if isinstance(value, tuple):
        return f"{len(value)} to wake"
    fields = getattr(value, "__match_args__", ())
    if fields:
        return f"{type(value).__name__}({_named(getattr(value, fields[0]))})"
    return type(value).__name__ if isinstance(value, Exception) else str(value)


def has_signed_out(thread: Thread) -> bool:
    """Say whether a thread is a logout that has done its work, be it that the server did not answer."""
    return thread.position.program.name == "logout" and thread.position.result in {"done", "TransportError"}


def normal(world: World) -> World:
    """Give the one world that stands for all that differ only in which request of a process is which."""
    requests = [thread for thread in world.threads if thread.is_request]
    order = [(thread.process, thread.position.number) for thread in requests]
    if all(one <= other for one, other in pairwise(order)):
        return world
    ordered = sorted(requests, key=lambda thread: (thread.process, thread.position.number))
    names = {old.name: new.name for old, new in zip(ordered, requests, strict=True)}

    def renamed(value: object) -> object:
        if type(value) is tuple:
            return tuple(Waker(names.get(waker.who, "nobody")) for waker in value)
        return value

    for number, process in enumerate(world.processes):
        if process is not None and process.flights:
            flights = tuple((flight, tuple(map(renamed, values))) for flight, values in process.flights)
            world = world.with_process(number, process._replace(flights=flights))
    others = [thread for thread in world.threads if not thread.is_request]
    threads = [*others, *(thread._replace(name=names[thread.name]) for thread in ordered)]
    return world._replace(threads=tuple(sorted(threads, key=lambda thread: thread.name)))


def _overlapped(world: World) -> World:
    """Note in each logout under way that somebody signs in beside it."""
    threads = [
        thread._replace(is_overlapped=True) if thread.position.program.name == "logout" else thread
        for thread in world.threads
    ]
    return world._replace(threads=tuple(threads))


def _signing_in(world: World) -> World:
    """Note that somebody signs in, after which tokens may be there again."""
    processes = [process and process._replace(has_signed_out=False) for process in world.processes]
    return _overlapped(world._replace(processes=tuple(processes)))


def _crashed(world: World, number: int, process: Process) -> World:
    """End a process with all that it has in hand. Its requests that have not begun are left to the next one."""
    gone = {
        thread.name
        for thread in world.threads
        if thread.process == number and (thread.has_begun or not thread.is_request)
    }
    for tokens in (*process.rotated().values(), process.tokens):
        if tokens is None:
            continue
        session, generation = numbers(tokens.access_token)
        world = world.with_session(session, server.died(world.sessions[session], generation))
    threads = tuple(thread for thread in world.threads if thread.name not in gone)
    holder = None if world.holder in gone else world.holder
    return world._replace(threads=threads, holder=holder).with_process(number, None)


def _new_session(world: World) -> tuple[World, Tokens]:
    """Sign in at the server."""
    session = ServerSession(due=world.now + 1)
    return world._replace(sessions=(*world.sessions, session)), issued(len(world.sessions), 1, session.due)


def _saved(world: World, tokens: Tokens | None) -> World:
    world = _offered(world, tokens)
    if tokens is not None:
        number, generation = numbers(tokens.access_token)
        session = world.sessions[number]
        world = world.with_session(number, session._replace(saved=max(session.saved, generation)))
    return world._replace(stored=tokens)


def _signed_out(world: World, tokens: Tokens | None) -> World:
    if tokens is None:
        return world
    number, _ = numbers(tokens.access_token)
    return world.with_session(number, world.sessions[number]._replace(is_signed_out=True))


def _offered(world: World, tokens: Tokens | None) -> World:
    if tokens is None:
        return world
    number, generation = numbers(tokens.access_token)
    session = world.sessions[number]
    return world.with_session(number, session._replace(offered=max(session.offered, generation)))
