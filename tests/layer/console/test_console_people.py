"""The console command where people sign in by a browser or on another device, and its profiles."""

from __future__ import annotations

import io
import signal
import sys
from contextlib import redirect_stderr
from typing import TYPE_CHECKING

import pytest
import segno

from afresh import DeviceCode, FileStore, Tokens
from afresh._console.session import _show_code
from lifecycles import live_by, signed
from servers.canned import Answer, answering
from servers.memory_keyring import MemoryKeyring, used
from servers.sign_in_server import DESCRIPTION, ask, signing_in
from shell import ShellInProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.process import Sandbox
    from servers.sign_in_server import SignInServer

pytestmark = pytest.mark.slow

LOGIN = "ada\nlovelace\n"


@pytest.fixture
def shell(tmp_path: Path) -> ShellInProcess:
    return ShellInProcess(tmp_path)


@pytest.fixture
def server(
    shell: ShellInProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[SignInServer]:
    """Return a server whose people have a browser that agrees to all."""
    live_by(DESCRIPTION, tmp_path, monkeypatch)
    with signing_in() as server:
        shell.variables |= {"AFRESH_BASE_URL": server.url, "AFRESH_CLIENT_ID": "sdk", "BROWSER": "a browser"}
        monkeypatch.setattr("webbrowser.open", lambda url: ask(ask(url).headers["location"]))
        yield server
    assert not {secret for secret in server.secrets if secret in caplog.text}


def state(tmp_path: Path) -> Path:
    return tmp_path / ".local" / "state" / "afresh"


def rows(shown: str) -> dict[str, str]:
    pairs = [line.split("  ", 1) for line in shown.splitlines()]
    return {name.strip(): text.strip() for name, text in pairs}


def test_people_sign_in_by_a_browser(server: SignInServer, shell: ShellInProcess) -> None:
    run = shell.run("login")
    assert run.stdout == f"Signed in at {server.url}.\n"
    first, url = run.stderr.splitlines()
    assert first == "Sign in with a browser at"
    assert url.startswith(f"{server.url}/authorize?")
    assert server.shown[0]["scope"] == "openid tasks"
    assert rows(shell.output("status"))["session"] == "signed in"
    assert shell.output("token") == f"{server.access}\n"
    shell.run("login", "--scope", "tasks", AFRESH_REDIRECT_URI="http://[::1]:99999,http://127.0.0.1/here")
    assert "redirect_uri must be" in shell.run("login", AFRESH_REDIRECT_URI="https://example.com").stderr
    run = shell.run("login", "--scope", "tasks", AFRESH_REDIRECT_URI="http://127.0.0.1/here")
    assert run.returncode == 0
    assert server.shown[1]["scope"] == "tasks"
    assert server.shown[1]["redirect_uri"].endswith("/here")


def test_people_sign_in_on_another_device(server: SignInServer, shell: ShellInProcess) -> None:
    server.agreed.add("WDJB-MJHT")
    run = shell.run("login", "--device")
    assert run.stdout == f"Signed in at {server.url}.\n"
    assert "\u2588" not in run.stderr
    assert run.stderr.startswith(f"To sign in, open {server.url}/device on any device, and enter the code WDJB-MJHT\n")
    assert server.shown == []
    complaint = shell.complaint("login", "--device", "--no-browser", status=2)
    assert complaint.startswith("argument --no-browser: not allowed with argument --device")


@pytest.mark.parametrize(
    "case",
    [
        ({"name": "Ada", "email": "ada@example.com"}, ["name Ada", "email ada@example.com"]),
        ({"preferred_username": "ada"}, ["preferred username ada"]),
        ({}, ["subject ada"]),
        ({"aud": "another"}, []),
    ],
)
def test_the_status_says_who_signed_in_if_the_id_token_can_be_verified(
    server: SignInServer,
    shell: ShellInProcess,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[dict[str, str], list[str]],
) -> None:
    claims, who = case
    live_by("x-token-lifecycle: {authorize: {scopes: [openid]}, metadata: /}\npaths: {}", tmp_path, monkeypatch)
    server.iss, server.claims = server.url, claims
    assert shell.run("login").returncode == 0
    lines = shell.output("status").splitlines()
    named = [line for line in lines if not line.startswith(("base URL", "session", "access token", "store"))]
    assert [" ".join(line.split()) for line in named] == who


def test_on_a_terminal_the_page_is_a_qr_code(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(shown, "isatty", lambda: True)
    code = DeviceCode(user_code="WDJB-MJHT", verification_uri="http://127.0.0.1/device")
    with redirect_stderr(shown):
        _show_code(code)
    expected = io.StringIO()
    segno.make_qr("http://127.0.0.1/device").terminal(expected, compact=True)
    assert shown.getvalue().endswith(expected.getvalue())
    monkeypatch.setitem(sys.modules, "segno", None)
    with redirect_stderr(shown):
        _show_code(code)
    assert shown.getvalue().endswith("The code is valid for 10 minutes.\n")


def test_a_server_of_devices_alone(
    server: SignInServer, shell: ShellInProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line for line in DESCRIPTION.splitlines() if "authorizationCode" not in line]
    live_by("\n".join(lines), tmp_path, monkeypatch)
    server.agreed.add("WDJB-MJHT")
    assert shell.run("login").stdout == f"Signed in at {server.url}.\n"
    assert "says where people sign in by a browser" in shell.complaint("login", "--no-browser")


@pytest.mark.usefixtures("server")
def test_ctrl_c_ends_the_wait_for_a_person(
    shell: ShellInProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _: signal.raise_signal(signal.SIGINT))
    assert shell.run("login").returncode == 130
    assert not state(tmp_path).exists()


@pytest.mark.usefixtures("server")
def test_a_client_without_an_id_is_told_where_to_give_it(shell: ShellInProcess) -> None:
    assert "give client_id to the client, or set AFRESH_CLIENT_ID" in shell.complaint("login", AFRESH_CLIENT_ID="")


def test_two_accounts_side_by_side(sandbox: Sandbox, shell: ShellInProcess, tmp_path: Path) -> None:
    shell.variables["AFRESH_BASE_URL"] = sandbox.url
    shell.output("login", stdin=LOGIN)
    shell.output("login", "--profile", "work", stdin="grace\nhopper\n")
    assert '"username": "ada"' in shell.output("call", "users", "me")
    assert '"username": "grace"' in shell.output("call", "users", "me", "--profile", "work")
    assert '"username": "grace"' in shell.output("call", "users", "me", AFRESH_PROFILE="work")
    assert '"username": "ada"' in shell.output("--profile", "default", "call", "users", "me", AFRESH_PROFILE="work")
    files = [path.relative_to(state(tmp_path)).as_posix() for path in state(tmp_path).rglob("*.json")]
    assert sorted(files) == ["console.json", "profiles/work/console.json", "profiles/work/sign-in.json", "sign-in.json"]
    assert shell.output("token") != shell.output("token", "--profile", "work")
    mine, other = rows(shell.output("status")), rows(shell.output("status", "--profile", "work"))
    assert (mine["username"], mine["other profiles"]) == ("ada", f"work ({sandbox.url})")
    assert "profile" not in mine
    assert (other["profile"], other["username"]) == ("work", "grace")
    assert other["other profiles"] == f"default ({sandbox.url})"
    shell.output("logout", "--profile", "work")
    complaint = shell.complaint("call", "users", "me", "--profile", "work")
    assert complaint == "nobody is signed in: run `afresh login --profile work`"
    assert "other profiles" not in shell.output("status")


def test_a_profile_that_is_damaged_does_not_harm_the_others(
    sandbox: Sandbox, shell: ShellInProcess, tmp_path: Path
) -> None:
    shell.variables["AFRESH_BASE_URL"] = sandbox.url
    shell.output("login", "--profile", "work", stdin=LOGIN)
    profiles = state(tmp_path) / "profiles"
    (profiles / "work" / "sign-in.json").write_text("{")
    (profiles / "no name").mkdir()
    (profiles / "no name" / "sign-in.json").write_text("{")
    shell.output("login", stdin=LOGIN)
    assert rows(shell.output("status"))["other profiles"] == "work (cannot be read)"
    assert "does not hold a sign-in" in shell.complaint("status", "--profile", "work")


def test_two_profiles_do_not_share_a_store(sandbox: Sandbox, shell: ShellInProcess, tmp_path: Path) -> None:
    shell.variables |= {"AFRESH_BASE_URL": sandbox.url, "AFRESH_STORE": str(tmp_path / "s.json")}
    shell.output("login", stdin=LOGIN)
    complaint = shell.complaint("login", "--profile", "work", stdin=LOGIN)
    assert complaint == (
        f"the profile default has its session in FileStore('{tmp_path}/s.json'): name another store with --store"
    )
    shell.output("login", "--profile", "work", "--store", str(tmp_path / "t.json"), stdin=LOGIN)
    other = "http://127.0.0.1:1"
    assert "or name another profile with --profile" in shell.complaint("login", "--base-url", other, stdin=LOGIN)


def test_each_profile_has_an_entry_in_the_keyring(sandbox: Sandbox, shell: ShellInProcess) -> None:
    keyring = MemoryKeyring()
    with used(keyring):
        for profile in ("default", "work"):
            shell.output("login", "--base-url", sandbox.url, "--profile", profile, stdin=LOGIN)
        assert list(keyring.entries) == [("afresh", sandbox.url), ("afresh", f"{sandbox.url} (work)")]
        assert f"'{sandbox.url} (work)'" in shell.output("status", "--profile", "work")


@pytest.mark.parametrize("name", ["..", "a/b", "-a", "é", "a" * 65])
def test_a_profile_is_named_like_a_file(shell: ShellInProcess, name: str) -> None:
    complaint = shell.complaint("status", f"--profile={name}")
    assert complaint.startswith(f"the profile {name!r} has another name than letters, digits")


RENEWED_BY_ACCESS_TOKEN = """
x-token-lifecycle:
  refresh: {operation: POST /refresh, send: {$request.header.Authorization: Bearer $accessToken}}
  tokens: {accessToken: $response.body#/token}
paths:
  /refresh: {post: {responses: {"200": {content: {application/json: {}}}}}}
"""


def test_a_session_that_is_renewed_by_its_access_token_is_signed_in(
    shell: ShellInProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_by(RENEWED_BY_ACCESS_TOKEN, tmp_path, monkeypatch)

    with answering(lambda _: Answer(body={"token": signed(300)})) as server:
        store = FileStore(tmp_path / "s.json")
        path = state(tmp_path)
        path.mkdir(parents=True, mode=0o700)
        (path / "sign-in.json").write_text(
            f'{{"base_url": "{server.url}", "store": "{tmp_path}/s.json", "names": {{}}}}'
        )
        (path / "sign-in.json").chmod(0o600)
        store.save(Tokens.issued("old", expires_in=0.001))
        shown = rows(shell.output("status"))
        assert (shown["session"], shown["access token"]) == ("signed in", "expired; renewed when needed")
        assert len(shell.output("token")) > 10
