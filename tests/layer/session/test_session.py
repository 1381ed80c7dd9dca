"""`Session`: signing in and out, failed refreshes, stores that misbehave."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from anyio import NoEventLoopError

from afresh import (
    AuthError,
    Client,
    ConfigurationError,
    MemoryStore,
    NotSignedIn,
    RefreshUnavailable,
    ServerError,
    Session,
    SessionExpired,
    StoreError,
    Tokens,
    TransportError,
    Unauthorized,
)
from afresh._session.steps import Renewed
from afresh._session.store_access import StoreAccess
from afresh._session.threads import thread_waiter
from afresh_api.models import Credentials
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.process import Sandbox

ADA = Credentials(username="ada", password="lovelace")


class FragileStore(MemoryStore):
    """A user's own store, in which any part can break."""

    broken = ""
    kind: type[BaseException] = ConnectionResetError

    def load(self) -> Tokens | None:
        self._break("load")
        return super().load()

    def save(self, tokens: Tokens | None) -> None:
        self._break("save")
        super().save(tokens)

    @contextmanager
    def lock(self, timeout: float) -> Iterator[None]:
        self._break("lock")
        with super().lock(timeout):
            yield
        self._break("unlock")

    def _break(self, part: str) -> None:
        if part in self.broken.split():
            raise self.kind(f"{part} is broken")


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def signed_in(sandbox: Sandbox, store: MemoryStore | None = None) -> tuple[Session, Tokens]:
    session = Session(sandbox.url, store=store)
    return session, session.login(ADA)


def test_signing_in_and_out(sandbox: Sandbox) -> None:
    store = MemoryStore()
    session = Session(sandbox.url, store=store)
    assert session.tokens is None
    with pytest.raises(NotSignedIn, match=r"login\(\)"):
        session.obtain()
    tokens = session.login(ADA)
    assert session.tokens == store.load() == session.obtain() == tokens
    assert tokens.expires_in == 900
    session.logout()
    assert session.tokens is store.load() is None
    with pytest.raises(NotSignedIn, match="signed out"):
        session.obtain()
    assert sandbox.control.counters().logouts == 1
    assert httpx.get(f"{sandbox.url}/me", headers={"Authorization": f"Bearer {tokens.access_token}"}).status_code == 401


