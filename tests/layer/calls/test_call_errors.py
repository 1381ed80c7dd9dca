"""Whatever goes wrong with a call is an `SDKError`, but for what the caller's own code raises."""

from __future__ import annotations

import asyncio
import gc
import gzip
import os
import ssl
from importlib import import_module
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from afresh import (
    AsyncClient,
    Client,
    ClosedError,
    ConfigurationError,
    DecodeError,
    InvalidArgument,
    NotFound,
    SDKError,
    ServerError,
    Tokens,
    TransportError,
    save,
    save_async,
)
from afresh._calls.calling import AsyncCaller, Connection, SyncCaller
from afresh._calls.options import Options
from afresh._errors import translated
from afresh_api.models import NewTask
from made import importable, make
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# trio warns of the generators that httpx and httpcore leave behind where a body is not read to its end.
pytestmark = [pytest.mark.filterwarnings(r"ignore:Async generator 'http(x|core)2?\.:ResourceWarning"), pytest.mark.slow]

URL = "https://api.test/v1"
ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


def descendants(kind: type[Exception]) -> list[type[Exception]]:
    return [one for child in kind.__subclasses__() for one in (child, *descendants(child))]


RAISED: list[tuple[Exception, type[SDKError]]] = [
    *((kind("x"), TransportError) for kind in descendants(httpx.RequestError)),
    (httpx.StreamConsumed(), SDKError),
    (httpx.StreamClosed(), ClosedError),
    (httpx.ResponseNotRead(), SDKError),
    (httpx.RequestNotRead(), SDKError),
    (RuntimeError("Cannot send a request, as the client has been closed."), ClosedError),
    (RuntimeError("Event loop is closed"), ConfigurationError),
    (RuntimeError("<asyncio.locks.Lock object> is bound to a different event loop"), ConfigurationError),
    (RuntimeError("no running event loop"), ConfigurationError),
    (RuntimeError("must be called from async context"), ConfigurationError),
    (RuntimeError("Attempted to send a sync request with an AsyncClient instance."), ConfigurationError),
    (ssl.SSLError(1, "bad record mac"), TransportError),
    (anyio.BrokenResourceError(), TransportError),
    (anyio.ClosedResourceError(), TransportError),
    (anyio.EndOfStream(), TransportError),
    (anyio.BusyResourceError("reading from"), TransportError),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("error", "kind"), RAISED, ids=lambda value: getattr(value, "__name__", None) or repr(value))
async def test_what_is_raised_below_the_sdk_is_one_of_its_errors(error: Exception, kind: type[SDKError]) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with httpx.Client(transport=httpx.MockTransport(fail)) as http:
        api = Client(URL, tokens=Tokens("a"), retries=0, http_client=http)
        with pytest.raises(SDKError) as caught:
            api.users.me()
        assert type(caught.value) is kind
        assert (caught.value.method, caught.value.url) == ("GET", f"{URL}/me")
        with pytest.raises(kind), api.tasks.watch(ID):  # type: ignore[arg-type]  # a UUID, but for its type
            pass
        with pytest.raises(kind):
            list(api.tasks.list())
    async with httpx.AsyncClient(transport=httpx.MockTransport(fail)) as async_http:
        async_api = AsyncClient(URL, tokens=Tokens("a"), retries=0, http_client=async_http)
        with pytest.raises(kind):
            await async_api.users.me()


@pytest.mark.anyio
@pytest.mark.parametrize("error", [ValueError("mine"), RuntimeError("mine"), OSError("mine"), KeyError("mine")])
async def test_what_the_callers_own_code_raises_passes_through(error: Exception) -> None:
    def fail(_: httpx.Request) -> None:
        raise error

    async def fail_async(_: httpx.Request) -> None:
        raise error

    with httpx.Client(event_hooks={"request": [fail]}) as http:
        api = Client(URL, tokens=Tokens("a"), http_client=http)
        with pytest.raises(type(error), match="mine") as caught:
            api.users.me()
        assert caught.value is error
    async with httpx.AsyncClient(event_hooks={"request": [fail_async]}) as async_http:
        async_api = AsyncClient(URL, tokens=Tokens("a"), http_client=async_http)
        with pytest.raises(type(error), match="mine"):
            await async_api.users.me()
    assert translated(error, httpx.Request("GET", URL)) is None


