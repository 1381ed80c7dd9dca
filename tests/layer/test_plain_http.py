"""Plain http: refused beyond this machine, unless a host is allowed by name."""

from __future__ import annotations

import pickle
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from afresh import AsyncClient, Client, ConfigurationError, FileStore, Session
from afresh._origin import PlainHTTP
from conftest import ADA
from servers.canned import Answer, answering
from shell import ShellInProcess

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox

HOST = "paperhouse"


@pytest.fixture
def internal(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the sandbox's base URL by a host name that is not this machine's, as in an internal network."""
    resolve = socket.getaddrinfo

    def resolved(host: Any, *arguments: Any, **named: Any) -> Any:
        return resolve("127.0.0.1" if host in {HOST, HOST.encode()} else host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    return sandbox.url.replace("127.0.0.1", HOST)


def test_a_host_that_is_allowed_gets_all_calls(internal: str, sandbox: Sandbox) -> None:
    with Client(internal, allow_http=HOST) as api:
        api.login(ADA)
        assert api.users.me().username == "ada"
        sandbox.control.revoke_access()
        assert api.users.me().username == "ada"
        api.logout()


@pytest.mark.anyio
async def test_the_async_client_too(internal: str) -> None:
    async with AsyncClient(internal, allow_http=[HOST, "*.internal"]) as api:
        await api.login(ADA)
        assert (await api.users.me()).username == "ada"


def test_without_it_the_error_names_the_choice(internal: str) -> None:
    with pytest.raises(
        ConfigurationError, match=f"tokens are not sent over plain http to {HOST}, .*allow_http='{HOST}'"
    ):
        Client(internal)


def test_the_environment_allows_it_for_clients_and_the_console(
    internal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = ShellInProcess(tmp_path)
    login = ("login", "--base-url", internal)
    given: dict[str, Any] = {"AFRESH_USERNAME": "ada", "AFRESH_PASSWORD": "lovelace"}
    assert f"AFRESH_ALLOW_HTTP='{HOST}'" in shell.complaint(*login, **given)
    allowed = {"AFRESH_ALLOW_HTTP": f"other, {HOST}"}
    assert shell.output(*login, **given, **allowed) == f"Signed in at {internal}.\n"
    assert '"ada"' in shell.output("call", "users", "me", **allowed)
    assert f"AFRESH_ALLOW_HTTP='{HOST}'" in shell.complaint("call", "users", "me")
    for name, value in {**given, "AFRESH_BASE_URL": internal}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"AFRESH_BASE_URL: .*AFRESH_ALLOW_HTTP='{HOST}'"):
        Client.from_env()
    with Client.from_env(allow_http=HOST) as api:
        assert api.users.me().username == "ada"
    monkeypatch.setenv("AFRESH_ALLOW_HTTP", HOST)
    with Client.from_env() as api:
        assert api.users.me().username == "ada"


def test_the_choice_is_for_one_host_and_tokens_go_to_no_other(internal: str) -> None:
    with answering(lambda _: Answer(body={})) as other, Client(internal, allow_http=[HOST, "127.0.0.1"]) as api:
        api.login(ADA)
        api.http.get(f"{other.url}/anything")
    assert [asked.headers.get("authorization") for asked in other.asked] == [None]


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("paperhouse", "http://paperhouse:8000/api"),
        ("PaperHouse", "http://paperhouse"),
        ("paperhouse", "http://PAPERHOUSE."),
        ("*.svc.cluster.local", "http://tasks.team.svc.cluster.local"),
        ("other,10.1.2.3", "http://10.1.2.3"),
        (["fd00::1"], "http://[fd00::1]:8000"),
        (("a_b", "c"), "http://a_b"),
    ],
)
def test_what_a_choice_allows(allowed: Any, url: str) -> None:
    assert Session(url, allow_http=allowed).tokens is None


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("paperhouse", "http://paperhouse.example.com"),
        ("paperhouse", "http://my-paperhouse"),
        ("*.cluster.local", "http://cluster.local"),
        ("*.cluster.local", "http://evilcluster.local"),
        ("10.1.2.3", "http://10.1.2.30"),
        ("", "http://paperhouse"),
        ("paperhouse", "ftp://paperhouse"),
    ],
)
def test_what_it_does_not_allow(allowed: Any, url: str) -> None:
    with pytest.raises(ConfigurationError):
        Session(url, allow_http=allowed)


def test_no_scheme_but_http_is_allowed() -> None:
    with pytest.raises(ConfigurationError, match="over plain ftp to paperhouse"):
        PlainHTTP("paperhouse").check(httpx.URL("ftp://paperhouse"))


@pytest.mark.parametrize(
    "allowed", ["http://paperhouse", "paperhouse:80", "paperhouse/api", "*", "*.*", "a b", "10.0.0.0/8"]
)
def test_what_is_no_host_is_told(allowed: str) -> None:
    with pytest.raises(ConfigurationError, match=r"allow_http: .* is not a host: give a name or address"):
        Session("https://api.example.com", allow_http=allowed)


@pytest.mark.parametrize("allowed", [True, 5, [5], [None]])
def test_what_is_no_list_of_hosts_is_told(allowed: Any) -> None:
    with pytest.raises(ConfigurationError, match="allow_http must be host names"):
        Session("https://api.example.com", allow_http=allowed)


def test_a_pickled_session_keeps_its_choice(internal: str, tmp_path: Path) -> None:
    copy = pickle.loads(pickle.dumps(Session(internal, allow_http=HOST, store=FileStore(tmp_path / "s.json"))))
    assert copy.base_url == httpx.URL(internal)
