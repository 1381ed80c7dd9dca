"""The console command: signing in and out, who is signed in, and a token for others, against the sandbox."""

from __future__ import annotations

import io
import stat
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from keyring.backends import null

from afresh import Client, FileStore, KeyringStore, Tokens
from afresh._console.main import main
from afresh._console.sign_in import SignIn
from afresh._environment import variables
from afresh_api.lifecycle import LIFECYCLE
from lifecycles import live_by
from servers.canned import Answer, answering
from servers.memory_keyring import MemoryKeyring, used
from shell import COMMAND, Shell, ShellInProcess, terminal

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox
    from servers.canned import Asked

pytestmark = pytest.mark.slow

LOGIN = "ada\nlovelace\n"
NOBODY = "nobody is signed in: run `afresh login`"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return ShellInProcess(tmp_path)


@pytest.fixture
def processes(tmp_path: Path) -> Shell:
    """Return a shell whose commands are processes: for what two of them share, and for Python's own streams."""
    return Shell(tmp_path)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / ".local" / "state" / "afresh"


def test_a_sign_in_from_its_start_to_its_end(sandbox: Sandbox, processes: Shell, shell: Shell, state: Path) -> None:
    assert shell.complaint("status") == NOBODY
    assert processes.output("login", "--base-url", sandbox.url, stdin=LOGIN) == f"Signed in at {sandbox.url}.\n"
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in state.iterdir()}
    assert files == {"console.json": 0o600, "console.json.lock": 0o600, "sign-in.json": 0o600}
    assert "lovelace" not in (state / "sign-in.json").read_text()
    shown = dict(line.split("  ", 1) for line in shell.output("status").splitlines())
    assert {name.strip(): text.strip() for name, text in shown.items() if name != "access token"} == {
        "base URL": sandbox.url,
        "username": "ada",
        "session": "signed in",
        "store": f"FileStore('{state}/console.json')",
    }
    assert " UTC, 0:14:5" in shown["access token"]
    assert shown["access token"].endswith("; renewed when needed")
    assert '"username": "ada"' in processes.output("call", "users", "me")
    assert processes.output("logout") == f"Signed out at {sandbox.url}.\n"
    assert [file.name for file in state.iterdir()] == ["console.json.lock"]
    assert shell.complaint("call", "users", "me") == NOBODY
    assert shell.complaint("logout") == NOBODY


def test_what_is_typed_in_may_be_no_text(sandbox: Sandbox, processes: Shell, shell: Shell) -> None:
    login = ("login", "--base-url", sandbox.url)
    complaint = processes.complaint(*login, stdin=b"ad\xff\n", status=2, PYTHONIOENCODING="utf-8:strict")
    assert complaint == "`username` is not valid utf-8, the encoding of standard input"
    complaint = processes.complaint(*login, stdin=b"ada\npass\xff\n", PYTHONIOENCODING="utf-8:surrogateescape")
    assert complaint == "the value given for `password`, to sign in, is not valid text in this system's encoding"
    complaint = shell.complaint(*login, "--store", "~nobody-of-that-name/session.json")
    assert complaint.startswith("the home directory in ~nobody-of-that-name/session.json is not known")


def test_a_terminal_shows_what_is_typed_but_for_the_password(sandbox: Sandbox, shell: Shell) -> None:
    with terminal([*COMMAND, "login", "--base-url", sandbox.url], shell.environment()) as seen:
        seen.read_until("username: ")
        seen.type("ada\n")
        seen.read_until("password: ")
        assert not seen.is_echoing
        seen.type("lovelace\n")
    assert seen.process.returncode == 0
    assert seen.shown.splitlines() == ["username: ada", "password: ", f"Signed in at {sandbox.url}."]


def test_who_is_interrupted_leaves_a_terminal_that_echoes(sandbox: Sandbox, shell: Shell) -> None:
    with terminal([*COMMAND, "login", "--base-url", sandbox.url], shell.environment(AFRESH_USERNAME="ada")) as seen:
        seen.read_until("password: ")
        seen.type("\x03")
    assert seen.process.returncode == 130
    assert "Traceback" not in seen.shown
    with terminal([*COMMAND, "login", "--base-url", sandbox.url], shell.environment(AFRESH_USERNAME="ada")) as seen:
        seen.read_until("password: ")
        seen.type("\x04")
        seen.read_until("\n")
        seen.process.wait(30)
        assert seen.is_echoing
    assert seen.process.returncode == 2
    assert "standard input ended before `password`: add a line for it, or set AFRESH_PASSWORD" in seen.shown


