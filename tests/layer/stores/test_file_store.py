"""`FileStore`: what it keeps, whom it trusts, and that nothing is lost when something goes wrong."""

from __future__ import annotations

import errno
import grp
import json
import os
import pwd
import socket
import stat
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import filelock
import pytest

from afresh import Client, ConfigurationError, FileStore, Session, StoreError, Tokens, TokenStore
from afresh_api.models import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    assert_refused(path, "does not hold tokens that this version can read. It was left unchanged")


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
    with pytest.raises(StoreError, match="is a symbolic link"):
        FileStore(link).save(Tokens("a2"))
    assert FileStore(path).load() == TOKENS


def a_folder(path: Path) -> None:
    path.mkdir()


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


@pytest.mark.parametrize("make", [a_folder, a_socket, os.mkfifo], ids=["folder", "socket", "pipe"])
@pytest.mark.parametrize("of", ["session.json", "session.json.lock"])
def test_what_is_no_file_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, path: Path, make: Callable[[Path], None], of: str
) -> None:
    path.parent.mkdir()
    monkeypatch.chdir(path.parent)  # the address of a socket must be short
    make(Path(of))
    store = FileStore(path)
    if of == "session.json":
        assert_refused(path, "is not a regular file: name another one")
        for tokens in (TOKENS, None):
            with pytest.raises(StoreError, match="is not a regular file"):
                store.save(tokens)
    else:
        with pytest.raises(StoreError, match=r"\.lock is not a regular file"), store.lock(30):
            pytest.fail("the lock was had")
    assert [file.name for file in path.parent.iterdir()] == [of]


def test_a_device_is_refused() -> None:
    with pytest.raises(StoreError, match="/dev/null is not a regular file"):
        FileStore("/dev/null").load()


@pytest.mark.parametrize("umask", [0, 0o777])
def test_the_umask_gives_others_no_right_and_takes_none_from_the_owner(path: Path, umask: int) -> None:
    store = FileStore(path.parent / "one" / "two" / path.name)
    before = os.umask(umask)
    try:
        store.save(TOKENS)
        with store.lock(1):
            store.save(Tokens("a2"))
    finally:
        os.umask(before)
    modes = {place.name: place.stat().st_mode & 0o777 for place in path.parent.rglob("*")}
    assert modes == {"one": 0o700, "two": 0o700, "session.json": 0o600, "session.json.lock": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert store.load() == Tokens("a2")


@pytest.mark.parametrize("mode", [0o777, 0o707, 0o702])
def test_a_folder_that_others_can_write_is_refused(path: Path, mode: int) -> None:
    store = FileStore(path)
    store.save(TOKENS)
    path.parent.chmod(mode)
    assert_refused(
        path, rf"is in a folder that others may write \(mode 0{mode:o}\), .* run chmod go-w .*, or name a file"
    )
    for tokens in (TOKENS, None):
        with pytest.raises(StoreError, match="is in a folder that others may write"):
            store.save(tokens)
    with pytest.raises(StoreError, match="is in a folder that others may write"), store.lock(1):
        pytest.fail("the lock was had")
    inner = FileStore(path.parent / "own" / "session.json")  # what is made in it is the user's alone
    inner.save(TOKENS)
    assert inner.load() == TOKENS
    path.parent.chmod(0o1000 | mode)  # sticky: nobody can replace what is another's
    assert store.load() == TOKENS


@pytest.mark.parametrize(("name", "members"), [("own", []), ("own", ["x"]), ("x", [])])
def test_a_group_that_is_the_users_own_may_write_the_folder(
    monkeypatch: pytest.MonkeyPatch, path: Path, name: str, members: list[str]
) -> None:
    FileStore(path).save(TOKENS)
    path.parent.chmod(0o770)
    monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_name="own"))
    monkeypatch.setattr(grp, "getgrgid", lambda _: SimpleNamespace(gr_name=name, gr_mem=members))
    if (name, members) == ("own", []):
        assert FileStore(path).load() == TOKENS
    else:
        assert_refused(path, r"is in a folder that others may write \(mode 0770\)")


