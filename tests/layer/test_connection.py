"""What the environment says of proxies and certificates counts, or is told by the name of its variable."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import certifi
import httpx
import pytest

from afresh import AsyncClient, Client, ConfigurationError, RefreshUnavailable, Session, Tokens, TransportError
from afresh._connection import client_arguments, proxy_for
from afresh_api.models import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

API = "https://api.corp.example"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, *(name.lower() for name in VARIABLES), "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """Run a proxy that lets nobody through; gives its address, and where it was asked to connect to."""
    asked: list[str] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                asked.append(connection.recv(4096).split(b"\r\n")[0].decode())
                connection.sendall(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
async def test_all_calls_go_through_the_proxy_of_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy() as (url, asked):
        monkeypatch.setenv(name, url.removeprefix("http://") if name == "HTTPS_PROXY" else url)
        with Client(API, tokens=Tokens("a"), retries=0) as api:
            with pytest.raises(TransportError):
                api.users.me()
            with pytest.raises(TransportError):
                api.login(Credentials(username="ada", password="lovelace"))
        async with AsyncClient(API, tokens=Tokens("a"), retries=0) as async_api:
            with pytest.raises(TransportError):
                await async_api.users.me()
    assert asked == ["CONNECT api.corp.example:443 HTTP/1.1"] * 3


def test_what_is_excepted_goes_to_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy() as (url, asked):
        monkeypatch.setenv("HTTPS_PROXY", url)
        monkeypatch.setenv("NO_PROXY", "[::1], 127.0.0.0/8")
        with Client("https://127.0.0.1:9", tokens=Tokens("a"), retries=0) as api, pytest.raises(TransportError):
            api.users.me()
    assert asked == []


@pytest.mark.parametrize(
    ("said", "covered", "others"),
    [
        ("*", [API, "https://10.0.0.1"], []),
        ("other,*", [API], []),
        ("corp.example", [API, "https://corp.example:8443"], ["https://xcorp.example", "https://corp.example.org"]),
        (".corp.example", [API], ["https://corp.example"]),
        ("*.corp.example", [API, "https://a.b.corp.example"], ["https://corp.example"]),
        ("API.Corp.Example.", [API, f"{API}."], ["https://corp.example"]),
        ("api.*", [API], ["https://corp.example"]),
        ("a b  api.corp.example", [API], ["https://c.example"]),
        (",, api.corp.example ,", [API], ["https://c.example"]),
        ("api.corp.example:443", [API, f"{API}:443"], [f"{API}:8443"]),
        ("api.corp.example:8443", [f"{API}:8443"], [API]),
        ("https://api.corp.example/", [API], ["https://corp.example"]),
        ("::1", ["https://[::1]", "https://[0:0::1]:8443"], ["https://[::2]", API]),
        ("[::1]", ["https://[::1]"], ["https://[::2]"]),
        ("[::1]:443", ["https://[::1]"], ["https://[::1]:8443"]),
        ("fd00::/8", ["https://[fd12:3::4]"], ["https://[fe80::1]", "https://10.0.0.1"]),
        ("[fd00::]/8,[fe80::/10]", ["https://[fd12:3::4]", "https://[fe80::1]"], ["https://[2001::1]"]),
        ("fe80::1%eth0", ["https://[fe80::1]"], ["https://[fe80::2]"]),
        ("10.0.0.0/8", ["https://10.1.2.3", "https://10.1.2.3:8443"], ["https://11.0.0.1", "https://x10.0.0.0"]),
        ("10.9.9.9/8", ["https://10.1.2.3"], ["https://11.0.0.1"]),
        ("192.168.1.1:8443", ["https://192.168.1.1:8443"], ["https://192.168.1.1", "https://192.168.1.10:8443"]),
        ("192.168.*", ["https://192.168.7.7"], ["https://192.169.7.7"]),
        ("localhost", ["https://localhost:9"], ["https://127.0.0.1"]),
        ("10.0.0.0/99,[::1,a/b,http://,[],<local>,api.corp.example", [API], ["https://10.0.0.0"]),
        ("", [], [API]),
    ],
)
def test_what_no_proxy_covers(
    said: str, covered: list[str], others: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", said)
    assert [url for url in covered if proxy_for(httpx.URL(url)) is not None] == []
    assert [url for url in others if proxy_for(httpx.URL(url)) is None] == []


def test_what_no_proxy_cannot_mean_is_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "10.0.0.0/77, ::1")
    assert proxy_for(httpx.URL("https://[::1]")) is None
    (told,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert told == "NO_PROXY has '10.0.0.0/77', which is not a host, an address or a network: it is ignored"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HTTPS_PROXY", "http://user:secret@proxy:port", "HTTPS_PROXY is not the URL of a proxy"),
        ("https_proxy", "http://", "https_proxy is not the URL of a supported proxy: write it like http://"),
        ("HTTPS_PROXY", "http://user:secret@proxy:99999", "HTTPS_PROXY is not the URL of a supported proxy"),
        ("HTTPS_PROXY", "ftp://user:secret@proxy", "HTTPS_PROXY is not the URL of a supported proxy"),
        ("ALL_PROXY", "socks4://127.0.0.1:1080", "beginning with one of http, https, socks5, socks5h"),
        (
            "ALL_PROXY",
            "socks5://127.0.0.1:1080",
            "ALL_PROXY names a SOCKS proxy, .*pip install 'httpx2?.socks.', or unset",
        ),
        ("all_proxy", "socks5h://127.0.0.1:1080", "all_proxy names a SOCKS proxy"),
        (
            "SSL_CERT_FILE",
            "/no/such.pem",
            "SSL_CERT_FILE cannot be used .No such file or directory.: name an existing",
        ),
        ("SSL_CERT_FILE", os.devnull, "SSL_CERT_FILE cannot be used"),
        ("SSL_CERT_FILE", "/", "SSL_CERT_FILE cannot be used"),
        ("SSL_CERT_DIR", "/no/such:/nor/this", "SSL_CERT_DIR names no folder that exists"),
        ("SSLKEYLOGFILE", "/no/such/file", "SSLKEYLOGFILE cannot be used"),
    ],
)
async def test_what_is_of_no_use_is_told_with_the_name_of_its_variable(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Client(API).close()  # certificates that were read before do not count
    session = Session(API, tokens=Tokens("a", "r"))
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("afresh._connection.find_spec", lambda _: None)  # socksio may be there
    with pytest.raises(ConfigurationError, match=said) as caught:
        Client(API)
    assert "secret" not in str(caught.value)
    with pytest.raises(ConfigurationError, match=said):
        AsyncClient(API)
    with pytest.raises(ConfigurationError, match=said):
        session.login(Credentials(username="ada", password="lovelace"))
    with pytest.raises(RefreshUnavailable, match=said):
        session.obtain(rejected=session.obtain())


def test_a_socks_proxy_takes_what_is_installed_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    monkeypatch.setattr("afresh._connection.find_spec", lambda _: object())
    found = proxy_for(httpx.URL(API))
    assert found is not None
    assert found.url.scheme == "socks5"


def test_what_the_system_says_of_a_proxy_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"https": "ftp://proxy"}  # as macOS and Windows have it
    monkeypatch.setattr("afresh._connection.getproxies", lambda: found)
    with pytest.raises(ConfigurationError, match="the system's proxy setting is not the URL of a supported proxy"):
        Client(API)


def test_what_is_not_asked_for_does_no_harm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HTTP_PROXY", "nonsense://")
    monkeypatch.setenv("ALL_PROXY", "socks4://x")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("SSL_CERT_DIR", f"/no/such{os.pathsep}{tmp_path}")
    Client(API).close()
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv("NO_PROXY", "corp.example")
    Client(API).close()


def test_certificates_are_those_of_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def trusted() -> int:
        context = client_arguments(httpx.URL(API))["verify"]
        assert isinstance(context, ssl.SSLContext)
        return len(context.get_ca_certs())

    whole = trusted()
    head, end, _ = certifi.contents().partition("-----END CERTIFICATE-----\n")
    (tmp_path / "one.pem").write_text(head + end)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "one.pem"))
    assert (trusted(), whole > 1) == (1, True)


@pytest.mark.parametrize("name", [None, "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_server_that_is_not_trusted_is_told_with_what_to_do(
    name: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if name:
        monkeypatch.setenv(name, str(tmp_path) if name == "SSL_CERT_DIR" else certifi.where())
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer certificate")
    told = TransportError.of(error, httpx.Request("GET", API))
    assert not told.is_passing
    assert (name or "name a file with its root certificate in SSL_CERT_FILE") in str(told)
