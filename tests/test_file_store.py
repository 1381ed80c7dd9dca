"""`FileStore`: what it keeps, whom it trusts, and that nothing is lost when something goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from afresh import Client, ConfigurationError, FileStore, Session, StoreError, Tokens, TokenStore
from afresh_api.models import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.process import Sandbox

TOKENS = Tokens.issued("a1", refresh_token="r1", expires_in=900)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "session.json"


@pytest.fixture
def as_somebody_who_is_not_root() -> Iterator[None]:
    user = os.geteuid()
    if user == 0:  # who may read and write everything
        os.seteuid(65534)
    yield
    os.seteuid(user)


@pytest.mark.parametrize("tokens", [TOKENS, Tokens("only")])
def test_what_is_saved_is_loaded_again_and_forgotten_when_told_to(path: Path, tokens: Tokens) -> None:
    store: TokenStore = FileStore(path)
    assert store.load() is None
    store.save(tokens)
    assert FileStore(path).load() == tokens
    store.save(None)
    assert store.load() is None
    assert list(path.parent.iterdir()) == []
    store.save(None)


def test_only_the_owner_may_read_the_file_and_the_folder(path: Path) -> None:
    store = FileStore(path)
    store.save(TOKENS)
    with store.lock(1):
        files = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert files == {"session.json": 0o600, "session.json.lock": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_made_for_the_lock_is_the_owners_too(path: Path) -> None:
    folder = path.parent / "made" / "for it"
    with FileStore(folder / "session.json").lock(1):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_path_leads_to_the_same_file_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    store = FileStore("session.json")
    store.save(TOKENS)
    monkeypatch.chdir("elsewhere")
    assert store.load() == TOKENS
    assert store.path == tmp_path / "session.json"


def test_a_home_that_nobody_knows_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="the home directory in ~nobody-of-that-name/s is not known"):
        FileStore("~nobody-of-that-name/s")


def test_no_file_stays_open(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    system_open = os.open

    def note(*arguments: Any, **options: Any) -> int:
        opened.append(system_open(*arguments, **options))
        return opened[-1]

    store = FileStore(path)
    store.save(TOKENS)
    path.chmod(0o640)
    monkeypatch.setattr(os, "open", note)
    with pytest.raises(StoreError):
        store.load()
    path.chmod(0o600)
    assert store.load() == TOKENS
    assert len(opened) == 2
    for descriptor in opened:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


def test_home_is_understood_and_the_repr_names_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    store = FileStore("~/session.json")
    assert store.path == tmp_path / "session.json"
    assert repr(store) == f"FileStore('{tmp_path}/session.json')"


def test_without_a_path_the_file_is_where_the_platform_keeps_state(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    store = FileStore()
    store.save(TOKENS)
    assert FileStore(store.path).load() == TOKENS
    assert store.path.is_relative_to(tmp_path)
    assert store.path.parts[-2:] == ("afresh", "session.json")


def assert_refused(path: Path, message: str) -> None:
    """The session reports the file, says what to do, and leaves it as it is."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=message) as caught:
        Client("https://api.example.com", store=FileStore(path))
    assert str(path) in str(caught.value)
    assert caught.value.__suppress_context__ or not caught.value.__context__
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"format": 2, "access_token": "a", "refresh_token": null, "expires_at": null, "expires_in": null}',
        b'{"format": 1, "access_token": 1, "refresh_token": null, "expires_at": null, "expires_in": null}',
        b'{"format": 1, "access_token": "a", "refresh_token": null, "expires_at": "soon", "expires_in": null}',
        b'{"format": 1, "access_token": "a", "refresh_token": null, "expires_at": null, "expires_in": "soon"}',
        b'{"format": 1, "access_token": "a", "refresh_token": null, "expires_at": null}',
    ],
)
def test_a_corrupt_file_is_refused_and_kept(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    assert_refused(path, "does not hold tokens that this version can read. It was left as it is")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_use_is_refused(path: Path, mode: int) -> None:
    FileStore(path).save(TOKENS)
    path.chmod(mode)
    assert_refused(path, rf"may be used by others \(mode 0{mode:o}\): run chmod 600")


def test_a_symbolic_link_is_refused(path: Path) -> None:
    FileStore(path).save(TOKENS)
    link = path.with_name("link.json")
    link.symlink_to(path)
    assert_refused(link, "is a symbolic link")


def test_a_folder_or_a_device_in_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    assert_refused(path, "is not a regular file")


@pytest.fixture
def unreadable(path: Path) -> Path:
    FileStore(path).save(TOKENS)
    path.chmod(0o000)
    return path


@pytest.mark.usefixtures("unreadable", "as_somebody_who_is_not_root")
def test_a_file_that_must_not_be_read_is_refused(path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read: Permission denied"):
        FileStore(path).load()


def test_a_path_that_leads_through_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = FileStore(tmp_path / "file" / "session.json")
    with pytest.raises(StoreError, match="cannot be read: Not a directory"):
        store.load()
    with pytest.raises(StoreError, match="cannot be written"):
        store.save(TOKENS)
    with pytest.raises(StoreError, match="cannot be locked"), store.lock(1):
        pytest.fail("the lock was had")


def test_a_full_disk_keeps_what_was_there_and_leaves_nothing_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileStore(path)
    store.save(TOKENS)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="cannot be written: No space left on device"):
        store.save(Tokens("a2"))
    assert store.load() == TOKENS
    assert list(path.parent.iterdir()) == [path]


def test_tokens_and_the_folders_entry_are_on_the_disk_when_save_returns(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[int, int, bool]] = []

    def sync(descriptor: int) -> None:
        status = os.fstat(descriptor)
        is_there = path.exists() and path.stat().st_size > 1000
        synced.append((status.st_ino, status.st_size, is_there))

    store = FileStore(path)
    store.save(TOKENS)
    monkeypatch.setattr(os, "fsync", sync)
    store.save(Tokens("a" * 1000))  # which a power cut, from now on, must not undo
    file, folder = path.stat(), path.parent.stat()
    assert (file.st_ino, file.st_size, False) in synced
    assert (folder.st_ino, True) in {(inode, is_there) for inode, _, is_there in synced}
    synced.clear()
    store.save(None)
    assert (folder.st_ino, False) in {(inode, is_there) for inode, _, is_there in synced}


@pytest.mark.case(29)
def test_a_reader_never_sees_half_a_file(path: Path) -> None:
    store = FileStore(path)
    both = [Tokens("a" * 10_000, "r1"), Tokens("b" * 100, "r2")]
    store.save(both[0])
    done = threading.Event()

    def write() -> None:
        for number in range(200):
            store.save(both[number % 2])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert store.load() in both
    writer.join()


HOLD_THE_LOCK = """
import sys
from afresh import FileStore
with FileStore(sys.argv[1]).lock(10):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(path: Path) -> subprocess.Popen[str]:
    """Another process, which holds the lock until its standard input ends."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


def test_another_process_holds_the_lock_until_it_lets_go(path: Path, holder: subprocess.Popen[str]) -> None:
    store = FileStore(path)
    with pytest.raises(TimeoutError, match=r"another process held .*session\.json\.lock for 0\.05 s"), store.lock(0.05):
        pytest.fail("the lock was had")
    holder.communicate("")
    with store.lock(10):
        pass


@pytest.mark.case(31)
def test_a_process_that_is_killed_holds_the_lock_no_more(path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.communicate()
    with FileStore(path).lock(10):
        pass


def test_a_session_survives_its_process(sandbox: Sandbox, path: Path) -> None:
    with Client(sandbox.url, store=FileStore(path)) as api:
        api.login(Credentials(username="ada", password="lovelace"))
    sandbox.control.revoke_access()
    with Client(sandbox.url, store=FileStore(path)) as api:
        assert api.users.me().username == "ada"
    stored = json.loads(path.read_text())
    assert stored["refresh_token"] == sandbox.control.issued().refresh[-1]


def test_a_refused_refresh_empties_the_store(sandbox: Sandbox, path: Path) -> None:
    session = Session(sandbox.url, store=FileStore(path))
    tokens = session.login(Credentials(username="ada", password="lovelace"))
    sandbox.control.end_sessions()
    with pytest.raises(Exception, match="sign in again"):
        session.obtain(rejected=tokens)
    assert not path.exists()