def test_what_the_environment_has_is_not_asked_for(sandbox: Sandbox, shell: Shell) -> None:
    shell.variables |= {"AFRESH_BASE_URL": sandbox.url, "AFRESH_USERNAME": "ada"}
    complaint = shell.complaint("login", status=2)
    assert complaint == "standard input ended before `password`: add a line for it, or set AFRESH_PASSWORD"
    shell.output("login", stdin="lovelace\r\n")
    shell.output("login", AFRESH_PASSWORD="lovelace")  # again, in place of the first
    assert sandbox.control.counters().logins == 2


def test_what_is_refused_is_said_in_one_line_without_the_password(sandbox: Sandbox, shell: Shell, state: Path) -> None:
    complaint = shell.complaint("login", "--base-url", sandbox.url, stdin="ada\nhunter2\n")
    assert "401 Unauthorized" in complaint
    assert "Check the credentials" in complaint
    assert "hunter2" not in complaint
    assert not (state / "sign-in.json").exists()
    assert (
        shell.complaint("login", status=2) == "there is no base URL of the API: give --base-url, or set AFRESH_BASE_URL"
    )
    assert "must start with https://" in shell.complaint("login", "--base-url", "ftp://x")
    assert "unrecognized arguments: here (see afresh --help)" in shell.complaint("login", "here", status=2)


def test_a_token_is_printed_alone_and_renewed_before_it_expires(sandbox: Sandbox, shell: Shell, state: Path) -> None:
    shell.output("login", "--base-url", sandbox.url, stdin=LOGIN)
    token = shell.output("token").rstrip("\n") == sandbox.control.issued().access[-1]  # a failure must not show it
    assert token
    store = FileStore(state / "console.json")
    tokens = store.load()
    assert tokens
    store.save(Tokens.issued(tokens.access_token, refresh_token=tokens.refresh_token, expires_in=0.001))
    assert "expired; renewed when needed" in shell.output("status")
    token = shell.output("token").rstrip("\n") == sandbox.control.issued().access[-1]
    assert token
    assert sandbox.control.counters().refreshes == 1
    tokens = store.load()
    assert tokens
    soon = datetime.now(UTC) + timedelta(seconds=20)  # of 900
    store.save(Tokens(tokens.access_token, tokens.refresh_token, soon, 900))
    token = shell.output("token").rstrip("\n") == tokens.access_token
    assert not token
    assert sandbox.control.counters().refreshes == 2


def test_a_session_that_has_ended_is_said_to_be_over(sandbox: Sandbox, shell: Shell) -> None:
    shell.output("login", "--base-url", sandbox.url, stdin=LOGIN)
    sandbox.control.end_sessions()
    assert "the session is over: sign in again" in shell.complaint("call", "users", "me")
    run = shell.run("status")
    assert (run.returncode, run.stderr) == (1, "")
    assert "signed out" in run.stdout
    assert "access token" not in run.stdout
    shell.output("login", stdin=LOGIN)  # where that was is still known