def test_an_api_that_does_not_say_how_to_refresh_leaves_the_401_to_the_caller(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afresh._session.session.LIFECYCLE", None)
    tokens = Tokens("by-hand", "r1")
    session = Session(sandbox.url, tokens=tokens)
    assert session.obtain(rejected=tokens) == tokens
    session.logout()
    assert session.tokens is None


def test_signing_out_when_nobody_is_signed_in_asks_nobody(sandbox: Sandbox) -> None:
    Session(sandbox.url).logout()
    assert sandbox.control.counters().requests == 0


def test_a_wrong_password_is_unauthorized_and_keeps_the_session_that_was_there(sandbox: Sandbox) -> None:
    session, tokens = signed_in(sandbox)
    with pytest.raises(Unauthorized) as caught:
        session.login(Credentials(username="ada", password="wrong"))
    assert caught.value.status_code == 401
    assert caught.value.request_id
    assert f"POST {sandbox.url}/auth/login" in str(caught.value)
    assert session.tokens == tokens


def test_tokens_given_by_hand_start_an_empty_store_and_no_other(sandbox: Sandbox) -> None:
    by_hand, newer = Tokens("by-hand", "r1"), Tokens("newer", "r2")
    store = MemoryStore()
    assert Session(sandbox.url, store=store, tokens=by_hand).tokens == store.load() == by_hand
    # The ones that the program was given once are long spent when it starts again.
    assert Session(sandbox.url, store=MemoryStore(newer), tokens=by_hand).tokens == newer


def test_a_refresh_token_to_start_with_is_exchanged_before_the_first_request(sandbox: Sandbox) -> None:
    _, tokens = signed_in(sandbox)
    assert tokens.refresh_token
    assert (Tokens.to_renew(tokens.refresh_token).remaining() or 0) < 0
    with Client(sandbox.url, refresh_token=tokens.refresh_token) as api:
        assert api.users.me().username == "ada"
    counters = sandbox.control.counters()
    assert (counters.by_operation["POST /auth/refresh"], counters.unauthorized) == (1, 0)


def test_a_refresh_token_that_cannot_be_one_is_told() -> None:
    with pytest.raises(ConfigurationError, match="refresh_token must be a string of printable ASCII characters"):
        Client("https://api.example.com", refresh_token="line\nbreak")
    with pytest.raises(ConfigurationError, match="only one can apply"):
        Client("https://api.example.com", refresh_token="r", tokens=Tokens("a"))


def test_a_session_shows_no_token(sandbox: Sandbox) -> None:
    session, tokens = signed_in(sandbox)
    assert repr(session) == f"<Session of {sandbox.url}, signed in>"
    session.logout()
    assert repr(session) == f"<Session of {sandbox.url}, signed out>"
    assert tokens.access_token not in repr(tokens)
    assert str(tokens.refresh_token) not in repr(tokens)


@pytest.mark.parametrize(
    ("base_url", "message"),
    [
        ("http://api.example.com", "plain http to api.example.com"),
        ("http://10.1.2.3:8000", "plain http to 10.1.2.3"),
        ("http://localhost.example.com", "plain http to localhost.example.com"),
        ("ftp://api.example.com", "must start with https://"),
        ("api.example.com", "must start with https://"),
        ("https://", "name a host"),
        ("https://ada:secret@api.example.com", "not have a user name, password"),
        ("ftp://ada:secret@api.example.com", "not have a user name, password"),
        ("https://api.example.com?token=secret", "not have a user name, password, query"),
        ("https://api.example.com:port", "cannot be read"),
        ("https://api.example.com:70000", "the highest port is 65535"),
    ],
)
def test_a_base_url_that_tokens_must_not_go_to_is_refused(base_url: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        Session(base_url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "base_url", ["https://api.example.com/v1", "http://localhost:1", "http://[::1]:1", "http://127.9.9.9"]
)
def test_a_base_url_that_keeps_tokens_secret_is_taken(base_url: str) -> None:
    assert Session(base_url).tokens is None


def test_an_unreachable_host_is_a_transport_error_that_names_it(unused_port: int) -> None:
    with pytest.raises(TransportError, match=f"127.0.0.1:{unused_port} could not be reached") as caught:
        Session(f"http://127.0.0.1:{unused_port}").login(ADA)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def rejected(sandbox: Sandbox, session: Session, tokens: Tokens) -> Tokens:
    sandbox.control.revoke_access()
    return session.obtain(rejected=tokens)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("status", {"status": 500}),
        ("status", {"status": 429, "retry_after": 30}),
        ("html", {"status": 403}),
    ],
    ids=["500", "429", "403-html"],
)
def test_a_refresh_that_fails_keeps_the_session_and_pauses(
    sandbox: Sandbox, kind: str, options: dict[str, int]
) -> None:
    ended: list[SessionExpired] = []
    session = Session(sandbox.url, on_session_end=ended.append)
    tokens = session.login(ADA)
    sandbox.control.fault("POST /auth/refresh", kind, **options)  # type: ignore[arg-type]
    for _ in range(3):
        with pytest.raises(RefreshUnavailable, match="a later request tries again") as caught:
            rejected(sandbox, session, tokens)
        assert caught.value.status_code == options["status"]
        assert caught.value.retry_after == options.get("retry_after")
    assert sandbox.control.counters().refreshes == 1
    assert session.tokens == session.obtain() == tokens
    assert not ended


