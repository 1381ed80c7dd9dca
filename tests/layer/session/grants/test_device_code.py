"""Signing in on another device: what the person is shown, how often the server is asked, and how it ends."""

from __future__ import annotations

import threading
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import define, field

from afresh import (
    APIError,
    ConfigurationError,
    DecodeError,
    DeviceCode,
    DeviceCodeGrant,
    SDKError,
    SignInFailed,
    TransportError,
    Unauthorized,
)
from afresh._session.token_calls.client_authentication import OAuthClient
from afresh._session.token_calls.endpoint import TokenEndpoint
from lifecycles import form, lifecycle_of
from servers.canned import Answer, Asked, Server, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRET_CODE = "device-code-that-nobody-else-may-see"
PENDING = Answer(400, {"error": "authorization_pending"})
SLOW_DOWN = Answer(400, {"error": "slow_down"})
TOKENS = Answer(200, {"access_token": "new", "refresh_token": "r1", "token_type": "Bearer", "expires_in": 60})
BEGIN = {
    "device_code": SECRET_CODE,
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://id.example.com/device",
    "verification_uri_complete": "https://id.example.com/device?user_code=WDJB-MJHT",
    "expires_in": 1800,
    "interval": 7,
}


class Waits(threading.Event):
    """Takes note of each wait, and lets time pass at once on a clock of its own."""

    def __init__(self, stop_after: int | None = None) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self.stop_after = stop_after
        self.now = 1000.0

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(round(timeout or 0, 3))
        self.now += timeout or 0
        return len(self.seconds) == self.stop_after


@define
class Devices:
    """A server on loopback that devices sign in at: what it answers to the beginning, and then to each question."""

    answers: list[Answer]
    begin: Answer = field(factory=lambda: Answer(200, BEGIN))
    server: Server = field(factory=lambda: Server(""))
    shown: list[DeviceCode] = field(factory=list)

    def answer(self, asked: Asked) -> Answer:
        return self.begin if asked.target == "/device" else self.answers.pop(0)

    def endpoint(self, folder: Path, client: OAuthClient, said: str = "") -> TokenEndpoint:
        said = said or "device: {url: /device, token: /token}"
        lifecycle = lifecycle_of(f"x-token-lifecycle: {{{said}}}\npaths: {{}}\n", folder)
        return TokenEndpoint(httpx.URL(self.server.url), lifecycle, timeout=30, client=client)

    @property
    def questions(self) -> list[dict[str, str]]:
        return [form(asked) for asked in self.server.asked if asked.target == "/token"]


@contextmanager
def devices(*answers: Answer, **behaviour: Any) -> Iterator[Devices]:
    found = Devices([*answers], **behaviour)
    with answering(found.answer) as server:
        found.server = server
        yield found


SDK = OAuthClient("sdk")


@pytest.fixture
def sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def sign_in(
        found: Devices, waits: Waits | None = None, client: OAuthClient = SDK, said: str = "", **options: Any
    ) -> Any:
        waits = waits or Waits()
        monkeypatch.setattr("afresh._session.grants.device_code.monotonic", lambda: waits.now)
        grant = DeviceCodeGrant(show=found.shown.append, **options)
        with grant.acquire(found.endpoint(tmp_path, client, said), waits) as get_tokens:
            return get_tokens()

    return sign_in


def test_the_person_is_shown_a_code_and_the_server_is_asked_until_there_are_tokens(sign_in: Callable[..., Any]) -> None:
    waits = Waits()
    with devices(PENDING, PENDING, TOKENS) as found:
        tokens = sign_in(found, waits, scope=["read", "write"], resource="https://api.example.com", audience="api")
        assert (tokens.access_token, tokens.refresh_token, tokens.expires_in) == ("new", "r1", 60)
        assert found.shown == [
            DeviceCode(
                user_code="WDJB-MJHT",
                verification_uri="https://id.example.com/device",
                verification_uri_complete="https://id.example.com/device?user_code=WDJB-MJHT",
                expires_in=1800,
            )
        ]
        assert waits.seconds == [7, 7, 7]
        more = {"audience": "api", "resource": "https://api.example.com", "client_id": "sdk"}
        assert form(found.server.asked[0]) == {"scope": "read write", **more}
        question = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": SECRET_CODE, **more}
        assert found.questions == [question] * 3


