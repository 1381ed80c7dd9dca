"""What a 2xx answer to a token call may hold without a rotated pair being lost, and how much of an answer is read."""

from __future__ import annotations

import gzip
import json
import logging
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import evolve

from afresh import APIError, ConfigurationError, DecodeError, RefreshUnavailable, Session, Tokens, TransportError
from afresh._session.steps import Ambiguous, Rotated, Unavailable
from afresh._session.steps import Answer as Refreshed
from afresh._session.token_calls.answer import LARGEST_BODY
from afresh._session.token_calls.endpoint import TokenEndpoint
from afresh_api.lifecycle import Placement, TokenCall, TokenFields, TokenLifecycle
from servers.canned import Answer, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIFECYCLE = TokenLifecycle(
    login=TokenCall("POST", "/login", "application/json"),
    refresh=TokenCall("POST", "/refresh", "application/json", (Placement("body", ("refresh",), "$refreshToken"),)),
    logout=TokenCall("POST", "/logout", "application/json", (Placement("body", ("refresh",), "$refreshToken"),)),
    tokens=TokenFields(access_token=("access",), refresh_token=("refresh",)),
)
OLD = Tokens("old", "r1")
NEW = Tokens("new", "r2")
PAIR = b'{"access": "new", "refresh": "r2"%s}'
LONE_SURROGATE = (PAIR % b', "name": "?"').decode().replace("?", "\ud800").encode("utf-16", "surrogatepass")


class Body:
    """A request model, as generated ones are."""

    def to_dict(self) -> dict[str, Any]:
        return {}


def refresh(answer: Answer, fields: TokenFields = LIFECYCLE.tokens) -> Refreshed:
    with answering(lambda _: answer) as server:
        return TokenEndpoint(httpx.URL(server.url), evolve(LIFECYCLE, tokens=fields), timeout=5).refresh(OLD)


def pair(answer: Answer, fields: TokenFields = LIFECYCLE.tokens) -> tuple[str, str | None]:
    outcome = refresh(answer, fields)
    assert isinstance(outcome, Rotated)
    return outcome.tokens.access_token, outcome.tokens.refresh_token


def through(send: Callable[[httpx.Request], httpx.Response], lifecycle: TokenLifecycle = LIFECYCLE) -> TokenEndpoint:
    """Give an endpoint whose calls a function answers in place of a server."""

    def make(**options: Any) -> httpx.Client:
        return httpx.Client(**options, transport=httpx.MockTransport(send))

    return TokenEndpoint(httpx.URL("https://api.example.com"), lifecycle, timeout=5, make_client=make)


# What cannot be read is unknown

DATES = [
    "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
    "Mon, 01 Jan 2024 00:00 +99999599999999999999",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Mon, 01 Jan 0001 00:00:00 +2359",
    "Mon, 99 Jan 2024 99:99:99 GMT",
    "9" * 5000,
    "-1",
    "",
]
EXPIRIES = [
    '"2090-01-01T00:00:00Z"',
    '"9999-12-31T23:59:59-23:59"',
    '"0001-01-01T00:00:00+23:59"',
    f'"{10**20}-01-01T00:00:00Z"',
    "-1e12",
    "4000000000",
    "9" * 5000,
    "-" + "9" * 5000,
    '"' + "9" * 5000 + '"',
    "1e999",
    '"NaN"',
    "NaN",
    "-Infinity",
    "[[]]",
    '{"at": 1}',
    "true",
    "null",
    "[" * 50_000 + "]" * 50_000,
]


@pytest.mark.parametrize("date", DATES, ids=range(len(DATES)))
def test_no_date_and_no_expiry_that_cannot_be_read_drops_a_pair(date: str) -> None:
    expiry = iter(EXPIRIES * 3)
    headers = {"Date": date}
    body = PAIR % b', "at": %s'
    with answering(lambda _: Answer(body=body % next(expiry).encode(), headers=headers)) as server:
        in_body = TokenFields(access_token=("access",), refresh_token=("refresh",))
        for name in ("expires_at", "expires_in", "expires_in_ms"):
            places: dict[str, Any] = {name: ("at",)}
            where = evolve(in_body, **places)
            endpoint = TokenEndpoint(httpx.URL(server.url), evolve(LIFECYCLE, tokens=where), timeout=5)
            for _ in EXPIRIES:
                outcome = endpoint.refresh(OLD)
                assert isinstance(outcome, Rotated)
                assert (outcome.tokens.access_token, outcome.tokens.refresh_token) == ("new", "r2")


