"""All four stores keep the contract of `afresh.testing`, and a store that breaks it is found out."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

import pytest

from afresh import FileStore, KeyringStore, MemoryStore, RedisStore, Tokens
from afresh.testing import OpenStore, TokenStoreContract
from servers import redis_server
from servers.memory_keyring import MemoryKeyring, used

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server.running() as server:
        yield server.url


class TestMemoryStore(TokenStoreContract):
    @pytest.fixture
    def open_store(self) -> OpenStore:
        store = MemoryStore()
        return lambda: store


class TestFileStore(TokenStoreContract):
    @pytest.fixture
    def open_store(self, tmp_path: Path) -> OpenStore:
        return lambda: FileStore(tmp_path / "session.json")


class TestKeyringStore(TokenStoreContract):
    @pytest.fixture
    def open_store(self, tmp_path: Path) -> Iterator[OpenStore]:
        with used(MemoryKeyring()):
            yield lambda: KeyringStore(lock_path=tmp_path / "lock")


class TestRedisStore(TokenStoreContract):
    @pytest.fixture
    def open_store(self, redis_url: str, request: pytest.FixtureRequest) -> OpenStore:
        return lambda: RedisStore(redis_url, key=request.node.name)


class HoldsLess(MemoryStore):
    def load(self) -> Tokens | None:
        tokens = super().load()
        return tokens and Tokens(tokens.access_token, tokens.refresh_token)


class StartsFull(MemoryStore):
    def __init__(self) -> None:
        super().__init__(Tokens("left over"))


class KeepsTheFirst(MemoryStore):
    def save(self, tokens: Tokens | None) -> None:
        super().save(tokens and (self.load() or tokens))


class NeverForgets(MemoryStore):
    def save(self, tokens: Tokens | None) -> None:
        super().save(tokens or self.load())


class MissesWhatIsGone(MemoryStore):
    def save(self, tokens: Tokens | None) -> None:
        if not tokens and not self.load():
            raise KeyError
        super().save(tokens)


class SavesOnlyUnlocked(MemoryStore):
    def save(self, tokens: Tokens | None) -> None:
        with self.lock(0.01):
            super().save(tokens)


class LetsAllIn(MemoryStore):
    """So all read before any writes."""

    def __init__(self) -> None:
        super().__init__()
        self._all_have_read = threading.Barrier(8)

    def load(self) -> Tokens | None:
        tokens = super().load()
        if threading.current_thread() is not threading.main_thread():
            self._all_have_read.wait()
        return tokens

    @contextmanager
    def lock(self, timeout: float) -> Iterator[None]:  # noqa: ARG002 - the protocol's
        yield


class NeverLetsGo(MemoryStore):
    @contextmanager
    def lock(self, timeout: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=timeout):
            raise TimeoutError
        yield


class ForgetsToLetGo(NeverLetsGo):
    @contextmanager
    def lock(self, timeout: float) -> Iterator[None]:
        with super().lock(timeout):
            yield
        self._lock.release()


class SwallowsErrors(MemoryStore):
    @contextmanager
    def lock(self, timeout: float) -> Iterator[None]:
        with super().lock(timeout), suppress(ZeroDivisionError):
            yield


class ServesTheGone(MemoryStore):
    """It calls up those who wait by number, also who has left."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = count()
        self._called = 0
        self._call = threading.Condition()

    @contextmanager
    def lock(self, timeout: float) -> Iterator[None]:
        number = next(self._numbers)
        with self._call:
            if not self._call.wait_for(lambda: self._called == number, timeout):
                raise TimeoutError
        yield
        with self._call:
            self._called += 1
            self._call.notify_all()


class Nothing:
    """Not a store."""


BROKEN: list[tuple[type[MemoryStore], str]] = [
    (Nothing, "test_it_has_the_methods_of_a_store"),  # type: ignore[list-item]
    (StartsFull, "test_an_empty_store_gives_none"),
    (HoldsLess, "test_what_is_saved_is_loaded_with_every_field"),
    (KeepsTheFirst, "test_what_is_saved_last_counts"),
    (NeverForgets, "test_none_forgets"),
    (MissesWhatIsGone, "test_there_may_be_nothing_to_forget"),
    (SavesOnlyUnlocked, "test_saving_works_while_the_lock_is_held"),
    (LetsAllIn, "test_the_lock_keeps_out_a_second_object"),
    (LetsAllIn, "test_the_lock_keeps_out_other_threads_that_use_the_same_object"),
    (LetsAllIn, "test_each_of_many_has_its_turn"),
    (NeverLetsGo, "test_the_lock_is_free_after_the_context"),
    (NeverLetsGo, "test_who_waits_gets_the_lock_when_it_is_free"),
    (ForgetsToLetGo, "test_the_lock_is_free_after_an_exception_which_passes_through"),
    (SwallowsErrors, "test_the_lock_is_free_after_an_exception_which_passes_through"),
    (ServesTheGone, "test_who_waited_in_vain_does_not_get_the_lock_later"),
]


@pytest.mark.parametrize(("kind", "name"), BROKEN)
def test_a_store_that_breaks_the_contract_is_found_out(
    kind: type[MemoryStore], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afresh.testing.store_contract.LONG", 0.1)
    store = kind()
    with pytest.raises((AssertionError, TimeoutError, KeyError)):
        getattr(TokenStoreContract(), name)(lambda: store)


def test_two_objects_that_share_nothing_are_found_out() -> None:
    with pytest.raises(AssertionError):
        TokenStoreContract().test_a_second_object_sees_what_the_first_does(MemoryStore)


def test_every_test_of_the_contract_can_fail() -> None:
    tests = {name for name in vars(TokenStoreContract) if name.startswith("test_")}
    assert {name for _, name in BROKEN} | {"test_a_second_object_sees_what_the_first_does"} == tests