def test_a_client_with_a_secret_says_who_it_is(sign_in: Callable[..., Any]) -> None:
    with devices(TOKENS) as found:
        sign_in(found, client=OAuthClient("sdk", "secret"))
        assert [asked.headers["authorization"] for asked in found.server.asked] == ["Basic c2RrOnNlY3JldA=="] * 2


def test_who_is_asked_too_often_is_asked_less_often_from_then_on(sign_in: Callable[..., Any]) -> None:
    waits = Waits()
    with devices(SLOW_DOWN, PENDING, SLOW_DOWN, PENDING, TOKENS) as found:
        sign_in(found, waits)
    assert waits.seconds == [7, 12, 12, 17, 17]


def test_failures_in_passing_are_waited_out_longer_and_longer(sign_in: Callable[..., Any]) -> None:
    waits = Waits()
    answers = (Answer(0), Answer(503, b"<html>"), Answer(429, {}, {"Retry-After": "50"}), Answer(502), PENDING, TOKENS)
    with devices(*answers) as found:
        sign_in(found, waits)
    assert waits.seconds == [7, 14, 28, 56, 60, 7]


@pytest.mark.parametrize(
    ("begin", "waited"),
    [
        ({"interval": None}, [5]),
        ({"interval": "3"}, [3]),
        ({"interval": -1, "expires_in": "soon"}, [5]),
    ],
)
def test_what_the_server_does_not_say_of_times_is_as_usual(
    sign_in: Callable[..., Any], begin: dict[str, Any], waited: list[float]
) -> None:
    waits = Waits()
    with devices(TOKENS, begin=Answer(200, {**BEGIN, **begin})) as found:
        sign_in(found, waits)
        assert waits.seconds == waited
        assert found.shown[0].expires_in == (600 if "expires_in" in begin else 1800)


def test_an_error_in_a_200_is_one(sign_in: Callable[..., Any]) -> None:
    """As GitHub answers."""
    with devices(Answer(200, PENDING.body), TOKENS) as found:
        assert sign_in(found).access_token == "new"


def test_googles_names_are_known(sign_in: Callable[..., Any]) -> None:
    begin = {"device_code": "d", "user_code": "u", "verification_url": "https://g.example/device"}
    with devices(TOKENS, begin=Answer(200, begin)) as found:
        sign_in(found)
        assert found.shown[0].verification_uri == "https://g.example/device"


@pytest.mark.parametrize(
    ("answers", "kind", "message", "code"),
    [
        ([Answer(400, {"error": "access_denied"})], SignInFailed, "the person did not agree", "access_denied"),
        ([Answer(400, {"error": "expired_token"})], SignInFailed, "nobody signed in while the code", "expired_token"),
        ([Answer(400, {"error": "invalid_grant"})], Unauthorized, "invalid_grant", None),
        ([Answer(401, {"error": "invalid_client"})], Unauthorized, "401", None),
        ([Answer(404, b"<html>")], APIError, "probably not the call that signs in", None),
        ([Answer(200, b"<html>")], DecodeError, "is not JSON", None),
        ([Answer(200, {"token": "t"})], DecodeError, "no access token", None),
    ],
)
def test_it_ends_with_an_error_that_says_why(
    sign_in: Callable[..., Any], answers: list[Answer], kind: type[SDKError], message: str, code: str | None
) -> None:
    with devices(PENDING, *answers) as found:
        with pytest.raises(kind, match=message) as raised:
            sign_in(found)
        assert getattr(raised.value, "code", None) == code
        assert found.answers == []
        shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
        layer = [frame for frame in shown.stack if "/custom/" in frame.filename]
        assert SECRET_CODE not in "".join(str(frame.locals) for frame in layer)


def test_a_code_that_nobody_enters_expires_and_the_server_is_not_asked_any_more(sign_in: Callable[..., Any]) -> None:
    waits = Waits()
    with devices(PENDING, PENDING, begin=Answer(200, {**BEGIN, "expires_in": 20})) as found:
        with pytest.raises(SignInFailed, match="nobody signed in while the code was valid"):
            sign_in(found, waits)
        assert waits.seconds == [7, 7, 6]
        assert len(found.questions) == 2


