"""`RedisStore` over a real Redis: whom it lets save, what becomes of its lease, and what when Redis is gone."""

from __future__ import annotations

import copy
import logging
import math
import pickle
import queue
import select
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import redis

from afresh import ConfigurationError, RedisStore, Session, StoreError, Tokens
from afresh_api.models import Credentials
from servers import redis_server
from servers.canned import Answer, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.process import Sandbox
    from servers.redis_server import RedisServer

ADA = Credentials(username="ada", password="lovelace")
FIRST, SECOND, THIRD = Tokens("a1", "r1"), Tokens("a2", "r2"), Tokens("a3", "r3")
KEY = "afresh:session"
LOCK = "{afresh:session}:lock"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server.running() as server:
        yield server


@pytest.fixture
def client(server: RedisServer) -> Iterator[redis.Redis]:
    """Look at Redis from outside; it is empty at the start."""
    with redis.Redis.from_url(server.url) as client:
        client.flushall()
        yield client


@pytest.fixture
def open_store(server: RedisServer, client: redis.Redis) -> Callable[[], RedisStore]:
    """Return what makes a store like another machine's."""
    assert client.ping()
    return lambda: RedisStore(server.url)


@pytest.fixture
def doomed() -> Iterator[RedisServer]:
    """Return a Redis of the test's own, to be stopped."""
    with redis_server.running() as server:
        yield server


@pytest.fixture
def warnings() -> Iterator[queue.Queue[str]]:
    """Return what is logged as a warning from now on, as it comes."""
    messages: queue.Queue[str] = queue.Queue()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.put(record.getMessage())

    handler = Handler(logging.WARNING)
    log = logging.getLogger("afresh")
    log.addHandler(handler)
    yield messages
    log.removeHandler(handler)


@pytest.fixture
def lossy(server: RedisServer, client: redis.Redis) -> Iterator[tuple[str, threading.Event]]:
    """Return the URL of a proxy before Redis, and what has it cut the connection in place of the next answer."""
    assert client.ping()
    lose = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as upstream:
                upstream.connect(server.url.removeprefix("unix://"))
                ways = {self.request: upstream, upstream: self.request}
                while True:
                    for source in select.select(list(ways), [], [])[0]:
                        data = source.recv(65536)
                        if not data:
                            return
                        if source is upstream and lose.is_set():
                            lose.clear()
                            return
                        ways[source].sendall(data)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as proxy:
        proxy.daemon_threads = True
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"redis://127.0.0.1:{proxy.server_address[1]}", lose
        proxy.shutdown()
        thread.join()


def take(store: RedisStore, timeout: float) -> None:
    """Get the lock and let it go."""
    with store.lock(timeout):
        pass


# Who may save


def test_a_holder_that_was_held_up_cannot_overwrite_newer_tokens(
    open_store: Callable[[], RedisStore], client: redis.Redis
) -> None:
    slow, quick = open_store(), open_store()
    with slow.lock(10):
        client.delete(LOCK)  # as if its lease had run out
        with quick.lock(10):
            quick.save(SECOND)
        with pytest.raises(StoreError, match=r"since this process took the lock.* 15 s .* Their change was kept"):
            slow.save(FIRST)
        with pytest.raises(StoreError, match="Their change was kept"):
            slow.save(None)
    assert open_store().load() == SECOND
    with slow.lock(10):
        slow.save(THIRD)
    assert open_store().load() == THIRD


def test_a_holder_that_was_held_up_saves_where_nobody_has_since(
    open_store: Callable[[], RedisStore], client: redis.Redis
) -> None:
    slow, quick = open_store(), open_store()
    with slow.lock(10):
        client.delete(LOCK)
        with quick.lock(10):
            slow.save(FIRST)
            assert quick.load() == FIRST  # and so it does not refresh with what is spent
            quick.save(SECOND)
    assert open_store().load() == SECOND


def test_a_holder_that_was_held_up_does_not_bring_a_session_back(
    open_store: Callable[[], RedisStore], client: redis.Redis
) -> None:
    slow, quick = open_store(), open_store()
    quick.save(FIRST)
    with slow.lock(10):
        client.delete(LOCK)
        with quick.lock(10):
            quick.save(None)
        with pytest.raises(StoreError, match="Their change was kept"):
            slow.save(SECOND)
    assert open_store().load() is None


def test_nor_where_somebody_deleted_the_key(open_store: Callable[[], RedisStore], client: redis.Redis) -> None:
    store = open_store()
    with store.lock(10):
        client.delete(KEY)
        with pytest.raises(StoreError, match="others have saved or deleted tokens"):
            store.save(FIRST)
    assert store.load() is None


