"""What a store, a log, a callback or another process may do to a session, and what must hold all the same."""

from __future__ import annotations

import logging
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
from attrs import evolve

from afresh import (
    AsyncClient,
    Client,
    ConfigurationError,
    MemoryStore,
    RefreshUnavailable,
    Session,
    SessionExpired,
    StoreError,
    Tokens,
    TransportError,
)
from afresh._session.token_calls.sending import token_client
from afresh_api.lifecycle import LIFECYCLE, Placement
from afresh_api.models import Credentials
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.process import Sandbox

ADA = Credentials(username="ada", password="lovelace")
AT_ONCE = 5


class Raising(MemoryStore):
    """A store that raises what it is told to, in the part that it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.part, self.failure = "", BaseException()

    def load(self) -> Tokens | None:
        self._raise("load")
        return super().load()

    def save(self, tokens: Tokens | None) -> None:
        self._raise("save")
        super().save(tokens)

    @contextmanager
    def lock(self, timeout: float) -> Iterator[None]:
        self._raise("lock")
        with super().lock(timeout):
            yield
        self._raise("unlock")

    def _raise(self, part: str) -> None:
        if part == self.part:
            raise self.failure


FAILURES = [
    OSError("nfs"),
    TransportError("the store's own API"),
    StopIteration(),
    SystemExit(1),
    KeyboardInterrupt(),
    GeneratorExit(),
    BaseException("bare"),
]


def obtained_by_many(session: Session, rejected: Tokens) -> list[Tokens | BaseException | None]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        calls = [pool.submit(session.obtain, rejected=rejected) for _ in range(AT_ONCE)]
        return [call.exception() or call.result() for call in calls]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_whatever_unlocking_raises_the_renewed_tokens_are_used(sandbox: Sandbox, failure: BaseException) -> None:
    store = Raising()
    session = Session(sandbox.url, store=store)
    tokens = session.login(ADA)
    sandbox.control.revoke_access()
    store.part, store.failure = "unlock", failure
    assert set(obtained_by_many(session, tokens)) == {store.load()}
    assert sandbox.control.counters().refreshes == 1


@pytest.mark.parametrize("part", ["lock", "load", "save"])
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_whatever_a_store_raises_is_a_store_error_and_loses_nothing(
    sandbox: Sandbox, part: str, failure: BaseException
) -> None:
    store = Raising()
    session = Session(sandbox.url, store=store)
    tokens = session.login(ADA)
    sandbox.control.revoke_access()
    store.part, store.failure = part, failure
    with pytest.raises(StoreError, match=type(failure).__name__):
        session.obtain(rejected=tokens)
    store.part = ""
    kept = session.obtain()
    assert (kept == tokens) == (part != "save")
    assert session.obtain(rejected=tokens) == session.tokens
    assert sandbox.control.counters().reuses == 0


class Shy(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        raise RuntimeError(f"cannot filter {record.levelname}")


@pytest.fixture
def shy_log() -> Iterator[None]:
    log, shy = logging.getLogger("afresh"), Shy()
    level = log.level
    log.setLevel(logging.DEBUG)
    log.addFilter(shy)
    yield
    log.removeFilter(shy)
    log.setLevel(level)


@pytest.mark.usefixtures("shy_log")
@pytest.mark.parametrize("part", ["", "unlock", "save"])
def test_a_filter_of_the_log_that_raises_wakes_those_who_wait(
    sandbox: Sandbox, part: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Raising()
    session = Session(sandbox.url, store=store)
    tokens = session.login(ADA)
    sandbox.control.revoke_access()
    store.part, store.failure = part, OSError("nfs")
    results = {result if isinstance(result, Tokens) else type(result) for result in obtained_by_many(session, tokens)}
    if part == "save":  # who asks after the refresh gets the new tokens, from memory
        assert results - {session.tokens} == {StoreError}
    else:
        assert results == {store.load()}
    assert "cannot filter" in capfd.readouterr().err
    monkeypatch.setattr(logging, "raiseExceptions", False)
    store.part = ""
    session.logout()
    assert "cannot filter" not in capfd.readouterr().err


class Signing(logging.Handler):
    """A handler that ships records by the very session that they are about."""

    session: Session | None = None
    errors: list[Exception]

    def emit(self, _: logging.LogRecord) -> None:
        if self.session is not None:
            try:
                self.session.obtain(rejected=self.session.tokens)
            except ConfigurationError as error:
                self.errors.append(error)


INSIDE = "used by its own token store, credentials"


def from_store(url: str) -> Session:
    class Calling(MemoryStore):
        client: Client | None = None

        def load(self) -> Tokens | None:
            if self.client is not None:
                self.client.http.get("/me")
            return super().load()

    store = Calling()
    session = Session(url, store=store)
    session.login(ADA)
    store.client = Client(session=session)
    return session


def from_credentials(url: str) -> Session:
    session: Session

    def credentials() -> Credentials:
        session.obtain(rejected=session.tokens)
        return ADA

    session = Session(url, credentials=credentials, tokens=Tokens("old"))
    return session


def from_token_client(url: str) -> Session:
    def make(**options: Any) -> httpx.Client:
        if session.tokens:
            session.obtain(rejected=session.tokens)
        return token_client(**options)

    session = Session(url, token_client=make)
    session.login(ADA)
    return session


@pytest.mark.parametrize("made", [from_store, from_credentials, from_token_client])
def test_a_session_that_is_used_by_what_it_waits_for_says_so(sandbox: Sandbox, made: Callable[[str], Session]) -> None:
    session = made(sandbox.url)
    sandbox.control.revoke_access()
    with pytest.raises((StoreError, RefreshUnavailable), match=INSIDE):
        session.obtain(rejected=session.tokens)


@pytest.mark.parametrize("method", ["login", "logout", "sign_in"])
def test_a_store_that_signs_in_or_out_by_its_own_session_gets_an_error(sandbox: Sandbox, method: str) -> None:
    class Calling(MemoryStore):
        call: Callable[[], object] | None = None

        def load(self) -> Tokens | None:
            if self.call is not None:
                self.call()
            return super().load()

    store = Calling()
    session = Session(sandbox.url, store=store)
    tokens = session.login(ADA)
    arguments = {"login": (ADA,), "logout": (), "sign_in": (tokens,)}[method]
    store.call = lambda: getattr(session, method)(*arguments)
    with pytest.raises(StoreError, match=INSIDE):
        session.obtain(rejected=tokens)
    assert session.tokens == tokens


class Asking(MemoryStore):
    """A store that does something else first, once, when it is read."""

    ask: Callable[[], object] | None = None

    def load(self) -> Tokens | None:
        ask, self.ask = self.ask, None
        if ask is not None:
            ask()
        return super().load()


def test_a_store_may_use_another_session_but_not_its_own_by_way_of_that(sandbox: Sandbox) -> None:
    store, others_store = Asking(), Asking()
    session = Session(sandbox.url, store=store, refresh_timeout=10)
    other = Session(sandbox.url, store=others_store)
    tokens, others = session.login(ADA), other.login(ADA)
    store.ask = lambda: other.obtain(rejected=others)
    tokens, before = session.obtain(rejected=tokens), tokens
    assert tokens != before
    assert other.tokens != others

    store.ask = lambda: other.obtain(rejected=other.tokens)
    others_store.ask = lambda: session.obtain(rejected=tokens)
    with pytest.raises(StoreError, match=INSIDE):
        session.obtain(rejected=tokens)


def test_a_log_handler_that_uses_its_own_session_gets_an_error(sandbox: Sandbox) -> None:
    session = Session(sandbox.url)
    tokens = session.login(ADA)
    sandbox.control.revoke_access()
    handler, log = Signing(logging.INFO), logging.getLogger("afresh")
    handler.session, handler.errors = session, []
    level = log.level
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    try:
        assert session.obtain(rejected=tokens) != tokens
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
    assert INSIDE in str(handler.errors[0])


def test_work_that_a_store_has_left_behind_may_use_the_session(sandbox: Sandbox) -> None:
    go_on = threading.Event()
    results: list[Tokens] = []

    class Delegating(MemoryStore):
        thread: threading.Thread | None = None

        def save(self, tokens: Tokens | None) -> None:
            if self.thread is None and tokens is not None:
                self.thread = threading.Thread(target=copy_context().run, args=(self.use,))
                self.thread.start()
            super().save(tokens)

        def use(self) -> None:
            go_on.wait()
            results.append(session.obtain(rejected=session.tokens))

    store = Delegating()
    session = Session(sandbox.url, store=store)
    tokens = session.login(ADA)
    go_on.set()
    assert store.thread is not None
    store.thread.join()
    assert results == [session.tokens] != [tokens]


def test_a_refresh_runs_in_the_context_of_the_request_that_leads_it(sandbox: Sandbox) -> None:
    span: ContextVar[str] = ContextVar("span", default="none")
    parents: list[str] = []

    def make(**options: Any) -> httpx.Client:
        hooks = {"request": [lambda _: parents.append(span.get())]}
        return token_client(event_hooks=hooks, **options)

    session = Session(sandbox.url, token_client=make)
    tokens = session.login(ADA)
    span.set("the request")
    session.obtain(rejected=tokens)
    assert parents == ["none", "the request"]


def test_of_two_processes_that_start_with_one_refresh_token_none_writes_over_the_others_renewal(
    sandbox: Sandbox,
) -> None:
    given = Tokens("none-yet", Session(sandbox.url).login(ADA).refresh_token)
    has_looked, go_on = threading.Event(), threading.Event()

    class Late(MemoryStore):
        """What a process has that is held up between its look into the store and its lock."""

        def __init__(self, shared: MemoryStore) -> None:
            self.shared = shared

        def load(self) -> Tokens | None:
            return self.shared.load()

        def save(self, tokens: Tokens | None) -> None:
            self.shared.save(tokens)

        @contextmanager
        def lock(self, timeout: float) -> Iterator[None]:
            has_looked.set()
            go_on.wait()
            with self.shared.lock(timeout):
                yield

    store = MemoryStore()
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(Session, sandbox.url, store=Late(store), tokens=given)
        has_looked.wait()
        early = Session(sandbox.url, store=store, tokens=given)
        renewed = early.obtain(rejected=given)
        go_on.set()
        assert late.result().tokens == renewed == store.load()
    assert sandbox.control.counters().reuses == 0


def test_of_many_programs_that_start_with_the_same_credentials_one_signs_in(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFRESH_USERNAME", "ada")
    monkeypatch.setenv("AFRESH_PASSWORD", "lovelace")
    store, all_start = MemoryStore(), threading.Barrier(AT_ONCE)

    def start() -> Tokens | None:
        all_start.wait()
        with Client.from_env(base_url=sandbox.url, store=store) as api:
            return api.tokens

    with ThreadPoolExecutor(AT_ONCE) as pool:
        started = [pool.submit(start) for _ in range(AT_ONCE)]
        assert {future.result() for future in started} == {store.load()}
    assert sandbox.control.counters().logins == 1


def test_what_a_store_says_itself_is_said_as_it_is() -> None:
    store = Raising()
    store.part, store.failure = "load", StoreError("the vault is sealed")
    with pytest.raises(StoreError, match=r"^the vault is sealed$"):
        Session("https://api.example.com", store=store)


@pytest.mark.parametrize("part", ["lock", "load", "save"])
def test_a_sign_out_reaches_the_server_whatever_the_store_does(sandbox: Sandbox, part: str) -> None:
    store = Raising()
    session = Session(sandbox.url, store=store)
    tokens = session.login(ADA)
    store.part, store.failure = part, OSError("gone")
    with pytest.raises(StoreError, match="OSError: gone"):
        session.logout()
    assert session.tokens is None
    assert sandbox.control.counters().logouts == 1
    headers = {"Authorization": f"Bearer {tokens.access_token}"}
    assert httpx.get(f"{sandbox.url}/me", headers=headers).status_code == 401


def by_access_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the API signed out of with the access token, as its header."""
    assert LIFECYCLE is not None
    assert LIFECYCLE.logout is not None
    header = Placement("header", ("Authorization",), "Bearer $accessToken")
    logout = evolve(LIFECYCLE.logout, media_type=None, send=(header,))
    monkeypatch.setattr("afresh._session.session.LIFECYCLE", evolve(LIFECYCLE, logout=logout))