@pytest.mark.anyio
async def test_a_client_that_was_closed_says_so() -> None:
    with answering(lambda _: Answer(404, b"")) as server:
        with Client(server.url, tokens=Tokens("a")) as api:
            view = api.with_options(timeout=3)
        uses: list[Callable[[], object]] = [
            api.users.me,
            view.users.me,
            lambda: list(api.tasks.list()),
            lambda: api.tasks.watch(ID).__enter__(),  # type: ignore[arg-type]
            lambda: api.attachments.download(ID).__enter__(),  # type: ignore[arg-type]
        ]
        for use in uses:
            with pytest.raises(ClosedError, match="the client was closed: make calls before that"):
                use()
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api:
            pass
        with pytest.raises(ClosedError):
            await async_api.users.me()
        with pytest.raises(ClosedError):
            [task async for task in async_api.tasks.list()]
        with pytest.raises(ClosedError):
            async with async_api.tasks.watch(ID):  # type: ignore[arg-type]
                pass
    assert server.asked == []


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # the connection of the first loop
def test_a_client_of_another_event_loop_says_so() -> None:
    with answering(lambda _: Answer(404, b"")) as server:

        async def call(api: AsyncClient) -> None:
            with pytest.raises(NotFound):
                await api.users.me()

        http = httpx.AsyncClient()  # one of our own has connections for each loop
        api = AsyncClient(server.url, tokens=Tokens("a"), retries=0, http_client=http)
        asyncio.run(call(api))
        with pytest.raises(ConfigurationError, match="used in another event loop than before"):
            asyncio.run(call(api))
        del api, http
        gc.collect()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("headers", "body", "kind"),
    [
        ({"Content-Encoding": "gzip", "Content-Type": "application/json"}, b"no gzip", TransportError),
        ({"Content-Encoding": "gzip", "Content-Type": "application/json"}, gzip.compress(b"[" * 200_000), DecodeError),
        ({"Content-Type": "application/json"}, b'{"id": 1e999}', DecodeError),
        ({"Content-Type": "application/json; charset=zlib"}, b"{", DecodeError),
        ({"Content-Type": "application/json"}, b"\xff\xfe\x00", DecodeError),
        ({"Content-Length": "1000"}, b"{", TransportError),
        ({"Location": "http://[::1/"}, b"", TransportError),
        ({"Location": "/me"}, b"", TransportError),
    ],
)
async def test_answers_that_are_broken_are_errors_of_the_sdk(
    headers: dict[str, str], body: bytes, kind: type[SDKError]
) -> None:
    status = 302 if "Location" in headers else 200
    with answering(lambda _: Answer(status, body, headers)) as server:
        with (
            httpx.Client(follow_redirects=True) as http,
            Client(server.url, tokens=Tokens("a"), retries=0, http_client=http) as api,
            pytest.raises(kind),
        ):
            api.users.me()
        async with httpx.AsyncClient(follow_redirects=True) as async_http:
            async_api = AsyncClient(server.url, tokens=Tokens("a"), retries=0, http_client=async_http)
            with pytest.raises(kind):
                await async_api.users.me()


@pytest.mark.parametrize("charset", ["zlib", "bz2", "hex", "rot13", "undefined", "idna", "punycode", "uu", "nonsense"])
@pytest.mark.parametrize("status", [200, 400])
def test_a_charset_of_no_text_does_no_harm(texts_api: Any, charset: str, status: int) -> None:
    answer = Answer(status, b"x\xff", {"Content-Type": f"text/plain; charset={charset}"})
    with answering(lambda _: answer) as server, httpx.Client() as http:
        texts = texts_api.Resources(SyncCaller(Connection(http), httpx.URL(server.url), Options(0))).texts
        try:
            assert isinstance(texts.get(), str)
        except SDKError as error:
            assert error.status_code == status  # noqa: PT017 - it may be either


