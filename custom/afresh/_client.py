"""`Client` and `AsyncClient`, the entry points of the SDK."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, TypeVar, get_args

from anyio import to_thread

from afresh._http import NAME, httpx
from afresh_api.client import AuthenticatedClient
from afresh_api.lifecycle import LIFECYCLE
from afresh_api.resources import AsyncResources, Resources
from afresh_api.servers import DEFAULT as DEFAULT_BASE_URL

from ._calls.calling import AsyncCaller, Connection, SyncCaller
from ._calls.options import RETRIES, check_timeout, checked_options
from ._connection import LIMITS, TransportName, client_arguments, in_process_client, loop_transport, user_agent
from ._errors import ConfigurationError
from ._forking import call_in_child
from ._keys import send_keys, send_keys_async
from ._origin import parse_base_url
from ._session.auth import HAS_KEYS, TokenAuth, put_off_response_hooks
from ._session.session import Session
from ._session.token_calls.cookies import keep_from_jar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from http.cookiejar import Cookie
    from typing import Unpack

    from afresh_api.security import Keys

    from ._calls.options import AsyncClientOptions, ClientOptions, Options
    from ._errors import SessionExpired
    from ._session.grants.authorization_code import AuthorizationOptions, AuthorizationRequest
    from ._session.signing_in import PersonGrant
    from ._session.token_calls.client_authentication import ClientKey
    from ._session.token_calls.endpoint import Credentials, RequestModel
    from ._stores.memory_store import TokenStore
    from ._tokens import Tokens

ClientT = TypeVar("ClientT", bound="Client | AsyncClient")
HttpT = TypeVar("HttpT", httpx.Client, httpx.AsyncClient)

State: TypeAlias = "tuple[dict[str, Any], dict[str, Any], list[Cookie], Options]"
"""What a copy of a client takes along: its own attributes, the settings and cookies of its `http`, and its options."""

TIMEOUT: Final = httpx.Timeout(30, connect=5)
"""The default timeout of a request, in seconds: 5 to connect, 30 for each read, write and wait for a connection."""

SETTINGS: Final = ("auth", "base_url", "cookies", "event_hooks", "follow_redirects", "headers", "params", "timeout")
"""The attributes of an `httpx.Client` that are copied to the new client of a forked child."""

CONNECTED: Final = frozenset({"_caller", "_connection", "_http", "_own_caller", "_owns_http"})
"""The attributes of a client that a copy has its own of."""


class Client(Resources):
    """The synchronous client: one attribute per tag of the API, with one typed method per operation.

    Access tokens are renewed automatically. The client is a context manager, and can be shared between threads. A
    forked child process opens its own connections, unless `http_client` was given.

    Args:
        base_url: The base URL of the API, such as one of `afresh_api.servers`. Plain http is allowed to this machine
            (loopback), to the hosts in `allow_http`, and to an application in this process. Default:
            `afresh_api.servers.DEFAULT`. Omit it with `session`.
        session: A session to share with other clients. It has its own base URL, store, tokens and credentials.
        store: Where the tokens are stored. Default: in memory.
        tokens: The initial tokens, used if the store is empty.
        refresh_token: A refresh token to start with in place of `tokens`, if there is no access token yet. The first
            call renews it.
        client_id: The OAuth2 client identifier (RFC 6749, section 2.2), for APIs whose token endpoints require one.
        client_secret: The secret of that client, if it has one.
        client_key: The private key of that client, if it has one in place of a secret (`private_key_jwt`).
        credentials: Credentials to keep in memory. The first call signs in with them if there are no tokens, and so
            does a later one when the tokens cannot be renewed otherwise: see `Session`.
        timeout: The timeout of a request, as seconds or an `httpx.Timeout`. Default: 5 seconds to connect and 30 for
            everything else, or the timeout of `http_client`.
        retries: The maximum number of retries after a connection error, a timeout, a 429 or a 5xx. Retries back off
            exponentially, honour Retry-After, and stop a minute after the first failure. A call whose method is not
            idempotent (RFC 9110, section 9.2.2) is retried only with an idempotency key.
        headers: Headers to send with each request: see `with_options`.
        total_timeout: The time limit of a call in seconds, with its retries, the waits between them, a refresh and
            reading the answer. After it, a `TransportError` is raised. A list has it for each page. A download or a
            stream must have been read by then. With it, a call of `Client` runs in a thread of its own.
        on_session_end: Called once, with the error, when the session ends because the refresh token was refused. It
            runs in another thread.
        http_client: The `httpx.Client` that sends the requests, for your own proxies, certificates or pools. Its `auth`
            and `base_url` are overwritten, and it is not closed. Its response hooks see a 401 only if no retry follows.
            If the API has no token lifecycle, it may have an `auth` of its own, which is used in place of tokens and
            keys.
            Calls to sign in, refresh and sign out are sent through `token_client` instead, unless it calls an
            application in this process (`httpx.WSGITransport`, `httpx.ASGITransport`).
        token_client: Creates the `httpx.Client` of each of those calls: see `Session`.
        allow_http: The hosts that plain http is allowed to: see `Session`.
        keys: The keys for the API's security schemes, by their names, such as `{"api_key": "…"}`. The value for HTTP
            Basic is a pair: `{"basic": ("ada", "…")}`. They go to the API's own origin only.

    Raises:
        ConfigurationError: The arguments contradict each other, or the base URL is not valid.
        InvalidArgument: `timeout`, `retries` or `headers` has the wrong type, or cannot be sent.
        StoreError: The store cannot be read.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        session: Session | None = None,
        store: TokenStore | None = None,
        tokens: Tokens | None = None,
        refresh_token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        client_key: ClientKey | None = None,
        credentials: Credentials | None = None,
        timeout: httpx.Timeout | float | None = None,
        retries: int = RETRIES,
        headers: Mapping[str, str] | None = None,
        total_timeout: float | None = None,
        on_session_end: Callable[[SessionExpired], object] | None = None,
        http_client: httpx.Client | None = None,
        token_client: Callable[..., httpx.Client] | None = None,
        allow_http: str | Iterable[str] | None = None,
        keys: Keys | None = None,
    ) -> None:
        self._session: Final = _session(
            base_url,
            session,
            http_client,
            store=store,
            tokens=tokens,
            refresh_token=refresh_token,
            client_id=client_id,
            client_secret=client_secret,
            client_key=client_key,
            credentials=credentials,
            on_session_end=on_session_end,
            token_client=token_client,
            allow_http=allow_http,
            keys=keys,
        )
        self._made_http: Final = http_client is None
        http = _open(self.session) if http_client is None else http_client
        _prepare(http, self.session, timeout, serves_others=not self._made_http)
        self._connect(http, checked_options(retries, headers, total_timeout))

    def _connect(self, http: httpx.Client, options: Options) -> None:
        self._owns_http = self._made_http
        self._connection = Connection(http)
        if self._owns_http:
            call_in_child(self._connection, partial(_reopen, self.session))
        self._own_caller = SyncCaller(self._connection, self.session.base_url, options)
        super().__init__(self._own_caller)

    def __getstate__(self) -> State:
        return _state_of(self, self._own_caller.options, made_http=self._made_http)

    def __setstate__(self, state: State) -> None:
        attributes, settings, cookies, options = state
        vars(self).update(attributes)
        self._connect(_set_up(_open(self.session), self.session, settings, cookies), options)

    @classmethod
    def from_env(cls, **options: Unpack[ClientOptions]) -> Self:
        """Create a client from environment variables such as `AFRESH_BASE_URL`.

        `python -m afresh --help` lists the variables. If neither the environment nor the store has tokens, the client
        signs in with the credentials of the environment or the options. Without any of these it is returned signed out,
        for operations that need no token.

        Args:
            options: The arguments of the class. They take precedence over the environment. With `session`, only the
                timeout and the retries are read from the environment.

        Raises:
            ConfigurationError: A variable is missing or not valid, or two contradict each other.
            APIError: The credentials were refused, or the server failed.
            TransportError: The sign-in got no response.
            StoreError: The store cannot be read, locked or written.
        """
        from ._environment import completed  # noqa: PLC0415 - seldom needed

        complete, body = completed(options)
        client = cls(**complete)
        if client.tokens is None and (body is not None or _can_sign_in(client.session, options)):
            client.session.ensure_login(body)
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client with {self.session!r}>"

    def close(self) -> None:
        """Close the connections of the client. The tokens are kept, and a refresh in progress is completed.

        A given `http_client` is not closed.
        """
        if self._owns_http:
            self.http.close()

    @property
    def session(self) -> Session:
        """The session, which other clients can share."""
        return self._session

    @property
    def http(self) -> httpx.Client:
        """The authenticated `httpx.Client`, for requests that the API's description does not cover."""
        return self._connection.http

    @property
    def tokens(self) -> Tokens | None:
        """The tokens of the session; None when signed out."""
        return self.session.tokens

    @property
    def api(self) -> AuthenticatedClient:
        """The generated client on the same `httpx.Client`, for use with the generated functions."""
        return AuthenticatedClient(str(self.session.base_url), token="").set_httpx_client(self.http)

    def with_options(
        self,
        *,
        timeout: httpx.Timeout | float | None = None,
        retries: int | None = None,
        total_timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Self:
        """Return a view of this client with other options. An option that is None is left unchanged.

        The view shares the session and the connections of this client. Closing the view has no effect.

        Args:
            timeout: The timeout of a request, as seconds or an `httpx.Timeout`.
            retries: The maximum number of retries: see `Client`.
            total_timeout: The time limit of a call with all that belongs to it: see `Client`.
            headers: Headers to send with each request, in addition to those of this client. They override the headers
                that the SDK sets (`Accept`, `Content-Type`, `User-Agent`), but not the arguments of a method. A request
                with an `Authorization` header of yours is sent without a token, and causes no refresh.
            idempotency_key: A key by which the server recognizes a repeated call. It is sent in the header that the
                API's description names, or else in `Idempotency-Key`. With it, calls with any method are retried. Use
                a new key for each call.
            query: Fields to add to the query, which the API's description lacks. A list has its name once for each
                item. The arguments of a method override them, and those in `body`.
            body: Fields to add to the body, which must be a JSON object or a form, or missing.

        Raises:
            InvalidArgument: An option has the wrong type, or cannot be sent.
        """
        changes = {"timeout": timeout, "retries": retries, "headers": headers, "idempotency_key": idempotency_key}
        more = {"total_timeout": total_timeout, "query": query, "body": body}
        return _view(self, self._own_caller.with_options(**changes, **more))

    def login(self, body: RequestModel | PersonGrant | None = None) -> Tokens:
        """Sign in: see `Session.login`."""
        return self.session.login(body)

    def authorization_url(self, *, redirect_uri: str, **options: Unpack[AuthorizationOptions]) -> AuthorizationRequest:
        """Begin to sign in by a browser, in a web application: see `Session.authorization_url`."""
        return self.session.authorization_url(redirect_uri=redirect_uri, **options)

    def exchange(self, callback_url: str, request: AuthorizationRequest) -> Tokens:
        """Sign in with what the browser came back with: see `Session.exchange`."""
        return self.session.exchange(callback_url, request)

    def logout(self) -> None:
        """Sign out: see `Session.logout`."""
        self.session.logout()


class AsyncClient(AsyncResources):
    """The asynchronous client, for asyncio and trio. Use it like `Client`, with `await`, `async for` and `async with`.

    A client can be shared between tasks, and between event loops, each of which has its own connections. The arguments
    and errors are those of `Client`, except that `http_client` is an `httpx.AsyncClient`, and can be used in one event
    loop only, and that there is `transport`.

    Args:
        transport: What carries the requests: httpx's own connections, or those of aiohttp, which take less time for
            many calls at once. `"aiohttp"` needs aiohttp (`pip install 'afresh-sdk[aiohttp]'`), and asyncio. For an
            `http_client`, see `AiohttpTransport`.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        session: Session | None = None,
        store: TokenStore | None = None,
        tokens: Tokens | None = None,
        refresh_token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        client_key: ClientKey | None = None,
        credentials: Credentials | None = None,
        timeout: httpx.Timeout | float | None = None,
        retries: int = RETRIES,
        headers: Mapping[str, str] | None = None,
        total_timeout: float | None = None,
        on_session_end: Callable[[SessionExpired], object] | None = None,
        http_client: httpx.AsyncClient | None = None,
        transport: TransportName = "httpx",
        token_client: Callable[..., httpx.Client] | None = None,
        allow_http: str | Iterable[str] | None = None,
        keys: Keys | None = None,
    ) -> None:
        self._session: Final = _session(
            base_url,
            session,
            http_client,
            store=store,
            tokens=tokens,
            refresh_token=refresh_token,
            client_id=client_id,
            client_secret=client_secret,
            client_key=client_key,
            credentials=credentials,
            on_session_end=on_session_end,
            token_client=token_client,
            allow_http=allow_http,
            keys=keys,
        )
        self._made_http: Final = http_client is None
        self._transport: Final = _checked(transport, http_client)
        http = _open_async(self.session, transport) if http_client is None else http_client
        _prepare(http, self.session, timeout, serves_others=not self._made_http)
        self._connect(http, checked_options(retries, headers, total_timeout))

    def _connect(self, http: httpx.AsyncClient, options: Options) -> None:
        self._owns_http = self._made_http
        self._http = http
        self._own_caller = AsyncCaller(http, self.session.base_url, options)
        super().__init__(self._own_caller)

    def __getstate__(self) -> State:
        return _state_of(self, self._own_caller.options, made_http=self._made_http)

    def __setstate__(self, state: State) -> None:
        attributes, settings, cookies, options = state
        vars(self).update(attributes)
        self._connect(_set_up(_open_async(self.session, self._transport), self.session, settings, cookies), options)

    @classmethod
    async def from_env(cls, **options: Unpack[AsyncClientOptions]) -> Self:
        """Create a client from environment variables: see `Client.from_env`.

        This is a coroutine because it may sign in. Use it as `async with await AsyncClient.from_env() as api:`.
        """
        from ._environment import completed  # noqa: PLC0415 - seldom needed

        complete, body = completed(options)
        client = cls(**complete)
        if client.tokens is None and (body is not None or _can_sign_in(client.session, options)):
            await to_thread.run_sync(client.session.ensure_login, body)
        return client

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<AsyncClient with {self.session!r}>"

    async def aclose(self) -> None:
        """Close the connections of the client. The tokens are kept, and a refresh in progress is completed.

        A given `http_client` is not closed.
        """
        if self._owns_http:
            await self.http.aclose()

    @property
    def session(self) -> Session:
        """The session, which other clients can share."""
        return self._session

    @property
    def http(self) -> httpx.AsyncClient:
        """The authenticated `httpx.AsyncClient`, for requests that the API's description does not cover."""
        return self._http

    @property
    def tokens(self) -> Tokens | None:
        """The tokens of the session; None when signed out."""
        return self.session.tokens

    @cached_property
    def api(self) -> AuthenticatedClient:
        """The generated client on the same `httpx.AsyncClient`, for use with the generated functions."""
        return AuthenticatedClient(str(self.session.base_url), token="").set_async_httpx_client(self.http)

    def with_options(
        self,
        *,
        timeout: httpx.Timeout | float | None = None,
        retries: int | None = None,
        total_timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Self:
        """Return a view of this client with other options: see `Client.with_options`."""
        changes = {"timeout": timeout, "retries": retries, "headers": headers, "idempotency_key": idempotency_key}
        more = {"total_timeout": total_timeout, "query": query, "body": body}
        return _view(self, self._own_caller.with_options(**changes, **more))

    async def login(self, body: RequestModel | PersonGrant | None = None) -> Tokens:
        """Sign in: see `Session.login`.

        If cancelled, it no longer waits for a person to sign in. A call that signs in is waited for all the same.
        """
        return await self.session.login_async(body)

    async def authorization_url(
        self, *, redirect_uri: str, **options: Unpack[AuthorizationOptions]
    ) -> AuthorizationRequest:
        """Begin to sign in by a browser, in a web application: see `Session.authorization_url`."""
        return await to_thread.run_sync(partial(self.session.authorization_url, redirect_uri=redirect_uri, **options))

    async def exchange(self, callback_url: str, request: AuthorizationRequest) -> Tokens:
        """Sign in with what the browser came back with: see `Session.exchange`. If cancelled, it still completes."""
        return await to_thread.run_sync(self.session.exchange, callback_url, request)

    async def logout(self) -> None:
        """Sign out: see `Session.logout`. If cancelled, it still waits for the sign-out to complete."""
        await to_thread.run_sync(self.session.logout)


def _view(client: ClientT, caller: SyncCaller | AsyncCaller) -> ClientT:
    """Copy a client, with another caller."""
    view = object.__new__(type(client))
    vars(view).update(_own_attributes(client))
    vars(view).update(_caller=caller, _own_caller=caller, _owns_http=False)
    return view


def _own_attributes(client: Client | AsyncClient) -> dict[str, Any]:
    """Return the attributes of a client without cached resources, which refer to its caller."""
    members = [member for base in type(client).__mro__ for member in vars(base).items()]
    cached = {name for name, member in members if isinstance(member, cached_property)}
    return {name: value for name, value in vars(client).items() if name not in cached}


def _state_of(client: Client | AsyncClient, options: Options, *, made_http: bool) -> State:
    """Return what a copy of a client, or a pickled one, takes along: all but its connections.

    Raises:
        ConfigurationError: The client has an `http_client` or hooks, which may hold what cannot be copied.
    """
    if not made_http:
        raise ConfigurationError(
            "a client with its own http_client cannot be copied or pickled: make another client with another "
            "http_client, and share or copy the session, for example Client(session=copy.deepcopy(api.session), …)"
        )
    if any(hook not in {send_keys, send_keys_async} for hooks in client.http.event_hooks.values() for hook in hooks):
        raise ConfigurationError(
            "a client whose `http` has event_hooks cannot be copied or pickled: remove the hooks first, and add them "
            "to the copy"
        )
    attributes = {name: value for name, value in _own_attributes(client).items() if name not in CONNECTED}
    settings = {name: getattr(client.http, name) for name in ("follow_redirects", "headers", "params", "timeout")}
    return attributes, settings, list(client.http.cookies.jar), options


def _set_up(http: HttpT, session: Session, settings: Mapping[str, Any], cookies: Iterable[Cookie]) -> HttpT:
    for name, value in settings.items():
        setattr(http, name, value)
    for cookie in cookies:
        http.cookies.jar.set_cookie(cookie)
    _prepare(http, session, None, serves_others=False)
    return http


def _open(session: Session) -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, limits=LIMITS, **client_arguments(session.base_url))


def _open_async(session: Session, transport: TransportName) -> httpx.AsyncClient:
    arguments = client_arguments(session.base_url)
    return httpx.AsyncClient(timeout=TIMEOUT, transport=loop_transport(transport, arguments), **arguments)


def _checked(transport: TransportName, http_client: httpx.AsyncClient | None) -> TransportName:
    if transport not in get_args(TransportName):
        raise ConfigurationError(
            f"transport is {' or '.join(map(repr, get_args(TransportName)))}, not {transport!r}: give a transport of "
            "your own in http_client=httpx.AsyncClient(transport=…)"
        )
    if transport != "httpx" and http_client is not None:
        raise ConfigurationError(
            "http_client has its own transport: give it to that, as "
            "http_client=httpx.AsyncClient(transport=AiohttpTransport()), or leave `transport` out"
        )
    return transport


def _reopen(session: Session, connection: Connection) -> None:
    http = _open(session)
    for name in SETTINGS:
        setattr(http, name, getattr(connection.http, name))
    _keep_tokens_from_jar(http, session)  # the jar is a copy of the other
    connection.http = http


def _keep_tokens_from_jar(http: httpx.Client | httpx.AsyncClient, session: Session) -> None:
    keep_from_jar(http.cookies.jar, session.named_places, session.base_url.host)


def _can_sign_in(session: Session, options: Mapping[str, Any]) -> bool:
    """Whether a new session has the credentials to sign in by itself. A given session is left to its owner."""
    return session.keeps_credentials and options.get("session") is None


def _session(
    base_url: str | None, session: Session | None, http: httpx.Client | httpx.AsyncClient | None, **options: Any
) -> Session:
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    if session is None:
        base_url = base_url or DEFAULT_BASE_URL
        if not base_url:
            raise ConfigurationError("there is no base URL: give base_url, or a session")
        in_process = in_process_client(http)
        if in_process is not None:
            given = {"token_client": in_process, "allow_http": parse_base_url(base_url).host, **given}
        return Session(base_url, **given)
    if base_url is not None or given:
        raise ConfigurationError(
            f"the session has its own base_url, {', '.join(list(options)[:-1])} and {list(options)[-1]}: "
            "give these to Session(…) instead"
        )
    return session


def _prepare(
    http: httpx.Client | httpx.AsyncClient,
    session: Session,
    timeout: httpx.Timeout | float | None,
    *,
    serves_others: bool,
) -> None:
    has_own_auth = http.auth is not None
    needs_ours = LIFECYCLE is not None or session.tokens is not None or session.keys.values
    if has_own_auth and (needs_ours or isinstance(http.auth, TokenAuth)):
        raise ConfigurationError(
            "http_client has its own auth, which the session's auth would replace: give an http_client without auth, "
            "or, where the API has no token lifecycle, neither tokens nor keys"
        )
    is_token_there = session.carrier is None or session.carrier.is_authorization
    if "Authorization" in http.headers and is_token_there and (LIFECYCLE is not None or session.tokens is not None):
        raise ConfigurationError(
            "http_client has its own Authorization header, which would be sent in place of the tokens: remove it"
        )
    if http.headers["User-Agent"].startswith(f"python-{NAME}/"):
        http.headers["User-Agent"] = user_agent()
    if not has_own_auth:
        http.auth = TokenAuth(session, serves_others=serves_others, has_hook=True)
        if HAS_KEYS or session.carrier is not None:
            send: Any = send_keys_async if isinstance(http, httpx.AsyncClient) else send_keys
            http.event_hooks["request"].append(send)
    _keep_tokens_from_jar(http, session)
    http.base_url = session.base_url
    put_off_response_hooks(http)
    if timeout is not None:
        check_timeout(timeout)
        http.timeout = httpx.Timeout(timeout)