def test_who_saves_without_the_lock_has_the_last_word(open_store: Callable[[], RedisStore]) -> None:
    holder, other = open_store(), open_store()
    with holder.lock(10):
        other.save(SECOND)
        with pytest.raises(StoreError, match="Their change was kept"):
            holder.save(FIRST)
    assert holder.load() == SECOND
    holder.save(THIRD)
    assert other.load() == THIRD


def test_a_lock_that_was_lost_is_not_taken_from_its_new_holder(
    open_store: Callable[[], RedisStore], client: redis.Redis, warnings: queue.Queue[str]
) -> None:
    slow, quick = open_store(), open_store()
    with ExitStack() as slow_lock:
        slow_lock.enter_context(slow.lock(10))
        client.delete(LOCK)
        with quick.lock(10):
            slow_lock.close()
            with pytest.raises(TimeoutError, match=r"another holder kept the lock of RedisStore\(.*\) for 0\.05 s"):
                take(open_store(), 0.05)
    assert "could not be released" in warnings.get_nowait()


# The lease

HOLD_THE_LOCK = """
import sys
from afresh import RedisStore
with RedisStore(sys.argv[1], lease=1).lock(10):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.case(31)
def test_the_lease_of_a_process_that_was_killed_ends(server: RedisServer, client: redis.Redis) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, server.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        assert client.exists(LOCK)
        holder.kill()
    take(RedisStore(server.url), 60)


def test_the_lease_is_renewed_as_long_as_the_lock_is_held(
    open_store: Callable[[], RedisStore], client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afresh._stores.fenced_lock.RENEWALS_PER_LEASE", 1000)
    client.config_set("notify-keyspace-events", "Kgx")
    with client.pubsub() as events:  # type: ignore[no-untyped-call]  # redis-py
        events.subscribe(f"__keyspace@0__:{LOCK}")
        with open_store().lock(10):
            client.pexpire(LOCK, 5000)
            while client.pttl(LOCK) <= 5000:
                events.get_message(timeout=60)
        assert not client.exists(LOCK)
    assert "afresh-lease" not in {thread.name for thread in threading.enumerate()}


def test_a_lease_that_was_lost_is_told_of(
    open_store: Callable[[], RedisStore],
    client: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
    warnings: queue.Queue[str],
) -> None:
    monkeypatch.setattr("afresh._stores.fenced_lock.RENEWALS_PER_LEASE", 1000)
    with open_store().lock(10):
        client.delete(LOCK)
        assert warnings.get(timeout=60) == f"{LOCK} was lost: its holder was delayed for longer than the lease"
        for thread in threading.enumerate():
            if thread.name == "afresh-lease":
                thread.join(60)
                assert not thread.is_alive()


def test_a_renewal_that_fails_is_tried_again(
    open_store: Callable[[], RedisStore],
    client: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
    warnings: queue.Queue[str],
) -> None:
    monkeypatch.setattr("afresh._stores.fenced_lock.RENEWALS_PER_LEASE", 1000)
    with open_store().lock(10):
        client.acl_setuser("default", enabled=True, commands=["-pexpire"])
        try:
            assert f"{LOCK} could not be renewed" in warnings.get(timeout=60)
            assert f"{LOCK} could not be renewed" in warnings.get(timeout=60)
        finally:
            client.acl_setuser("default", enabled=True, commands=["+pexpire"])
    assert not client.exists(LOCK)


# Redis gone


def test_nobody_there_is_a_store_error_that_says_where(doomed: RedisServer, warnings: queue.Queue[str]) -> None:
    store = RedisStore(doomed.url)
    with store.lock(10):
        doomed.stop()
    assert f"{LOCK} could not be released" in warnings.get_nowait()
    for act in (store.load, lambda: store.save(FIRST), lambda: take(store, 1)):
        with pytest.raises(
            StoreError, match=r"RedisStore\('unix://.*could not be .* Check that Redis is running"
        ) as caught:
            act()
        assert caught.value.__suppress_context__


def test_who_does_not_answer_is_given_up_within_the_time_out(
    doomed: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afresh._stores.fenced_lock.TIMEOUT", 0.1)
    store = RedisStore(doomed.url)
    doomed.process.send_signal(signal.SIGSTOP)
    with pytest.raises(StoreError, match="could not be read: Timeout"):
        store.load()
    doomed.process.send_signal(signal.SIGCONT)
    assert RedisStore(f"{doomed.url}?socket_timeout=60").load() is None


def test_a_connection_that_was_closed_while_it_idled_is_replaced(
    open_store: Callable[[], RedisStore], client: redis.Redis
) -> None:
    store = open_store()
    store.save(FIRST)
    assert client.client_kill_filter(_type="normal", skipme=True)
    assert store.load() == FIRST


def test_what_was_done_when_the_answer_was_lost_is_asked_for_again(lossy: tuple[str, threading.Event]) -> None:
    url, lose = lossy
    store = RedisStore(url)
    take(store, 10)  # it is connected now, and its scripts are known
    lose.set()
    with store.lock(1):
        assert not lose.is_set()
        lose.set()
        store.save(FIRST)
        assert not lose.is_set()
        lose.set()
        assert store.load() == FIRST
        assert not lose.is_set()


@pytest.mark.case(30)
def test_without_redis_nothing_is_refreshed_and_the_tokens_stay_usable(sandbox: Sandbox, doomed: RedisServer) -> None:
    session = Session(sandbox.url, store=RedisStore(doomed.url))
    tokens = session.login(ADA)
    doomed.stop()
    with pytest.raises(StoreError, match="could not be locked"):
        session.obtain(rejected=tokens)
    assert sandbox.control.counters().refreshes == 0
    assert session.obtain() == session.tokens == tokens


@pytest.mark.case(27)
def test_a_save_is_tried_again_as_long_as_the_lease_lasts(doomed: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(doomed.url.removeprefix("unix://"))
    hidden = path.with_name("hidden")
    slept: list[float] = []

    def come_back(seconds: float) -> None:
        slept.append(seconds)
        hidden.rename(path)

    store = RedisStore(doomed.url)
    with store.lock(1), redis.Redis.from_url(doomed.url) as other:
        other.ping()
        path.rename(hidden)
        other.client_kill_filter(_type="normal", skipme=True)
        monkeypatch.setattr("afresh._stores.redis_store.time.sleep", come_back)
        store.save(FIRST)
    assert len(slept) == 1
    assert store.load() == FIRST


def test_a_save_is_tried_again_as_long_as_the_renewed_lease_lasts(
    doomed: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(doomed.url.removeprefix("unix://"))
    hidden = path.with_name("hidden")
    monkeypatch.setattr("afresh._stores.fenced_lock.RENEWALS_PER_LEASE", 1000)
    monkeypatch.setattr("afresh._stores.redis_store.SAVE_RETRY_DELAY", 0)
    store = RedisStore(doomed.url)
    with redis.Redis.from_url(doomed.url) as other, other.pubsub() as events:
        other.config_set("notify-keyspace-events", "Kgx")
        events.subscribe(f"__keyspace@0__:{LOCK}")
        with store.lock(10):
            first_end = store._held.lock.ends  # noqa: SLF001 - when it would end, had it not been renewed
            for _ in range(2):  # when the second renewal is seen, the first has been taken note of
                other.pexpire(LOCK, 5000)
                while other.pttl(LOCK) <= 5000:
                    events.get_message(timeout=60)
            path.rename(hidden)
            other.client_kill_filter(_type="normal", skipme=True)
            clock = SimpleNamespace(
                monotonic=lambda: math.nextafter(first_end, math.inf), sleep=lambda _: hidden.rename(path)
            )
            monkeypatch.setattr("afresh._stores.redis_store.time", clock)
            store.save(FIRST)
    assert store.load() == FIRST


def test_redis_gone_in_the_middle_of_a_refresh_loses_no_tokens(sandbox: Sandbox, doomed: RedisServer) -> None:
    session = Session(sandbox.url, store=RedisStore(doomed.url, lease=1))
    tokens = session.login(ADA)
    sandbox.control.fault("POST /auth/refresh", "hold_answer")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(session.obtain, rejected=tokens)
        sandbox.control.wait_held("POST /auth/refresh")
        doomed.stop()
        sandbox.control.release()
        with pytest.raises(StoreError, match="could not be written"):
            waiting.result()
    new = session.obtain()
    assert new.refresh_token == sandbox.control.issued().refresh[-1]
    assert sandbox.control.counters().rotations == 1


# Redis that comes back empty, or older than it was


def fail_over(client: redis.Redis) -> None:
    """Put an empty server in the place of Redis: it does not know the scripts either."""
    client.flushall()
    client.script_flush()


def test_tokens_that_redis_lost_are_given_as_they_were_seen_last_and_saved_again(
    open_store: Callable[[], RedisStore], client: redis.Redis, warnings: queue.Queue[str]
) -> None:
    writer, reader, stranger = open_store(), open_store(), open_store()
    writer.save(FIRST)
    assert reader.load() == FIRST
    fail_over(client)
    assert (writer.load(), reader.load(), stranger.load()) == (FIRST, FIRST, None)
    assert "has lost its tokens" in warnings.get_nowait()
    with reader.lock(10):
        assert reader.load() == FIRST
        reader.save(SECOND)
    assert writer.load() == stranger.load() == SECOND


def test_a_redis_that_was_empty_from_the_start_holds_nobody(open_store: Callable[[], RedisStore]) -> None:
    store = open_store()
    assert store.load() is None
    take(store, 1)
    assert store.load() is None


@pytest.mark.parametrize("by", ["the same", "another"])
def test_who_signed_out_stays_signed_out(open_store: Callable[[], RedisStore], client: redis.Redis, by: str) -> None:
    store = open_store()
    store.save(FIRST)
    leaving = store if by == "the same" else open_store()
    leaving.save(None)
    assert store.load() is None
    fail_over(client)
    assert store.load() is None


def test_to_sign_out_after_a_loss_leaves_a_mark_too(open_store: Callable[[], RedisStore], client: redis.Redis) -> None:
    leaving, other = open_store(), open_store()
    leaving.save(FIRST)
    assert other.load() == FIRST
    fail_over(client)
    with leaving.lock(1):
        leaving.save(None)
    assert other.load() is None


def test_what_was_saved_after_a_loss_comes_before_what_others_saw(
    open_store: Callable[[], RedisStore], client: redis.Redis
) -> None:
    old, new = open_store(), open_store()
    old.save(FIRST)
    fail_over(client)
    new.save(SECOND)
    assert old.load() == SECOND


def test_a_lock_from_before_the_loss_neither_blocks_nor_is_worthless(
    open_store: Callable[[], RedisStore], client: redis.Redis
) -> None:
    holder, other = open_store(), open_store()
    for _ in range(3):
        take(holder, 1)  # so that the count is ahead of one that begins anew
    holder.save(FIRST)
    assert other.load() == FIRST
    with holder.lock(10):
        fail_over(client)
        with other.lock(1):  # a new one
            holder.save(SECOND)  # which the server has given for the first
            assert other.load() == SECOND
            with pytest.raises(StoreError, match="Their change was kept"):
                other.save(THIRD)  # it would be older
    with other.lock(1):
        other.save(THIRD)
    assert holder.load() == THIRD


def test_a_lock_from_before_the_loss_does_not_overwrite_what_was_saved_after_it(
    open_store: Callable[[], RedisStore], client: redis.Redis
) -> None:
    holder, other = open_store(), open_store()
    for _ in range(3):
        take(holder, 1)
    holder.save(FIRST)
    with holder.lock(10):
        fail_over(client)
        other.save(SECOND)
        with pytest.raises(StoreError, match="Their change was kept"):
            holder.save(THIRD)
    assert holder.load() == SECOND
    with holder.lock(1):
        holder.save(THIRD)
    assert other.load() == THIRD


def test_a_replica_that_lags_takes_what_its_lock_was_given_for(
    open_store: Callable[[], RedisStore], client: redis.Redis
) -> None:
    store = open_store()
    store.save(FIRST)
    take(store, 1)
    before = client.dump(KEY)
    assert before
    for _ in range(2):
        take(store, 1)
    with store.lock(10):
        client.restore(KEY, 0, before, replace=True)  # as the replica has it that takes over
        store.save(SECOND)
    with store.lock(10):
        store.save(THIRD)
    assert open_store().load() == THIRD


def test_a_session_outlives_a_redis_that_lost_all(
    sandbox: Sandbox, open_store: Callable[[], RedisStore], client: redis.Redis
) -> None:
    first = Session(sandbox.url, store=open_store())
    tokens = first.login(ADA)
    second = Session(sandbox.url, store=open_store())
    sandbox.control.revoke_access()
    fail_over(client)
    new = first.obtain(rejected=tokens)
    assert second.obtain(rejected=tokens) == new
    assert Session(sandbox.url, store=open_store()).tokens == new
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.reuses) == (1, 0)


# Sessions


@pytest.mark.case(28)
def test_two_sessions_with_fifty_threads_cause_one_refresh(
    sandbox: Sandbox, open_store: Callable[[], RedisStore]
) -> None:
    first = Session(sandbox.url, store=open_store())
    tokens = first.login(ADA)
    second = Session(sandbox.url, store=open_store())
    sandbox.control.revoke_access()
    start = threading.Barrier(50)

    def obtain(session: Session) -> Tokens:
        start.wait()
        return session.obtain(rejected=tokens)

    with ThreadPoolExecutor(50) as pool:
        results = {future.result() for future in [pool.submit(obtain, s) for s in [first, second] * 25]}
    assert results == {first.tokens} == {second.tokens}
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.reuses) == (1, 0)


@pytest.mark.case(32)
def test_what_another_machine_has_rotated_is_read_after_the_lock_is_had(
    sandbox: Sandbox, open_store: Callable[[], RedisStore]
) -> None:
    first = Session(sandbox.url, store=open_store())
    tokens = first.login(ADA)
    second = Session(sandbox.url, store=open_store())
    sandbox.control.fault("POST /auth/refresh", "hold")
    with ThreadPoolExecutor(2) as pool:
        leading = pool.submit(first.obtain, rejected=tokens)
        sandbox.control.wait_held("POST /auth/refresh")
        waiting = pool.submit(second.obtain, rejected=tokens)
        sandbox.control.release()
        assert waiting.result() == leading.result() != tokens
    assert sandbox.control.counters().refreshes == 1


# What it is made of


def test_a_user_and_password_in_the_url_let_it_in_and_are_not_shown(server: RedisServer, client: redis.Redis) -> None:
    client.acl_setuser("ada", enabled=True, passwords=["+s3/cret"], keys=["*"], categories=["+@all"])
    store = RedisStore(server.url.replace("unix://", "unix://ada:s3%2Fcret@"))
    store.save(FIRST)
    assert store.load() == FIRST
    wrong = RedisStore(f"{server.url}?username=ada&password=s3cret")
    with pytest.raises(StoreError, match=r"could not be read: .*username-password") as caught:
        wrong.load()
    assert repr(store) == repr(wrong) == f"RedisStore('{server.url}', key='afresh:session')"
    assert "cret" not in str(caught.value)


def test_rediss_speaks_tls_or_not_at_all() -> None:
    with answering(lambda _: Answer()) as plain:
        store = RedisStore(plain.url.replace("http://", "rediss://:s3cret@"))
        with pytest.raises(StoreError, match=r"could not be read: .*SSL") as caught:
            store.load()
    assert plain.url.replace("http://", "rediss://") in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert not plain.asked


@pytest.mark.parametrize(
    "url",
    ["localhost:6379", "http://localhost:6379", "redis://:s3/cret@localhost:6379", "redis://[::1", "redis://?db=x"],
)
def test_a_url_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="write redis://user:password@host:6379/0") as caught:
        RedisStore(url)
    assert "s3" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_client_of_ones_own_may_decode_or_not(server: RedisServer, client: redis.Redis) -> None:
    with redis.Redis.from_url(server.url, decode_responses=True) as decoding:
        for store in (RedisStore(decoding, key="mine"), RedisStore(client, key="mine")):
            with store.lock(10):
                store.save(FIRST)
            assert store.load() == FIRST
    assert repr(store) == "RedisStore('<Redis>', key='mine')"
    assert client.keys() == [b"mine"]


def test_what_is_no_session_is_refused_and_left_as_it_is(
    open_store: Callable[[], RedisStore], client: redis.Redis
) -> None:
    client.hset(KEY, "tokens", "{")
    with pytest.raises(
        StoreError, match=r"does not hold tokens that this version can read\. The key was left unchanged"
    ):
        open_store().load()
    assert client.hget(KEY, "tokens") == b"{"
    client.set(KEY, "of others")
    for act in (open_store().load, lambda: open_store().save(FIRST), lambda: take(open_store(), 1)):
        with pytest.raises(StoreError, match="wrong kind of value"):
            act()
    assert client.get(KEY) == b"of others"
    assert not client.exists(LOCK)


@pytest.mark.case(34)
def test_a_copy_reaches_the_same_place_but_holds_no_lock(open_store: Callable[[], RedisStore]) -> None:
    store = open_store()
    with store.lock(10):
        copies = [copy.deepcopy(store), pickle.loads(pickle.dumps(store))]
        store.save(FIRST)
        for copied in copies:
            assert copied.load() == FIRST
            with pytest.raises(TimeoutError):
                take(copied, 0.05)


def test_without_redis_py_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'afresh-sdk\[redis\]'"):
        RedisStore("redis://localhost")


def test_whoever_does_not_use_it_does_not_load_its_extra() -> None:
    program = "import sys; from afresh import KeyringStore, RedisStore; print({'redis', 'keyring'} & {*sys.modules})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
