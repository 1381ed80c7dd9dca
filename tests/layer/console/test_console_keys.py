"""The console command where the API takes keys: from the environment, or typed in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from keyed import KEYS, SECRETS, doors
from made import make
from places import FIXTURES
from shell import COMMAND, ForkedShell, origin_of_commands, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from forks import Origin
    from keyed import Doors

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a package that stands in for this repository's."""
    folder = tmp_path_factory.mktemp("keyed")
    make((FIXTURES / "keys.yaml").read_text(encoding="utf-8"), folder, package="afresh_api")
    return folder


@pytest.fixture(scope="module")
def imported(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Origin]:
    with origin_of_commands(tmp_path_factory.mktemp("home"), PYTHONPATH=str(package)) as running:
        yield running


@pytest.fixture
def server() -> Iterator[Doors]:
    with doors() as running:
        yield running


@pytest.fixture
def shell(package: Path, imported: Origin, server: Doors, tmp_path: Path) -> ForkedShell:
    variables = {"PYTHONPATH": str(package), "AFRESH_BASE_URL": server.url}
    return ForkedShell(tmp_path, variables, origin=imported)


def test_keys_come_from_the_environment(shell: ForkedShell) -> None:
    user, password = KEYS["by-name"]
    given = {"AFRESH_IN_HEADER": KEYS["in-header"], "AFRESH_IN_QUERY": KEYS["in-query"]}
    assert json.loads(shell.output("call", "doors", "header", **given)) == ["in-header"]
    basic = {"AFRESH_BY_NAME_USERNAME": user, "AFRESH_BY_NAME_PASSWORD": password}
    assert json.loads(shell.output("call", "doors", "basic", **basic)) == ["by-name"]
    shell.output("login", "--body", "-", stdin='{"name": "ada"}', **given)
    assert json.loads(shell.output("call", "doors", "both", **given)) == ["in-header", "user"]
    assert "  AFRESH_BY_NAME_PASSWORD  the password (HTTP Basic), for `by-name`\n" in shell.output("--help")


def test_a_key_that_is_missing_is_named_with_its_variable(shell: ForkedShell, server: Doors) -> None:
    complaint = shell.complaint("call", "doors", "header")
    assert complaint.startswith(f"GET {server.url}/header: the request needs `in-header`, which is not at hand: ")
    assert "set AFRESH_IN_HEADER for from_env() and the command" in complaint
    assert "or sign in" in shell.complaint("call", "doors", "token_or_key")
    assert "AFRESH_IN_QUERY" in shell.complaint("login", "--body", "-", stdin='{"name": "ada"}')
    assert server.asked == []


def test_a_terminal_is_asked_for_keys(shell: ForkedShell, server: Doors) -> None:
    with terminal([*COMMAND, "call", "doors", "all_keys"], shell.environment(LANG="C.UTF-8")) as seen:
        for name in ("in-header", "in-query", "in-cookie"):
            seen.read_until(f"key for {name}: ")
            assert not seen.is_echoing
            seen.type(f"{KEYS[name]}\n")
        user, password = KEYS["by-name"]
        seen.read_until("user name for by-name: ")
        seen.type(f"{user}\n")
        seen.read_until("password for by-name: ")
        assert not seen.is_echoing
        seen.type(f"{password}\n")
    assert json.loads(seen.shown[seen.shown.index("[") :]) == ["by-name", "in-cookie", "in-header", "in-query"]
    assert not any(secret in seen.shown for secret in SECRETS)
    with terminal([*COMMAND, "call", "doors", "header"], shell.environment()) as seen:
        seen.read_until("key for in-header: ")
        seen.type("\x04")
    assert "there is no key for `in-header`: type it in, or set AFRESH_IN_HEADER" in seen.shown
    assert len(server.asked) == 1
