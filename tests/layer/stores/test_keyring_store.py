"""`KeyringStore` over a keyring backend that keeps passwords in memory, and over none."""

from __future__ import annotations

import copy
import pickle
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from keyring.backends import fail, null

from afresh import Client, ConfigurationError, KeyringStore, Session, StoreError, Tokens
from afresh.testing import OpenStore, TokenStoreContract
from afresh_api.models import Credentials
from servers.memory_keyring import MemoryKeyring, used

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.process import Sandbox

FIRST, SECOND = Tokens("a1", "r1"), Tokens("a2", "r2")


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)


@pytest.fixture
def keyring() -> Iterator[MemoryKeyring]:
    backend = MemoryKeyring()
    with used(backend):
        yield backend


def test_tokens_are_one_entry_which_goes_when_they_are_forgotten(keyring: MemoryKeyring) -> None:
    store = KeyringStore("todo", "ada")
    store.save(FIRST)
    assert list(keyring.entries) == [("todo", "ada")]
    assert KeyringStore("todo", "ada").load() == FIRST
    store.save(None)
    assert not keyring.entries


def test_there_may_be_nothing_to_forget(keyring: MemoryKeyring) -> None:
    KeyringStore("todo", "ada").save(None)
    assert not keyring.entries


def test_only_a_keyring_that_keeps_what_it_is_given_is_usable(keyring: MemoryKeyring) -> None:
    store = KeyringStore()
    assert store.is_usable()
    keyring.is_locked = True
    assert not store.is_usable()
    with used(null.Keyring()):  # type: ignore[no-untyped-call]  # keyring has no types there
        assert not store.is_usable()


def test_each_service_and_user_has_tokens_and_a_lock_of_its_own(keyring: MemoryKeyring) -> None:
    ada, grace = KeyringStore("to/do", "ada"), KeyringStore("to/do", "../grace")
    ada.save(FIRST)
    grace.save(SECOND)
    assert (ada.load(), grace.load()) == (FIRST, SECOND)
    assert len(keyring.entries) == 2
    assert ada.lock_path.parent == grace.lock_path.parent
    with ada.lock(1), grace.lock(1):
        assert sorted(path.name for path in ada.lock_path.parent.iterdir()) == [
            "to%2Fdo...%2Fgrace.lock",
            "to%2Fdo.ada.lock",
        ]


@pytest.mark.usefixtures("keyring")
def test_the_lock_file_may_be_elsewhere(tmp_path: Path) -> None:
    store = KeyringStore(lock_path="~/new/lock")
    same = KeyringStore(lock_path=tmp_path / "new" / "lock")
    message = r"another process held .*/new/lock for 0\.05 s"
    with store.lock(1), pytest.raises(TimeoutError, match=message), same.lock(0.05):
        pytest.fail("the lock was had")


def test_a_locked_keyring_is_a_store_error_that_says_what_to_do(keyring: MemoryKeyring) -> None:
    store = KeyringStore()
    store.save(FIRST)
    keyring.is_locked = True
    for act, done in (
        (store.load, "read"),
        (lambda: store.save(SECOND), "written"),
        (lambda: store.save(None), "written"),
    ):
        with pytest.raises(
            StoreError, match=rf"could not be {done} \(KeyringLocked: .*\)\. Unlock the keyring"
        ) as caught:
            act()
        assert caught.value.__suppress_context__
    keyring.is_locked = False
    assert store.load() == FIRST


def test_no_keyring_at_all_is_a_store_error_that_says_what_else_there_is() -> None:
    none = fail.Keyring()  # type: ignore[no-untyped-call]  # keyring has no types there
    with used(none), pytest.raises(StoreError, match=r"NoKeyringError: .* if there is none, use FileStore"):
        Client("https://api.example.com", store=KeyringStore())


def test_a_keyring_that_is_switched_off_does_not_pretend_to_keep_tokens() -> None:
    with used(null.Keyring()):  # type: ignore[no-untyped-call]  # as above
        store = KeyringStore()
        assert store.load() is None
        with pytest.raises(StoreError, match=r"keeps nothing: keyring is disabled here\. Use FileStore"):
            store.save(FIRST)
        store.save(None)


def test_what_is_no_session_is_refused_and_left_as_it_is(keyring: MemoryKeyring) -> None:
    keyring.entries["afresh", "session"] = "hunter2"
    with pytest.raises(StoreError, match="does not hold tokens that this version can read") as caught:
        KeyringStore().load()
    assert "hunter2" not in str(caught.value)
    assert keyring.entries == {("afresh", "session"): "hunter2"}