def test_a_store_of_ones_own(sandbox: Sandbox, shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "here.json"
    complaint = shell.complaint("login", "--base-url", sandbox.url, "--store", "memory", status=2)
    assert complaint == "--store must not be memory, since the session would be lost at the end of this command"
    assert "--store must be memory, keyring" in shell.complaint("login", "--base-url", sandbox.url, "--store", "x://y")
    shell.output("login", "--base-url", sandbox.url, "--store", "~/here.json", stdin=LOGIN)
    assert FileStore(path).load()
    assert str(path) in shell.output("status")
    assert str(path) in shell.output("status", AFRESH_STORE="~/here.json", AFRESH_BASE_URL=sandbox.url)
    assert "AFRESH_BASE_URL is not set" in shell.complaint("status", AFRESH_STORE="~/other.json")
    elsewhere = shell.run("status", AFRESH_STORE="~/other.json", AFRESH_BASE_URL=sandbox.url)
    assert (elsewhere.returncode, "signed out" in elsewhere.stdout) == (1, True)
    assert shell.complaint("logout", AFRESH_STORE="~/other.json", AFRESH_BASE_URL=sandbox.url) == NOBODY
    complaint = shell.complaint("login", "--store", "~/other.json")
    assert complaint.startswith(f"there is already a session for {sandbox.url}, with another base URL or store: run")
    shell.output("login", stdin=LOGIN)
    assert FileStore(path).load(), "it signed in elsewhere"


def test_tokens_go_nowhere_but_where_the_sign_in_was(sandbox: Sandbox, shell: Shell) -> None:
    shell.output("login", "--base-url", sandbox.url, stdin=LOGIN)
    with answering(lambda _: Answer()) as other:
        for command in ("status", "token", "logout"):
            assert "AFRESH_BASE_URL is http" in shell.complaint(command, AFRESH_BASE_URL=other.url)
        assert "AFRESH_BASE_URL is http" in shell.complaint("call", "users", "me", AFRESH_BASE_URL=other.url)
        assert "run `afresh logout` first" in shell.complaint("login", "--base-url", other.url)
        assert other.asked == []
    shell.output("status", AFRESH_BASE_URL=f"{sandbox.url}/")
    sandbox.control.end_sessions()
    shell.complaint("call", "users", "me")
    assert "could not be reached" in shell.complaint("login", "--base-url", other.url, stdin=LOGIN)


def test_a_token_in_the_environment_counts_in_place_of_a_sign_in(sandbox: Sandbox, shell: Shell) -> None:
    shell.output("login", "--base-url", sandbox.url, stdin=LOGIN)
    shell.output("login", "--base-url", sandbox.url, stdin="grace\nhopper\n", HOME=str(shell.home / "other"))
    token = sandbox.control.issued().access[-1]
    shell.variables |= {"AFRESH_TOKEN": token, "AFRESH_BASE_URL": sandbox.url}
    assert "grace" in shell.output("call", "users", "me")
    shown = shell.output("status")
    assert "expiry unknown\n" in shown
    assert shown.endswith("store         none, the tokens are from the environment\n")
    for command in ("login", "logout"):
        complaint = shell.complaint(command)
        assert complaint == "AFRESH_TOKEN is set, and overrides any sign-in: unset it first"
    nobody = shell.run("status", AFRESH_TOKEN="", HOME=str(shell.home / "nobody"))
    assert nobody.stdout.endswith("session   signed out\nstore     none\n")
    assert "AFRESH_BASE_URL is not set" in shell.complaint("status", AFRESH_BASE_URL="")
    assert "AFRESH_TOKEN is used without renewal" in shell.complaint("status", AFRESH_STORE="x.json")


def test_a_server_that_does_not_revoke_is_told_of_but_the_session_is_gone(shell: Shell, state: Path) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.target == "/auth/login":
            return Answer(body={"data": {"accessToken": "a1", "refreshToken": "r1", "expiresIn": 900}})
        return Answer(503)

    with answering(answer) as server:
        shell.output("login", "--base-url", server.url, stdin=LOGIN)
        complaint = shell.complaint("logout")
        assert complaint.startswith(
            "signed out here, but the server did not revoke the tokens: it may accept them until"
        )
        assert f"(POST {server.url}/auth/logout: the server answered 503 Service Unavailable. Try again" in complaint
        assert shell.complaint("status") == NOBODY
        assert [file.name for file in state.iterdir()] == ["console.json.lock"]


def test_what_is_remembered_may_be_damaged(sandbox: Sandbox, shell: Shell, state: Path) -> None:
    shell.output("login", "--base-url", sandbox.url, stdin=LOGIN)
    for damage in ("{", "[]", "{}", '{"base_url": 1, "store": "", "names": {}}'):
        (state / "sign-in.json").write_text(damage)
        assert "does not hold a sign-in that this version can read: remove it" in shell.complaint("status")


@pytest.fixture
def _at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO(LOGIN))
    for name in variables():
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_at_home")
def test_the_session_is_in_the_keyring_where_there_is_one(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], state: Path
) -> None:
    keyring = MemoryKeyring()
    with used(keyring):
        assert main(["login", "--base-url", sandbox.url]) == 0
        assert list(keyring.entries) == [("afresh", sandbox.url)]
        assert KeyringStore("afresh", sandbox.url).load()
        capsys.readouterr()
        assert main(["status"]) == 0
        assert f"KeyringStore('afresh', '{sandbox.url}')" in capsys.readouterr().out
        assert main(["logout"]) == 0
        assert keyring.entries == {}
    assert not (state / "console.json").exists()