@pytest.mark.parametrize("date", DATES, ids=range(len(DATES)))
def test_no_retry_after_and_no_date_makes_a_refusal_raise(date: str) -> None:
    headers = {"Date": date, "Retry-After": date}
    outcome = refresh(Answer(503, {"error": "down"}, headers))
    assert isinstance(outcome, Unavailable)
    assert isinstance(outcome.error, RefreshUnavailable)
    assert outcome.error.status_code == 503


def test_a_session_goes_on_with_a_pair_whose_expiry_is_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = TokenFields(access_token=("access",), refresh_token=("refresh",), expires_at=("at",))
    monkeypatch.setattr("afresh._session.session.LIFECYCLE", evolve(LIFECYCLE, tokens=fields))
    answer = Answer(body={"access": "new", "refresh": "r2", "at": "2090-01-01T00:00:00Z"}, headers={"Date": DATES[0]})
    with answering(lambda _: answer) as server:
        session = Session(server.url, tokens=OLD)
        renewed = session.obtain(rejected=OLD)
        assert session.tokens == renewed
        signed_in = session.login(Body())
    for tokens in (renewed, signed_in):
        assert (tokens.access_token, tokens.refresh_token) == ("new", "r2")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"\xef\xbb\xbf" + PAIR % b"", {}),
        (b"\xef\xbb\xbf" + PAIR % b', "name": "\xff"', {}),
        ((PAIR % b"").decode().encode("utf-16"), {}),
        (
            PAIR % ', "name": "Žofie Müller"'.encode("iso-8859-2"),
            {"Content-Type": "application/json; charset=iso-8859-2"},
        ),
        (PAIR % b', "name": "\xff\xfe"', {"Content-Type": "application/json; charset=hex"}),
        (PAIR % b', "name": "\xff\xfe"', {"Content-Type": "application/json; charset=none-such"}),
        (PAIR % b', "name": "\xff\xfe"', {"Content-Type": "text/plain"}),
        (LONE_SURROGATE, {}),
        (LONE_SURROGATE, {"Content-Type": "application/json; charset=utf-16"}),
        (LONE_SURROGATE, {"Content-Type": "application/json; charset=hex"}),
        (PAIR % b', "name": "\\ud800"', {}),
        (PAIR % (b', "id": ' + b"9" * 5000), {}),
        (PAIR % b', "rate": NaN, "most": -Infinity', {}),
        (PAIR % (b', "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b', "x": "[{\\"["'), {}),
        (PAIR % (b', "deep": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000), {}),
        (b'{"access": "old", "access": "new", "refresh": "r2"}', {}),
    ],
    ids=range(16),
)
def test_a_pair_is_read_out_of_json_of_any_kind(body: bytes, headers: dict[str, str]) -> None:
    assert pair(Answer(body=body, headers=headers)) == ("new", "r2")


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000 + b"}", b"", b"\0", b'{"access": "new"', b"\xff"])
def test_what_is_no_json_is_said_and_not_raised(body: bytes) -> None:
    outcome = refresh(Answer(body=body))
    assert isinstance(outcome, Unavailable)
    assert "the answer that should hold the tokens is not JSON" in str(outcome.error)


@pytest.mark.parametrize("token", ["r\N{SNOWMAN}", "r\n2", " r2", 987654321987, ["r2"], {"value": "r2"}])
def test_a_refresh_token_that_is_none_takes_no_access_token_with_it(
    token: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert pair(Answer(body={"access": "new", "refresh": token})) == ("new", "r1")
    assert "refresh token is not a string of printable ASCII" in caplog.text
    assert str(token) not in caplog.text


def test_a_token_in_an_array_is_found_by_its_index() -> None:
    fields = TokenFields(access_token=("tokens", "0", "value"), refresh_token=("tokens", "1", "value"))
    tokens = [{"value": "new"}, {"value": "r2"}]
    assert pair(Answer(body={"tokens": tokens}), fields) == ("new", "r2")
    for path in ("9", "01234567890", "-1", "x"):
        outcome = refresh(Answer(body={"tokens": tokens}), TokenFields(access_token=("tokens", path, "value")))
        assert isinstance(outcome, Unavailable)


# Types of tokens


@pytest.mark.parametrize("kind", ["DPoP", "dpop", " MAC ", "pop", "N_A"])
@pytest.mark.parametrize("key", ["token_type", "tokenType"])
def test_tokens_that_cannot_be_sent_as_bearer_are_refused_aloud(
    kind: str, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    fields = TokenFields(access_token=("data", "access"), refresh_token=("data", "refresh"))
    body = {"data": {"access": "new", "refresh": "r2", key: kind}}
    outcome = refresh(Answer(body=body), fields)
    assert isinstance(outcome, Unavailable)  # so that the session keeps what it has
    assert f"tokens of the type {kind.strip()}, which cannot be sent as Bearer" in str(outcome.error)
    assert [record.levelno for record in caplog.records if record.name == "afresh"] == [logging.ERROR]
    with answering(lambda _: Answer(body=body)) as server:
        endpoint = TokenEndpoint(httpx.URL(server.url), evolve(LIFECYCLE, tokens=fields), timeout=5)
        with pytest.raises(DecodeError, match="Configure the server to issue Bearer tokens to this client"):
            endpoint.login(Body())


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER", "JWT", "access_token", "Token", "", None, 5, ["DPoP"]])
def test_any_other_type_is_taken_for_bearer(kind: object) -> None:
    assert pair(Answer(body={"access": "new", "refresh": "r2", "token_type": kind})) == ("new", "r2")


# How much is read


class Endless(httpx.SyncByteStream):
    """A body without end, that counts what was taken of it."""

    def __init__(self) -> None:
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.taken += 2**16
            yield b" " * 2**16


@pytest.mark.parametrize("status", [200, 400, 401])
def test_of_an_answer_without_end_no_more_is_taken_than_a_token_answer_may_have(status: int) -> None:
    stream = Endless()
    endpoint = through(lambda _: httpx.Response(status, stream=stream))
    outcome = endpoint.refresh(OLD)
    assert isinstance(outcome, Unavailable)
    if status == 200:
        assert "the answer that should hold the tokens is larger than 1024 KiB" in str(outcome.error)
    assert stream.taken <= LARGEST_BODY + 2**16


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_never_inflated_whole(coding: str) -> None:
    blown_up = 200 * 2**20
    deflating = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
    chunk = b" " * 2**20
    bomb = b"".join([*(deflating.compress(chunk) for _ in range(blown_up // len(chunk))), deflating.flush()])
    assert len(bomb) < LARGEST_BODY
    with answering(lambda _: Answer(body=bomb, headers={"Content-Encoding": coding})) as server:
        endpoint = TokenEndpoint(httpx.URL(server.url), LIFECYCLE, timeout=5)
        tracemalloc.start()
        try:
            outcome = endpoint.refresh(OLD)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        with pytest.raises(DecodeError, match="larger than 1024 KiB"):
            endpoint.login(Body())
    assert isinstance(outcome, Unavailable)
    assert most < 20 * 2**20


def bare(data: bytes) -> bytes:
    deflating = zlib.compressobj(wbits=-15)
    return deflating.compress(data) + deflating.flush()


@pytest.mark.parametrize(
    ("coding", "compress"),
    [("gzip", gzip.compress), ("X-GZIP", gzip.compress), ("deflate", zlib.compress), ("deflate", bare)],
)
def test_a_compressed_answer_is_read_though_none_was_asked_for(coding: str, compress: Callable[[bytes], bytes]) -> None:
    body = compress(PAIR % b"")
    with answering(lambda _: Answer(body=body, headers={"Content-Encoding": coding})) as server:
        outcome = TokenEndpoint(httpx.URL(server.url), LIFECYCLE, timeout=5).refresh(OLD)
    assert isinstance(outcome, Rotated)
    assert outcome.tokens == NEW
    assert server.asked[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("coding", "body", "message"),
    [
        ("gzip", gzip.compress(PAIR % b"", mtime=0)[:-9], "is not compressed as its Content-Encoding says"),
        ("gzip", PAIR % b"", "is not compressed as its Content-Encoding says"),
        ("br", PAIR % b"", "is compressed in a way that was not requested"),
        (
            "gzip, gzip",
            gzip.compress(gzip.compress(PAIR % b"", mtime=0), mtime=0),
            "is compressed in a way that was not requested",
        ),
    ],
)
def test_what_cannot_be_decompressed_is_said(coding: str, body: bytes, message: str) -> None:
    outcome = refresh(Answer(body=body, headers={"Content-Encoding": coding}))
    assert isinstance(outcome, Unavailable)
    assert message in str(outcome.error)


def test_an_error_of_any_size_keeps_its_status() -> None:
    outcome = refresh(Answer(503, b"<html>" * LARGEST_BODY, {"Retry-After": "7"}))
    assert isinstance(outcome, Unavailable)
    assert isinstance(outcome.error, RefreshUnavailable)
    assert (outcome.error.status_code, outcome.error.retry_after) == (503, 7)


def test_an_answer_that_a_client_of_the_users_own_has_read_is_read_too() -> None:
    outcome = through(lambda _: httpx.Response(200, json=json.loads(PAIR % b""))).refresh(OLD)
    assert isinstance(outcome, Rotated)
    assert outcome.tokens == NEW
    outcome = through(lambda _: httpx.Response(200, content=PAIR % b"" + b" " * LARGEST_BODY)).refresh(OLD)
    assert isinstance(outcome, Unavailable)
    assert "larger than 1024 KiB" in str(outcome.error)


# A client and a transport of the user's own


def test_a_token_client_that_fails_keeps_the_tokens_and_sends_nothing() -> None:
    def make(**_: Any) -> httpx.Client:
        raise FileNotFoundError("no such file: ca.pem")

    endpoint = TokenEndpoint(httpx.URL("https://api.example.com"), LIFECYCLE, timeout=5, make_client=make)
    outcome = endpoint.refresh(OLD)
    assert isinstance(outcome, Unavailable)
    assert "token_client could not make a client (FileNotFoundError: no such file: ca.pem)" in str(outcome.error)
    for call in (lambda: endpoint.login(Body()), lambda: endpoint.logout(OLD)):
        with pytest.raises(ConfigurationError, match="token_client could not make a client"):
            call()


@pytest.mark.parametrize("error", [OSError, RuntimeError, KeyError, httpx.InvalidURL, httpx.StreamClosed, UnicodeError])
def test_a_transport_that_raises_anything_leaves_it_open_what_became_of_the_tokens(error: type[Exception]) -> None:
    def send(request: httpx.Request) -> httpx.Response:
        raise httpx.StreamClosed if error is httpx.StreamClosed else error(f"r1 of {request.read()!r}")

    endpoint = through(send)
    outcome = endpoint.refresh(OLD)
    assert isinstance(outcome, Ambiguous)
    assert f"{error.__name__} when the call was sent: check token_client" in str(outcome.error)
    assert "r1" not in str(outcome.error)
    for call in (lambda: endpoint.login(Body()), lambda: endpoint.logout(OLD)):
        with pytest.raises(TransportError, match=error.__name__) as caught:
            call()
        assert "r1" not in str(caught.value)


def test_a_client_that_cannot_be_closed_loses_no_answer() -> None:
    class Unclosable(httpx.Client):
        def __exit__(self, *_: object) -> None:
            raise OSError("bad file descriptor")

    def make(**options: Any) -> httpx.Client:
        answer = httpx.Response(200, content=PAIR % b"")
        return Unclosable(**options, transport=httpx.MockTransport(lambda _: answer))

    endpoint = TokenEndpoint(httpx.URL("https://api.example.com"), LIFECYCLE, timeout=5, make_client=make)
    outcome = endpoint.refresh(OLD)
    assert isinstance(outcome, Rotated)
    assert outcome.tokens == NEW


def test_whatever_else_goes_wrong_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise LookupError("r1")

    monkeypatch.setattr("afresh._session.token_calls.endpoint.read_tokens", fail)
    outcome = refresh(Answer(body={}))
    assert isinstance(outcome, Ambiguous)
    assert "unexpected LookupError" in str(outcome.error)
    assert "r1" not in str(outcome.error)


def test_an_api_without_a_refresh_call_is_an_answer_too() -> None:
    outcome = through(lambda _: httpx.Response(200), evolve(LIFECYCLE, refresh=None)).refresh(OLD)
    assert isinstance(outcome, Unavailable)
    assert "how to refresh" in str(outcome.error)


def test_a_token_call_follows_no_redirect() -> None:
    with answering(lambda _: Answer(body=PAIR % b"")) as other:
        moved = Answer(307, headers={"Location": f"{other.url}/refresh"})

        def make(**options: Any) -> httpx.Client:
            options["follow_redirects"] = True
            return httpx.Client(**options)

        with answering(lambda _: moved) as server:
            outcome = TokenEndpoint(httpx.URL(server.url), LIFECYCLE, timeout=5, make_client=make).refresh(OLD)
    assert isinstance(outcome, Unavailable)
    assert not other.asked


# Signing out


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses between the tries, which take no time."""
    taken: list[float] = []
    monkeypatch.setattr("afresh._session.token_calls.endpoint.time.sleep", taken.append)
    return taken


@pytest.mark.parametrize(
    ("answers", "waits"),
    [
        ([Answer(503), Answer(204)], [0.0]),
        ([Answer(0), Answer(200)], [0.0]),
        ([Answer(429, headers={"Retry-After": "1"}), Answer(204)], [1.0]),
        ([Answer(503, headers={"Retry-After": "99999999999999"}), Answer(502), Answer(204)], [2.0, 0.5]),
    ],
    ids=["503", "lost", "429", "twice"],
)
def test_a_revocation_that_fails_in_passing_is_tried_again(
    answers: list[Answer], waits: list[float], pauses: list[float]
) -> None:
    left = iter(answers)
    with answering(lambda _: next(left)) as server:
        TokenEndpoint(httpx.URL(server.url), LIFECYCLE, timeout=5).logout(OLD)
    assert [asked.json() for asked in server.asked] == [{"refresh": "r1"}] * len(answers)
    assert pauses == waits


@pytest.mark.parametrize(
    ("status", "tries", "message"),
    [
        (503, 3, "503 Service Unavailable"),
        (0, 3, "broke the connection"),
        (400, 1, "400 Bad Request"),
        (500, 1, "500"),
    ],
)
def test_a_revocation_that_fails_for_good_says_so(status: int, tries: int, message: str, pauses: list[float]) -> None:
    with answering(lambda _: Answer(status)) as server, pytest.raises((APIError, TransportError), match=message):
        TokenEndpoint(httpx.URL(server.url), LIFECYCLE, timeout=5).logout(OLD)
    assert len(server.asked) == tries
    assert len(pauses) == tries - 1


def test_a_revocation_that_timed_out_is_not_waited_for_again(pauses: list[float]) -> None:
    tries: list[httpx.Request] = []

    def send(request: httpx.Request) -> httpx.Response:
        tries.append(request)
        raise httpx.ReadTimeout("slow")

    endpoint = through(send)
    for call in (lambda: endpoint.logout(OLD), lambda: endpoint.login(Body())):
        with pytest.raises(TransportError, match="ReadTimeout"):
            call()
    assert len(tries) == 2
    assert not pauses