def test_after_the_pause_the_refresh_is_tried_again(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afresh._session.token_calls.endpoint.BACKOFF", 0)
    session, tokens = signed_in(sandbox)
    sandbox.control.fault("POST /auth/refresh", "status", status=503)
    with pytest.raises(RefreshUnavailable):
        rejected(sandbox, session, tokens)
    assert rejected(sandbox, session, tokens) != tokens


def test_a_server_that_is_gone_does_not_end_the_session() -> None:
    with answering(lambda _: Answer()) as server:
        url = server.url
    tokens = Tokens("old", "r1")
    session = Session(url, tokens=tokens)
    with pytest.raises(RefreshUnavailable, match="could not be reached"):
        session.obtain(rejected=tokens)
    assert session.tokens == tokens


@pytest.mark.parametrize(("times", "refreshes"), [(1, 2), (2, 2)], ids=["once", "twice"])
def test_an_answer_that_is_lost_is_asked_for_once_more(sandbox: Sandbox, times: int, refreshes: int) -> None:
    sandbox.control.settings(grace=30)
    session, tokens = signed_in(sandbox)
    sandbox.control.fault("POST /auth/refresh", "lose_answer", times=times)
    if times == 1:
        assert rejected(sandbox, session, tokens) != tokens
    else:
        with pytest.raises(RefreshUnavailable):
            rejected(sandbox, session, tokens)
    assert sandbox.control.counters().refreshes == refreshes


def test_a_refresh_ahead_of_expiry_that_fails_goes_on_with_the_tokens_there_are(sandbox: Sandbox) -> None:
    store = MemoryStore()
    tokens = Session(sandbox.url, store=store).login(ADA)
    nearly_over = Tokens.issued(tokens.access_token, refresh_token=tokens.refresh_token, expires_in=0.001)
    store.save(nearly_over)
    sandbox.control.fault("POST /auth/refresh", "status", status=503)
    assert Session(sandbox.url, store=store).obtain() == nearly_over


def test_a_session_that_another_process_signed_out_of_has_ended(sandbox: Sandbox) -> None:
    store = MemoryStore()
    session, tokens = signed_in(sandbox, store)
    Session(sandbox.url, store=store).logout()
    with pytest.raises(SessionExpired, match="another process that shares the store"):
        rejected(sandbox, session, tokens)
    assert sandbox.control.counters().refreshes == 0


def test_tokens_that_another_process_has_renewed_are_adopted(sandbox: Sandbox) -> None:
    store = MemoryStore()
    session, tokens = signed_in(sandbox, store)
    renewed = rejected(sandbox, Session(sandbox.url, store=store), tokens)
    assert session.obtain(rejected=tokens) == renewed
    assert sandbox.control.counters().refreshes == 1


def test_a_callback_that_fails_harms_nobody(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    def fail(error: SessionExpired) -> None:
        raise RuntimeError(f"cannot show {type(error).__name__}")

    session = Session(sandbox.url, on_session_end=fail)
    tokens = session.login(ADA)
    sandbox.control.end_sessions()
    with pytest.raises(SessionExpired):
        session.obtain(rejected=tokens)
    assert "on_session_end failed" in caplog.text


def test_the_callback_may_sign_in_again(sandbox: Sandbox) -> None:
    renewed: list[Tokens] = []
    session = Session(sandbox.url, on_session_end=lambda _: renewed.append(session.login(ADA)))
    tokens = session.login(ADA)
    sandbox.control.end_sessions()
    with pytest.raises(SessionExpired):
        session.obtain(rejected=tokens)
    assert session.obtain() == renewed[0]


@pytest.mark.parametrize("part", ["load", "save", "lock"])
def test_a_store_that_breaks_at_sign_in_is_a_store_error(sandbox: Sandbox, part: str) -> None:
    store = FragileStore()
    session = Session(sandbox.url, store=store)
    store.broken = part
    if part == "load":
        with pytest.raises(StoreError, match=r"FragileStore\) could not be read: ConnectionResetError: load is broken"):
            Session(sandbox.url, store=store)
    else:
        with pytest.raises(StoreError, match=f"{part} is broken"):
            session.login(ADA)
        # Without the lock nobody is signed in; what the store does not take is used from memory.
        logins = 1 if part == "save" else 0
        assert (sandbox.control.counters().logins, session.tokens is not None) == (logins, bool(logins))


@pytest.mark.parametrize(("part", "refreshes"), [("load", 0), ("lock", 0), ("save", 1)])
def test_a_store_that_breaks_during_a_refresh_leaves_usable_tokens_in_memory(
    sandbox: Sandbox, part: str, refreshes: int, caplog: pytest.LogCaptureFixture
) -> None:
    store = FragileStore()
    session, tokens = signed_in(sandbox, store)
    store.broken = part
    with pytest.raises(StoreError, match=f"{part} is broken"):
        rejected(sandbox, session, tokens)
    assert sandbox.control.counters().refreshes == refreshes
    assert f"{part} is broken" in caplog.text
    left = session.obtain()
    assert (left == tokens) == (part != "save")  # the rotated tokens are not lost because the disk is full
    store.broken = ""
    assert rejected(sandbox, session, left) == session.tokens == store.load()
    assert sandbox.control.counters().reuses == 0


@pytest.mark.parametrize("broken", ["save", "load save"])
def test_a_sign_in_that_the_store_does_not_take_goes_on_in_memory(sandbox: Sandbox, broken: str) -> None:
    store = FragileStore()
    session, before = signed_in(sandbox, store)
    store.broken = broken
    with pytest.raises(StoreError, match="save is broken"):
        session.login(ADA)
    tokens = session.obtain()
    assert tokens != before == MemoryStore.load(store)
    store.broken = ""
    assert rejected(sandbox, session, tokens) == session.tokens == store.load()
    assert sandbox.control.counters().reuses == 0


def test_a_lock_that_cannot_be_let_go_costs_nothing(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    store = FragileStore()
    session, tokens = signed_in(sandbox, store)
    store.broken = "unlock"
    assert rejected(sandbox, session, tokens) == store.load()
    assert "could not be unlocked" in caplog.text


def test_a_lock_held_elsewhere_means_no_refresh(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afresh._session.session.StoreAccess", lambda store, _: StoreAccess(store, 0.01))
    store = MemoryStore()
    session, tokens = signed_in(sandbox, store)
    with store.lock(1), pytest.raises(StoreError, match="another thread held the lock"):
        session.obtain(rejected=tokens)
    assert sandbox.control.counters().refreshes == 0


def test_a_refresh_that_is_under_way_is_awaited_at_the_exit_of_the_process(sandbox: Sandbox) -> None:
    session, tokens = signed_in(sandbox)
    sandbox.control.fault("POST /auth/refresh", "hold_answer")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(session.obtain, rejected=tokens)
        sandbox.control.wait_held("POST /auth/refresh")
        daemons = {thread.name: thread.daemon for thread in threading.enumerate()}
        sandbox.control.release()
        assert waiting.result() != tokens
    assert daemons["afresh-refresh-guard"] is False


def test_a_thread_that_cannot_be_started_wakes_those_who_wait(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, tokens = signed_in(sandbox)

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RefreshUnavailable, match="can't start new thread"):
        session.obtain(rejected=tokens)
    monkeypatch.undo()
    assert session.obtain(rejected=tokens) != tokens


def test_a_bug_in_the_refresh_wakes_those_who_wait(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session, tokens = signed_in(sandbox)
    monkeypatch.setattr("afresh._session.token_calls.endpoint.TokenEndpoint.refresh", lambda *_, **__: 1 / 0)
    with pytest.raises(RefreshUnavailable, match="unexpectedly"):
        session.obtain(rejected=tokens)
    assert "ZeroDivisionError" in caplog.text
    assert session.tokens == tokens


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("part", ["lock", "load", "save"])
def test_a_store_that_ends_its_thread_wakes_those_who_wait(sandbox: Sandbox, part: str) -> None:
    store = FragileStore()
    store.kind = SystemExit
    session, tokens = signed_in(sandbox, store)
    store.broken = part
    with pytest.raises(StoreError, match=f"could not be used: SystemExit: {part} is broken"):
        session.obtain(rejected=tokens)
    assert (session.tokens == tokens) == (part != "save")  # what the server has rotated is used from memory


def test_a_log_filter_that_fails_wakes_those_who_wait(sandbox: Sandbox) -> None:
    session, tokens = signed_in(sandbox)

    def fail(record: logging.LogRecord) -> bool:
        if getattr(record, "event", "") == "refresh_ended":
            raise SystemExit
        return True

    log = logging.getLogger("afresh")
    log.addFilter(fail)
    try:
        assert session.obtain(rejected=tokens) != tokens
    finally:
        log.removeFilter(fail)


def test_a_sign_out_that_the_server_does_not_answer_forgets_the_tokens_all_the_same() -> None:
    with answering(lambda _: Answer(503, {"title": "Maintenance"})) as server:
        store = MemoryStore(Tokens("old", "r1"))
        session = Session(server.url, store=store)
        with pytest.raises(ServerError, match="Maintenance"):
            session.logout()
        assert session.tokens is store.load() is None
    store.save(Tokens("old", "r1"))
    session = Session(server.url, store=store)
    with pytest.raises(TransportError):
        session.logout()
    assert session.tokens is store.load() is None


def test_logs_tell_the_story_without_a_token(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        session, tokens = signed_in(sandbox)
        rejected(sandbox, session, tokens)
        session.logout()
    events = [getattr(record, "event", "") for record in caplog.records if record.name == "afresh"]
    assert events == ["signed_in", "refresh_started", "refresh_rotated", "refresh_ended", "signed_out"]
    issued = sandbox.control.issued()
    for token in (*issued.access, *issued.refresh):
        assert token not in caplog.text


def test_cookies_that_the_server_sets_decide_nothing() -> None:
    def setting_cookies(_: Asked) -> Answer:
        number = 1 + len(server.asked)
        tokens = {"accessToken": f"a{number}", "refreshToken": f"r{number}", "expiresIn": 60}
        return Answer(body={"data": tokens}, headers={"Set-Cookie": f"session={number}"})

    with answering(setting_cookies) as server:
        session = Session(server.url)
        session.obtain(rejected=session.login(ADA))
    assert "cookie" not in server.asked[1].headers


def test_what_a_store_gives_that_is_no_tokens_is_a_store_error(sandbox: Sandbox) -> None:
    class Careless(MemoryStore):
        def load(self) -> Tokens | None:
            return {"access_token": "a"}  # type: ignore[return-value]

    with pytest.raises(StoreError, match="returned dict instead of Tokens"):
        Session(sandbox.url, store=Careless())


def test_a_sign_in_is_not_undone_by_an_earlier_sign_out_that_waits(sandbox: Sandbox) -> None:
    store = MemoryStore()
    session, _ = signed_in(sandbox, store)
    with ThreadPoolExecutor(2) as pool:
        with store.lock(1):
            signing_out = pool.submit(session.logout)
            while session.tokens:
                pass
            session._replace(Renewed(again := Tokens("again", "r"), None))
            store.save(again)
        signing_out.result()
    assert session.tokens == store.load() == again


def test_a_callback_that_ends_the_program_wakes_those_who_wait(sandbox: Sandbox) -> None:
    session = Session(sandbox.url, on_session_end=lambda _: sys.exit("signed out"))
    tokens = session.login(ADA)
    sandbox.control.end_sessions()
    with pytest.raises(SessionExpired):
        session.obtain(rejected=tokens)


def test_a_leader_that_fails_before_it_starts_is_replaced_by_the_next_request(sandbox: Sandbox) -> None:
    session, tokens = signed_in(sandbox)
    outside_of_any_event_loop = session.obtain_async(rejected=tokens)
    with pytest.raises(NoEventLoopError):
        outside_of_any_event_loop.send(None)
    assert session.obtain(rejected=tokens) != tokens


def test_token_calls_go_through_a_client_of_the_users_making(sandbox: Sandbox) -> None:
    made: list[httpx.Client] = []

    def make(**options: Any) -> httpx.Client:
        made.append(httpx.Client(headers={"X-Team": "ours"}, **options))
        return made[-1]

    with Client(sandbox.url, token_client=make) as api:
        tokens = api.login(ADA)
        assert api.session.obtain(rejected=tokens) != tokens
    assert len(made) == 2
    assert all(client.is_closed for client in made)


def test_what_goes_to_this_machine_goes_through_no_proxy(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Client(sandbox.url) as api:
        api.login(ADA)
        assert api.users.me().username == "ada"


def refresh_events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [event for record in caplog.records if (event := vars(record).get("event", "")).startswith("refresh_")]


def refresh_end(caplog: pytest.LogCaptureFixture) -> logging.LogRecord:
    (ended,) = [record for record in caplog.records if vars(record).get("event") == "refresh_ended"]
    return ended


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_waiter_that_cannot_be_woken_keeps_no_other_waiting(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, tokens = signed_in(sandbox)
    all_wait = threading.Barrier(4)
    woken = threading.Semaphore(0)

    def wake() -> None:
        woken.release()
        raise RuntimeError("cannot be woken")

    def waiter() -> tuple[Callable[[], None], Callable[[float], object]]:
        return wake, lambda _: all_wait.wait()

    monkeypatch.setattr("afresh._session.session.thread_waiter", waiter)
    with ThreadPoolExecutor(3) as pool:
        sandbox.control.fault("POST /auth/refresh", "hold")
        waiting = [pool.submit(session.obtain, rejected=tokens) for _ in range(3)]
        all_wait.wait()
        sandbox.control.wait_held("POST /auth/refresh")
        sandbox.control.release()
        assert all(woken.acquire(timeout=30) for _ in range(3))
        for future in waiting:
            future.exception()


def test_the_end_of_a_refresh_is_told_with_how_many_waited_and_how_long(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    session, tokens = signed_in(sandbox)
    all_wait = threading.Barrier(4)

    def waiter() -> tuple[Callable[[], None], Callable[[float], object]]:
        wake, wait = thread_waiter()
        return wake, lambda seconds: (all_wait.wait(), wait(seconds))

    monkeypatch.setattr("afresh._session.session.thread_waiter", waiter)
    with ThreadPoolExecutor(3) as pool:
        sandbox.control.fault("POST /auth/refresh", "hold")
        waiting = [pool.submit(session.obtain, rejected=tokens) for _ in range(3)]
        all_wait.wait()
        sandbox.control.release()
        assert len({future.result() for future in waiting}) == 1
    ended = refresh_end(caplog)
    assert (vars(ended)["outcome"], vars(ended)["waiters"]) == ("renewed", 3)
    assert vars(ended)["duration"] > 0
    assert "outcome renewed, waiters 3" in ended.getMessage()
    events = [vars(record).get("event") for record in caplog.records]
    assert (events.count("refresh_started"), events.count("refresh_ended")) == (1, 1)


def test_a_refresh_that_a_sign_out_overtakes_is_told_as_such(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    session, tokens = signed_in(sandbox)
    sandbox.control.fault("POST /auth/refresh", "hold_answer")
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(session.obtain, rejected=tokens)
        sandbox.control.wait_held("POST /auth/refresh")
        leaving = pool.submit(session.logout)
        assert isinstance(waiting.exception(), NotSignedIn)
        sandbox.control.release()
        leaving.result()
    assert vars(refresh_end(caplog))["outcome"] == "overtaken"


def test_a_sign_out_during_a_refresh_revokes_what_the_refresh_gives() -> None:
    asked_for, go_on = threading.Event(), threading.Event()

    def answer(asked: Asked) -> Answer:
        if asked.target != "/auth/refresh":
            return Answer(204)
        asked_for.set()
        go_on.wait()
        return Answer(body={"data": {"accessToken": "a2", "refreshToken": "r2", "expiresIn": 60}})

    with answering(answer) as server, ThreadPoolExecutor(2) as pool:
        session = Session(server.url, tokens=Tokens("a1", "r1"))
        waiting = pool.submit(session.obtain, rejected=Tokens("a1", "r1"))
        try:
            asked_for.wait()
            leaving = pool.submit(session.logout)
            assert isinstance(waiting.exception(), NotSignedIn)
        finally:
            go_on.set()
        leaving.result()
    assert b"r2" in server.asked[-1].body
    assert b"r1" not in server.asked[-1].body


def test_a_refusal_that_comes_after_a_sign_out_ends_no_session(sandbox: Sandbox) -> None:
    told: list[SessionExpired] = []
    session = Session(sandbox.url, on_session_end=told.append)
    tokens = session.login(ADA)
    sandbox.control.fault("POST /auth/refresh", "hold")
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(session.obtain, rejected=tokens)
        sandbox.control.wait_held("POST /auth/refresh")
        leaving = pool.submit(session.logout)
        assert isinstance(waiting.exception(), NotSignedIn)
        sandbox.control.end_sessions()
        sandbox.control.release()
        leaving.exception()  # the server may not know any more what it is to revoke
    assert told == []


@pytest.mark.parametrize(
    ("statuses", "events"),
    [
        ([400], ["refresh_started", "refresh_refused", "refresh_ended"]),
        ([503], ["refresh_started", "refresh_unavailable", "refresh_ended"]),
        ([0, 200], ["refresh_started", "refresh_ambiguous", "refresh_rotated", "refresh_ended"]),
    ],
    ids=["refused", "unavailable", "ambiguous"],
)
def test_each_answer_to_a_refresh_is_told(
    statuses: list[int], events: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    body = {"error": "invalid_grant", "data": {"accessToken": "new", "refreshToken": "r2"}}
    answers = [Answer(status, body) for status in statuses]
    tokens = Tokens("old", "r1")
    with answering(lambda _: answers.pop(0)) as server, suppress(AuthError):
        Session(server.url, tokens=tokens).obtain(rejected=tokens)
    assert refresh_events(caplog) == events


def test_tokens_that_another_process_renewed_are_told_without_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    tokens = Tokens("old", "r1")
    store = MemoryStore(tokens)
    session = Session("http://127.0.0.1:1", store=store)
    store.save(Tokens("new", "r2"))
    session.obtain(rejected=tokens)
    assert refresh_events(caplog) == ["refresh_started", "refresh_ended"]
