"""How the console command tells of what goes wrong: on one line, with all that its user needs."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from afresh import (
    APIError,
    DecodeError,
    NotFound,
    RateLimited,
    RefreshUnavailable,
    SDKError,
    ServerError,
    StoreError,
)
from afresh._console import session
from afresh._console.answers import ParsedResponse
from afresh._console.errors import explain
from afresh._console.main import main
from afresh._console.sign_in import DEFAULT
from afresh._console.values import to_json
from afresh._environment import variables
from afresh_api.models import Problem
from lifecycles import live_by
from servers.canned import Answer, answering
from shell import COMMAND, Shell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servers.canned import Asked


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    for name in (*variables(), "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def complaint(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def of(*arguments: str, status: int = 1) -> str:
        assert main(arguments) == status
        printed = capsys.readouterr()
        assert printed.err.startswith("afresh: ")
        assert printed.err.count("\n") == 1
        return printed.err.removeprefix("afresh: ").rstrip("\n")

    return of


GET_STATUS = ("call", "service", "get_status")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(404), "the server answered 404 Not Found."),
        (Answer(418, {"code": 7}), 'the server answered 418 I\'m a Teapot. The server says: {"code": 7}'),
        (Answer(400, {"detail": "no", "at": 1}), '400 Bad Request: no. The server says: {"detail": "no", "at": 1}'),
        (Answer(403, {"detail": "no."}), "403 Forbidden: no. Use an account or scope with the permission to do this."),
        (Answer(403, {"code": "x7"}), 'with the permission to do this. The server says: {"code": "x7"}'),
        (Answer(403, [1]), "with the permission to do this. The server says: [1]"),
        (Answer(400, b"<html>\n  <b>no</b>" + b"x" * 1000), "400 Bad Request. The server says: <html> <b>no</b>xxx"),
        (Answer(400, b"plainly no"), "400 Bad Request: plainly no."),
        (Answer(429, headers={"Retry-After": "7"}), "Wait for 7 seconds, then try again."),
        (Answer(429), "Wait for a while, then try again."),
        (Answer(body=b"<html>"), "Check the base URL and its path, and any proxy in front of the API. The server says"),
        (
            Answer(body={"status": 1}),
            "now: datetime.datetime is described, and nothing was found. If the description is",
        ),
    ],
)
def test_what_the_body_says_is_told_in_place_of_where_to_look(
    monkeypatch: pytest.MonkeyPatch, complaint: Callable[..., str], answer: Answer, said: str
) -> None:
    monkeypatch.setenv("AFRESH_RETRIES", "0")
    with answering(lambda _: answer) as server:
        monkeypatch.setenv("AFRESH_BASE_URL", server.url)
        told = complaint(*GET_STATUS)
    assert said in told
    assert "`" not in told
    assert len(told) < 600


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            RefreshUnavailable("kept: 400 Bad Request. See `body` for what the server says."),
            "Request.",
        ),
        (
            NotFound("404 Not Found: no. See `body` for what the server says.", body="no"),
            "Found: no.",
        ),
        (SDKError("it failed. See `body`."), "it failed."),
        (DecodeError("it is not. See `body`; if the description is outdated, renew it.", body=""), "is not. If"),
        (ServerError("it failed.", body=Problem.from_dict({"type": "t", "title": "x", "status": 1})), '{"type": "t"'),
        (RateLimited("Wait for `retry_after` seconds."), "Wait for a while."),
    ],
)
def test_nobody_is_sent_to_look_at_what_is_not_there(error: SDKError, said: str) -> None:
    assert said in explain(error)
    assert "`" not in explain(error)


def test_a_huge_body_is_cut() -> None:
    assert len(explain(APIError("no. See `body`.", body={"a": "x" * 10_000}))) < 2100


@pytest.mark.parametrize("proxy", ["http://[", "http://proxy:port", "ftp://proxy:1", "socks5://127.0.0.1:1", "odd"])
def test_a_proxy_that_is_of_no_use_is_one_line(
    monkeypatch: pytest.MonkeyPatch, complaint: Callable[..., str], proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("AFRESH_BASE_URL", "https://api.example.com")
    monkeypatch.setenv("AFRESH_RETRIES", "0")
    assert complaint(*GET_STATUS)


def test_a_refresh_that_fails_is_one_line(tmp_path: Path) -> None:
    shell = Shell(tmp_path, {"AFRESH_BASE_URL": "https://127.0.0.1:1", "AFRESH_REFRESH_TOKEN": "r"})
    for proxy in ("http://[", "http://127.0.0.1:1"):
        shell.variables["HTTPS_PROXY"] = proxy
        assert "refresh" in shell.complaint("token")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            RuntimeError("this\nor that"),
            "RuntimeError: this or that (unexpected: `afresh --traceback …` shows where)",
        ),
        (RecursionError(), "RecursionError (unexpected: `afresh --traceback …` shows where)"),
        (OSError("odd"), "OSError: odd (unexpected: "),
        (OSError(13, "Permission denied", b"/a"), "/a: Permission denied"),
    ],
)
def test_what_nobody_thought_of_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    complaint: Callable[..., str],
    error: Exception,
    said: str,
) -> None:
    def fail(_: object) -> Any:
        raise error

    monkeypatch.setattr("afresh._console.calls._client", fail)
    assert complaint(*GET_STATUS).startswith(said)
    assert main(["--traceback", *GET_STATUS]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1].startswith(f"afresh: {said}")


@pytest.mark.parametrize(("closed", "written"), [(">&-", ""), ("2>&-", ""), ("<&-", "afresh: standard input ended")])
def test_streams_that_the_shell_has_closed(tmp_path: Path, closed: str, written: str) -> None:
    command = "login --base-url http://127.0.0.1:1" if "<" in closed else "call users"
    run = subprocess.run(
        ["sh", "-c", f'"$@" {command} {closed}', "sh", *COMMAND],
        env=Shell(tmp_path).environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr.startswith(written)
    assert run.stderr.count("\n") == (1 if written else 0)
    assert run.returncode == (2 if written else 0)
    assert run.stdout == ("me  The signed-in user.\n" if closed == "2>&-" else "")


CLIENT = """
x-token-lifecycle:
  client: basic
  refresh: {url: /token, send: {$request.body#/grant_type: refresh_token, $request.body#/refresh_token: $refreshToken}}
  tokens: {accessToken: $response.body#/access_token, refreshToken: $response.body#/refresh_token}
paths: {}
"""


def test_a_call_renews_with_the_oauth2_client_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    live_by(CLIENT, tmp_path, monkeypatch)
    known: list[str | None] = []

    def answer(asked: Asked) -> Answer:
        if asked.target == "/token":
            known.append(asked.headers.get("authorization"))
            return Answer(body={"access_token": "new", "refresh_token": "r2"})
        return Answer(204) if asked.headers.get("authorization") == "Bearer new" else Answer(401)

    task = "9885875f-19c1-59c5-91e7-15886f9a61db"
    with answering(answer) as server:
        given = {"BASE_URL": server.url, "REFRESH_TOKEN": "r1", "CLIENT_ID": "me", "CLIENT_SECRET": "s3"}
        for name, value in given.items():
            monkeypatch.setenv(f"AFRESH_{name}", value)
        assert main(["call", "tasks", "delete", "--arg", f"task_id={task}"]) == 0
    assert known == ["Basic bWU6czM="]
    assert capsys.readouterr() == ("", "")


def test_a_question_is_not_put_into_the_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("ada\n"))
    monkeypatch.setenv("AFRESH_PASSWORD", "lovelace")
    with answering(lambda _: Answer(401)) as server:
        assert main(["login", "--base-url", server.url]) == 1
        assert server.asked[0].json()["username"] == "ada"
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("username: ")


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"a": "hunter2"'])
def test_a_body_that_is_no_json_is_not_quoted(complaint: Callable[..., str], body: str) -> None:
    said = complaint("login", "--base-url", "https://api.example.com", "--body", body, status=2)
    assert said == "the body must be a JSON object"
    assert complaint("call", "tasks", "list", "--arg", f"limit={body}", status=2) == "limit must be a whole number"


def test_a_sign_out_whose_store_fails_forgets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def logout() -> None:
        raise StoreError("the disk is gone")

    location = SimpleNamespace(session=lambda: SimpleNamespace(tokens=None, logout=logout))
    monkeypatch.setattr(session, "locate_session", lambda _: location)
    with pytest.raises(StoreError, match="the disk is gone"):
        session.logout(DEFAULT)


def test_headers_are_printed_as_an_object() -> None:
    assert json.loads(to_json(httpx.Headers({"X-Version": "7"}))) == {"x-version": "7"}


def test_the_items_of_a_list_are_found_beside_other_values() -> None:
    came = ParsedResponse([1, 2], httpx.Response(200, json={"total": 2, "ids": [3], "inner": {"items": [1, 2]}}))
    assert came.items([1, 2]) == [1, 2]
    assert came.items([9]) == [9]