@pytest.mark.parametrize("is_known", [True, False], ids=["by the clock", "by the server alone"])
def test_a_sign_out_with_an_access_token_that_has_expired_renews_it_first(
    monkeypatch: pytest.MonkeyPatch, *, is_known: bool
) -> None:
    by_access_token(monkeypatch)

    def answer(asked: Asked) -> Answer:
        if asked.target == "/auth/refresh":
            return Answer(body={"data": {"accessToken": "new", "refreshToken": "r2", "expiresIn": 60}})
        return Answer(204 if asked.headers.get("authorization") == "Bearer new" else 401)

    tokens = Tokens.issued("old", refresh_token="r1", expires_in=1e-6 if is_known else None)
    with answering(answer) as server:
        session = Session(server.url, tokens=tokens)
        session.logout()
    targets = [asked.target for asked in server.asked]
    assert (
        targets == ["/auth/refresh", "/auth/logout"] if is_known else ["/auth/logout", "/auth/refresh", "/auth/logout"]
    )
    assert session.tokens is None


def answers_by_token(answer_for: dict[str, Answer], lives: list[float]) -> Callable[[Asked], Answer]:
    """Give each refresh tokens of the next life, and each other request what the number of its token has."""
    numbers = iter(range(2, 100))

    def answer(asked: Asked) -> Answer:
        if asked.target == "/auth/refresh":
            number = next(numbers)
            life = lives[min(number - 2, len(lives) - 1)]
            return Answer(body={"data": {"accessToken": f"a{number}", "refreshToken": f"r{number}", "expiresIn": life}})
        return answer_for.get(asked.headers["authorization"].removeprefix("Bearer "), Answer(401))

    return answer


