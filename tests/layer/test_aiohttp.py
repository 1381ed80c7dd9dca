"""Over aiohttp, requests, responses and errors are what they are over httpx's own connections."""

from __future__ import annotations

import asyncio
import gc
import pickle
import ssl
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trio

from afresh import AiohttpTransport, AsyncClient, Client, ConfigurationError, Tokens, TransportError
from afresh_api.models import Credentials
from servers.scripted import OK, Scripted, answering_with, forever, reset, scripted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from sandbox.process import Sandbox

    Request = Callable[[httpx.AsyncClient, Scripted], Awaitable[object]]

pytestmark = pytest.mark.anyio

SOON = httpx.Timeout(0.3)
HOST = b"127.0.0.1:%d"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def outcomes(make: Any, send: Request, **server: Any) -> list[object]:
    """What comes of a request, and what the server got: over httpx's own connections, and over aiohttp."""
    found: list[object] = []
    own = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=3))
    for transport in (own, AiohttpTransport(max_connections=3)):
        async with scripted(make, **server) as site, httpx.AsyncClient(transport=transport, trust_env=False) as http:
            try:
                outcome = await asyncio.wait_for(send(http, site), 20)
            except Exception as error:  # noqa: BLE001 - they are compared
                outcome = type(error)
            heads = [head.replace(HOST % site.port, b"HOST") for head in site.asked]
            found.append((outcome, heads, site.connections))
    return found


async def same(make: Any, send: Request) -> Any:
    over_httpx, over_aiohttp = await outcomes(make, send)
    assert over_aiohttp == over_httpx
    return over_aiohttp[0]  # type: ignore[index]


def get(method: str = "GET", path: str = "/a", **options: Any) -> Request:
    async def send(http: httpx.AsyncClient, site: Scripted) -> object:
        response = await http.request(method, site.url + path, **options)
        extensions = {name: response.extensions[name] for name in ("http_version", "reason_phrase")}
        return response.status_code, extensions, response.headers.raw, response.content

    return send


@pytest.mark.parametrize(
    "answer",
    [
        OK,
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + OK,
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 299 Gr\xfc\xdf\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nX-A: \xe9\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 60_000 + b"\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(500)) + b"Content-Length: 0\r\n\r\n",
    ],
)
async def test_a_response_is_what_httpx_makes_of_it(answer: bytes) -> None:
    assert isinstance(await same(answering_with(answer), get()), tuple)