TEXTS = """\
openapi: 3.1.0
info: {title: Texts, version: "1"}
paths:
  /text:
    get:
      operationId: getText
      tags: [texts]
      parameters:
        - {name: X-Trace, in: header, schema: {type: string}}
        - {name: q, in: query, schema: {type: string}}
      responses:
        "200": {description: A text., content: {text/plain: {schema: {type: string}}}}
    head:
      operationId: peekText
      tags: [texts]
      responses:
        "200":
          description: What it is.
          headers: {Content-Length: {schema: {type: integer}}}
          content: {text/plain: {schema: {type: string}}}
        "404": {description: It is not there.}
  /report:
    get:
      operationId: getReport
      tags: [texts]
      responses:
        "200":
          description: As one likes.
          content:
            application/json: {schema: {type: object}}
            text/csv: {schema: {type: string}}
    post:
      operationId: sendReport
      tags: [texts]
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
      responses: {"204": {description: Done.}}
"""


@pytest.fixture(scope="module")
def texts_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("texts")
    make(TEXTS, folder, package="texts_api")
    with importable(folder):
        yield import_module("texts_api.resources")


@pytest.mark.anyio
async def test_requests_that_cannot_be_built_are_errors_of_the_sdk(texts_api: Any) -> None:
    ring: list[Any] = []
    for _ in range(100_000):
        ring = [ring]
    report = {"a": ring}
    with httpx.Client() as http:
        texts = texts_api.Resources(SyncCaller(Connection(http), httpx.URL(URL), Options())).texts
        with pytest.raises(InvalidArgument, match="too long"):
            texts.get(q="x" * 70_000)
        with pytest.raises(InvalidArgument, match="nested too deeply, or contains itself"):
            texts.send_report(report)
    async with httpx.AsyncClient() as async_http:
        async_texts = texts_api.AsyncResources(AsyncCaller(async_http, httpx.URL(URL), Options())).texts
        with pytest.raises(InvalidArgument, match="too long"):
            await async_texts.get(q="x" * 70_000)
        with pytest.raises(InvalidArgument, match="nested too deeply, or contains itself"):
            await async_texts.send_report(report)


@pytest.mark.anyio
async def test_head_gives_the_headers_of_the_answer(texts_api: Any) -> None:
    def answer(asked: Asked) -> Answer:
        assert asked.method == "HEAD"
        return Answer(200 if asked.headers.get("x-there") else 404, b"12345", {"X-Version": "7"})

    there = Options(0, headers={"X-There": "yes"})
    with answering(answer) as server:
        url = httpx.URL(server.url)
        with httpx.Client() as http:
            headers = texts_api.Resources(SyncCaller(Connection(http), url, there)).texts.peek()
            assert isinstance(headers, httpx.Headers)
            assert (headers["content-length"], headers["X-VERSION"]) == ("5", "7")
            with pytest.raises(NotFound):
                texts_api.Resources(SyncCaller(Connection(http), url, Options(0))).texts.peek()
            with import_module("texts_api").Client(server.url, headers={"X-There": "yes"}) as client:
                assert import_module("texts_api.api.texts.peek_text").sync(client=client)["x-version"] == "7"
        async with httpx.AsyncClient() as async_http:
            peeked = await texts_api.AsyncResources(AsyncCaller(async_http, url, there)).texts.peek()
            assert peeked["x-version"] == "7"


