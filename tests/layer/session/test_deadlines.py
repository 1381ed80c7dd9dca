"""Every wait has an end: for token calls, for those who wait for a refresh, and for the interpreter at its exit."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from afresh import (
    AsyncClient,
    Client,
    FileStore,
    MemoryStore,
    RefreshUnavailable,
    Session,
    Tokens,
    TransportError,
)
from afresh._session.threads import Deadline, OverdueError, run_within, start_thread
from afresh_api.models import Credentials
from servers.canned import Answer, Asked, answering
from servers.drawn_out import drawing_out

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

ADA = Credentials(username="ada", password="lovelace")
OLD = Tokens("old", "r1")
PARTS = ["nothing", "headers", "body"]
AT_ONCE = 5


@pytest.mark.parametrize("part", PARTS)
def test_threads_do_not_wait_for_a_refresh_that_the_server_draws_out(part: str) -> None:
    with drawing_out(part) as server:
        session = Session(server.url, tokens=OLD, timeout=0.2)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            waiting = [pool.submit(session.obtain, rejected=OLD) for _ in range(AT_ONCE)]
            assert {type(future.exception()) for future in waiting} == {RefreshUnavailable}
        assert session.tokens == OLD


@pytest.mark.anyio
@pytest.mark.parametrize("part", PARTS)
async def test_tasks_do_not_wait_for_a_refresh_that_the_server_draws_out(part: str) -> None:
    errors: list[Exception] = []
    with drawing_out(part) as server:
        session = Session(server.url, tokens=OLD, timeout=0.2)

        async def wait() -> None:
            with pytest.raises(RefreshUnavailable) as caught:
                await session.obtain_async(rejected=OLD)
            errors.append(caught.value)

        async with anyio.create_task_group() as tasks:
            for _ in range(AT_ONCE):
                tasks.start_soon(wait)
    assert len(errors) == AT_ONCE


@pytest.mark.parametrize("part", PARTS)
def test_signing_in_and_out_end_where_the_server_draws_out_its_answer(part: str) -> None:
    with drawing_out(part) as server:
        session = Session(server.url, tokens=OLD, timeout=0.2)
        with pytest.raises(TransportError, match="ReadTimeout"):
            session.login(ADA)
        with pytest.raises(TransportError, match="ReadTimeout"):
            session.logout()


class Held(MemoryStore):
    """A store that does not answer, as on a network drive that is gone, until it is let go."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(tokens)
        self.let_go = threading.Event()
        self.is_held = False

    @contextmanager
    def lock(self, timeout: float) -> Iterator[None]:
        if self.is_held:
            self.let_go.wait()
        with super().lock(timeout):
            yield


def renewing(asked: Asked) -> Answer:
    if asked.target == "/auth/refresh":
        return Answer(body={"data": {"accessToken": "new", "refreshToken": "r2", "expiresIn": 60}})
    return Answer(200 if asked.headers.get("authorization") == "Bearer new" else 401)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_store_that_does_not_answer_holds_nobody_beyond_the_refresh_timeout(kind: str) -> None:
    with answering(renewing) as server:
        store = Held(OLD)
        session = Session(server.url, store=store, refresh_timeout=0.1)
        store.is_held = True

        def call() -> int:
            if kind == "sync":
                with Client(session=session) as api:
                    return api.http.get("/me").status_code

            async def call_async() -> int:
                async with AsyncClient(session=session) as api:
                    return (await api.http.get("/me")).status_code

            return anyio.run(call_async)

        for _ in range(2):  # who waits until the deadline, and who comes after it
            with pytest.raises(RefreshUnavailable, match="refresh_timeout"):
                call()
        assert session.tokens == session.obtain() == OLD
        store.let_go.set()
        while session.tokens == OLD:  # what comes of it in the end is kept
            pass
        assert call() == 200
    assert [asked.target for asked in server.asked].count("/auth/refresh") == 1


def test_a_call_that_was_given_up_before_it_was_sent_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up, go_on = threading.Event(), threading.Event()
    connect = socket.create_connection

    def slow(*arguments: Any, **options: Any) -> socket.socket:
        looked_up.set()
        go_on.wait()
        return connect(*arguments, **options)

    with answering(renewing) as server:
        session = Session(server.url, tokens=OLD, timeout=0.1)
        monkeypatch.setattr(socket, "create_connection", slow)
        with pytest.raises(RefreshUnavailable, match="did not answer in time"):
            session.obtain(rejected=OLD)
        assert looked_up.is_set()
        threads = [thread for thread in threading.enumerate() if thread.name == "afresh-token-call"]
        go_on.set()
        for thread in threads:
            thread.join()
    assert threads
    assert server.asked == []  # else the server would see the same refresh token a second time