@pytest.mark.parametrize(
    ("answer", "then", "kind"),
    [
        (b"", bool, httpx.RemoteProtocolError),
        (b"", reset, httpx.ReadError),
        (b"", forever, httpx.ReadTimeout),
        (b"HTTP/1.1 200 OK\r\nConte", bool, httpx.RemoteProtocolError),
        (b"hello\r\n\r\n", bool, httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n", bool, httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 200_000 + b"\r\n\r\n", bool, httpx.RemoteProtocolError),
        (b"HTTP/1.1 101 No\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", bool, httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", bool, httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", reset, httpx.ReadError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", forever, httpx.ReadTimeout),
        (b"HTTP/1.1 200 OK\r\n\r\nabc", reset, httpx.ReadError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", bool, httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", bool, httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", bool, httpx.DecodingError),
    ],
)
async def test_a_failure_is_the_one_of_httpx(answer: bytes, then: Any, kind: type[Exception]) -> None:
    assert await same(answering_with(answer, then=then), get(timeout=SOON if then is forever else 5)) is kind


@pytest.mark.parametrize(
    "send",
    [
        get("DELETE"),
        get("POST"),
        get("QUERY", content=b"abc"),
        get("POST", content=b"abc", headers={"Expect": "100-continue"}),
        get("PUT", json={"a": [1]}),
        get(headers=[("X-A", "1"), ("x-a", "2"), ("Cookie", "a=1; b=2")]),
        get(headers={"User-Agent": "", "Accept": "", "Host": "other.example"}),
        get(headers={"X-A": "é".encode()}),
        get(path="/a%2Fb;c/%C3%A9/é//x?q=%20+&a=b%26#fragment"),
        get(headers={"X-A": "a\nb"}),
    ],
)
async def test_a_request_goes_out_as_it_is(send: Request) -> None:
    await same(answering_with(OK), send)


async def test_a_request_for_the_headers_gets_no_more() -> None:
    assert await same(answering_with(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), get("HEAD"))


async def parts(*values: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    for value in values:
        yield value
    if error is not None:
        raise error


def echo(site: Scripted) -> Any:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await site.head(reader)).lower()
        if b"chunked" in head:
            body = await reader.readuntil(b"0\r\n\r\n")
        else:
            body = await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    return handle


@pytest.mark.parametrize(
    ("values", "headers"),
    [
        ((b"abc", b"", b"d"), {}),
        ((), {}),
        ((b"ab", b"c"), {"Content-Length": "3"}),
        ((b"x" * 5_000,) * 10, {}),
    ],
)
async def test_a_streamed_body_is_written_part_by_part(values: Sequence[bytes], headers: dict[str, str]) -> None:
    async def send(http: httpx.AsyncClient, site: Scripted) -> bytes:
        return (await http.post(site.url, content=parts(*values), headers=headers, timeout=5)).content

    await same(echo, send)


@pytest.mark.parametrize(("length", "said"), [("2", "Too much data"), ("5", "Too little data")])
async def test_a_body_of_another_length_than_it_said_is_not_sent(length: str, said: str) -> None:
    async with scripted(echo) as site, httpx.AsyncClient(transport=AiohttpTransport(), trust_env=False) as http:
        with pytest.raises(httpx.LocalProtocolError, match=said):
            await http.post(site.url, content=parts(b"abc"), headers={"Content-Length": length})


@pytest.mark.parametrize(
    "error", [ValueError("mine"), TimeoutError("mine"), OSError(5, "mine"), KeyError("mine"), httpx.StreamConsumed()]
)
@pytest.mark.parametrize("values", [(), (b"abc",)])
async def test_what_a_body_raises_is_raised(error: Exception, values: Sequence[bytes]) -> None:
    async with scripted(echo) as site, httpx.AsyncClient(transport=AiohttpTransport(), trust_env=False) as http:
        with pytest.raises(type(error)) as caught:
            await http.post(site.url, content=parts(*values, error=error))
    assert caught.value is error


async def test_a_part_that_is_not_written_in_time_is_a_timeout_of_writing() -> None:
    async def send(http: httpx.AsyncClient, site: Scripted) -> object:
        return await http.post(site.url, content=b"x" * 30_000_000, timeout=httpx.Timeout(10, write=0.3))

    assert await same(answering_with(b"", then=forever), send) is httpx.WriteTimeout


async def test_a_connection_that_breaks_while_a_body_is_written_may_have_been_enough() -> None:
    async with (
        scripted(answering_with(b"", then=reset)) as site,
        httpx.AsyncClient(transport=AiohttpTransport(), trust_env=False) as http,
    ):
        with pytest.raises(httpx.NetworkError) as caught:
            await http.post(site.url, content=parts(*[b"x" * 60_000] * 500))
    assert not isinstance(caught.value, httpx.ConnectError)


async def test_an_answer_that_comes_before_the_end_of_the_body_is_given() -> None:
    early = b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n"
    async with (
        scripted(answering_with(early, then=forever)) as site,
        httpx.AsyncClient(transport=AiohttpTransport(), trust_env=False) as http,
    ):
        response = await http.post(site.url, content=parts(*[b"x" * 60_000] * 500))
        assert response.status_code == 413
        await http.get(site.url)
    assert site.connections == 2  # the body of the first was not sent to its end


async def test_what_cannot_be_connected_to_has_not_been_sent_to() -> None:
    async def refused(http: httpx.AsyncClient, site: Scripted) -> object:
        return await http.get(f"http://127.0.0.1:1/?secret={site.port}")

    async def unknown(http: httpx.AsyncClient, _: Scripted) -> object:
        return await http.get("http://no.such.host.invalid/")

    async def no_scheme(http: httpx.AsyncClient, _: Scripted) -> object:
        return await http.get("ftp://127.0.0.1/")

    async def no_tls(http: httpx.AsyncClient, site: Scripted) -> object:
        return await http.get(f"https://127.0.0.1:{site.port}/", timeout=httpx.Timeout(5, connect=0.3))

    assert await same(answering_with(OK), refused) is httpx.ConnectError
    assert await same(answering_with(OK), unknown) is httpx.ConnectError
    assert await same(answering_with(OK), no_scheme) is httpx.UnsupportedProtocol
    assert await same(answering_with(OK, then=forever), no_tls) is httpx.ConnectTimeout
    async with AsyncClient("https://127.0.0.1:1", tokens=Tokens("a"), retries=0, transport="aiohttp") as api:
        with pytest.raises(TransportError, match="could not be reached") as caught:
            await api.users.me()
        assert caught.value.is_unsent
    async with AsyncClient("https://no.such.host.invalid", tokens=Tokens("a"), retries=0, transport="aiohttp") as api:
        with pytest.raises(TransportError, match="there is no host of that name"):
            await api.users.me()
    async with httpx.AsyncClient(transport=AiohttpTransport()) as http:
        with pytest.raises(httpx.ConnectError, match="no host"):
            await http.get("http://127.1/")


async def test_who_gets_no_connection_in_time_has_sent_nothing() -> None:
    async def send(http: httpx.AsyncClient, site: Scripted) -> object:
        held = [await http.send(http.build_request("GET", site.url), stream=True) for _ in range(3)]
        with pytest.raises(httpx.PoolTimeout):
            await http.get(site.url, timeout=httpx.Timeout(5, pool=0.1))
        waiting = asyncio.create_task(http.send(http.build_request("GET", site.url), stream=True))
        await asyncio.sleep(0)
        await held.pop().aclose()
        held.append(await waiting)
        for response in held:
            await response.aclose()
        return len(held)

    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"
    assert await same(answering_with(answer, then=forever), send) == 3


async def test_connections_are_kept_and_those_of_cancelled_requests_are_not() -> None:
    def make(site: Scripted) -> Any:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                if b"/slow" in await site.head(reader):
                    arrived.set()
                    await forever(None)
                writer.write(OK)

        return handle

    async def send(http: httpx.AsyncClient, site: Scripted) -> object:
        for _ in range(3):
            await http.get(site.url)
        assert site.connections == 1
        slow = asyncio.create_task(http.get(f"{site.url}/slow"))
        await arrived.wait()
        arrived.clear()
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        return (await http.get(site.url)).content

    arrived = asyncio.Event()
    assert await same(make, send) == b"ok"


async def test_a_connection_that_the_server_has_closed_meanwhile_is_not_used() -> None:
    async def send(http: httpx.AsyncClient, _: Scripted) -> object:
        first = await http.post(elsewhere.url)
        closed.wait()
        time.sleep(0.05)  # noqa: ASYNC251 - the event loop must not learn of it
        return first.content, (await http.post(elsewhere.url)).content

    def serve() -> None:
        async def run() -> None:
            async with scripted(answering_with(OK, then=lambda _: closed.set())) as elsewhere_:
                elsewhere.port = elsewhere_.port
                ready.set()
                await asyncio.to_thread(done.wait)

        asyncio.run(run())

    elsewhere, ready, closed, done = Scripted(), threading.Event(), threading.Event(), threading.Event()
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        ready.wait()
        assert await same(answering_with(OK), send) == (b"ok", b"ok")
    finally:
        done.set()
        thread.join()


async def test_a_reader_that_takes_its_time_does_not_run_into_the_timeout() -> None:
    def make(site: Scripted) -> Any:
        asked.clear()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await site.head(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
            await asked.wait()
            writer.write(b"cd")
            await forever(None)

        return handle

    async def send(http: httpx.AsyncClient, site: Scripted) -> object:
        async with http.stream("GET", site.url, timeout=SOON) as response:
            body = response.aiter_raw()
            first = await anext(body)
            await asyncio.sleep(0.5)
            asked.set()
            return first + await anext(body)

    asked = asyncio.Event()
    assert await same(make, send) == b"abcd"


async def test_what_arrived_before_the_connection_broke_is_given() -> None:
    def make(site: Scripted) -> Any:
        asked.clear()

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await site.head(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            await writer.drain()
            await asked.wait()
            writer.write(b"3\r\ndef\r\n")

        return handle

    async def send(http: httpx.AsyncClient, site: Scripted) -> object:
        got: list[object] = []
        async with http.stream("GET", site.url) as response:
            try:
                async for part in response.aiter_raw():
                    got.append(part)
                    asked.set()
                    await asyncio.sleep(0.2)
            except httpx.RemoteProtocolError as error:
                got.append(type(error))
        return got

    asked = asyncio.Event()
    assert await same(make, send) == [b"abc", b"def", httpx.RemoteProtocolError]


async def test_closing_the_client_ends_what_reads() -> None:
    async def send(http: httpx.AsyncClient, site: Scripted) -> object:
        async with http.stream("GET", site.url, timeout=None) as response:
            body = response.aiter_raw()
            await anext(body)
            reading: Any = asyncio.ensure_future(anext(body))
            await asyncio.sleep(0)
            await http.aclose()
            return await reading

    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"
    assert await same(answering_with(answer, then=forever), send) is httpx.ReadError


async def test_user_info_is_no_matter_of_the_transport() -> None:
    async def send(http: httpx.AsyncClient, site: Scripted) -> object:
        return (await http.get(site.url.replace("//", "//me:word@"), auth=None)).content

    assert await same(answering_with(OK), send) == b"ok"


async def test_extensions_that_aiohttp_does_not_have_are_refused() -> None:
    async with httpx.AsyncClient(transport=AiohttpTransport()) as http:
        with pytest.raises(ConfigurationError, match="target and trace do not work with aiohttp"):
            await http.get("http://127.0.0.1:1", extensions={"trace": print})


async def test_any_number_of_requests_may_be_under_way() -> None:
    async with (
        scripted(answering_with(OK)) as site,
        httpx.AsyncClient(transport=AiohttpTransport(max_connections=None), trust_env=False) as http,
    ):
        answers = await asyncio.gather(*(http.get(site.url) for _ in range(120)))
    assert {answer.content for answer in answers} == {b"ok"}


# Proxies


def tunnel(site: Scripted) -> Any:
    """Make a proxy that asks for a password, and connects to what it is asked for."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await site.head(reader)
        if b"Proxy-Authorization: Basic bWU6d29yZA==\r\n" not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        if not head.startswith(b"CONNECT"):
            writer.write(OK)
            return
        port = int(head.split(b" ")[1].rpartition(b":")[2])
        there, back = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(pump(reader, back), pump(there, writer))

    return handle


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()


async def test_a_proxy_carries_https_and_http(tls: TLS) -> None:
    async with scripted(answering_with(OK), tls=tls.server()) as site, scripted(tunnel) as proxy:
        for url, password, expected in [
            (f"https://127.0.0.1:{site.port}/a?b", "word", b"ok"),
            (f"https://127.0.0.1:{site.port}/", "no", httpx.ProxyError),
            ("http://api.example/a?b", "word", b"ok"),
        ]:
            transport = AiohttpTransport(
                verify=tls.client(), proxy=httpx.Proxy(proxy.url, auth=("me", password), headers={"X-P": "1"})
            )
            async with httpx.AsyncClient(transport=transport) as http:
                try:
                    outcome: object = (await http.get(url)).content
                except httpx.TransportError as error:
                    outcome = type(error)
                assert outcome == expected
    connect, refused, plain = proxy.asked
    assert connect.startswith(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n" % site.port)
    assert b"X-P: 1\r\n" in connect
    assert b"407" not in refused
    assert plain.startswith(b"GET http://api.example/a?b HTTP/1.1\r\nHost: api.example\r\n")
    (asked,) = site.asked
    assert b"X-P" not in asked
    assert b"Proxy-Authorization" not in asked


async def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n"
    async with scripted(answering_with(refusal)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with AsyncClient("https://api.corp.example", tokens=Tokens("a"), retries=0, transport="aiohttp") as api:
            with pytest.raises(TransportError, match="502 No") as caught:
                await api.users.me()
    assert caught.value.is_unsent
    assert proxy.asked[0].startswith(b"CONNECT api.corp.example:443 HTTP/1.1\r\n")


async def test_proxies_that_aiohttp_does_not_support_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="has no ssl_context of its own"):
        AiohttpTransport(proxy=httpx.Proxy("https://proxy", ssl_context=ssl.create_default_context()))
    with pytest.raises(ConfigurationError, match="socks5 proxies: use an http proxy"):
        AiohttpTransport(proxy="socks5://proxy")
    monkeypatch.setenv("HTTPS_PROXY", "socks5h://127.0.0.1:1080")
    monkeypatch.setattr("afresh._connection.find_spec", lambda _: object())
    with pytest.raises(ConfigurationError, match="aiohttp does not support socks5h proxies"):
        AsyncClient("https://api.example.com", transport="aiohttp")


# TLS


class TLS:
    """A certificate authority of its own, a server's certificate and a client's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key, self.authority = self._issue("authority", None)
        for name in ("server", "client"):
            self._issue(name, self.authority)

    def _issue(self, name: str, issuer: Any) -> Any:
        from datetime import UTC, datetime, timedelta  # noqa: PLC0415 - cryptography is slow to import
        from ipaddress import ip_address  # noqa: PLC0415

        from cryptography import x509  # noqa: PLC0415
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.x509.oid import NameOID  # noqa: PLC0415

        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        names: list[x509.GeneralName] = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("api.example")]
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._key if issuer else key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.path(name).write_bytes(private + built.public_bytes(pem))
        return key, built

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def server(self, *, asks: bool = False) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path("server"))
        if asks:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.path("authority"))
        return context

    def client(self, *, certificate: bool = False) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.path("authority"))
        if certificate:
            context.load_cert_chain(self.path("client"))
        return context


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TLS:
    return TLS(tmp_path_factory.mktemp("tls"))


async def test_a_server_is_trusted_by_its_certificate(tls: TLS, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    async with scripted(answering_with(answer), tls=tls.server()) as site:
        url = f"https://127.0.0.1:{site.port}"
        for verify in (tls.client(), False):
            async with httpx.AsyncClient(transport=AiohttpTransport(verify=verify)) as http:
                assert (await http.get(url)).status_code == 404
        async with AsyncClient(url, tokens=Tokens("a"), retries=0, transport="aiohttp") as api:
            with pytest.raises(TransportError, match="is not trusted") as caught:
                await api.users.me()
        assert (caught.value.is_unsent, caught.value.is_passing) == (True, False)
        monkeypatch.setenv("SSL_CERT_FILE", str(tls.path("authority")))
        async with AsyncClient(url, tokens=Tokens("a"), retries=0, transport="aiohttp") as api:
            assert (await api.http.get("/")).status_code == 404


async def test_another_name_can_be_asked_for(tls: TLS) -> None:
    named: list[str | None] = []
    server = tls.server()
    server.sni_callback = lambda _, name, __: named.append(name)
    async with (
        scripted(answering_with(OK), tls=server) as site,
        httpx.AsyncClient(transport=AiohttpTransport(verify=tls.client())) as http,
    ):
        url = f"https://localhost:{site.port}"
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await http.get(url)
        assert (await http.get(url, extensions={"sni_hostname": "api.example"})).content == b"ok"
    assert named == ["localhost", "api.example"]


async def test_a_client_may_have_a_certificate(tls: TLS) -> None:
    async with scripted(answering_with(OK), tls=tls.server(asks=True)) as site:
        for certificate in (True, False):
            transport = AiohttpTransport(verify=tls.client(certificate=certificate))
            async with httpx.AsyncClient(transport=transport) as http:
                if certificate:
                    assert (await http.get(f"https://127.0.0.1:{site.port}")).content == b"ok"
                else:
                    with pytest.raises(httpx.TransportError):  # with TLS 1.3, the server refuses after the handshake
                        await http.get(f"https://127.0.0.1:{site.port}")


# The client


@contextmanager
def without_aiohttp(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        for name in [name for name in sys.modules if name.startswith("afresh._aiohttp.")]:
            if not name.endswith(".transport"):
                patch.delitem(sys.modules, name)
        patch.setitem(sys.modules, "aiohttp", None)
        yield


@pytest.mark.httpx_only
def test_aiohttp_has_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with without_aiohttp(monkeypatch):
        with pytest.raises(ConfigurationError, match=r"needs aiohttp: pip install 'afresh-sdk\[aiohttp\]'"):
            AsyncClient("https://api.example.com", transport="aiohttp")
        AsyncClient("https://api.example.com")


def test_a_transport_is_one_of_two_and_of_the_clients_own() -> None:
    with pytest.raises(ConfigurationError, match="'httpx' or 'aiohttp', not 'curl': give a transport of your own in"):
        AsyncClient("https://api.example.com", transport="curl")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="http_client has its own transport"):
        AsyncClient("https://api.example.com", transport="aiohttp", http_client=httpx.AsyncClient())


def test_trio_is_not_supported() -> None:
    api = AsyncClient("https://127.0.0.1:1", tokens=Tokens("a"), transport="aiohttp")
    with pytest.raises(ConfigurationError, match="aiohttp runs on asyncio only"):
        trio.run(api.users.me)


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # the connections of a loop that has ended
def test_each_event_loop_has_connections_of_its_own(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    async def call(api: AsyncClient) -> str:
        return (await api.users.me()).username

    async def call_and_close(api: AsyncClient) -> str:
        async with api:
            return await call(api)

    with Client(sandbox.url) as other:
        other.login(Credentials(username="ada", password="lovelace"))
        api = pickle.loads(pickle.dumps(AsyncClient(session=other.session, transport="aiohttp")))
    assert [asyncio.run(call(api)) for _ in range(2)] == ["ada"] * 2
    assert asyncio.run(call_and_close(api)) == "ada"
    del api
    gc.collect()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_transport_belongs_to_one_event_loop() -> None:
    async def call(transport: AiohttpTransport) -> None:
        with pytest.raises(httpx.ConnectError):
            await transport.handle_async_request(httpx.Request("GET", "http://127.0.0.1:1"))

    transport = AiohttpTransport()
    asyncio.run(call(transport))
    with pytest.raises(RuntimeError, match="different event loop"):
        asyncio.run(call(transport))


async def test_a_closed_transport_can_be_used_again() -> None:
    transport = AiohttpTransport(verify=False, keepalive_expiry=None)
    await transport.aclose()
    async with scripted(answering_with(OK)) as site:
        for _ in range(2):
            response = await transport.handle_async_request(httpx.Request("GET", site.url))
            assert await response.aread() == b"ok"
            await response.aclose()
            await response.stream.aclose()  # type: ignore[union-attr]
            await transport.aclose()
