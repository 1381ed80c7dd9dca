"""Forks, pickles and copies: locks and flights stay behind, and no refresh token is used twice."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import signal
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from afresh import Client, FileStore, MemoryStore, Session, Tokens
from afresh_api.models import Credentials
from cookie_api import DESCRIPTION, cookie_api
from lifecycles import live_by

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from afresh import TokenStore
    from sandbox.process import Sandbox

pytestmark = [pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"), pytest.mark.slow]

ADA = Credentials(username="ada", password="lovelace")


def in_child(do: Callable[[], str]) -> Callable[[], str]:
    """Start something in a forked child; give what waits for what came of it: its result, or its error's name."""
    reader, writer = os.pipe()
    parent = os.getpid()
    try:
        child = os.fork()
        result = do() if child == 0 else ""
    except BaseException as error:  # told to the parent, or its own
        if os.getpid() == parent:
            raise
        child, result = 0, type(error).__name__
    if child == 0:  # pragma: no cover - measured in the parent only
        try:
            os.write(writer, result.encode())
            os._exit(0)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)  # a child that goes on would run all tests that are left
    os.close(writer)

    def wait() -> str:
        with os.fdopen(reader, "rb") as pipe:
            result = pipe.read().decode()
        os.waitpid(child, 0)
        return result

    return wait


@pytest.mark.case(34)
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize(("shared", "expected"), [(True, "renewed"), (False, "StoreError")], ids=["file", "memory"])
def test_a_fork_in_mid_refresh_neither_hangs_nor_repeats_it(
    sandbox: Sandbox, tmp_path: Path, *, shared: bool, expected: str
) -> None:
    store: TokenStore = FileStore(tmp_path / "session.json") if shared else MemoryStore()
    session = Session(sandbox.url, store=store)
    tokens = session.login(ADA)
    sandbox.control.revoke_access()
    sandbox.control.fault("POST /auth/refresh", "hold_answer")

    def renew() -> str:
        return "renewed" if session.obtain(rejected=tokens) != tokens else "the same"

    with ThreadPoolExecutor(1) as pool:
        parent = pool.submit(renew)
        sandbox.control.wait_held("POST /auth/refresh")
        child = in_child(renew)
        sandbox.control.release()
        assert parent.result() == "renewed"
        assert child() == expected
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.reuses) == (1, 0)


@pytest.mark.case(34)
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_child_may_sign_in_for_itself(sandbox: Sandbox) -> None:
    session = Session(sandbox.url)
    tokens = session.login(ADA)

    def renew() -> str:
        own = session.login(ADA)
        return "renewed" if session.obtain(rejected=own) != own else "the same"

    assert in_child(renew)() == "renewed"
    assert session.obtain(rejected=tokens) != tokens
    assert sandbox.control.counters().reuses == 0


@pytest.mark.case(34)
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_child_forked_while_the_session_is_busy_does_not_hang(sandbox: Sandbox) -> None:
    session = Session(sandbox.url)
    session.login(ADA)
    with session._mutex:  # noqa: SLF001 - as another thread has it at any moment, but never for long
        child = in_child(lambda: "signed in" if session.obtain() == session.tokens else "another")
    assert child() == "signed in"


@pytest.mark.case(34)
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_child_forked_while_the_memory_store_is_locked_has_a_lock_of_its_own() -> None:
    store = MemoryStore(Tokens("a", "r"))

    def lock() -> str:
        with store.lock(0):
            return "had"

    with store.lock(0):
        assert in_child(lock)() == "had"


@pytest.mark.case(34)
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize("whose", ["own", "given"])
def test_a_child_shares_no_connection_with_its_parent(sandbox: Sandbox, whose: str) -> None:
    with (
        httpx.Client() as http,
        Client(sandbox.url, http_client=http if whose == "given" else None) as api,
    ):
        api.login(ADA)
        assert api.api.get_httpx_client() is api.http
        api.users.me()
        before = api.http

        def call() -> str:
            if whose == "own":
                assert api.http is not before
                assert api.api.get_httpx_client() is api.http
                return api.users.me().username
            return "given" if api.http is before else "another"

        children = [in_child(call) for _ in range(4)]
        assert api.users.me().username == "ada"
        assert {child() for child in children} == {"ada" if whose == "own" else "given"}


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_child_has_what_was_set_on_the_client(sandbox: Sandbox) -> None:
    def hook(response: httpx.Response) -> None:
        """Do nothing."""

    with Client(sandbox.url, timeout=7) as api:
        api.http.headers["X-Tenant"] = "north"
        api.http.cookies.set("a", "b")
        api.http.event_hooks = {"response": [hook]}

        def settings() -> str:
            http = api.http
            return f"{http.headers['X-Tenant']} {dict(http.cookies)} {http.timeout} {http.event_hooks['response']}"

        assert in_child(settings)() == settings()


@pytest.mark.case(34)
@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_a_copy_of_a_session_shares_its_store_or_leaves_the_refresh_token(
    sandbox: Sandbox, tmp_path: Path, twin_of: Callable[[Session], Session]
) -> None:
    with_file = Session(sandbox.url, store=FileStore(tmp_path / "session.json"))
    tokens = with_file.login(ADA)
    assert twin_of(with_file).obtain(rejected=tokens) == with_file.obtain(rejected=tokens) != tokens

    in_memory = Session(sandbox.url)
    tokens = in_memory.login(ADA)
    twin = twin_of(in_memory)
    assert twin.obtain().access_token == tokens.access_token
    if twin_of is not copy.copy:  # which shares the store
        assert twin.obtain(rejected=tokens) == Tokens(tokens.access_token, None, tokens.expires_at, tokens.expires_in)
    assert in_memory.obtain(rejected=tokens) != tokens
    assert sandbox.control.counters().reuses == 0


def test_a_copy_of_a_memory_store_has_a_lock_of_its_own() -> None:
    store = MemoryStore(Tokens("a", "r"))
    with store.lock(1), copy.deepcopy(store).lock(0):
        assert copy.deepcopy(store).load() == Tokens("a")


def test_a_session_that_nobody_uses_any_more_is_given_back() -> None:
    session = Session("http://127.0.0.1:1", tokens=Tokens("a", "r"))
    gone = weakref.ref(session)
    del session
    gc.collect()
    assert gone() is None


def test_a_session_that_lives_to_the_end_of_the_process_goes_quietly() -> None:
    program = """
import asyncio
from afresh import Session, TokenAuth

auth = TokenAuth(Session("http://127.0.0.1:1"))

async def main():
    return auth

asyncio.run(main())  # with an event loop, the interpreter takes down modules before what they hold
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stderr == ""


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_the_jar_of_a_forked_client_keeps_no_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live_by(DESCRIPTION, tmp_path, monkeypatch)
    with cookie_api() as server, Client(server.url, store=FileStore(tmp_path / "session.json")) as api:
        api.login(ADA)

        def call() -> str:
            api.http.get("/rotate")
            return f"{api.http.get('/things').status_code} {list(api.http.cookies.jar)}"

        assert in_child(call)() == "200 []"