def test_it_can_be_stopped_while_it_waits(sign_in: Callable[..., Any]) -> None:
    with devices(PENDING) as found:
        with pytest.raises(SignInFailed, match="the sign-in was stopped"):
            sign_in(found, Waits(stop_after=2))
        assert len(found.questions) == 1


def test_a_real_stop_ends_a_real_wait(tmp_path: Path) -> None:
    stop = threading.Event()
    with devices() as found:
        grant = DeviceCodeGrant(show=lambda _: stop.set())
        with pytest.raises(SignInFailed), grant.acquire(found.endpoint(tmp_path, SDK), stop):
            pass


@pytest.mark.parametrize(
    ("begin", "kind", "message"),
    [
        (Answer(401, {"error": "invalid_client"}), Unauthorized, "invalid_client"),
        (Answer(0), TransportError, "broke the connection off"),
        (Answer(200, b"<html>"), DecodeError, "should hold a device code is not JSON"),
        (Answer(200, {**BEGIN, "device_code": 1}), DecodeError, "lacks device_code, user_code or verification_uri"),
        (Answer(200, {**BEGIN, "user_code": "\x1b\r\n"}), DecodeError, "lacks device_code, user_code"),
        (Answer(200, {**BEGIN, "verification_uri": "javascript:alert(1)"}), DecodeError, "is no URL of a web page"),
        (Answer(200, {**BEGIN, "verification_uri_complete": "file:///etc/passwd"}), DecodeError, "is no URL"),
    ],
)
def test_a_beginning_that_cannot_be_used_is_told_of(
    sign_in: Callable[..., Any], begin: Answer, kind: type[SDKError], message: str
) -> None:
    with devices(begin=begin) as found:
        with pytest.raises(kind, match=message):
            sign_in(found)
        assert found.shown == []


def test_what_a_terminal_would_obey_is_not_shown(sign_in: Callable[..., Any]) -> None:
    begin = {**BEGIN, "user_code": "AB\x1b[2J\nCD", "verification_uri": "https://id.example.com/\x07"}
    with devices(TOKENS, begin=Answer(200, begin)) as found:
        sign_in(found)
        assert (found.shown[0].user_code, found.shown[0].verification_uri) == ("AB[2JCD", "https://id.example.com/")


@pytest.mark.parametrize("complete", [None, "https://id.example.com/d?c=A"])
def test_by_default_the_person_is_told_on_standard_error(
    capsys: pytest.CaptureFixture[str], complete: str | None
) -> None:
    code = DeviceCode(user_code="A", verification_uri="https://id.example.com/d", verification_uri_complete=complete)
    DeviceCodeGrant().show(code)
    said = capsys.readouterr()
    assert said.out == ""
    assert "open https://id.example.com/d on any device, and enter the code A\n" in said.err
    assert "valid for 10 minutes" in said.err
    assert ("or open https://id.example.com/d?c=A" in said.err) == bool(complete)


def test_what_is_missing_is_told(sign_in: Callable[..., Any]) -> None:
    with devices() as found:
        with pytest.raises(ConfigurationError, match="give client_id to the client, or set AFRESH_CLIENT_ID"):
            sign_in(found, client=OAuthClient())
        with pytest.raises(ConfigurationError, match="add `device` to the x-token-lifecycle"):
            sign_in(found, said="authorize: {url: /a, token: /token}")
        assert found.server.asked == []


def test_a_certificate_that_is_not_trusted_is_not_waited_out(tmp_path: Path) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/device":
            return httpx.Response(200, json={**BEGIN, "interval": 0.01})
        raise httpx.UnsupportedProtocol("no", request=request)

    lifecycle = lifecycle_of("x-token-lifecycle: {device: {url: /device, token: /token}}\npaths: {}\n", tmp_path)
    endpoint = TokenEndpoint(
        httpx.URL("https://api.example.com"),
        lifecycle,
        timeout=30,
        client=SDK,
        make_client=lambda **options: httpx.Client(**options, transport=httpx.MockTransport(fail)),
    )
    grant = DeviceCodeGrant(show=lambda _: None)
    with pytest.raises(TransportError), grant.acquire(endpoint, threading.Event()):
        pass
