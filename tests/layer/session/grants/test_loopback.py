"""The receiver of the browser's redirect: what it takes, what it refuses, and that it leaves nothing listening."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest
from attrs import define, field

from afresh import ConfigurationError, SignInFailed
from afresh._session.grants import loopback
from afresh._session.grants.loopback import Callback, Receiver
from servers.sign_in_server import Page, ask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANY_PORT = "http://127.0.0.1/callback"
STATE = "the-state-of-this-sign-in"
CODE = "a-code-that-nobody-sees"
ANSWER = {"code": CODE, "state": STATE}
BROWSER = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def mine(callback: Callback) -> Callback | None:
    """Take the answer with the state of this sign-in."""
    if callback.state != STATE:
        return None
    if callback.error:
        raise SignInFailed(f"refused ({callback.error})", code=callback.error)
    return callback


@define
class Waiting:
    """A receiver that waits in a thread of its own, as `login` does."""

    receiver: Receiver
    stop: threading.Event = field(factory=threading.Event)
    callback: Callback | None = None
    error: BaseException | None = None

    @property
    def url(self) -> str:
        return self.receiver.redirect_uri

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def wait(self, timeout: float) -> None:
        try:
            with self.receiver:
                self.callback = self.receiver.receive(mine, timeout=timeout, stop=self.stop)
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            self.error = error

    def get(self, url: str | None = None, headers: Mapping[str, str] | None = None, **answer: str) -> Page:
        return ask(f"{url or self.url}?{urlencode(answer or ANSWER)}", headers=headers)


@contextmanager
def waiting(*uris: str, timeout: float = 60, is_stopped: bool = True) -> Iterator[Waiting]:
    """Have a receiver wait; at the end it has ended, and nothing listens where it did."""
    one = Waiting(Receiver(uris or (ANY_PORT,)))
    thread = threading.Thread(target=one.wait, args=(timeout,))
    thread.start()
    try:
        yield one
    finally:
        if is_stopped:
            one.stop.set()
        thread.join()
    assert not listens(*one.address)


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 5).close()
    except ConnectionRefusedError:
        return False
    return True


def raw(address: tuple[str, int], request: bytes) -> bytes:
    """Send bytes, and return what comes back until the connection ends."""
    with socket.create_connection(address, 30) as connection:
        try:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(10_000), b""))
        except ConnectionError:  # it was cut off before all was sent
            return b""


def test_the_redirect_is_taken_once_and_the_person_sees_a_plain_page() -> None:
    with waiting(is_stopped=False) as one:
        page = one.get(headers=BROWSER)
    assert one.callback == Callback(STATE, CODE, None, None, None)
    assert CODE not in repr(one.callback)
    assert page.status == 200
    assert "You are signed in." in page.text
    assert CODE not in page.text
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert not {"http:", "https:", "src="} & set(page.text.split())


def test_a_refusal_by_the_server_ends_the_wait_and_the_person_sees_that_it_failed() -> None:
    with waiting(is_stopped=False) as one:
        page = one.get(error="access_denied", state=STATE)
    assert isinstance(one.error, SignInFailed)
    assert one.error.code == "access_denied"
    assert "Signing in did not succeed." in page.text


GOOD = urlencode(ANSWER)


@pytest.mark.parametrize(
    ("status", "method", "target", "headers"),
    [
        (404, "GET", "/favicon.ico", {}),
        (404, "GET", "", {}),
        (404, "GET", f"/callback/?{GOOD}", {}),
        (404, "GET", f"//callback?{GOOD}", {}),
        (400, "GET", f"/callback?code={CODE}", {}),
        (400, "GET", f"/callback?code={CODE}&state=another", {}),
        (400, "GET", f"/callback?{GOOD}&state={STATE}", {}),
        (400, "GET", "/callback?error=access_denied", {}),
        (400, "GET", "/callback?error=access_denied&state=another", {}),
        (400, "GET", "/callback?" + "&".join(f"a{number}=1" for number in range(200)), {}),
        (400, "POST", f"/callback?{GOOD}", {}),
        (400, "HEAD", f"/callback?{GOOD}", {}),
        (400, "OPTIONS", f"/callback?{GOOD}", {}),
        (400, "GET", f"/callback?{GOOD}", {"Host": "attacker.example"}),
        (400, "GET", f"/callback?{GOOD}", {"Host": "localhost"}),
        (400, "GET", f"/callback?{GOOD}", {"Origin": "https://attacker.example"}),
        (400, "GET", f"/callback?{GOOD}", {"Origin": "null"}),
        (400, "GET", f"/callback?{GOOD}", {**BROWSER, "Sec-Fetch-Mode": "no-cors"}),
        (400, "GET", f"/callback?{GOOD}", {**BROWSER, "Sec-Fetch-Dest": "iframe"}),
        (431, "GET", f"/callback?{GOOD}&more={'x' * 2**14}", {}),
        (431, "GET", f"/callback?{GOOD}", {"X-More": "x" * 2**14}),
    ],
)
def test_any_other_request_is_refused_and_changes_nothing(
    status: int, method: str, target: str, headers: dict[str, str]
) -> None:
    with waiting(is_stopped=False) as one:
        try:
            assert ask(one.url.removesuffix("/callback") + target, method, headers).status == status
        except (ConnectionError, HTTPException):  # what is too large is cut off
            assert status == 431
        assert one.callback is None
        assert one.get().status == 200
    assert one.callback is not None


@pytest.mark.parametrize(
    "request_",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # TLS
        b"GET /callback?code=c&state=the-state-of-this-sign-in HTTP/1.1\r\n\r\n",  # no Host
        b"GET http://attacker.example/callback?state=the-state-of-this-sign-in HTTP/1.1\r\nHost: %s\r\n\r\n",
        b"GET /callback?code=c&state=the-state-of-this-sign-in HTTP/1.1\r\nHost: %s\r\nHost: attacker.example\r\n\r\n",
        b"x" * 2**16,
    ],
)
def test_what_is_no_request_of_a_browser_is_refused_and_changes_nothing(request_: bytes) -> None:
    with waiting(is_stopped=False) as one:
        sent = request_.replace(b"%s", b"%s:%d" % (one.address[0].encode(), one.address[1]))
        assert raw(one.address, sent)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 431", b"")
        assert one.callback is None
        one.get()
    assert one.callback is not None


def test_connections_that_say_nothing_do_not_keep_out_the_one_that_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "REQUEST_TIME", 3600)
    with waiting(is_stopped=False) as one:
        idle = [socket.create_connection(one.address, 30) for _ in range(loopback.MOST_CONNECTIONS + 5)]
        idle[-1].sendall(b"GET /callback?code=half")
        assert idle[0].recv(1) == b""  # the oldest were closed
        one.get()
        assert idle[-1].recv(1) == b""
    assert one.callback is not None
    for connection in idle:
        connection.close()

    monkeypatch.setattr(loopback, "REQUEST_TIME", 0)
    with waiting() as one, socket.create_connection(one.address, 30) as slow:
        slow.sendall(b"GET /callback?code=half")
        assert slow.recv(1) == b""
    assert one.callback is None


def test_a_system_may_report_a_request_that_has_not_arrived() -> None:
    near, far = socket.socketpair()
    with near, far:
        near.setblocking(False)  # noqa: FBT003 - its only argument
        connection = loopback._Connection(near, 0)  # noqa: SLF001 - no system does it on demand
        assert connection.read() is None
        far.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert connection.read() == b"GET / HTTP/1.1\r\n\r\n"


def test_who_leaves_before_an_answer_does_no_harm() -> None:
    with waiting(is_stopped=False) as one:
        for request in (b"", b"GET /callback", b"GET /callback?state=x HTTP/1.1\r\n\r\n"):
            with socket.create_connection(one.address, 30) as connection:
                # Closed at once and with a reset.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.sendall(request)
        one.get()
    assert one.callback is not None


def test_a_browser_that_never_comes_back_is_waited_for_no_longer_than_said() -> None:
    with waiting(timeout=0.01, is_stopped=False) as one:
        pass
    assert isinstance(one.error, SignInFailed)
    assert one.error.message == (
        "the browser did not come back within 0.01 seconds, so nobody was signed in: sign in again, and finish it in "
        f"the browser, or allow for more with `timeout`. If the browser could not open {one.url}, it runs on another "
        "machine"
    )


def test_a_stop_ends_the_wait() -> None:
    with waiting() as one:
        assert listens(*one.address)
    assert isinstance(one.error, SignInFailed)
    assert one.error.message == "the sign-in was stopped"


@pytest.fixture
def taken() -> Iterator[int]:
    """Return a port that another program listens at."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_of_several_redirect_uris_the_first_is_used_whose_port_is_free(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    with waiting(f"http://127.0.0.1:{taken}/a", f"http://127.0.0.1:{free}/b", is_stopped=False) as one:
        assert one.url == f"http://127.0.0.1:{free}/b"
        one.get()
    with waiting(f"http://127.0.0.1:{free}", is_stopped=False) as one:  # at once, and without a path
        assert one.url == f"http://127.0.0.1:{free}"
        one.get()
    assert one.callback is not None


