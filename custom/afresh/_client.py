"""`Client` and `AsyncClient`: the SDK as its users see it."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import httpx
from anyio import to_thread

from afresh_api.client import AuthenticatedClient
from afresh_api.resources import AsyncResources, Resources

from ._calls.calling import AsyncCaller, Connection, SyncCaller
from ._calls.option_checks import check_options, check_timeout
from ._calls.options import RETRIES, Options
from ._errors import ConfigurationError
from ._forking import call_in_child
from ._http.connection import ASYNC_LIMITS, LIMITS, client_arguments, user_agent
from ._http.hooks import put_off_response_hooks
from ._session.auth import TokenAuth
from ._session.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Unpack

    from ._calls.options import AsyncClientOptions, ClientOptions
    from ._errors import SessionExpired
    from ._session.token_calls.endpoint import Credentials, RequestModel
    from ._stores.memory_store import TokenStore
    from ._tokens import Tokens

ClientT = TypeVar("ClientT", bound="Client | AsyncClient")

TIMEOUT: Final = httpx.Timeout(30, connect=5)
"""Seconds that a request may wait: for its answer to go on, and to connect."""

SETTINGS: Final = ("auth", "base_url", "cookies", "event_hooks", "follow_redirects", "headers", "params", "timeout")
"""What can be set on an `httpx.Client`, and is the same in a forked child."""


class Client(Resources):
    """The SDK: a resource per tag of the API, with typed methods, behind a session that renews itself.

    A context manager. One object may be shared by any number of threads. A forked child opens connections of its own,
    but for an `http_client` that was given.

    Args:
        base_url: Where the API is. Plain http is refused except to this machine itself. None with `session`.
        session: A session to share with other clients. It brings its own base URL, store, tokens and so on.
        store: Where the tokens live; by default in memory.
        tokens: What to start with where the store holds none.
        client_id: Who the OAuth2 client is, for APIs whose token calls ask for it.
        client_secret: What proves it, where the client has a secret.
        credentials: What to keep in memory, to sign in with again where that is the only way to renew the tokens: see
            `Session`.
        timeout: Seconds that a request may wait, or an `httpx.Timeout`; by default 30 and 5 to connect, or what
            `http_client` has.
        retries: How often a call is made once more where the connection failed, no answer came in time, or it was 429
            or 5xx: with longer and longer waits, or as long as Retry-After says, and for a minute at the most. Calls
            with methods that are not idempotent (RFC 9110, section 9.2.2), only with an idempotency key.
        on_session_end: Called once, with the error, when the refresh token is refused. It runs in another thread.
        http_client: The `httpx.Client` to send requests with, for proxies, certificates or pools of your own. Its
            `auth` and `base_url` are set, and it is not closed. Its response hooks see a 401 only where no retry
            follows. Calls to sign in, refresh and sign out go through what `token_client` makes.
        token_client: Makes the client of each such call: see `Session`.

    Raises:
        ConfigurationError: The arguments contradict each other, or the base URL is not usable.
        StoreError: The store cannot be read.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        session: Session | None = None,
        store: TokenStore | None = None,
        tokens: Tokens | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        credentials: Credentials | None = None,
        timeout: httpx.Timeout | float | None = None,
        retries: int = RETRIES,
        on_session_end: Callable[[SessionExpired], object] | None = None,
        http_client: httpx.Client | None = None,
        token_client: Callable[..., httpx.Client] | None = None,
    ) -> None:
        self.session: Final = _session(
            base_url,
            session,
            store=store,
            tokens=tokens,
            client_id=client_id,
            client_secret=client_secret,
            credentials=credentials,
            on_session_end=on_session_end,
            token_client=token_client,
        )
        self._owns_http = http_client is None
        self._connection = Connection(_open(self.session) if http_client is None else http_client)
        _prepare(self.http, self.session, timeout)
        if self._owns_http:
            call_in_child(self._connection, partial(_reopen, self.session))
        check_options({"retries": retries}, {})
        self._own_caller = SyncCaller(self._connection, self.session.base_url, Options(retries))
        super().__init__(self._own_caller)

    @classmethod
    def from_env(cls, **options: Unpack[ClientOptions]) -> Self:
        """Make a client of what the environment says, such as `AFRESH_BASE_URL`: the README has all variables.

        It is signed in where the environment has a token, the store a session, or else the environment what to sign in
        with, or the options: then this signs in. A client that is none of it is signed out, for what needs no token.

        Args:
            options: The arguments of the class, which win over the environment. A `session` brings its own base URL,
                store and tokens, so that only the time-out and the retries are the environment's.

        Raises:
            ConfigurationError: A variable is missing or wrong, or two contradict each other.
            APIError: The credentials were refused, or the server failed.
            TransportError: There was no answer to the sign-in.
            StoreError: The store cannot be read, locked or written.
        """
        from ._environment import completed  # noqa: PLC0415 - seldom needed

        complete, body = completed(options)
        client = cls(**complete)
        if client.tokens is None and (body is not None or _signs_in_by_itself(client.session, options)):
            client.session.ensure_login(body)
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client with {self.session!r}>"

    def close(self) -> None:
        """Close the connections that the client opened; the tokens stay, and a refresh under way goes on."""
        if self._owns_http:
            self.http.close()

    @property
    def http(self) -> httpx.Client:
        """The `httpx.Client` with the token engine in it, for calls that the description lacks."""
        return self._connection.http

    @property
    def tokens(self) -> Tokens | None:
        """The session's tokens, None while nobody is signed in."""
        return self.session.tokens

    @property
    def api(self) -> AuthenticatedClient:
        """The generated client over the same `httpx.Client`, for the generated functions."""
        return AuthenticatedClient(str(self.session.base_url), token="").set_httpx_client(self.http)

    def with_options(
        self,
        *,
        timeout: httpx.Timeout | float | None = None,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Self:
        """Give a view of this client whose calls are made otherwise; what is None stays as it is here.

        It has the same session and connections, and to close it does nothing.

        Args:
            timeout: Seconds that a request may wait, or an `httpx.Timeout`.
            retries: How often a call that failed in passing is made once more.
            headers: Sent with each request, besides those of this client. They win over what the SDK sets (`Accept`,
                `Content-Type`, `User-Agent`), and yield to the arguments of a method. With an `Authorization` among
                them, a request is sent as it is, and renews no token.
            idempotency_key: By which the server tells a repeated call from a second one. It is sent in the header that
                the description has for it, else in `Idempotency-Key`, and lets calls of any method be made once more.
                It stands for one call: give each its own.
        """
        changes = {"timeout": timeout, "retries": retries, "headers": headers, "idempotency_key": idempotency_key}
        return _view(self, self._own_caller.with_options(**changes))

    def login(self, body: RequestModel | None = None) -> Tokens:
        """Sign in: see `Session.login`."""
        return self.session.login(body)

    def logout(self) -> None:
        """Sign out: see `Session.logout`."""
        self.session.logout()


class AsyncClient(AsyncResources):
    """The SDK for asyncio and trio: as `Client`, with `await`, `async for` and `async with`.

    One object may be shared by any number of tasks of one event loop, and one `session` between event loops.
    Arguments and errors are those of `Client`; `http_client` is an `httpx.AsyncClient`.
    """

    http: Final[httpx.AsyncClient]
    """The `httpx.AsyncClient` with the token engine in it, for calls that the description lacks."""

    def __init__(
        self,
        base_url: str | None = None,
        *,
        session: Session | None = None,
        store: TokenStore | None = None,
        tokens: Tokens | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        credentials: Credentials | None = None,
        timeout: httpx.Timeout | float | None = None,
        retries: int = RETRIES,
        on_session_end: Callable[[SessionExpired], object] | None = None,
        http_client: httpx.AsyncClient | None = None,
        token_client: Callable[..., httpx.Client] | None = None,
    ) -> None:
        self.session: Final = _session(
            base_url,
            session,
            store=store,
            tokens=tokens,
            client_id=client_id,
            client_secret=client_secret,
            credentials=credentials,
            on_session_end=on_session_end,
            token_client=token_client,
        )
        self._owns_http = http_client is None
        if http_client is None:
            http_client = httpx.AsyncClient(
                timeout=TIMEOUT, limits=ASYNC_LIMITS, **client_arguments(self.session.base_url)
            )
        self.http = http_client
        _prepare(self.http, self.session, timeout)
        check_options({"retries": retries}, {})
        self._own_caller = AsyncCaller(self.http, self.session.base_url, Options(retries))
        super().__init__(self._own_caller)

    @classmethod
    async def from_env(cls, **options: Unpack[AsyncClientOptions]) -> Self:
        """Make a client of what the environment says: see `Client.from_env`.

        It may have to sign in, which takes a call to the API: that is why it is awaited, though most often there is
        nothing to wait for. `async with await AsyncClient.from_env() as api:` is the whole of it.
        """
        from ._environment import completed  # noqa: PLC0415 - seldom needed

        complete, body = completed(options)
        client = cls(**complete)
        if client.tokens is None and (body is not None or _signs_in_by_itself(client.session, options)):
            await to_thread.run_sync(client.session.ensure_login, body)
        return client

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<AsyncClient with {self.session!r}>"

    async def aclose(self) -> None:
        """Close the connections that the client opened; the tokens stay, and a refresh under way goes on."""
        if self._owns_http:
            await self.http.aclose()

    @property
    def tokens(self) -> Tokens | None:
        """The session's tokens, None while nobody is signed in."""
        return self.session.tokens

    @cached_property
    def api(self) -> AuthenticatedClient:
        """The generated client over the same `httpx.AsyncClient`, for the generated functions."""
        return AuthenticatedClient(str(self.session.base_url), token="").set_async_httpx_client(self.http)

    def with_options(
        self,
        *,
        timeout: httpx.Timeout | float | None = None,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Self:
        """Give a view of this client whose calls are made otherwise: see `Client.with_options`."""
        changes = {"timeout": timeout, "retries": retries, "headers": headers, "idempotency_key": idempotency_key}
        return _view(self, self._own_caller.with_options(**changes))

    async def login(self, body: RequestModel | None = None) -> Tokens:
        """Sign in: see `Session.login`. When cancelled, it ends as soon as the sign-in does."""
        return await to_thread.run_sync(self.session.login, body)

    async def logout(self) -> None:
        """Sign out: see `Session.logout`. When cancelled, it ends as soon as the sign-out does."""
        await to_thread.run_sync(self.session.logout)


def _view(client: ClientT, caller: SyncCaller | AsyncCaller) -> ClientT:
    """Copy a client with another caller, and without the resources that it has made by now, which have its own."""
    view = object.__new__(type(client))
    made = {name for name in vars(client) if isinstance(getattr(type(client), name, None), cached_property)}
    vars(view).update({name: value for name, value in vars(client).items() if name not in made})
    vars(view).update(_caller=caller, _own_caller=caller, _owns_http=False)
    return view


def _open(session: Session) -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, limits=LIMITS, **client_arguments(session.base_url))


def _reopen(session: Session, connection: Connection) -> None:
    http = _open(session)
    for name in SETTINGS:
        setattr(http, name, getattr(connection.http, name))
    connection.http = http


def _signs_in_by_itself(session: Session, options: Mapping[str, Any]) -> bool:
    """Whether a session that was made of options and the environment has all that it takes to sign in."""
    return session.keeps_credentials and options.get("session") is None


def _session(base_url: str | None, session: Session | None, **options: Any) -> Session:
    given = {name: value for name, value in options.items() if value is not None}
    if session is None:
        if base_url is None:
            raise ConfigurationError("name the base URL of the API, or give a session")
        return Session(base_url, **given)
    if base_url is not None or given:
        raise ConfigurationError(
            f"the session brings its own base_url, {', '.join(list(options)[:-1])} and {list(options)[-1]}: "
            "give these to Session(…) instead"
        )
    return session


def _prepare(http: httpx.Client | httpx.AsyncClient, session: Session, timeout: httpx.Timeout | float | None) -> None:
    if http.auth is not None:
        raise ConfigurationError(
            "http_client has an auth of its own, which the session's would replace: give one without"
        )
    if "Authorization" in http.headers:
        raise ConfigurationError(
            "http_client has an Authorization header of its own, which would stand in for the tokens"
        )
    if http.headers["User-Agent"].startswith("python-httpx/"):
        http.headers["User-Agent"] = user_agent()
    http.auth = TokenAuth(session)
    http.base_url = session.base_url
    put_off_response_hooks(http)
    if timeout is not None:
        check_timeout(timeout)
        http.timeout = httpx.Timeout(timeout)