@pytest.mark.usefixtures("_at_home")
@pytest.mark.parametrize("kind", ["locked", "switched off", "not installed"])
def test_the_session_is_in_a_file_where_no_keyring_is_of_use(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, state: Path, kind: str
) -> None:
    keyring = MemoryKeyring()
    keyring.is_locked = kind == "locked"
    if kind == "not installed":
        monkeypatch.setitem(sys.modules, "keyring", None)
        assert main(["login", "--base-url", sandbox.url]) == 0
    else:
        with used(null.Keyring() if kind == "switched off" else keyring):  # type: ignore[no-untyped-call]
            assert main(["login", "--base-url", sandbox.url]) == 0
    assert FileStore(state / "console.json").load()


@pytest.mark.usefixtures("_at_home")
def test_a_description_that_says_no_way_to_sign_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert LIFECYCLE
    for module in ("_environment", "_console.session"):
        monkeypatch.setattr(f"afresh.{module}.LIFECYCLE", evolve(LIFECYCLE, login=None))
    monkeypatch.setattr("sys.argv", ["afresh", "login", "--base-url", "https://api.example.com"])
    assert main() == 1
    assert capsys.readouterr().err == (
        "afresh: the API's description does not say how to sign in: add login to its x-token-lifecycle, or set "
        "AFRESH_TOKEN to an access token\n"
    )


LOGIN_BODY = """
x-token-lifecycle:
  login: {operation: POST /login}
  tokens: {accessToken: $response.body#/token}
paths:
  /login:
    post:
      operationId: logIn
      requestBody: {content: {application/json: {schema: SCHEMA}}}
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {type: object, properties: {token: {type: string}}}}}
"""
NOTHING_REQUIRED = """{type: object, properties: {user: {type: string}, password: {type: string},
 otp: {type: [string, "null"]}, keep: {type: boolean}, kind: {type: string, enum: [web]},
 id: {type: string, readOnly: true}}}"""
A_CHOICE = "{oneOf: [{type: object, required: [user]}, {type: object, required: [phone]}]}"
NO_TEXT = "{type: object, required: [pin], properties: {pin: {type: integer}}}"


@pytest.mark.usefixtures("_at_home")
def test_a_body_that_requires_nothing_is_asked_for_text_by_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    live_by(LOGIN_BODY.replace("SCHEMA", NOTHING_REQUIRED), tmp_path, monkeypatch)
    with answering(lambda _: Answer(body={"token": "a1"})) as server:
        for typed, sent in (
            ("ada\nlovelace\n", {"user": "ada", "password": "lovelace"}),
            ("\nlovelace\n123\n", {"password": "lovelace", "otp": "123"}),
        ):
            monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
            assert main(["login", "--base-url", server.url]) == 0
            assert server.asked[-1].json() == sent
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        assert main(["login", "--base-url", server.url]) == 2
        assert len(server.asked) == 2
        assert capsys.readouterr().err == "afresh: no credentials were given: user, password, otp\n"
        monkeypatch.setenv("AFRESH_PASSWORD", "hopper")
        assert Client.from_env(base_url=server.url).tokens == Tokens("a1")
        assert server.asked[-1].json() == {"password": "hopper"}


@pytest.mark.usefixtures("_at_home")
@pytest.mark.parametrize("schema", [A_CHOICE, NO_TEXT])
def test_a_body_that_cannot_be_asked_for_is_given_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, schema: str
) -> None:
    live_by(LOGIN_BODY.replace("SCHEMA", schema), tmp_path, monkeypatch)
    (tmp_path / "body.json").write_text('{"pin": 1234}')
    with answering(lambda _: Answer(body={"token": "a1"})) as server:
        login = ["login", "--base-url", server.url]
        assert main(login) == 1
        assert "POST /login, which signs in, cannot be prompted for" in capsys.readouterr().err
        for body in ("[1234]", "{1234"):
            assert main([*login, "--body", body]) == 2
            assert capsys.readouterr().err == "afresh: the body must be a JSON object\n"
        assert server.asked == []
        assert main([*login, "--body", f"@{tmp_path}/body.json"]) == 0
        assert server.asked[-1].json() == {"pin": 1234}


