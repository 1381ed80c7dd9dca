"""The control side's client, for tests, the demo and benchmarks; and signing in with a plain client."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, Unpack

import httpx
from attrs import field, frozen

from sandbox.users import USERS

Kind = Literal["delay", "status", "html", "disconnect", "lose_answer", "hold", "hold_answer", "gather"]


class FaultOptions(TypedDict, total=False):
    """What a fault takes besides its kind."""

    times: int | None
    """How many requests it befalls (``gather``: how many rounds); None: all, until it is cleared. 1 by default."""
    chance: float
    """How likely it is to befall a request, 1 by default; below that, those ordered after it may, too."""
    seconds: float
    """``delay``: how long."""
    status: int
    """``status`` and ``html``: the status of the answer, 503 by default."""
    retry_after: int | None
    """``status``: the header Retry-After, in seconds."""
    count: int
    """``gather``: how many answers make a round."""


class SettingsOptions(TypedDict, total=False):
    """What can be set while the server runs; all times in seconds."""

    access_ttl: float
    refresh_ttl: float
    grace: float
    search_limit: int
    search_window: float


@frozen(kw_only=True)
class Counters:
    """What the server has seen since its start or the last reset."""

    requests: int
    """Requests to the API, whatever came of them; the control side is not counted."""
    logins: int
    """Sessions begun."""
    refreshes: int
    """Requests that reached the refresh operation, whatever came of them."""
    rotations: int
    """Refresh tokens exchanged for new ones."""
    reuses: int
    """Refresh tokens used once more, outside the grace period."""
    refusals: int
    """Refresh tokens refused, reuses included."""
    logouts: int
    """Requests that reached the logout operation."""
    unauthorized: int
    """Answers 401 of all operations but those of ``/auth``; an answer that was lost is none."""
    by_operation: Mapping[str, int]
    """Requests by method and path template: ``GET /tasks/{taskId}``."""
    by_token: Mapping[str, int]
    """Requests by the ``jti`` of the access token that they carried, good or not, needed or not."""


@frozen
class Issued:
    """Every token that the server has handed out since its start or the last reset, oldest first."""

    access: list[str] = field(repr=False)
    refresh: list[str] = field(repr=False)


class Control:
    """Speaks to the control side of the sandbox at ``base_url``. Safe to share between threads.

    Its methods block: in a task, call `wait_held` in a thread. They raise `httpx.HTTPStatusError` when the
    server refuses, and `httpx.TransportError` when it cannot be reached.
    """

    def __init__(self, base_url: str) -> None:
        # A connection for each call: one kept open might just be closing when it is used next.
        # The timeout lies above the 30 seconds after which the server ends a long poll.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(base_url=f"{base_url}/_control", timeout=40, limits=limits, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def counters(self) -> Counters:
        return Counters(**self._call("GET", "/counters").json())

    def issued(self) -> Issued:
        return Issued(**self._call("GET", "/issued").json())

    def reset(self) -> None:
        """Begin again: data, settings and counters as at the start, no sessions, no faults, nobody held."""
        self._call("POST", "/reset")

    def settings(self, **changes: Unpack[SettingsOptions]) -> None:
        """Change settings from now on; tokens that are out keep the life that they have."""
        self._call("PATCH", "/settings", json=changes)

    def revoke_access(self, username: str | None = None) -> None:
        """Make the access tokens issued so far useless, of one user or of all; their sessions live on."""
        self._call("POST", "/revoke-access", json={} if username is None else {"username": username})

    def end_sessions(self, username: str | None = None) -> None:
        """End the sessions of one user or of all: neither their access nor their refresh tokens work any more."""
        self._call("POST", "/end-sessions", json={} if username is None else {"username": username})

    def fault(self, operation: str, kind: Kind, **options: Unpack[FaultOptions]) -> None:
        """Order a fault at an operation (``POST /auth/refresh``, ``GET /tasks/{taskId}``, or ``*`` for any).

        Faults at one operation come one after the other, and those at ``*`` after those at the operation itself.

        ``delay``
            The operation is carried out after a while.
        ``status``, ``html``
            The operation is not carried out; the answer is a problem, or an HTML page as a proxy would send it. Such an
            answer has no WWW-Authenticate, not even with the status 401.
        ``disconnect``
            The operation is not carried out; the connection is closed without an answer.
        ``lose_answer``
            The operation is carried out; the connection is closed without an answer.
        ``hold``, ``hold_answer``
            The request is held before it is carried out, or its answer afterwards, until `release`.
        ``gather``
            The operation is carried out; answers are held until ``count`` of them are there, and then all let go.
        """
        self._call("POST", "/faults", json={"operation": operation, "kind": kind, **options})

    def clear_faults(self) -> None:
        """Forget all faults and let everyone go who is held."""
        self._call("DELETE", "/faults")

    def wait_held(self, operation: str = "*", count: int = 1) -> int:
        """Wait until so many requests are held at an operation, 30 seconds at the most; return how many are.

        A request whose client has gone away meanwhile is still held.
        """
        answer = self._call("GET", "/held", params={"operation": operation, "count": count})
        return int(answer.json()["held"])

    def release(self, operation: str = "*") -> None:
        """Let go those who are held at an operation. Faults that are not used up hold the next ones."""
        self._call("POST", "/release", json={"operation": operation})

    def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._http.request(method, path, **options).raise_for_status()


def sign_in(http: httpx.Client, username: str) -> dict[str, Any]:
    """Sign a user of the sandbox in, let the client send the access token from now on, and return the token pair."""
    credentials = {"username": username, "password": USERS[username].password}
    answer = http.post("/auth/login", json=credentials).raise_for_status()
    pair: dict[str, Any] = answer.json()["data"]
    http.headers["Authorization"] = f"Bearer {pair['accessToken']}"
    return pair
