"""All that the server remembers, in one object, so that a reset is a new one."""

import time
from collections import deque
from datetime import UTC, datetime
from typing import Any

from attrs import Factory, define

from sandbox.counters import Counters
from sandbox.faults import Faults
from sandbox.settings import Settings
from sandbox.tasks import Tasks
from sandbox.tokens import Sessions
from sandbox.users import User


@define(eq=False)
class State:
    settings: Settings
    counters: Counters = Factory(Counters)
    sessions: Sessions = Factory(lambda self: Sessions(self.counters), takes_self=True)
    tasks: Tasks = Factory(Tasks)
    faults: Faults = Factory(Faults)
    created: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = Factory(dict)
    """By user and Idempotency-Key: the fields that were sent, and the task that was answered."""
    audit: deque[dict[str, str]] = Factory(lambda: deque(maxlen=200))
    """Who did what, newest first."""
    _searches: dict[str, deque[float]] = Factory(dict)

    def record(self, user: User, action: str) -> None:
        """Put an event into the audit log."""
        at = datetime.now(UTC).isoformat()
        self.audit.appendleft({"at": at, "username": user.username, "action": action})

    def admit_search(self, user: User) -> float:
        """Count a search; return 0, or the seconds to wait if the user has had all that the window allows."""
        now = time.monotonic()
        times = self._searches.setdefault(user.username, deque())
        while times and times[0] <= now - self.settings.search_window:
            times.popleft()
        if len(times) >= self.settings.search_limit:
            # With a limit of nought there is no search to wait for: the window is as good an answer as any.
            return times[0] + self.settings.search_window - now if times else self.settings.search_window
        times.append(now)
        return 0

    def close(self) -> None:
        """Let everyone go who is held, and remove what is on disk."""
        self.faults.close()
        self.tasks.close()


@define(eq=False)
class Service:
    """The running server: its state now, and how to begin again.

    A request belongs to the state that it found on arrival, so that one which straggles across a reset neither counts
    nor changes anything afterwards.
    """

    settings_at_start: Settings
    state: State = Factory(lambda self: State(self.settings_at_start), takes_self=True)

    def reset(self) -> None:
        """Begin again with the data, the settings and the counters of the start; sessions and faults are gone."""
        before = self.state
        self.state = State(self.settings_at_start)
        before.close()