@pytest.mark.usefixtures("_at_home")
def test_what_a_refused_sign_in_is_answered_is_shown_without_the_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO('ada\nlove"läce\n'))
    refusal = {"errors": [{"loc": ["body"], "input": {"username": "ada", "password": 'love"läce'}}]}
    with answering(lambda _: Answer(422, refusal)) as server:
        assert main(["login", "--base-url", server.url]) == 1
    said = capsys.readouterr().err
    assert "l\u00e4ce" not in said
    assert "läce" not in said
    assert said.endswith(
        'The server says: {"errors": [{"loc": ["body"], "input": {"username": "ada", "password": "…"}}]}\n'
    )


CLIENT = """
paths: {}
components:
  securitySchemes: {machines: {type: oauth2, flows: {clientCredentials: {tokenUrl: token, scopes: {}}}}}
"""


@pytest.mark.usefixtures("_at_home")
def test_a_client_that_signs_in_as_itself_is_asked_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    live_by(CLIENT, tmp_path, monkeypatch)
    monkeypatch.setenv("AFRESH_CLIENT_ID", "m")
    with answering(lambda _: Answer(body={"access_token": f"a{len(server.asked)}", "expires_in": 0.001})) as server:
        assert main(["login", "--base-url", server.url]) == 0
        assert main(["status"]) == 0
        assert "expired; renewed when needed" in capsys.readouterr().out
        assert main(["token"]) == 0
        assert capsys.readouterr().out == "a2\n"
        monkeypatch.delenv("AFRESH_CLIENT_ID")
        assert main(["status"]) == 1
        assert main(["token"]) == 1
        said = capsys.readouterr().err
        assert said == "afresh: the access token has expired, and cannot be renewed: run `afresh login`\n"
        assert main(["login"]) == 1
        assert "the API signs in OAuth2 clients: set AFRESH_CLIENT_ID, and" in capsys.readouterr().err


UNTOLD = """
x-token-lifecycle:
  refresh: {url: /token, send: {$request.body#/refresh_token: $refreshToken}}
  LOGOUT
  tokens: {accessToken: $response.body#/token, refreshToken: $response.body#/refresh}
paths: {}
"""


@pytest.mark.usefixtures("_at_home")
@pytest.mark.parametrize(
    "case",
    [
        (
            "",
            Tokens("a", "r"),
            "The tokens were not revoked, since the API's description has no logout call: the server",
        ),
        ("logout: {url: /out, send: {$request.body#/token: $refreshToken}}", Tokens("a"), "there was none: the server"),
        ("logout: {url: /out, send: {$request.body#/token: $refreshToken}}", Tokens("a", "r"), "Signed out at "),
        ("metadata: /", Tokens("a", "r"), "since the server's metadata has no revocation_endpoint: the server"),
        ("logout: {url: /out, send: {$request.body#/id: $clientId}}", Tokens("a", "r"), "signed out here, but"),
    ],
)
def test_a_sign_out_says_what_the_server_knows_of_it(
    case: tuple[str, Tokens, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    logout, tokens, said = case
    live_by(UNTOLD.replace("LOGOUT", logout), tmp_path, monkeypatch)

    def answer(asked: Asked) -> Answer:
        return Answer(204) if asked.method == "POST" else Answer(body={"issuer": server.url})

    with answering(answer) as server:
        FileStore(tmp_path / "s.json").save(tokens)
        SignIn(server.url, str(tmp_path / "s.json"), {}).save()
        assert main(["logout"]) == said.startswith("signed")
        assert len([asked for asked in server.asked if asked.method == "POST"]) == said.startswith("Signed")
    told = capsys.readouterr()
    assert said in told.out + told.err
    assert not (tmp_path / "s.json").exists()
    assert SignIn.read() is None