def called(url: str, kind: str, times: int = 1) -> list[int]:
    """Call with a token that the server does not take, in one of two ways."""
    session = Session(url, tokens=Tokens("a1", "r1"))
    if kind == "sync":
        with Client(session=session) as api:
            return [api.http.get("/me").status_code for _ in range(times)]

    async def call() -> list[int]:
        async with AsyncClient(session=session) as api:
            return [(await api.http.get("/me")).status_code for _ in range(times)]

    return anyio.run(call)


KINDS = pytest.mark.parametrize("kind", ["sync", "async"])
NO_TIME = 1e-6


@KINDS
@pytest.mark.parametrize(
    ("lives", "status", "refreshes"),
    [
        ([NO_TIME, 60], 200, 2),
        ([NO_TIME, NO_TIME, 60], 200, 3),
        ([NO_TIME, NO_TIME, NO_TIME, 60], 401, 3),
        ([60, 60], 401, 1),
    ],
    ids=["once more", "twice more", "no more", "not where it is fresh"],
)
def test_a_retry_whose_token_has_outlived_its_life_on_the_way_is_made_again(
    kind: str, lives: list[float], status: int, refreshes: int
) -> None:
    good = {f"a{1 + len(lives)}": Answer(200)}
    with answering(answers_by_token(good, lives)) as server:
        assert called(server.url, kind) == [status]
    assert [asked.target for asked in server.asked].count("/auth/refresh") == refreshes


