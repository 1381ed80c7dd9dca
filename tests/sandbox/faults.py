"""Faults that the control side orders: what goes wrong with which operation, how often, and who is held meanwhile."""

import asyncio
from collections import deque
from contextlib import suppress
from random import Random

from attrs import Factory, define, field

ANY = "*"
KINDS = ("delay", "status", "html", "disconnect", "lose_answer", "hold", "hold_answer", "gather")


@define(eq=False, kw_only=True)
class Fault:
    """One fault; `sandbox.client.Control.fault` says what each kind does."""

    kind: str
    times: int | None = 1
    """How many requests it befalls (``gather``: how many rounds); None: all, until it is cleared."""
    chance: float = 1
    """How likely it is to befall a request; below 1, those queued after it may, too."""
    seconds: float = 1
    """For ``delay``."""
    status: int = 503
    """For ``status`` and ``html``."""
    retry_after: int | None = None
    """For ``status``: the header Retry-After, in seconds."""
    count: int = 1
    """For ``gather``: how many answers make a round."""
    waiting: list[asyncio.Event] = Factory(list)
    """For ``gather``: the answers of this round that are there."""
    left: int | None = field(init=False)
    """How many requests it has yet to befall; None: all."""

    @left.default
    def _befalls(self) -> int | None:
        if self.times is None:
            return None
        return self.times * self.count if self.kind == "gather" else self.times


class Faults:
    """The faults in force, and the requests that some of them hold."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Fault]] = {}
        self._random = Random(1)  # the same in each run
        self._held: dict[asyncio.Event, str] = {}  # what each held request waits for, and its operation
        self._changed = asyncio.Event()
        self._closed = asyncio.Event()

    def add(self, operation: str, fault: Fault) -> None:
        """Queue a fault at an operation, or at `ANY`: it comes into force when those before it are used up."""
        self._queues.setdefault(operation, deque()).append(fault)

    def take(self, operation: str) -> Fault | None:
        """Return the fault that befalls a request which has just arrived."""
        queue: deque[Fault] = self._queues.get(operation) or self._queues.get(ANY) or deque()
        fault = next((fault for fault in queue if self._random.random() < fault.chance), None)
        if fault is not None and fault.left is not None:
            fault.left -= 1
            if fault.left == 0:
                queue.remove(fault)
        return fault

    async def delay(self, seconds: float) -> None:
        """Wait, but not beyond the end of the server or the next reset."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), seconds)

    async def hold(self, operation: str, released: asyncio.Event | None = None) -> None:
        """Wait until released."""
        released = released or asyncio.Event()
        if self._closed.is_set():
            return
        self._held[released] = operation
        self._tell()
        await released.wait()

    async def gather(self, operation: str, fault: Fault) -> None:
        """Wait until as many answers are there as the fault counts."""
        released = asyncio.Event()
        fault.waiting.append(released)
        if len(fault.waiting) >= fault.count:
            self._release(fault.waiting)
            fault.waiting = []
        else:
            await self.hold(operation, released)

    def held(self, operation: str) -> int:
        """Return how many requests are held at an operation, or at `ANY`; those whose client went away still count."""
        return sum(operation in (ANY, at) for at in self._held.values())

    async def wait_held(self, operation: str, count: int) -> bool:
        """Wait until so many are held; return False if the server ends or is reset before."""
        while self.held(operation) < count and not self._closed.is_set():
            await self._changed.wait()
        return not self._closed.is_set()

    def release(self, operation: str) -> None:
        """Let go those who are held at an operation, or at `ANY`. Faults stay in force."""
        self._release([event for event, at in self._held.items() if operation in (ANY, at)])

    def clear(self) -> None:
        """Forget all faults and let everyone go."""
        self._queues.clear()
        self.release(ANY)

    def close(self) -> None:
        """End it all: nobody is held or delayed from now on."""
        self._closed.set()
        self.clear()
        self._tell()

    def _release(self, events: list[asyncio.Event]) -> None:
        for event in events:
            self._held.pop(event, None)
            event.set()
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
