"""What must hold on every system that the SDK is used on: CI runs this file on Windows, too."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from afresh import FileStore, KeyringStore, StoreError, Tokens

if TYPE_CHECKING:
    from pathlib import Path

TOKENS = Tokens("a1", "r1")

HOLD_THE_LOCK = """
import sys
from afresh import FileStore
with FileStore(sys.argv[1]).lock(30):
    print("held", flush=True)
    sys.stdin.read()
"""

WRITE = """
import sys
from afresh import FileStore, Tokens
store = FileStore(sys.argv[1])
for number in range(100):
    store.save(Tokens("a" * 5000 if number % 2 else "b", "r"))
"""


def run(program: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "session.json"


def test_a_session_is_kept_and_forgotten(path: Path) -> None:
    store = FileStore(path)
    assert store.load() is None
    with store.lock(30):
        store.save(TOKENS)
    assert FileStore(path).load() == TOKENS
    assert path.read_bytes().count(b"\n") == 0
    store.save(None)
    assert store.load() is None


@pytest.mark.parametrize("is_killed", [False, True], ids=["lets go", "is killed"])
def test_another_process_holds_the_lock_to_its_end(path: Path, *, is_killed: bool) -> None:
    with run(HOLD_THE_LOCK, path) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(TimeoutError), FileStore(path).lock(0.05):
            pytest.fail("the lock was had")
        if is_killed:
            holder.kill()
        holder.communicate("")
    with FileStore(path).lock(30):
        pass


def test_processes_read_while_others_write(path: Path) -> None:
    store = FileStore(path)
    store.save(TOKENS)
    with run(WRITE, path) as one:
        while one.poll() is None:
            assert store.load() in {TOKENS, Tokens("a" * 5000, "r"), Tokens("b", "r")}
    assert one.returncode == 0
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_folder_in_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match="is not a regular file"):
        FileStore(path).load()
    with pytest.raises(StoreError, match="is not a regular file"):
        FileStore(path).save(TOKENS)


def test_the_console_command_runs() -> None:
    shown = subprocess.run([sys.executable, "-m", "afresh", "--help"], capture_output=True, check=True).stdout
    assert b"AFRESH_BASE_URL" in shown


@pytest.mark.skipif(os.name != "nt", reason="other systems have no Credential Manager")
def test_the_credential_manager_takes_long_tokens(
    request: pytest.FixtureRequest,
) -> None:  # pragma: no cover - Windows
    store = KeyringStore("afresh tests", request.node.name)
    for tokens in (Tokens("a" * 6000, "r" * 1000), TOKENS, Tokens("b" * 3000, "r")):
        store.save(tokens)
        assert store.load() == tokens
    store.save(None)
    assert store.load() is None
