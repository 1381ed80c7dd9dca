"""`Session`: one signed-in identity, shared by any number of clients, threads, tasks and event loops."""

from __future__ import annotations

import logging
import math
import threading
import time
from contextlib import ExitStack
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, assert_never

from afresh._errors import ConfigurationError, NotSignedIn, RefreshUnavailable, SignInFailed, StoreError
from afresh._forking import call_in_child
from afresh._keys import GivenKeys
from afresh._origin import PlainHTTP, secure_base_url
from afresh._session.token_calls.client_authentication import OAuthClient
from afresh._session.token_calls.cookies import hide_in_logs, named_places
from afresh._session.token_calls.endpoint import TokenEndpoint
from afresh._session.token_calls.sending import token_client
from afresh._stores.memory_store import MemoryStore
from afresh._tokens import NOBODY, Tokens, renewal_due
from afresh_api.lifecycle import LIFECYCLE

from .carrier import carrier_of
from .grants.authorization_code import accepted, authorization_request, exchange
from .grants.id_token import verify
from .grants.loopback import Callback
from .refresh import adopt, refresh
from .signing_in import PersonGrant, log_in, sign_in, sign_out, start
from .state import Ended, Join, Lead, State, Use, decide_after_wait
from .steps import (
    IsOvertaken,
    IsSignedIn,
    Load,
    Lock,
    Publish,
    Refused,
    Renewed,
    RenewedInMemory,
    Revoke,
    Rotated,
    Save,
    Send,
    SignedOut,
    SignIn,
    StaleStore,
    Unavailable,
)
from .store_access import StoreAccess, as_stored
from .threads import (
    log_safely,
    refuse_reentry,
    run_stoppably,
    start_thread,
    task_waiter,
    thread_waiter,
    working_for,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from typing import Unpack

    from afresh._errors import SessionExpired
    from afresh._http import httpx
    from afresh._session.token_calls.client_authentication import ClientKey
    from afresh._session.token_calls.endpoint import Credentials, RequestModel
    from afresh._stores.memory_store import TokenStore
    from afresh_api.security import Keys

    from .grants.authorization_code import AuthorizationOptions, AuthorizationRequest
    from .state import Decision, Flight
    from .steps import Outcome, Step

    T = TypeVar("T")
    Perform = Callable[[Step, ExitStack], object]

TOKEN_TIMEOUT: Final = 10.0
"""Default time limit, in seconds, of a call to sign in, refresh or sign out."""

_OUTCOME_NAMES: Final = {
    Renewed: "renewed",
    RenewedInMemory: "unsaved",
    Refused: "refused",
    Unavailable: "unavailable",
    SignedOut: "signed_out",
}
"""The names of a refresh's outcomes in the log."""


class Session:
    """One signed-in identity: its tokens, their store, and at most one refresh in flight.

    All methods are thread-safe. A refresh runs in its own thread, so its result is kept even if the request or the
    event loop that started it goes away.

    Args:
        base_url: The API's base URL. Plain http is refused, except to this machine (loopback) and to `allow_http`.
        store: Where the tokens are kept. Defaults to memory.
        tokens: The tokens to start with if the store is empty.
        refresh_token: A refresh token to start with in place of `tokens`, if there is no access token yet.
        client_id: The OAuth2 client identifier, for APIs whose token calls need one.
        client_secret: The OAuth2 client secret, if the client has one.
        client_key: The private key of the OAuth2 client, if it has one in place of a secret (RFC 7523). None of the
            three is written to the store.
        credentials: The body for `login`, or a function that returns it. The session keeps it in memory. The first
            request signs in with it if there are no tokens, and a later one when the tokens cannot be renewed
            otherwise. Without it, no password is kept. A client that uses the client credentials grant does not need
            it, unless it asks for a scope.
        on_session_end: Called once, with the error, when the refresh token is refused. Use it to send the user back to
            the sign-in page. It runs in a thread of the session, before the waiting requests get the error.
        timeout: The time limit of a call to sign in, refresh or sign out, in seconds, from its start to the end of the
            response.
        refresh_timeout: How long a request waits for a refresh, in seconds from the refresh's start. This includes
            waiting for the store's lock, the calls and the store. After that, the request gets `RefreshUnavailable`;
            the refresh goes on, and its result is kept. At exit, the interpreter waits no longer than this for a
            refresh in progress. Defaults to what `timeout` allows for: 50 seconds for a `timeout` of 10.
        token_client: Makes the `httpx.Client` for each of these calls. For your own certificates or proxy, use
            `functools.partial(httpx.Client, verify=…, proxy=…)`.
        allow_http: The hosts that tokens may be sent to over plain http, such as `"api"` or `["*.internal"]`, for
            networks that you trust.
        keys: The keys for the API's security schemes, by their names: API keys, user names with passwords, and tokens
            that the session does not renew.

    Raises:
        ConfigurationError: The base URL, `client_id`, `client_secret`, `client_key` or `keys` cannot be used, or there
            are `credentials` and the API's description names no login operation.
        StoreError: The store cannot be read or, to save `tokens`, locked or written.
    """

    def __init__(
        self,
        base_url: str,
        *,
        store: TokenStore | None = None,
        tokens: Tokens | None = None,
        refresh_token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        client_key: ClientKey | None = None,
        credentials: Credentials | None = None,
        on_session_end: Callable[[SessionExpired], object] | None = None,
        timeout: float = TOKEN_TIMEOUT,
        refresh_timeout: float | None = None,
        token_client: Callable[..., httpx.Client] = token_client,
        allow_http: str | Iterable[str] = (),
        keys: Keys | None = None,
    ) -> None:
        if isinstance(credentials, PersonGrant):
            raise ConfigurationError(
                f"{type(credentials).__name__} needs a person, so it cannot be kept: give it to login() when "
                "somebody is there"
            )
        self._plain_http = PlainHTTP(allow_http)
        self.base_url: Final = secure_base_url(base_url, self._plain_http)
        self.keys: Final = GivenKeys(keys, self.base_url)
        self.carrier: Final = carrier_of(LIFECYCLE, self.base_url)
        self.named_places: Final = named_places(LIFECYCLE)
        hide_in_logs(self.named_places)
        self.expired: Final = LIFECYCLE.expired if LIFECYCLE else ()
        self._on_session_end = on_session_end
        self._client = OAuthClient(client_id, client_secret, client_key)
        self._endpoint = TokenEndpoint(
            self.base_url,
            LIFECYCLE,
            timeout=timeout,
            client=self._client,
            make_client=token_client,
            plain_http=self._plain_http,
            keys=self.keys,
        )
        self._remembers_credentials = credentials is not None
        # The holder of the store's lock may make two calls, two more to sign in again, and then write to the disk.
        lock_timeout = (2 if credentials is None else 4) * timeout + 5
        self._access = StoreAccess(MemoryStore() if store is None else store, lock_timeout)
        self._timeout = timeout
        self._refresh_timeout = refresh_timeout
        self._token_client = token_client
        self._mutex = threading.Lock()
        self._credentials = self._endpoint.own_credentials if credentials is None else credentials
        self._policy = self._endpoint.policy(self._credentials)
        # Default: the time to get the lock, and the same time again to hold it.
        self._max_wait = 2 * lock_timeout if refresh_timeout is None else refresh_timeout
        self._state = State(policy=self._policy, max_wait=self._max_wait)
        if refresh_token is not None:
            tokens = _tokens_to_renew(tokens, refresh_token)
        self._run(start(None if tokens is None else as_stored(tokens)), self._perform)
        if self._state.tokens is None and self._credentials is not None:
            # The first request leads a refresh, which signs in: the store has nothing to renew.
            self._state.tokens, self._state.due, self._state.store = NOBODY, -math.inf, StaleStore(None)
        call_in_child(self, Session._drop_flight)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle the session's arguments and its store, but no lock and no flight."""
        options = {
            "client_id": self._client.id,
            "client_secret": self._client.secret,
            "client_key": self._client.key,
            "credentials": self._credentials if self._remembers_credentials else None,
            "on_session_end": self._on_session_end,
            "timeout": self._timeout,
            "refresh_timeout": self._refresh_timeout,
            "token_client": self._token_client,
            "allow_http": self._plain_http.hosts,
            "keys": self.keys.values,
        }
        return _rebuild, (type(self), str(self.base_url), self._access.store, options)

    def _drop_flight(self) -> None:
        # The refresh runs in the parent process, which saves its result to the store.
        self._mutex = threading.Lock()
        self._state.flight = None

    def __repr__(self) -> str:
        return f"<Session of {self.base_url}, {'signed in' if self.tokens else 'signed out'}>"

    @property
    def tokens(self) -> Tokens | None:
        """The current tokens, or None while nobody is signed in."""
        tokens = self._state.tokens
        return None if tokens is NOBODY else tokens

    @property
    def keeps_credentials(self) -> bool:
        """Whether the session can sign in by itself, with kept credentials or with the client credentials grant."""
        return self._credentials is not None

    @property
    def can_renew(self) -> bool:
        """Whether the current tokens can be renewed without the user."""
        tokens = self.tokens
        return tokens is not None and self._policy.allows(tokens)

    def login(self, body: RequestModel | PersonGrant | None = None) -> Tokens:
        """Sign in, save the tokens and return them. The previous tokens stay in use until the new ones have arrived.

        Args:
            body: The request model of the login operation, or a grant such as `AuthorizationCodeGrant`. Defaults to the
                credentials that the session keeps. If the session keeps credentials, it keeps these from now on.

        Raises:
            APIError: The credentials were refused (usually `Unauthorized`), or the server failed.
            SignInFailed: Nobody signed in at the server's page.
            TransportError: The server did not respond.
            DecodeError: The response has no tokens where the description says they are.
            ConfigurationError: The description does not say how to sign in, or the client's id or the credentials are
                missing.
            StoreError: The store cannot be locked, or the tokens cannot be saved. In the second case they are used
                from memory.
        """
        return self._log_in(body, threading.Event(), unless_signed_in=False)

    async def login_async(self, body: RequestModel | PersonGrant | None = None) -> Tokens:
        """Sign in as `login` does, without blocking the event loop.

        If cancelled, it no longer waits for a person. A call that signs in is waited for all the same.
        """
        return await run_stoppably(partial(self._log_in, body, unless_signed_in=False), max_wait=self._max_wait)

    def ensure_login(self, body: RequestModel | PersonGrant | None = None) -> Tokens:
        """Sign in as `login` does, unless the store already holds tokens. In that case, use and return those.

        If several processes start at once with the same credentials and store, only one signs in.
        """
        return self._log_in(body, threading.Event(), unless_signed_in=True)

    def authorization_url(self, *, redirect_uri: str, **options: Unpack[AuthorizationOptions]) -> AuthorizationRequest:
        """Return the first half of a sign-in by a browser, for a web application. `exchange` is the second.

        Args:
            redirect_uri: The application's own URL that the browser comes back to, as registered at the server.
            options: `scope`, `audience`, `resource` and `parameters`, as `AuthorizationCodeGrant` takes them.

        Raises:
            ConfigurationError: The client's id, or where people sign in, is not known.
            TransportError: The server's metadata is needed, and could not be read.
        """
        return authorization_request(self._endpoint, redirect_uri, options)

    def exchange(self, callback_url: str, request: AuthorizationRequest) -> Tokens:
        """Sign in with what a browser came back with, save the tokens and return them.

        Args:
            callback_url: The URL that the browser came back to, whole.
            request: What `authorization_url` returned for the person whose browser it is.

        Raises:
            SignInFailed: The URL is not the answer to this request, or says that nobody was signed in.
            APIError: The server refused the code, or failed.
            TransportError: The server did not respond.
            StoreError: The store cannot be locked, or the tokens cannot be saved. In the second case they are used
                from memory.
        """
        callback = Callback.read(callback_url)
        del callback_url
        if accepted(callback, request, self._endpoint.authorization_server()) is None:
            raise SignInFailed(
                "the browser did not come back with the answer to this request: the state differs, or there is no "
                "code. Start the sign-in again"
            )
        return self._log_in_with(partial(self._of_person, partial(exchange, self._endpoint, callback, request)))

    def _log_in(
        self, body: RequestModel | PersonGrant | None, stop: threading.Event, *, unless_signed_in: bool
    ) -> Tokens:
        if isinstance(body, PersonGrant):
            refuse_reentry(self)
            if unless_signed_in:
                self._run(start(None), self._perform)
                if self.tokens is not None:
                    return self.tokens
            with body.acquire(self._endpoint, stop) as get_tokens:
                return self._log_in_with(partial(self._of_person, get_tokens), unless_signed_in=unless_signed_in)
        credentials = self._credentials if body is None else body
        if credentials is None:
            raise ConfigurationError("the session keeps no credentials to sign in with: pass them to login()")

        def get() -> tuple[Tokens, Credentials | None]:
            body = credentials() if callable(credentials) else credentials
            tokens = self._endpoint.login(body)
            is_kept = self._remembers_credentials or self._endpoint.uses_client_credentials(body)
            return tokens, credentials if is_kept else None

        return self._log_in_with(get, unless_signed_in=unless_signed_in)

    def _of_person(self, get_tokens: Callable[[], Tokens]) -> tuple[Tokens, Credentials | None]:
        """Get the tokens of somebody who signed in elsewhere, and the credentials to keep, which are none of theirs."""
        return get_tokens(), self._endpoint.own_credentials

    def _log_in_with(
        self, get: Callable[[], tuple[Tokens, Credentials | None]], *, unless_signed_in: bool = False
    ) -> Tokens:
        def perform(step: Step, held: ExitStack) -> object:
            if not isinstance(step, SignIn):
                return self._perform(step, held)
            tokens, credentials = get()
            self._set_credentials(credentials)
            due = renewal_due(now=time.monotonic(), remaining=tokens.expires_in, expires_in=tokens.expires_in)
            return Rotated(tokens, due)

        return self._run(log_in(self.tokens, unless_signed_in=unless_signed_in), perform)

    def sign_in(self, tokens: Tokens) -> None:
        """Replace the session's tokens with ones obtained elsewhere.

        Raises:
            StoreError: The store cannot be locked, or the tokens cannot be saved. In the second case they are used
                from memory.
        """

        def perform(step: Step, held: ExitStack) -> object:
            if isinstance(step, Publish):
                self._set_credentials(self._endpoint.own_credentials)
            return self._perform(step, held)

        self._run(sign_in(as_stored(tokens), self.tokens), perform)

    def id_token_claims(self, *, may_be_expired: bool = False) -> dict[str, Any]:
        """Return who has signed in, as the verified claims of the ID token (OpenID Connect Core, section 5.1).

        Asks the server for its keys. Needs PyJWT: `pip install 'afresh-sdk[jwt]'`.

        Args:
            may_be_expired: Whether the ID token may have expired since it was issued.

        Raises:
            NotSignedIn: There is no ID token: nobody is signed in, or the sign-in did not ask for the scope `openid`.
            SignInFailed: The ID token is not valid.
            ConfigurationError: PyJWT is not installed, or the description does not lead to the server's metadata.
            APIError: The server failed.
            TransportError: The server did not respond.
        """
        tokens = self.tokens
        if tokens is None or tokens.id_token is None:
            raise NotSignedIn("there is no ID token: sign in, and ask for the scope `openid`")
        return verify(tokens, self._endpoint.sender, may_be_expired=may_be_expired)

    def reason_not_to_revoke(self, tokens: Tokens) -> str | None:
        """Return why `logout` does not ask the server to revoke tokens; None if it does."""
        return self._endpoint.reason_not_to_revoke(tokens)

    def logout(self) -> None:
        """Forget the tokens, first in memory and then in the store, and revoke them at the server (RFC 7009).

        A refresh in progress cannot bring them back: requests that wait for it get `NotSignedIn`. If the server needs a
        valid access token to revoke, an expired one is renewed first.

        Raises:
            StoreError: The tokens cannot be removed from the store. They were revoked at the server.
            APIError: The server did not revoke the tokens. They were forgotten here.
            TransportError: The server did not respond. The tokens were forgotten here.
        """
        refuse_reentry(self)
        signed_out = SignedOut(NotSignedIn("the session was signed out: call login() first"))
        with self._mutex:
            previous = self._state.sign_out(signed_out)
            now = time.monotonic()
        _wake_all(previous.wakers)
        is_due = previous.due is not None and previous.due <= now
        renew_first = self._endpoint.revokes_by_access_token and previous.tokens is not None
        self._run(sign_out(previous, is_due=is_due, renew_first=renew_first), self._perform)

    def obtain(self, rejected: Tokens | None = None, *, can_send_again: bool = False) -> Tokens:
        """Return the tokens for a request, renewing them if needed. Block until they are available.

        Args:
            rejected: The tokens that the server rejected with a 401, or None before the first attempt. If the same
                tokens are returned, they cannot be renewed, and the caller should get the 401.
            can_send_again: Whether the request can be repeated if its tokens are rejected. If so, tokens that are
                still valid are returned without waiting for their renewal.

        Raises:
            NotSignedIn: Nobody is signed in.
            SessionExpired: The refresh token was refused.
            RefreshUnavailable: The tokens were rejected and cannot be renewed at the moment.
            StoreError: The store cannot be read, written or locked.
            ConfigurationError: The caller runs inside a refresh, for example in the store, and would wait for itself.
        """
        decision = self._decide(rejected, can_send_again=can_send_again)
        if isinstance(decision, Use):
            if decision.flight is not None:
                self._ensure_started(decision.flight)
            return decision.tokens
        if isinstance(decision, Lead | Join):
            wake, wait = thread_waiter()
            self._ensure_started(decision.flight, wake)
            wait(self._wait_seconds(decision.flight))
            decision = decide_after_wait(decision.flight, rejected)
        return _tokens_or_raise(decision)

    async def obtain_async(self, rejected: Tokens | None = None, *, can_send_again: bool = False) -> Tokens:
        """Return the tokens as `obtain` does, without blocking the event loop (asyncio or trio)."""
        decision = self._decide(rejected, can_send_again=can_send_again)
        if isinstance(decision, Use):
            if decision.flight is not None:
                self._ensure_started(decision.flight)
            return decision.tokens
        if isinstance(decision, Lead | Join):
            wake, wait = task_waiter()
            self._ensure_started(decision.flight, wake)
            await wait(self._wait_seconds(decision.flight))
            decision = decide_after_wait(decision.flight, rejected)
        return _tokens_or_raise(decision)

    def _decide(self, rejected: Tokens | None, *, can_send_again: bool) -> Decision:
        with self._mutex:
            return self._state.decide(rejected, time.monotonic(), can_send_again=can_send_again)

    def is_worth_another_retry(self, rejected: Tokens) -> bool:
        """Return whether a request whose retry was answered 401 as well may be sent once more.

        It may if its tokens have been replaced or have come due in the meantime: the request was in a queue for longer
        than they lived. Otherwise the server rejects fresh tokens, and refreshes pause for a while.

        Args:
            rejected: The tokens that the retry was sent with.
        """
        with self._mutex:
            return self._state.decide_after_retry(rejected, time.monotonic())

    def note_accepted(self) -> None:
        """Record that the server accepted renewed tokens: a retry was not answered 401."""
        with self._mutex:
            self._state.note_accepted()

    def adopt(self, spent: Tokens, new: Tokens) -> None:
        """Go on with the tokens that the answer to a request has set. They are saved in a thread of their own.

        Nothing happens if the tokens of the request are no longer the current ones, or are being renewed.

        Args:
            spent: The tokens that the request was sent with.
            new: The tokens that its answer has set.
        """
        with self._mutex:
            flight = self._state.adopt(spent, new, time.monotonic())
        if flight is not None:
            self._ensure_started(flight)

    def _wait_seconds(self, flight: Flight) -> float:
        return max(0.0, flight.deadline - time.monotonic())

    def _ensure_started(self, flight: Flight, wake: Callable[[], None] | None = None) -> None:
        """Start the flight unless it was started, and register a waker for its end.

        Usually the leader starts it. If the leader was interrupted before that, the next caller does.

        Raises:
            ConfigurationError: The caller runs inside the refresh and would wait for itself.
        """
        refuse_reentry(self)
        with self._mutex:
            if wake is not None:
                flight.add_waker(wake)
            if flight.is_started:
                return
            try:
                start_thread(partial(self._run_refresh, flight), name="afresh-refresh", max_wait=self._max_wait)
            except RuntimeError as error:
                failure = Unavailable(
                    RefreshUnavailable(f"no thread could be started for the refresh: {error}"), until=0
                )
            else:
                flight.is_started = True
                return
        self._finish(flight, failure, time.perf_counter())

    def _run_refresh(self, flight: Flight) -> None:
        """Perform one refresh. It always ends and wakes the waiters, whatever is raised."""
        started = time.perf_counter()
        outcome: Outcome = Unavailable(RefreshUnavailable("the refresh failed unexpectedly: see the log"), until=0)

        def perform(step: Step, held: ExitStack) -> object:
            match step:
                case Send(tokens, after_refusal):
                    sent_at = time.perf_counter()
                    answer = self._endpoint.refresh(tokens, self._credentials, after_refusal=after_refusal)
                    _log_refresh(type(answer).__name__.lower(), sent_at)
                    if isinstance(answer, Rotated):
                        flight.rotated = answer.tokens
                    return answer
                case IsOvertaken():
                    return flight.outcome is not None
                case Save(tokens):
                    return self._store_step(self._access.save, tokens)
                case _:
                    return self._store_step(self._perform, step, held)

        try:
            if flight.given is not None:
                steps = adopt(flight, as_stored(flight.given), self._state.store)
            else:
                steps = refresh(flight, self._state.store, self._policy)
                with working_for(self):
                    log_safely(logging.INFO, "refresh started", extra={"event": "refresh_started"})
            outcome = self._run(steps, perform, ignored=BaseException)
        except BaseException as error:  # noqa: BLE001 - SystemExit, too: it can only end this thread
            log_safely(logging.ERROR, "refresh failed unexpectedly", error=error)
        finally:
            self._finish(flight, outcome, started)

    def _store_step(self, step: Callable[..., object], *arguments: object) -> object:
        """Perform a store step, and turn anything raised into StoreError.

        This includes SystemExit: a store that ends its thread must not lose tokens that the server has rotated.
        """
        try:
            return step(*arguments)
        except BaseException as error:  # noqa: BLE001 - see the docstring
            failure = error if isinstance(error, StoreError) else self._access.failure("used", error)
            log_safely(logging.WARNING, "%s", failure)
            raise failure from None

    def _finish(self, flight: Flight, outcome: Outcome, started: float) -> None:
        with self._mutex:
            is_overtaken = flight.outcome is not None
            wakers = self._state.settle(flight, outcome)
        try:
            if isinstance(outcome, Refused) and not is_overtaken:
                self._notify_session_end(outcome.error)
            name = "overtaken" if is_overtaken else _OUTCOME_NAMES[type(outcome)]
            with working_for(self):  # a log handler that uses the session must not start refresh after refresh
                _log_refresh("ended", started, outcome=name, waiters=len(wakers))
        finally:
            _wake_all(wakers)

    def _notify_session_end(self, error: SessionExpired) -> None:
        if self._on_session_end is not None:
            try:
                self._on_session_end(copy(error))
            except BaseException as failure:  # noqa: BLE001 - also sys.exit(): requests wait for this thread
                log_safely(logging.ERROR, "on_session_end failed", error=failure)

    def _run(self, steps: Generator[Step, Any, T], perform: Perform, *, ignored: type[BaseException] = Exception) -> T:
        """Perform steps one after the other, then release the store's lock.

        Args:
            steps: The steps.
            perform: Performs one step. It registers the release of the store's lock with the given `ExitStack`.
            ignored: What the store may raise on release. It is logged, and not raised.

        Returns:
            What the steps return.

        Raises:
            Exception: A step failed, and the steps do not handle it.
        """
        refuse_reentry(self)
        held = ExitStack()
        with working_for(self):
            try:
                return _run_steps(steps, lambda step: perform(step, held))
            finally:
                try:
                    self._access.unlock(held)
                except ignored as error:
                    failure = error if isinstance(error, StoreError) else self._access.failure("unlocked", error)
                    log_safely(logging.WARNING, "%s", failure)

    def _perform(self, step: Step, held: ExitStack) -> object:
        match step:
            case Lock():
                self._access.lock(held)
            case Load():
                return self._access.load()
            case Save(tokens):
                self._access.save(tokens)
                direction = "out" if tokens is None else "in"
                log_safely(logging.INFO, "signed %s", direction, extra={"event": f"signed_{direction}"})
            case Send(tokens):
                return self._endpoint.refresh(tokens)
            case Publish(outcome):
                self._replace(outcome)
            case IsSignedIn():
                return self.tokens is not None
            case Revoke(tokens):
                self._endpoint.logout(tokens)
            case SignIn() | IsOvertaken():  # pragma: no cover - performed by _log_in and by _run_refresh
                raise AssertionError(step)
            case _:
                assert_never(step)
        return None

    def _set_credentials(self, credentials: Credentials | None) -> None:
        """Set the credentials to sign in with again, or None, and the refresh policy that follows from them."""
        self._credentials = credentials
        policy = self._endpoint.policy(credentials)
        if policy != self._policy:
            with self._mutex:
                self._policy = self._state.policy = policy

    def _replace(self, outcome: Renewed | RenewedInMemory) -> None:
        with self._mutex:
            wakers = self._state.replace(outcome)
        _wake_all(wakers)


def _run_steps(steps: Generator[Step, Any, T], perform: Callable[[Step], object]) -> T:
    """Perform all steps, and return what the generator returns."""
    result: object = None
    failure: Exception | None = None
    while True:
        try:
            step = steps.send(result) if failure is None else steps.throw(failure)
        except StopIteration as end:
            value: T = end.value
            return value
        result = failure = None
        try:
            result = perform(step)
        except Exception as error:  # noqa: BLE001 - thrown into the generator, which may handle it
            failure = error


def _rebuild(kind: type[Session], base_url: str, store: TokenStore, options: dict[str, Any]) -> Session:
    return kind(base_url, store=store, **options)


def _tokens_to_renew(tokens: Tokens | None, refresh_token: str) -> Tokens:
    if tokens is not None:
        raise ConfigurationError("tokens and refresh_token were both given, but only one can apply: give one of them")
    try:
        return Tokens.to_renew(refresh_token)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None


def _tokens_or_raise(decision: Use | Ended) -> Tokens:
    if isinstance(decision, Use):
        return decision.tokens
    # Many threads may raise this error at once, and raising sets its traceback: give each its own copy.
    raise copy(decision.error)


def _log_refresh(event: str, started: float, **details: object) -> None:
    duration = time.perf_counter() - started
    fields = "".join(f", {name} {value}" for name, value in details.items())
    log_safely(
        logging.INFO,
        "refresh %s after %.0f ms%s",
        event,
        1000 * duration,
        fields,
        extra={"event": f"refresh_{event}", "duration": duration, **details},
    )


def _wake_all(wakers: list[Callable[[], None]]) -> None:
    """Call every waker, even if one of them raises."""
    for wake in wakers:
        try:
            wake()
        except Exception as error:  # noqa: BLE001 - the other waiters must still be woken
            log_safely(logging.ERROR, "a waiting request could not be woken", error=error)