def test_where_all_ports_are_taken_the_error_says_which(taken: int) -> None:
    with pytest.raises(ConfigurationError, match=rf"no listening at http://127.0.0.1:{taken}/ \(.+\): end the program"):
        Receiver([f"http://127.0.0.1:{taken}/"])
    with pytest.raises(ConfigurationError, match=rf"http://localhost:{taken}/ \(.+\): end the program"):
        Receiver([f"http://localhost:{taken}/"])


@pytest.mark.parametrize(
    "uri",
    [
        "https://127.0.0.1/callback",
        "http://example.com/callback",
        "http://0.0.0.0/callback",
        "http://ada@127.0.0.1/",
        "http://127.0.0.1/?a=b",
        "http://127.0.0.1/#a",
        "http://127.0.0.1:99999/",
        "http://[::1/",
        "127.0.0.1",
        "",
    ],
)
def test_a_redirect_uri_must_be_on_this_machine(uri: str) -> None:
    with pytest.raises(ConfigurationError, match=r"redirect_uri must be http:// with 127.0.0.1, \[::1\] or localhost"):
        Receiver([uri])


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@needs_ipv6
def test_the_other_addresses_of_this_machine() -> None:
    with waiting("http://[::1]/callback", is_stopped=False) as one:
        one.get()
    assert one.callback is not None


@needs_ipv6
def test_localhost_is_listened_to_at_both_of_its_addresses() -> None:
    for address in ("127.0.0.1", "[::1]"):
        with waiting("http://localhost/callback", is_stopped=False) as one:
            host = f"localhost:{one.address[1]}"
            url = one.url.replace("localhost", address)
            assert one.get(url).status == 400
            assert one.get(url, {"Host": host}).status == 200
        assert one.callback is not None


@needs_ipv6
def test_localhost_is_not_shared_with_another_program() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match="no listening at"):
            Receiver([f"http://localhost:{port}/"])
        assert not listens("127.0.0.1", port)


def test_a_machine_without_ipv6_is_listened_to_at_its_other_address(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.create_server

    def only_ipv4(address: tuple[str, int], *, family: socket.AddressFamily) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(min(loopback.NO_IPV6), "no IPv6")
        return real(address, family=family)

    monkeypatch.setattr(socket, "create_server", only_ipv4)
    with waiting("http://localhost/callback", is_stopped=False) as one:
        one.get(headers={"Host": f"localhost:{one.address[1]}"})
    assert one.callback is not None
    with pytest.raises(ConfigurationError, match="no IPv6"):
        Receiver(["http://[::1]/"])