def test_a_group_that_nobody_knows_is_not_the_users_own(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    def unknown(_: int) -> None:
        raise KeyError

    FileStore(path).save(TOKENS)
    path.parent.chmod(0o770)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert_refused(path, r"is in a folder that others may write \(mode 0770\)")


def test_a_folder_that_is_another_users_is_refused(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    FileStore(path).save(TOKENS)
    owner = os.geteuid()
    if owner == 0:  # whose folders anybody trusts
        owner = 1234
        os.chown(path.parent, owner, -1)
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert_refused(path, rf"in a folder that belongs to another user \(uid {owner}\), who could replace it")


def failing(number: int, *, on_folders: bool) -> Callable[[int], None]:
    """Make an fsync that fails."""
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode) == on_folders:
            raise OSError(number, os.strerror(number))
        sync(descriptor)

    return fsync


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_syncs_no_folders_will_do(monkeypatch: pytest.MonkeyPatch, path: Path, number: int) -> None:
    monkeypatch.setattr(os, "fsync", failing(number, on_folders=True))
    store = FileStore(path)
    store.save(TOKENS)
    assert store.load() == TOKENS
    store.save(None)


@pytest.mark.parametrize(("number", "on_folders"), [(errno.EIO, True), (errno.EINVAL, False)])
def test_other_failures_of_the_disk_are_told(
    monkeypatch: pytest.MonkeyPatch, path: Path, number: int, *, on_folders: bool
) -> None:
    monkeypatch.setattr(os, "fsync", failing(number, on_folders=on_folders))
    with pytest.raises(StoreError, match=f"cannot be written: {os.strerror(number)}"):
        FileStore(path).save(TOKENS)


def test_a_folder_is_synced_when_a_file_is_written_and_when_it_is_removed(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    synced: list[int] = []

    def fsync(descriptor: int) -> None:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            synced.append(status.st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    store = FileStore(path)
    store.save(TOKENS)
    assert synced == [path.parent.stat().st_ino]
    store.save(None)
    assert synced == [path.parent.stat().st_ino] * 2


def test_a_huge_file_is_not_read_into_memory(path: Path) -> None:
    FileStore(path).save(TOKENS)
    with path.open("r+b") as file:
        file.truncate(10**12)
    with pytest.raises(StoreError, match="has more than 1000000 bytes, so it was not written by the SDK"):
        FileStore(path).load()


@pytest.mark.parametrize("times", [1, 3])
def test_a_file_that_another_machine_replaced_is_opened_anew(
    monkeypatch: pytest.MonkeyPatch, path: Path, times: int
) -> None:
    store, left = FileStore(path), [times]
    store.save(TOKENS)
    opened = os.open

    def stale(place: str, flags: int) -> int:
        left[0] -= 1
        if left[0] >= 0:
            raise OSError(errno.ESTALE, "Stale file handle")
        return opened(place, flags)

    monkeypatch.setattr(os, "open", stale)
    if times < 3:
        assert store.load() == TOKENS
    else:
        with pytest.raises(StoreError, match="cannot be read: Stale file handle"):
            store.load()


@pytest.mark.parametrize("path", ["", "/", "a\0b"])
def test_a_path_that_names_no_file_is_refused(path: str) -> None:
    with pytest.raises(ConfigurationError, match="names no file: give a path to one"):
        FileStore(path)


def test_a_relative_path_is_that_of_the_folder_it_was_given_in(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    path.parent.mkdir()
    monkeypatch.chdir(path.parent)
    store = FileStore("session.json")
    monkeypatch.chdir("/")
    store.save(TOKENS)
    assert FileStore(path).load() == TOKENS


def test_a_name_as_long_as_names_may_be_will_do(tmp_path: Path) -> None:
    store = FileStore(tmp_path / ("s" * 250))  # 255, with ".lock"
    with store.lock(1):
        store.save(TOKENS)
    assert store.load() == TOKENS


def test_a_folder_that_is_made_by_two_at_once_is_there(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    make = Path.mkdir

    def late(folder: Path, mode: int) -> None:
        make(folder, mode)
        make(folder, mode)

    monkeypatch.setattr(Path, "mkdir", late)
    FileStore(path).save(TOKENS)
    assert FileStore(path).load() == TOKENS


class Windows:
    """What Windows does that matters here: a file which others have open cannot be replaced, opened or removed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refusals = 0
        for name in ("geteuid", "fchmod", "O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_DIRECTORY"):
            monkeypatch.delattr(os, name)
        for name in ("open", "replace", "unlink"):
            monkeypatch.setattr(os, name, partial(self._act, getattr(os, name)))

    def _act(self, act: Callable[..., Any], place: Any, *arguments: Any, **options: Any) -> Any:
        if Path(place).is_dir() or (self.refusals > 0 and Path(place).exists()):
            self.refusals -= 1
            raise PermissionError(errno.EACCES, "The process cannot access the file")
        return act(place, *arguments, **options)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Windows:
    return Windows(monkeypatch)


def test_windows_keeps_a_session_too(windows: Windows, path: Path) -> None:
    store = FileStore(path)
    assert store.load() is None
    store.save(TOKENS)
    path.chmod(0o666)  # as every file there seems to have it
    path.parent.chmod(0o777)
    assert FileStore(path).load() == TOKENS
    for refusals in (1, 5):
        windows.refusals = refusals
        assert store.load() == TOKENS
        windows.refusals = refusals
        store.save(TOKENS)
    windows.refusals = 3
    store.save(None)
    assert store.load() is None


@pytest.mark.usefixtures("windows")
def test_windows_locks_as_filelock_does_there(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    held: list[str] = []

    class Lock:
        def __init__(self, path: Path, **_: object) -> None:
            self.name = path.name

        def acquire(self) -> None:
            held.append(self.name)

        def release(self) -> None:
            held.remove(self.name)

    monkeypatch.setattr(filelock, "FileLock", Lock)
    with FileStore(path).lock(1):
        assert held == ["session.json.lock"]
    assert not held


def test_windows_tells_of_a_file_that_stays_in_use(
    windows: Windows, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    store = FileStore(path)
    store.save(TOKENS)
    monkeypatch.setattr("afresh._stores.private_file.RETRY_TIME", 0)
    windows.refusals = 1
    with pytest.raises(StoreError, match="cannot be read: The process cannot access the file"):
        store.load()
    monkeypatch.setattr(os, "replace", windows_refuses)
    with pytest.raises(StoreError, match="cannot be written: The process cannot access the file"):
        store.save(Tokens("a2"))
    assert store.load() == TOKENS
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def windows_refuses(*_: object) -> None:
    raise PermissionError(errno.EACCES, "The process cannot access the file")


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


def test_what_becomes_a_pipe_meanwhile_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    monkeypatch.setattr("afresh._stores.private_file.refuse_special_file", lambda _: None)
    with pytest.raises(StoreError, match="is not a regular file"):
        FileStore(path).load()


def test_the_home_of_nobody_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match=r"the home directory in ~nobody-of-that-name/session\.json is not"):
        FileStore("~nobody-of-that-name/session.json")