@pytest.mark.case(34)
@pytest.mark.usefixtures("keyring")
def test_a_copy_reaches_the_same_place_but_holds_no_lock(tmp_path: Path) -> None:
    store = KeyringStore("todo", "ada", lock_path=tmp_path / "lock")
    with store.lock(1):
        for copied in (copy.deepcopy(store), pickle.loads(pickle.dumps(store))):
            store.save(FIRST)
            assert copied.load() == FIRST
            assert repr(copied) == repr(store) == "KeyringStore('todo', 'ada')"
            with pytest.raises(TimeoutError), copied.lock(0.05):
                pytest.fail("the lock was had")


@pytest.mark.usefixtures("keyring")
def test_a_session_survives_its_process(sandbox: Sandbox) -> None:
    Session(sandbox.url, store=KeyringStore()).login(Credentials(username="ada", password="lovelace"))
    sandbox.control.revoke_access()
    with Client(sandbox.url, store=KeyringStore()) as api:
        assert api.users.me().username == "ada"
        assert api.tokens == KeyringStore().load()


def test_without_keyring_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'afresh-sdk\[keyring\]'"):
        KeyringStore()


LONG = Tokens("a" * 3000, "r" * 1000, datetime(2030, 1, 2, tzinfo=UTC), 900.0)
LONGER = Tokens("b" * 6000, "s" * 1000)


@pytest.fixture
def credential_manager(keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    """Return a keyring whose entries hold no more than those of Windows."""
    monkeypatch.setattr("afresh._stores.keyring_store.MAX_LENGTH", 1280)
    keyring.room = 1280
    return keyring


class TestLongTokens(TokenStoreContract):
    @pytest.fixture
    def open_store(self, credential_manager: MemoryKeyring) -> OpenStore:
        assert not credential_manager.entries
        return KeyringStore


def test_long_tokens_are_put_into_several_entries(credential_manager: MemoryKeyring) -> None:
    store = KeyringStore("todo", "ada")
    for tokens, entries in ((LONG, 5), (LONGER, 7), (LONG, 5), (FIRST, 1), (LONGER, 7)):
        store.save(tokens)
        assert KeyringStore("todo", "ada").load() == tokens
        assert len(credential_manager.entries) == entries, sorted(credential_manager.entries)
        assert {name for _, name in credential_manager.entries} == {"ada"}
    store.save(None)
    assert not credential_manager.entries


def test_an_entry_that_is_lost_is_told_and_what_is_left_can_be_replaced(credential_manager: MemoryKeyring) -> None:
    store = KeyringStore("todo", "ada")
    store.save(LONG)
    lost = next(entry for entry in credential_manager.entries if entry != ("todo", "ada"))
    del credential_manager.entries[lost]
    with pytest.raises(StoreError, match="does not hold tokens that this version can read"):
        store.load()
    store.save(LONGER)
    assert store.load() == LONGER
    store.save(None)
    assert not credential_manager.entries


def test_whoever_reads_while_long_tokens_are_replaced_gets_the_old_or_the_new(
    credential_manager: MemoryKeyring,
) -> None:
    store = KeyringStore("todo", "ada")
    store.save(LONG)
    other = Tokens("c" * 3000, "t" * 1000)  # as many entries as LONG has, in the same set after two replacements

    for new in ((LONGER,), (LONGER, other)):
        writing: list[Tokens] = []

        def replace(writing: list[Tokens] = writing) -> None:
            while writing:
                store.save(writing.pop(0))

        for after in range(1, 8):
            writing[:] = new
            credential_manager.after_reads(after, replace)
            assert store.load() in {LONG, *new}
            credential_manager.after_reads(0, None)
            store.save(LONG)


def test_what_an_interrupted_save_leaves_does_not_count(credential_manager: MemoryKeyring) -> None:
    store = KeyringStore("todo", "ada")
    for before, after in ((LONG, LONGER), (LONGER, LONG), (LONG, LONGER)):  # from either of the two sets of entries
        store.save(before)
        for writes in range(4):
            credential_manager.writes_left = writes
            with pytest.raises(StoreError, match="could not be written"):
                store.save(after)
            assert store.load() == before
        credential_manager.writes_left = sys.maxsize
    store.save(LONG)
    credential_manager.entries |= {(f"todo b{number}", "ada"): "left over" for number in range(1, 10)}
    store.save(LONGER)
    assert store.load() == LONGER
    assert len(credential_manager.entries) == 7
    credential_manager.entries["todo a1", "ada"] = "left over"
    store.save(None)
    assert not credential_manager.entries


@pytest.mark.usefixtures("keyring")
def test_a_lock_file_has_a_name_that_systems_take_and_a_place_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one, other = (
        KeyringStore("todo", f"https://{'x' * 300}.example"),
        KeyringStore("todo", f"https://{'x' * 301}.example"),
    )
    assert max(len(store.lock_path.name) for store in (one, other)) < 130
    with one.lock(1), other.lock(1):
        pass
    monkeypatch.chdir(tmp_path)
    store = KeyringStore(lock_path="lock")
    monkeypatch.chdir("/")
    assert store.lock_path == tmp_path / "lock"