@KINDS
def test_a_server_that_rejects_fresh_tokens_costs_no_refresh_a_request(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afresh._session.state.FIRST_REJECTION_PAUSE", 3600)
    monkeypatch.setattr("afresh._session.state.LONGEST_REJECTION_PAUSE", 3600)
    with answering(answers_by_token({}, [900])) as server:
        assert called(server.url, kind, times=20) == [401] * 20
    assert [asked.target for asked in server.asked].count("/auth/refresh") == 1


def test_a_retry_that_is_accepted_lifts_the_brake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afresh._session.state.FIRST_REJECTION_PAUSE", 3600)
    rejected = {"/broken": True}
    answer = answers_by_token({"a2": Answer(200), "a3": Answer(200)}, [900])

    def picky(asked: Asked) -> Answer:
        return Answer(401) if rejected.get(asked.target) else answer(asked)

    with answering(picky) as server, Client(server.url, tokens=Tokens("a1", "r1")) as api:
        assert api.http.get("/broken").status_code == 401  # with a2, which is fresh
        assert api.http.get("/me").status_code == 200
        assert api.http.get("/broken").status_code == 401  # costs no refresh
        api.session.sign_in(Tokens("a9", "r9"))
        assert api.http.get("/me").status_code == 200  # by a3
    assert [asked.target for asked in server.asked].count("/auth/refresh") == 2


@KINDS
def test_after_a_retry_that_is_accepted_the_next_brake_is_as_short_as_the_first(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(ahead=0.0, perf_counter=time.perf_counter)
    clock.monotonic = lambda: time.monotonic() + clock.ahead
    monkeypatch.setattr("afresh._session.session.time", clock)
    monkeypatch.setattr("afresh._session.state.FIRST_REJECTION_PAUSE", 100)
    monkeypatch.setattr("afresh._session.state.LONGEST_REJECTION_PAUSE", 1000)
    answer = answers_by_token({"a3": Answer(200), "a5": Answer(200)}, [9000])

    def picky(asked: Asked) -> Answer:
        return Answer(401) if asked.target == "/broken" else answer(asked)

    with answering(picky) as server:
        session = Session(server.url, tokens=Tokens("a1", "r1"))

        def call(path: str) -> int:
            if kind == "sync":
                with Client(session=session) as api:
                    return api.http.get(path).status_code

            async def call_async() -> int:
                async with AsyncClient(session=session) as api:
                    return (await api.http.get(path)).status_code

            return anyio.run(call_async)

        for ahead in (0, 150):
            clock.ahead = float(ahead)
            assert call("/broken") == 401  # with fresh tokens
            assert call("/me") == 401  # costs no refresh
            clock.ahead += 149
            assert call("/me") == 200


@KINDS
def test_hooks_that_raise_on_a_401_see_only_the_last_of_three(kind: str) -> None:
    seen: list[int] = []

    def see(response: httpx.Response) -> None:
        seen.append(response.status_code)
        response.raise_for_status()

    async def see_async(response: httpx.Response) -> None:
        see(response)

    with answering(answers_by_token({"a3": Answer(200)}, [NO_TIME, 60])) as server:
        session = Session(server.url, tokens=Tokens("a1", "r1"))
        if kind == "sync":
            http = httpx.Client(event_hooks={"response": [see]})
            with Client(session=session, http_client=http) as api:
                assert api.http.get("/me").status_code == 200
            http.close()
        else:

            async def call() -> None:
                async with httpx.AsyncClient(event_hooks={"response": [see_async]}) as http:
                    api = AsyncClient(session=session, http_client=http)
                    assert (await api.http.get("/me")).status_code == 200

            anyio.run(call)
    assert seen == [200]


@KINDS
def test_a_request_whose_token_is_still_good_does_not_wait_for_its_renewal(kind: str) -> None:
    is_called, asked_for = threading.Event(), threading.Event()

    def answer(asked: Asked) -> Answer:
        if asked.target == "/auth/refresh":
            asked_for.set()
            is_called.wait()  # the answer to the request comes first
            return Answer(body={"data": {"accessToken": "new", "refreshToken": "r2", "expiresIn": 900}})
        return Answer(200 if asked.headers["authorization"] == "Bearer good" else 401)

    tokens = Tokens.issued("good", refresh_token="r1", expires_in=900)
    tokens = evolve(tokens, expires_at=datetime.now(UTC) + timedelta(seconds=29))
    with answering(answer) as server:
        session = Session(server.url, tokens=tokens)
        if kind == "sync":
            with Client(session=session) as api:
                assert api.http.get("/me").status_code == 200
        else:

            async def call() -> None:
                async with AsyncClient(session=session) as api:
                    assert (await api.http.get("/me")).status_code == 200

            anyio.run(call)
        asked_for.wait()
        is_called.set()
        while session.tokens == tokens:
            pass
        assert session.tokens is not None
        assert session.tokens.access_token == "new"


def test_a_request_that_cannot_be_sent_again_waits_for_the_renewal() -> None:
    """Since a renewal may end the life of the token that it would go out with."""
    targets: list[tuple[str, str]] = []

    def answer(asked: Asked) -> Answer:
        targets.append((asked.target, asked.headers.get("authorization", "")))
        return Answer(body={"data": {"accessToken": "new", "refreshToken": "r2", "expiresIn": 900}})

    tokens = Tokens.issued("good", refresh_token="r1", expires_in=900)
    tokens = evolve(tokens, expires_at=datetime.now(UTC) + timedelta(seconds=29))
    with answering(answer) as server, Client(server.url, tokens=tokens) as api:
        api.http.post("/upload", content=iter([b"once"]))
    assert targets == [("/auth/refresh", ""), ("/upload", "Bearer new")]


def test_a_session_that_ends_tells_it_and_wakes_all_whatever_the_callback_raises(sandbox: Sandbox) -> None:
    session = Session(sandbox.url, on_session_end=lambda _: sys.exit(1))
    tokens = session.login(ADA)
    sandbox.control.end_sessions()
    assert {type(result) for result in obtained_by_many(session, tokens)} == {SessionExpired}
