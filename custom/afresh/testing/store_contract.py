"""Tests for your own `TokenStore`: a class to inherit from in pytest. They check what the session relies on.

    import pytest
    from afresh.testing import OpenStore, TokenStoreContract

    class TestMyStore(TokenStoreContract):
        @pytest.fixture
        def open_store(self, tmp_path) -> OpenStore:
            return lambda: MyStore(tmp_path / "session")

The tests take about a second. They wait for events, and do not sleep.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final

from afresh._stores.memory_store import TokenStore
from afresh._tokens import Tokens

OpenStore = Callable[[], TokenStore]
"""Opens a store. In one test, all calls open the same place, which is empty when the test starts.

Each call returns a new object, unless there can be only one.
"""

LONG: Final = 30.0
"""Seconds to wait for a lock that is free or about to be. Only a broken store takes that long."""

SHORT: Final = 0.05
"""Seconds to wait for a lock that is not released."""

FULL: Final = Tokens("access", "refresh", datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), 900.0)
OTHER: Final = Tokens("other access", "other refresh", datetime(2031, 1, 1, tzinfo=UTC), 60.5)
ODD: Final = (
    Tokens("only an access token"),
    Tokens("expired", "refresh", datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), 0.125),
    Tokens("".join(map(chr, range(0x21, 0x7F))), "! ".join(map(chr, range(0x7E, 0x20, -1)))),  # RFC 6749, appendix A
    Tokens("a" * 3000, "r" * 1000),  # JWTs grow long
    Tokens("with an ID token", None, None, None, "header.payload.signature"),
    Tokens("in a cookie", csrf=(("csrf_access", '"%3D"'), ("data/csrf", "value")), cookie_path="/api"),
)


class TokenStoreContract:
    """The tests that every `TokenStore` must pass. Inherit from this class, and define the fixture `open_store`."""

    def test_it_has_the_methods_of_a_store(self, open_store: OpenStore) -> None:
        assert isinstance(open_store(), TokenStore), "it lacks one of load, save, lock"

    def test_an_empty_store_gives_none(self, open_store: OpenStore) -> None:
        assert open_store().load() is None

    def test_what_is_saved_is_loaded_with_every_field(self, open_store: OpenStore) -> None:
        store = open_store()
        for tokens in (FULL, *ODD):
            store.save(tokens)
            loaded = store.load()
            assert loaded == tokens, "the tokens came back changed"

    def test_what_is_saved_last_counts(self, open_store: OpenStore) -> None:
        store = open_store()
        store.save(FULL)
        store.save(OTHER)
        assert store.load() == OTHER

    def test_none_forgets(self, open_store: OpenStore) -> None:
        store = open_store()
        store.save(FULL)
        store.save(None)
        assert store.load() is None

    def test_there_may_be_nothing_to_forget(self, open_store: OpenStore) -> None:
        store = open_store()
        store.save(None)
        store.save(None)
        assert store.load() is None

    def test_a_second_object_sees_what_the_first_does(self, open_store: OpenStore) -> None:
        first, second = open_store(), open_store()
        first.save(FULL)
        assert second.load() == FULL
        second.save(OTHER)
        assert first.load() == OTHER
        first.save(None)
        assert second.load() is None

    def test_saving_works_while_the_lock_is_held(self, open_store: OpenStore) -> None:
        first, second = open_store(), open_store()
        with first.lock(LONG):
            assert first.load() is None
            first.save(FULL)
            assert first.load() == FULL
            assert second.load() == FULL, "others must be able to read meanwhile"
            first.save(None)
            first.save(OTHER)
        assert second.load() == OTHER
        with second.lock(LONG):
            second.save(None)
        assert first.load() is None

    def test_the_lock_keeps_out_a_second_object(self, open_store: OpenStore) -> None:
        with open_store().lock(LONG):
            assert not _can_lock(open_store(), SHORT), "two objects held the lock at once"

    def test_the_lock_keeps_out_other_threads_that_use_the_same_object(self, open_store: OpenStore) -> None:
        store = open_store()
        with store.lock(LONG):
            assert not _can_lock(store, SHORT), "two threads held the lock at once"

    def test_the_lock_is_free_after_the_context(self, open_store: OpenStore) -> None:
        store = open_store()
        with store.lock(LONG):
            pass
        assert _can_lock(open_store(), LONG)
        with store.lock(LONG):
            pass

    def test_the_lock_is_free_after_an_exception_which_passes_through(self, open_store: OpenStore) -> None:
        store = open_store()
        caught: Exception | None = None
        try:
            with store.lock(LONG):
                _ = 1 / 0
        except Exception as error:  # noqa: BLE001 - the store may raise any other
            caught = error
        assert isinstance(caught, ZeroDivisionError), "the exception was swallowed or replaced"
        assert _can_lock(open_store(), LONG)

    def test_who_waited_in_vain_does_not_get_the_lock_later(self, open_store: OpenStore) -> None:
        first, second = open_store(), open_store()
        with first.lock(LONG):
            assert not _can_lock(second, SHORT)
        with first.lock(LONG):
            pass

    def test_who_waits_gets_the_lock_when_it_is_free(self, open_store: OpenStore) -> None:
        first, second = open_store(), open_store()
        order: list[str] = []
        about_to_wait = threading.Event()

        def wait() -> None:
            about_to_wait.set()
            with second.lock(LONG):
                order.append("acquired")

        with ThreadPoolExecutor(1) as pool:
            with first.lock(LONG):
                waiting = pool.submit(wait)
                about_to_wait.wait()
                order.append("released")
            waiting.result()
        assert order == ["released", "acquired"], "two threads held the lock at the same time"

    def test_each_of_many_has_its_turn(self, open_store: OpenStore) -> None:
        threads, turns = 8, 5

        def count_up() -> None:
            store = open_store()
            for _ in range(turns):
                with store.lock(LONG):
                    tokens = store.load()
                    count = 0 if tokens is None else int(tokens.access_token)
                    store.save(Tokens(str(count + 1)))

        with ThreadPoolExecutor(threads) as pool:
            for counting in [pool.submit(count_up) for _ in range(threads)]:
                counting.result()
        tokens = open_store().load()
        assert tokens is not None
        assert tokens.access_token == str(threads * turns), "two threads held the lock at the same time"


def _can_lock(store: TokenStore, timeout: float) -> bool:
    """Return whether another thread can acquire the lock. It releases the lock at once."""

    def lock() -> bool:
        try:
            with store.lock(timeout):
                return True
        except TimeoutError:
            return False

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lock).result()