LEAVING = """
import sys, threading
from afresh import Client, FileStore

api = Client(sys.argv[1], store=FileStore(sys.argv[2]))
threading.Thread(target=lambda: api.http.get("/me"), daemon=True).start()
sys.stdin.read()  # until the server has been asked
"""


def test_what_the_server_rotates_while_the_interpreter_exits_reaches_the_store(tmp_path: Path) -> None:
    asked = threading.Event()
    processes: list[subprocess.Popen[bytes]] = []

    def answer(request: Asked) -> Answer:
        if request.target == "/auth/refresh":
            asked.set()
            with pytest.raises(subprocess.TimeoutExpired):  # it waits, where it would be gone at once
                processes[0].wait(0.5)
        return renewing(request)

    store = FileStore(tmp_path / "session.json")
    store.save(OLD)
    with answering(answer) as server:
        command = [sys.executable, "-c", LEAVING, server.url, str(tmp_path / "session.json")]
        processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE))
        asked.wait()
        processes[0].communicate(timeout=60)
    kept = store.load()
    assert kept is not None
    assert kept.refresh_token == "r2"


IMPATIENT = """
import sys, threading
from contextlib import suppress
from afresh import RefreshUnavailable, Session, Tokens

session = Session(sys.argv[1], tokens=Tokens("old", "r1"), timeout=3600, refresh_timeout=1)

def lead():
    with suppress(RefreshUnavailable):  # a daemon that prints a traceback while the interpreter exits aborts it
        session.obtain(rejected=session.tokens)

threading.Thread(target=lead, daemon=sys.argv[2] == "a daemon").start()
sys.stdin.read()
"""


@pytest.mark.parametrize(("part", "leader"), [*((part, "a daemon") for part in PARTS), ("nothing", "no daemon")])
def test_the_exit_of_the_interpreter_waits_no_longer_than_the_refresh_timeout(part: str, leader: str) -> None:
    with drawing_out(part) as server:
        command = [sys.executable, "-c", IMPATIENT, server.url, leader]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        server.has_been_asked.wait()
        process.communicate(timeout=60)  # the server goes on for as long as it is read from
    assert process.returncode == 0


def test_work_runs_in_the_context_of_its_caller_and_raises_what_it_raises() -> None:
    span: ContextVar[str] = ContextVar("span", default="none")
    span.set("the caller")
    with pytest.raises(ZeroDivisionError):
        run_within(60, lambda: 1 / 0, name="test")
    assert run_within(60, span.get, name="test") == "the caller"
    over = threading.Event()
    with pytest.raises(OverdueError):
        run_within(0.01, over.wait, name="test")
    over.set()


def test_where_no_thread_can_be_started_work_is_done_at_once_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.daemon:
            raise RuntimeError("can't create new thread at interpreter shutdown")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert run_within(60, lambda: 1, name="test") == 1
    with pytest.raises(RuntimeError, match="shutdown"):
        start_thread(lambda: None, name="test", max_wait=60)
    for guard in [thread for thread in threading.enumerate() if thread.name == "test-guard"]:
        guard.join()  # at once, since there is nothing to wait for


def test_no_exit_waits_for_work_that_is_done() -> None:
    start_thread(lambda: None, name="test-done", max_wait=40)
    for guard in [thread for thread in threading.enumerate() if thread.name == "test-done-guard"]:
        guard.join(20)
        assert not guard.is_alive()


CONNECTING, SENDING, RECEIVING = (
    *("connection.connect_tcp.started", "http11.send_request_headers.started"),
    "http11.receive_response_headers.started",
)


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([], httpx.ReadTimeout),  # a transport of the user's own may not tell
        ([CONNECTING], httpx.ConnectTimeout),
        ([CONNECTING, SENDING], httpx.ReadTimeout),
        ([CONNECTING, SENDING, RECEIVING], httpx.ReadTimeout),
    ],
    ids=["nothing is known", "connecting", "sending", "receiving"],
)
def test_a_call_that_was_given_up_says_whether_the_server_may_have_it(events: list[str], kind: type[Exception]) -> None:
    let_go = threading.Event()
    deadline = Deadline(0.01, httpx.Request("POST", "http://127.0.0.1/"))
    for event in events:
        deadline.trace(event, {})
    with pytest.raises(httpx.TimeoutException) as caught:
        deadline.run(let_go.wait)
    let_go.set()
    assert type(caught.value) is kind