@pytest.mark.anyio
@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
@pytest.mark.parametrize("name", ["accept", "user-agent", "content-type", "idempotency-key", "accept-encoding"])
async def test_the_headers_of_the_caller_win_over_those_of_the_sdk(name: str, spelling: Callable[[str], str]) -> None:
    with answering(lambda _: Answer(404, b"")) as server:
        headers = {spelling(name): "text/csv"}
        with Client(server.url, tokens=Tokens("a")) as api, pytest.raises(NotFound):
            api.with_options(headers=headers).tasks.create(NewTask(title="x"))
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api:
            view = async_api.with_options(headers=headers)
            with pytest.raises(NotFound):
                await view.tasks.create(NewTask(title="x"))
            with pytest.raises(NotFound):
                async with view.tasks.watch(ID):  # type: ignore[arg-type]
                    pass
    assert [asked.headers[name] for asked in server.asked] == ["text/csv"] * 3


def test_the_arguments_of_a_method_win_over_the_headers_of_its_view(texts_api: Any) -> None:
    with answering(lambda _: Answer(200, b"x", {"Content-Type": "text/plain"})) as server, httpx.Client() as http:
        options = Options(0, headers={"x-trace": "the view's", "ACCEPT": "text/*"})
        texts = texts_api.Resources(SyncCaller(Connection(http), httpx.URL(server.url), options)).texts
        texts.get()
        texts.get(x_trace="the call's")
    assert [asked.headers["x-trace"] for asked in server.asked] == ["the view's", "the call's"]
    assert {asked.headers["accept"] for asked in server.asked} == {"text/*"}


def test_an_answer_of_another_type_that_was_asked_for_says_where_it_is_had(texts_api: Any) -> None:
    with answering(lambda _: Answer(200, b"a,b", {"Content-Type": "text/csv"})) as server, httpx.Client() as http:
        for options, said in (
            (
                Options(0, headers=httpx.Headers({"Accept": "text/csv"})),
                "your own Accept header asked for it: `with_response` gives",
            ),
            (Options(0), "if the description is outdated"),
        ):
            texts = texts_api.Resources(SyncCaller(Connection(http), httpx.URL(server.url), options)).texts
            with pytest.raises(DecodeError, match=said) as caught:
                texts.get_report()
            assert caught.value.body == "a,b"


@pytest.mark.anyio
async def test_a_download_that_breaks_off_is_an_error_of_the_sdk_where_it_is_saved(tmp_path: Path) -> None:
    answer = Answer(200, b"part", {"Content-Type": "application/octet-stream", "Content-Length": "1000"})
    with answering(lambda _: answer) as server:
        with (
            Client(server.url, tokens=Tokens("a")) as api,
            api.attachments.download(ID) as response,  # type: ignore[arg-type]
        ):
            with pytest.raises(TransportError):
                save(response, tmp_path / "copy")
            with pytest.raises(SDKError):
                save(response, tmp_path / "copy")
        async with (
            AsyncClient(server.url, tokens=Tokens("a")) as async_api,
            async_api.attachments.download(ID) as response,  # type: ignore[arg-type]
        ):
            with pytest.raises(TransportError):
                await save_async(response, tmp_path / "copy")
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - a path has it, too, but that takes a while, says ruff


@pytest.mark.anyio
async def test_what_watches_a_transfer_may_end_it(tmp_path: Path) -> None:
    class EnoughError(Exception):
        pass

    def stop(*_: object) -> None:
        raise EnoughError

    with answering(lambda _: Answer(200, b"part", {"Content-Type": "application/octet-stream"})) as server:
        with (
            Client(server.url, tokens=Tokens("a")) as api,
            pytest.raises(EnoughError),
            api.attachments.download(ID) as response,  # type: ignore[arg-type]
        ):
            save(response, tmp_path / "copy", progress=stop)
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api:
            with pytest.raises(EnoughError):
                async with async_api.attachments.download(ID) as response:  # type: ignore[arg-type]
                    await save_async(response, tmp_path / "copy", progress=stop)


@pytest.mark.parametrize("status", [501, 505, 506, 507, 508, 510, 511])
def test_what_would_be_answered_the_same_again_is_not_asked_again(status: int) -> None:
    with (
        answering(lambda _: Answer(status, b"")) as server,
        Client(server.url, tokens=Tokens("a"), retries=3) as api,
        pytest.raises(ServerError),
    ):
        api.users.me()
    assert len(server.asked) == 1
