"""Which answers mean that the access token has expired, where the description says it: by a status and a value."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from afresh import AsyncClient, Client, MemoryStore, Session, TokenAuth, Tokens
from afresh._session.expired import LARGEST_BODY
from at_once import AT_ONCE, in_threads
from lifecycles import live_by
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from pathlib import Path

DESCRIPTION = """\
x-token-lifecycle:
  refresh: {operation: POST /renew, send: {$request.header.X-Renew: $refreshToken}}
  tokens: {accessToken: $response.body#/access}
  expired: EXPIRED
paths:
  /renew:
    post:
      responses:
        "200":
          description: renewed
          content: {application/json: {schema: {type: object, properties: {access: {type: string}}}}}
"""
MESSAGE = "[{status: 422, $response.body#/msg: Signature has expired}]"
CODES = "[{status: 403, $response.body#/error/code: [token_expired, 7, true]}]"
WITH_STAR = "[{status: 422, $response.body#/msg: 'token has expired at *'}]"
OF_401 = "[{status: 401, $response.body#/code: expired}, 419]"
HEADER = "[{status: 403, $response.header.X-Reason: [expired, 7]}]"
SUCCESS = "[{status: 200, $response.body#/error: token expired}]"
OLD = Tokens("stale", "r1")


def live(expired: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live_by(DESCRIPTION.replace("EXPIRED", expired), folder, monkeypatch)


def refusing(answer: Answer) -> Any:
    """Return a server that gives this answer to a stale token."""

    def answered(asked: Asked) -> Answer:
        if asked.target == "/renew":
            return Answer(body={"access": "good"})
        return Answer(body={"is": "good"}) if asked.headers["authorization"] == "Bearer good" else answer

    return answering(answered)


RENEWING = [
    ("[422]", Answer(422, b"whatever")),
    ("[422]", Answer(401)),
    ("[419, 440]", Answer(440)),
    (MESSAGE, Answer(422, {"msg": "Signature has expired"})),
    (MESSAGE, Answer(422, {"msg": " signature HAS expired "})),
    (MESSAGE, Answer(401)),
    (WITH_STAR, Answer(422, {"msg": "Token has expired at 12:00\nUTC"})),
    (CODES, Answer(403, {"error": {"code": "token_expired"}})),
    (CODES, Answer(403, {"error": {"code": 7}})),
    (CODES, Answer(403, {"error": {"code": True}})),
    (OF_401, Answer(401, {"code": "expired"})),
    (OF_401, Answer(419)),
    (HEADER, Answer(403, headers={"X-Reason": "Expired"})),
    (HEADER, Answer(403, headers={"X-Reason": "7"})),
    (SUCCESS, Answer(200, {"error": "token expired"})),
    (
        MESSAGE,
        Answer(
            422,
            gzip.compress(b'{"msg": "Signature has expired"}'),
            {"Content-Type": "application/problem+json; charset=utf-8", "Content-Encoding": "gzip"},
        ),
    ),
]

OTHERS = [
    ("[422]", Answer(403)),
    (MESSAGE, Answer(422, {"msg": "Field required"})),
    (MESSAGE, Answer(422, {"msg": ["Signature has expired"]})),
    (MESSAGE, Answer(422, ["Signature has expired"])),
    (MESSAGE, Answer(422, b"Signature has expired")),
    (MESSAGE, Answer(422, b"{broken", {"Content-Type": "application/json"})),
    (MESSAGE, Answer(422, b"broken", {"Content-Type": "application/json", "Content-Encoding": "gzip"})),
    (MESSAGE, Answer(400, {"msg": "Signature has expired"})),
    (MESSAGE, Answer(422, {"msg": "Signature has expired", "more": "x" * LARGEST_BODY})),
    (CODES, Answer(403, {"error": {"code": "7"}})),
    (CODES, Answer(403, {"error": {"code": 1}})),
    (CODES, Answer(403, {"error": "token_expired"})),
    (OF_401, Answer(401, {"code": "forbidden"})),
    (OF_401, Answer(401)),
    (HEADER, Answer(403)),
    (HEADER, Answer(403, headers={"X-Reason": "scope"})),
    (SUCCESS, Answer(200, {"error": None})),
    (SUCCESS, Answer(200, b"page")),
    ("[422]", Answer(422, b"", {"WWW-Authenticate": 'Bearer error="insufficient_scope"'})),
]


@pytest.mark.parametrize(("expired", "answer"), RENEWING)
def test_an_answer_that_says_so_is_answered_with_a_refresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expired: str, answer: Answer
) -> None:
    live(expired, tmp_path, monkeypatch)
    with refusing(answer) as server, Client(server.url, tokens=OLD) as api:
        assert api.http.post("/things", json={}).json() == {"is": "good"}
        assert [asked.target for asked in server.asked] == ["/things", "/renew", "/things"]


@pytest.mark.anyio
@pytest.mark.parametrize(("expired", "answer"), RENEWING)
async def test_an_answer_that_says_so_is_answered_with_a_refresh_async(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expired: str, answer: Answer
) -> None:
    live(expired, tmp_path, monkeypatch)
    with refusing(answer) as server:
        async with AsyncClient(server.url, tokens=OLD) as api:
            assert (await api.http.get("/things")).json() == {"is": "good"}
            assert len(server.asked) == 3


@pytest.mark.parametrize(("expired", "answer"), OTHERS)
def test_another_answer_is_the_callers_and_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expired: str, answer: Answer
) -> None:
    live(expired, tmp_path, monkeypatch)
    with refusing(answer) as server, Client(server.url, tokens=OLD) as api:
        with api.http.stream("GET", "/things") as response:
            raw = b"".join(response.iter_raw())
        assert (response.status_code, raw) == (answer.status, answer.content()[1])
        assert len(server.asked) == 1


@pytest.mark.anyio
@pytest.mark.parametrize(("expired", "answer"), OTHERS)
async def test_another_answer_is_the_callers_and_whole_async(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expired: str, answer: Answer
) -> None:
    live(expired, tmp_path, monkeypatch)
    with refusing(answer) as server:
        async with AsyncClient(server.url, tokens=OLD) as api:
            async with api.http.stream("GET", "/things") as response:
                raw = b"".join([chunk async for chunk in response.aiter_raw()])
            assert (response.status_code, raw) == (answer.status, answer.content()[1])
            assert len(server.asked) == 1


def test_fifty_threads_refresh_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live(MESSAGE, tmp_path, monkeypatch)
    with refusing(Answer(422, {"msg": "Signature has expired"})) as server, Client(server.url, tokens=OLD) as api:
        assert in_threads(lambda: api.http.get("/things").status_code) == [200] * AT_ONCE
        assert [asked.target for asked in server.asked].count("/renew") == 1


def test_hooks_see_the_last_answer_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live(MESSAGE, tmp_path, monkeypatch)
    seen: list[int] = []

    def see(response: httpx.Response) -> None:
        seen.append(response.status_code)
        response.raise_for_status()

    for message, expected in (("Signature has expired", [200]), ("Field required", [422])):
        seen.clear()
        with refusing(Answer(422, {"msg": message})) as server, httpx.Client() as http:
            http.event_hooks["response"].append(see)
            with Client(server.url, http_client=http, tokens=OLD) as api:
                if expected == [200]:
                    api.http.get("/things")
                else:
                    with pytest.raises(httpx.HTTPStatusError):
                        api.http.get("/things")
        assert seen == expected


def test_an_answer_that_a_hook_has_read_is_judged_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live(MESSAGE, tmp_path, monkeypatch)
    with refusing(Answer(422, {"msg": "Signature has expired"})) as server:
        auth = TokenAuth(Session(server.url, store=MemoryStore(OLD)))
        hooks: Any = {"response": [lambda response: response.read()]}
        with httpx.Client(auth=auth, event_hooks=hooks) as http:
            assert http.get(f"{server.url}/things").status_code == 200

        async def read(response: httpx.Response) -> None:
            await response.aread()

        async def run() -> None:
            auth = TokenAuth(Session(server.url, store=MemoryStore(OLD)))
            async with httpx.AsyncClient(auth=auth, event_hooks={"response": [read]}) as http:
                assert (await http.get(f"{server.url}/things")).status_code == 200

        anyio.run(run)


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in parts, and says how many of them were read."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts
        self.read = 0

    def __iter__(self) -> Any:
        for part in self.parts:
            self.read += 1
            yield part

    async def __aiter__(self) -> Any:
        for part in self:
            yield part


@pytest.mark.parametrize(
    ("expired", "status", "media_type", "most"),
    [
        (MESSAGE, 422, "application/json", 2),
        (MESSAGE, 422, "application/x-ndjson", 0),
        (MESSAGE, 422, "text/event-stream", 0),
        (SUCCESS, 200, "application/json", 0),
    ],
)
@pytest.mark.anyio
async def test_no_more_of_a_stream_is_read_than_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, expired: str, status: int, media_type: str, most: int
) -> None:
    live(expired, tmp_path, monkeypatch)
    parts = (b"[" + b" " * (LARGEST_BODY - 1), b" ", b"]")

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers={"Content-Type": media_type}, stream=bodies[-1])

    url, bodies = "https://api.example.com", [Chunks(*parts)]
    transport = httpx.MockTransport(answer)
    with (
        httpx.Client(transport=transport) as http,
        Client(url, http_client=http, tokens=OLD) as api,
        api.http.stream("GET", "/things") as response,
    ):
        assert bodies[0].read == most
        assert response.read() == b"".join(parts)
    bodies.append(Chunks(*parts))
    async with (
        httpx.AsyncClient(transport=transport) as async_http,
        AsyncClient(url, http_client=async_http, tokens=OLD) as async_api,
        async_api.http.stream("GET", "/things") as response,
    ):
        assert bodies[1].read == most
        assert await response.aread() == b"".join(parts)


def test_a_body_that_turns_out_to_be_too_large_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live(MESSAGE, tmp_path, monkeypatch)
    body = json.dumps({"msg": "Signature has expired", "more": "x" * LARGEST_BODY}).encode()

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(422, headers={"Content-Type": "application/json"}, stream=Chunks(body))

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as http,
        Client("https://api.example.com", http_client=http, tokens=OLD) as api,
    ):
        response = api.http.get("/things")
    assert (response.status_code, response.content) == (422, body)


def test_a_second_answer_of_this_kind_is_the_callers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live(MESSAGE, tmp_path, monkeypatch)
    body = {"msg": "Signature has expired"}

    def answer(asked: Asked) -> Answer:
        return Answer(body={"access": "other"}) if asked.target == "/renew" else Answer(422, body)

    with answering(answer) as server, Client(server.url, tokens=OLD) as api:
        response = api.http.get("/things")
    assert (response.status_code, json.loads(response.content)) == (422, body)
    assert [asked.target for asked in server.asked] == ["/things", "/renew", "/things"]
