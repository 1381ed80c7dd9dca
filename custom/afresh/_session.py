"""`Session`: one signed-in identity, shared by any number of clients, threads, tasks and event loops."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import ExitStack, contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any, Final, assert_never

from afresh_api.lifecycle import LIFECYCLE

from ._endpoint import TokenEndpoint, token_client
from ._errors import ConfigurationError, NotSignedIn, RefreshUnavailable, SDKError, StoreError
from ._forking import call_in_child
from ._origin import secure_base_url
from ._refresh import IsOvertaken, Load, Lock, Rotated, Save, Send, Stored, refresh
from ._state import Behind, Ended, Join, Lead, Refused, Renewed, SignedOut, State, Unavailable, Unsaved, Use, verdict
from ._stores import MemoryStore
from ._token_request import OAuthClient
from ._tokens import Tokens, renewal_due
from ._waiting import task_waiter, thread_waiter

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import httpx

    from ._endpoint import Credentials, RequestModel
    from ._errors import SessionExpired
    from ._refresh import Step
    from ._state import Decision, Flight, Outcome
    from ._stores import TokenStore

log = logging.getLogger("afresh")

TOKEN_TIMEOUT: Final = 10.0
"""Seconds that a call to sign in, refresh or sign out may wait to connect, and then for its answer."""


class Session:
    """One signed-in identity: its tokens, their store, and the one refresh that may be in flight.

    All methods may be called from any thread. A refresh runs in a thread of its own: whatever becomes of the request
    or the event loop that caused it, its result is kept.

    Args:
        base_url: Where the API is. Plain http is refused except to this machine itself.
        store: Where the tokens live; by default in memory.
        tokens: What to start with where the store holds none.
        client_id: Who the OAuth2 client is, for APIs whose token calls ask for it.
        client_secret: What proves it, where the client has a secret. Neither goes into the store.
        credentials: What `login` takes, or a function that gives it: to be kept in memory, and signed in with again
            where the tokens cannot be renewed in another way. Without it no password is kept. A client that signs in
            as itself needs none, unless it asks for a scope.
        on_session_end: Called once, with the error, when the refresh token is refused: the place to send the user
            back to signing in. It runs in a thread of the session's own, before the waiting requests get the error.
        timeout: Seconds that a call to sign in, refresh or sign out may wait to connect, and then for its answer.
        token_client: Makes the client that each of these calls goes through. For certificates or a proxy of your own
            give `functools.partial(httpx.Client, verify=…, proxy=…)`.

    Raises:
        ConfigurationError: The base URL is not usable.
        StoreError: The store cannot be read.
    """

    def __init__(
        self,
        base_url: str,
        *,
        store: TokenStore | None = None,
        tokens: Tokens | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        credentials: Credentials | None = None,
        on_session_end: Callable[[SessionExpired], object] | None = None,
        timeout: float = TOKEN_TIMEOUT,
        token_client: Callable[..., httpx.Client] = token_client,
    ) -> None:
        self.base_url: Final = secure_base_url(base_url)
        self._store: TokenStore = MemoryStore() if store is None else store
        self._on_session_end = on_session_end
        self._client = OAuthClient(client_id, client_secret)
        self._endpoint = TokenEndpoint(
            self.base_url, LIFECYCLE, timeout=timeout, client=self._client, make_client=token_client
        )
        self._is_to_keep = credentials is not None
        # Whoever holds the store's lock may need two calls, two more to sign in again, and a moment for the disk.
        self._lock_timeout = (2 if credentials is None else 4) * timeout + 5
        self._timeout = timeout
        self._token_client = token_client
        self._mutex = threading.Lock()
        self._credentials = self._endpoint.own_credentials if credentials is None else credentials
        self._means = self._endpoint.means(self._credentials)
        self._state = State(means=self._means)
        stored = self._load()
        if stored is not None:
            self._state.replace(Renewed(stored.tokens, stored.due))
        elif tokens is not None:
            with self._locked():
                self._take_over(tokens)
        call_in_child(self, Session._leave_flight)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle what the session was made of, and what its store makes of itself; no lock, no flight."""
        options = {
            "client_id": self._client.id,
            "client_secret": self._client.secret,
            "credentials": self._credentials if self._is_to_keep else None,
            "on_session_end": self._on_session_end,
            "timeout": self._timeout,
            "token_client": self._token_client,
        }
        return _remake, (type(self), str(self.base_url), self._store, options)

    def _leave_flight(self) -> None:
        # It is the parent's; the store knows what comes of it.
        self._mutex = threading.Lock()
        self._state.flight = None

    def __repr__(self) -> str:
        return f"<Session of {self.base_url}, {'signed in' if self.tokens else 'signed out'}>"

    @property
    def tokens(self) -> Tokens | None:
        """The current tokens, None while nobody is signed in."""
        return self._state.tokens

    @property
    def keeps_credentials(self) -> bool:
        """Whether the session can sign in by itself: it keeps credentials, or is a client that signs in as itself."""
        return self._credentials is not None

    def login(self, body: RequestModel | None = None) -> Tokens:
        """Sign in and keep the tokens. The tokens that were there before stay until the new ones have arrived.

        Args:
            body: The request model of the login operation; by default the credentials that the session keeps. A session
                that keeps credentials keeps these from now on.

        Raises:
            APIError: The credentials were refused (usually `Unauthorized`), or the server failed.
            TransportError: There was no answer.
            DecodeError: The answer holds no tokens where the description says.
            ConfigurationError: The description does not say how to sign in, or something that takes was not given.
            StoreError: The store cannot be locked; or it does not take the tokens, which are then used from memory.
        """
        credentials = self._credentials if body is None else body
        if credentials is None:
            raise ConfigurationError("the session keeps no credentials to sign in with: give them to login()")
        with self._locked():  # first, so that what the server gives has a place to go
            body = credentials() if callable(credentials) else credentials
            tokens = self._endpoint.login(body)
            # Never what somebody else has signed in with: who is signed in must not change behind the caller's back.
            self._keep(credentials if self._is_to_keep or self._endpoint.is_client_alone(body) else None)
            self._take_over(tokens)
        return tokens

    def sign_in(self, tokens: Tokens) -> None:
        """Replace the session's tokens with ones that were had in another way.

        Raises:
            StoreError: The store cannot be locked; or it does not take the tokens, which are then used from memory.
        """
        with self._locked():
            self._keep(self._endpoint.own_credentials)
            self._take_over(tokens)

    def logout(self) -> None:
        """Forget the tokens, here at once and in the store, and revoke them at the server.

        A refresh that is under way cannot bring them back: its requests get `NotSignedIn`.

        Raises:
            StoreError: The store does not let go of them.
            APIError: The server did not revoke them; they are forgotten all the same.
            TransportError: There was no answer; they are forgotten all the same.
        """
        flight, tokens = self._state.flight, self._state.tokens
        self._replace(SignedOut(NotSignedIn("the session was signed out: call login() first")))
        with self._locked():
            # A refresh that was under way has ended by now. What it got is the only token the server knows.
            latest = (flight and flight.rotated) or tokens
            if self._state.tokens is None:  # else somebody has signed in meanwhile
                stored = self._load()
                latest = (flight and flight.rotated) or (stored and stored.tokens) or tokens
                self._save(None)
        log.info("signed out", extra={"event": "signed_out"})
        if latest is not None:
            self._endpoint.logout(latest)

    def obtain(self, rejected: Tokens | None = None) -> Tokens:
        """Give the tokens to send a request with, renewing them where needed. Blocks meanwhile.

        Args:
            rejected: The tokens that the request was answered 401 with; None before it is sent. Where they come back
                they cannot be renewed, and the 401 is the answer.

        Raises:
            NotSignedIn: There is no session.
            SessionExpired: The refresh token was refused.
            RefreshUnavailable: The tokens were rejected and cannot be renewed just now.
            StoreError: The store cannot be read, written or locked.
        """
        decision = self._decide(rejected)
        if isinstance(decision, Use):
            return decision.tokens
        if isinstance(decision, Lead | Join):
            wake, wait = thread_waiter()
            self._attend(decision.flight, wake)
            wait()
            decision = verdict(decision.flight, rejected)
        return _tokens(decision)

    async def obtain_async(self, rejected: Tokens | None = None) -> Tokens:
        """As `obtain`, without blocking the event loop, be it asyncio's or trio's."""
        decision = self._decide(rejected)
        if isinstance(decision, Use):
            return decision.tokens
        if isinstance(decision, Lead | Join):
            wake, wait = task_waiter()
            self._attend(decision.flight, wake)
            await wait()
            decision = verdict(decision.flight, rejected)
        return _tokens(decision)

    def _decide(self, rejected: Tokens | None) -> Decision:
        with self._mutex:
            return self._state.decide(rejected, time.monotonic())

    def _attend(self, flight: Flight, wake: Callable[[], None]) -> None:
        """Have somebody woken when a flight has ended, and see to it that somebody carries it out.

        That is the leader's part; but where the leader was interrupted before it came to it, the next to come does it.
        """
        with self._mutex:
            flight.attend(wake)
            if flight.is_flying:
                return
            # Not a daemon: at the interpreter's exit, what the server has rotated still reaches the store.
            thread = threading.Thread(target=self._fly, args=(flight,), name="afresh-refresh")
            try:
                thread.start()
            except RuntimeError as error:
                failure = Unavailable(RefreshUnavailable(f"no thread for the refresh: {error}"), until=0)
            else:
                flight.is_flying = True
                return
        self._land(flight, failure, time.perf_counter())

    def _fly(self, flight: Flight) -> None:
        """Carry out one refresh from start to end. Whatever happens, those who wait for it are woken."""
        started = time.perf_counter()
        outcome: Outcome = Unavailable(RefreshUnavailable("the refresh failed unexpectedly: see the log"), until=0)
        held = ExitStack()
        try:
            log.info("refresh started", extra={"event": "refresh_started"})
            outcome = self._drive(refresh(flight, self._state.store, self._means), flight, held)
        except Exception:
            log.exception("refresh failed unexpectedly")
        finally:
            self._unlock(held)
            self._land(flight, outcome, started)

    def _drive(self, course: Generator[Step, Any, Outcome], flight: Flight, held: ExitStack) -> Outcome:
        try:
            step = next(course)
            while True:
                try:
                    result = self._take(step, flight, held)
                except StoreError as error:
                    log.warning("%s", error)
                    step = course.throw(error)
                else:
                    step = course.send(result)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome

    def _take(self, step: Step, flight: Flight, held: ExitStack) -> object:
        match step:
            case Lock():
                self._lock(held)
                return None
            case Load():
                return self._load()
            case Send(tokens, are_refused):
                started = time.perf_counter()
                answer = self._endpoint.refresh(tokens, self._credentials, are_refused=are_refused)
                _log_refresh(type(answer).__name__.lower(), started)
                if isinstance(answer, Rotated):
                    flight.rotated = answer.tokens
                return answer
            case IsOvertaken():
                return flight.outcome is not None
            case Save(tokens):
                self._save(tokens)
                return None
            case _:
                assert_never(step)

    def _land(self, flight: Flight, outcome: Outcome, started: float) -> None:
        with self._mutex:
            is_overtaken = flight.outcome is not None
            wakers = self._state.settle(flight, outcome)
        try:
            if isinstance(outcome, Refused) and not is_overtaken:
                self._tell_end(outcome.error)
            name = "overtaken" if is_overtaken else type(outcome).__name__.lower()
            _log_refresh("ended", started, outcome=name, waiters=len(wakers))
        finally:  # a filter of the log that fails, too, must not keep others waiting
            _call_all(wakers)

    def _tell_end(self, error: SessionExpired) -> None:
        if self._on_session_end is not None:
            try:
                self._on_session_end(copy(error))
            except BaseException:  # sys.exit(), too: it can only end this thread, and others wait for it
                log.exception("on_session_end failed")

    def _keep(self, credentials: Credentials | None) -> None:
        """Keep what to sign in with again, or nothing."""
        self._credentials = credentials
        means = self._endpoint.means(credentials)
        if means != self._means:
            with self._mutex:
                self._means = self._state.means = means

    def _take_over(self, tokens: Tokens) -> None:
        due = renewal_due(now=time.monotonic(), remaining=tokens.remaining(), expires_in=tokens.expires_in)
        try:
            self._save(tokens)
        except StoreError as error:
            self._replace(Unsaved(tokens, due, error, Behind(self._held_by_store())))
            raise
        self._replace(Renewed(tokens, due))
        log.info("signed in", extra={"event": "signed_in"})

    def _held_by_store(self) -> Tokens | None:
        try:
            stored = self._load()
        except StoreError:
            return self._state.tokens
        return None if stored is None else stored.tokens

    def _replace(self, outcome: Renewed | Unsaved | SignedOut) -> None:
        with self._mutex:
            wakers = self._state.replace(outcome)
        _call_all(wakers)

    @contextmanager
    def _locked(self) -> Generator[None]:
        held = ExitStack()
        self._lock(held)
        try:
            yield
        finally:
            self._unlock(held)

    def _lock(self, held: ExitStack) -> None:
        with self._reported("locked"):
            held.enter_context(self._store.lock(self._lock_timeout))

    def _unlock(self, held: ExitStack) -> None:
        try:
            with self._reported("unlocked"):
                held.close()
        except StoreError as error:
            log.warning("%s", error)

    def _load(self) -> Stored | None:
        with self._reported("read"):
            tokens = self._store.load()
            if tokens is None:
                return None
            if not isinstance(tokens, Tokens):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's own store
                raise TypeError(f"load() gave a {type(tokens).__name__} in place of Tokens or None")
        now = time.monotonic()
        due = renewal_due(now=now, remaining=tokens.remaining(), expires_in=tokens.expires_in)
        return Stored(tokens, due, is_due=due is not None and due <= now)

    def _save(self, tokens: Tokens | None) -> None:
        with self._reported("written"):
            self._store.save(tokens)

    @contextmanager
    def _reported(self, done: str) -> Generator[None]:
        try:
            yield
        except SDKError:
            raise
        except Exception as error:  # noqa: BLE001 - a user's own store may raise anything
            raise StoreError(
                f"the token store ({type(self._store).__name__}) could not be {done}: {type(error).__name__}: {error}"
            ) from None


def _remake(kind: type[Session], base_url: str, store: TokenStore, options: dict[str, Any]) -> Session:
    return kind(base_url, store=store, **options)


def _tokens(decision: Use | Ended) -> Tokens:
    if isinstance(decision, Use):
        return decision.tokens
    # A copy each: many threads may raise it at once, and raising writes the traceback into it.
    raise copy(decision.error)


def _log_refresh(event: str, started: float, **details: object) -> None:
    duration = time.perf_counter() - started
    told = "".join(f", {name} {value}" for name, value in details.items())
    log.info(
        "refresh %s after %.0f ms%s",
        event,
        1000 * duration,
        told,
        extra={"event": f"refresh_{event}", "duration": duration, **details},
    )


def _call_all(wakers: list[Callable[[], None]]) -> None:
    for wake in wakers:
        wake()
