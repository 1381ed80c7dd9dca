"""Calls that fail in passing are made once more, unless that could do harm; and what else a view can change."""

from __future__ import annotations

import socket
from contextlib import nullcontext
from io import BytesIO
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from afresh import (
    APIError,
    AsyncClient,
    Client,
    DecodeError,
    RateLimited,
    RefreshUnavailable,
    ServerError,
    Tokens,
    TransportError,
)
from afresh._calls.calling import Connection, SyncCaller
from afresh._calls.options import Options
from afresh_api.models import Credentials, NewAttachment, NewTask
from afresh_api.operation import Operation, Paging
from afresh_api.types import File
from servers.canned import Answer, Asked, answering
from stress.faults import call_through_faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.client import Kind
    from sandbox.process import Sandbox

ADA = Credentials(username="ada", password="lovelace")
SOON = httpx.Timeout(30, read=0.01)
TASK = NewTask(title="Once, please")
ID = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
USER = {
    "id": str(ID),
    "username": "ada",
    "displayName": "Ada Lovelace",
    "email": None,
    "role": "manager",
    "createdAt": "2026-11-25T10:22:49Z",
}


def asked_for(sandbox: Sandbox, operation: str) -> int:
    return sandbox.control.counters().by_operation.get(operation, 0)


def one_by_one(*answers: Answer) -> Callable[[Asked], Answer]:
    """Answer one after the other, and as the last from then on."""
    following = chain(answers, repeat(answers[-1]))
    return lambda _: next(following)


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["status", "html", "disconnect", "lose_answer"])
async def test_a_call_that_fails_in_passing_is_made_again(
    sandbox: Sandbox, api: Client, async_api: AsyncClient, kind: Kind
) -> None:
    sandbox.control.fault("GET /me", kind, times=2)
    assert api.users.me().username == "ada"
    assert asked_for(sandbox, "GET /me") == 3
    sandbox.control.fault("GET /me", kind, times=2)
    assert (await async_api.users.me()).username == "ada"
    assert asked_for(sandbox, "GET /me") == 6


@pytest.mark.anyio
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_it_ends_with_the_last_failure(
    sandbox: Sandbox, api: Client, async_api: AsyncClient, status: int
) -> None:
    sandbox.control.fault("GET /me", "status", status=status, times=None)
    with pytest.raises(APIError) as ended:
        api.with_options(retries=2).users.me()
    assert ended.value.status_code == status
    assert asked_for(sandbox, "GET /me") == 3
    with pytest.raises(APIError):
        await async_api.with_options(retries=2).users.me()
    assert asked_for(sandbox, "GET /me") == 6


def test_a_failure_that_stays_is_not_asked_for_twice(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault("GET /me", "status", status=403)
    with pytest.raises(APIError):
        api.users.me()
    assert asked_for(sandbox, "GET /me") == 1
    with answering(one_by_one(Answer(body={"not": "a user"}))) as server, Client(server.url, tokens=Tokens("a")) as odd:
        with pytest.raises(DecodeError):
            odd.users.me()
        assert len(server.asked) == 1


def test_without_retries_nothing_is_made_again(sandbox: Sandbox) -> None:
    with Client(sandbox.url, retries=0) as api:
        api.login(ADA)
        sandbox.control.fault("GET /me", "status")
        with pytest.raises(ServerError):
            api.users.me()
    assert asked_for(sandbox, "GET /me") == 1


@pytest.mark.anyio
async def test_a_call_may_see_both_a_failure_in_passing_and_a_refresh(
    sandbox: Sandbox, api: Client, async_api: AsyncClient
) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "status")
    assert api.users.me().username == "ada"
    counters = sandbox.control.counters()
    assert (counters.by_operation["GET /me"], counters.unauthorized, counters.refreshes) == (3, 1, 1)
    sandbox.control.fault("GET /me", "disconnect")
    assert (await async_api.users.me()).username == "ada"
    counters = sandbox.control.counters()
    assert (counters.by_operation["GET /me"], counters.unauthorized, counters.refreshes) == (6, 2, 2)


def test_a_session_that_cannot_be_renewed_is_not_besieged(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("POST /auth/refresh", "status", times=None)
    with pytest.raises(RefreshUnavailable):
        api.users.me()
    assert asked_for(sandbox, "GET /me") == 1


@pytest.mark.anyio
async def test_what_is_not_idempotent_is_not_made_again(sandbox: Sandbox, api: Client, async_api: AsyncClient) -> None:
    sandbox.control.fault("POST /tasks", "lose_answer", times=2)
    with pytest.raises(TransportError):
        api.tasks.create(TASK)
    with pytest.raises(TransportError):
        await async_api.tasks.create(TASK)
    assert asked_for(sandbox, "POST /tasks") == 2


@pytest.mark.anyio
async def test_an_idempotency_key_lets_any_call_be_made_again(
    sandbox: Sandbox, api: Client, async_api: AsyncClient
) -> None:
    def with_argument() -> object:
        return api.tasks.create(TASK, idempotency_key="one")

    def with_option() -> object:
        return api.with_options(idempotency_key="two").tasks.create(TASK)

    for create in (with_argument, with_option):
        before = len(list(api.tasks.list()))
        sandbox.control.fault("POST /tasks", "lose_answer", times=2)
        create()
        assert len(list(api.tasks.list())) == before + 1
    sandbox.control.fault("POST /tasks", "lose_answer", times=2)
    await async_api.with_options(idempotency_key="three").tasks.create(TASK)
    assert asked_for(sandbox, "POST /tasks") == 9


def test_an_idempotency_key_has_its_usual_header_where_the_description_has_none() -> None:
    failure, success = Answer(503), Answer(204)
    with (
        answering(one_by_one(failure, success)) as server,
        Client(server.url, tokens=Tokens("a")) as api,
        pytest.raises(DecodeError),  # an empty answer is no attachment, but that is not the question
    ):
        api.with_options(idempotency_key="k").attachments.upload(ID, attachment(BytesIO(b"content")))
    assert [asked.headers["idempotency-key"] for asked in server.asked] == ["k", "k"]
    assert all(b"content" in asked.body for asked in server.asked)


def attachment(payload: Any) -> NewAttachment:
    return NewAttachment(file=File(payload=payload, file_name="a.txt"))


class Stream:
    """What can be read once, as from a socket."""

    def __init__(self, content: bytes) -> None:
        self.read = BytesIO(content).read


def test_a_body_that_can_be_read_but_once_is_sent_but_once() -> None:
    with (
        answering(one_by_one(Answer(503))) as server,
        Client(server.url, tokens=Tokens("a")) as api,
        pytest.raises(ServerError),
    ):
        api.with_options(idempotency_key="k").attachments.upload(ID, attachment(Stream(b"once")))
    assert len(server.asked) == 1


@pytest.mark.anyio
async def test_a_download_is_asked_for_again_until_it_begins(
    sandbox: Sandbox, api: Client, async_api: AsyncClient
) -> None:
    task = api.tasks.create(TASK)
    upload = api.attachments.upload(task.id, attachment(BytesIO(b"content")))
    sandbox.control.fault("GET /attachments/{attachmentId}/content", "status", times=2)
    with api.attachments.download(upload.id) as response:
        assert response.read() == b"content"
    sandbox.control.fault("GET /attachments/{attachmentId}/content", "disconnect", times=2)
    async with async_api.attachments.download(upload.id) as async_response:
        assert await async_response.aread() == b"content"


def test_retry_after_says_how_long_to_wait(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("afresh._calls.retrying.FIRST_WAIT", 0.001)
    monkeypatch.setattr("afresh._calls.retrying.LONGEST_WAIT", 0.002)
    answers = (Answer(503), Answer(429, headers={"Retry-After": "0"}), Answer(503), Answer(503), Answer(body=USER))
    with answering(one_by_one(*answers)) as server, Client(server.url, tokens=Tokens("a")) as api:
        api.users.me()
    assert len(server.asked) == 5
    waits = [vars(record)["wait"] for record in caplog.records if vars(record).get("event") == "attempt_failed"]
    assert waits == [0.001, 0, 0.002, 0.002]  # twice as many each time, up to the longest


@pytest.mark.parametrize("asked", ["3600", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_who_is_asked_to_wait_for_long_is_told_at_once(asked: str) -> None:
    with (
        answering(one_by_one(Answer(429, headers={"Retry-After": asked}))) as server,
        Client(server.url, tokens=Tokens("a")) as api,
        pytest.raises(RateLimited) as limited,
    ):
        api.users.me()
    assert len(server.asked) == 1
    assert limited.value.retry_after is not None
    assert limited.value.retry_after >= 3600


class Refused(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A real transport whose first connections do not come about, or fail in another way."""

    def __init__(self, *failures: type[httpx.TransportError]) -> None:
        self._failures = list(failures)
        self._transport = httpx.HTTPTransport(verify=False)
        self._async_transport = httpx.AsyncHTTPTransport(verify=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._failures:
            raise self._failures.pop(0)("on purpose")
        return self._transport.handle_request(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._failures:
            raise self._failures.pop(0)("on purpose")
        return await self._async_transport.handle_async_request(request)

    def close(self) -> None:
        self._transport.close()

    async def aclose(self) -> None:
        await self._async_transport.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError])
async def test_what_was_never_sent_is_sent_again_whatever_the_method(kind: type[httpx.TransportError]) -> None:
    with answering(lambda _: Answer(204)) as server:
        with httpx.Client(transport=Refused(kind, kind)) as http:
            api = Client(server.url, tokens=Tokens("a"), http_client=http)
            with pytest.raises(DecodeError):  # an empty answer is no task, but that is not the question
                api.tasks.create(TASK)
        async with httpx.AsyncClient(transport=Refused(kind, kind)) as async_http:
            async_api = AsyncClient(server.url, tokens=Tokens("a"), http_client=async_http)
            with pytest.raises(DecodeError):
                await async_api.tasks.create(TASK)
        assert len(server.asked) == 2
        with httpx.Client(transport=Refused(kind, kind)) as http:
            api = Client(server.url, tokens=Tokens("a"), http_client=http, retries=1)
            with pytest.raises(TransportError) as ended:
                api.tasks.create(TASK)
        assert ended.value.is_unsent
        assert len(server.asked) == 2


@pytest.mark.parametrize("kind", [httpx.ReadTimeout, httpx.WriteError, httpx.RemoteProtocolError])
def test_what_may_have_been_sent_is_not_sent_again(kind: type[httpx.TransportError]) -> None:
    with answering(lambda _: Answer(204)) as server, httpx.Client(transport=Refused(httpx.ConnectError, kind)) as http:
        api = Client(server.url, tokens=Tokens("a"), http_client=http)
        with pytest.raises(TransportError, match=kind.__name__) as ended:
            api.tasks.create(TASK)
        assert not ended.value.is_unsent
        assert server.asked == []
    with answering(lambda _: Answer(503)) as server, httpx.Client(transport=Refused(httpx.ConnectError)) as http:
        api = Client(server.url, tokens=Tokens("a"), http_client=http)
        with pytest.raises(ServerError):
            api.tasks.create(TASK)
        assert len(server.asked) == 1


def test_a_server_that_is_gone_is_asked_again_for_what_it_never_got(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with (
            Client(url, tokens=Tokens("a"), retries=2) as api,
            pytest.raises(TransportError, match="could not be reached"),
        ):
            api.tasks.create(TASK)
    assert [vars(record).get("event") for record in caplog.records].count("attempt_failed") == 2


def test_what_leads_elsewhere_was_sent() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        elsewhere = {"Location": f"http://127.0.0.1:{nobody.getsockname()[1]}/there"}
        with (
            answering(lambda _: Answer(303, headers=elsewhere)) as server,
            httpx.Client(follow_redirects=True) as http,
        ):
            api = Client(server.url, tokens=Tokens("a"), http_client=http)
            with pytest.raises(TransportError, match="could not be reached"):
                api.tasks.create(TASK)
        assert len(server.asked) == 1


def test_a_wait_in_milliseconds_counts_before_one_in_seconds(caplog: pytest.LogCaptureFixture) -> None:
    asked = {"retry-after-ms": "12.5", "Retry-After": "50"}
    with (
        answering(one_by_one(Answer(503, headers=asked), Answer(body=USER))) as server,
        Client(server.url, tokens=Tokens("a")) as api,
    ):
        api.users.me()
    waits = [vars(record)["wait"] for record in caplog.records if vars(record).get("event") == "attempt_failed"]
    assert waits == [0.0125]


def test_a_certificate_that_is_no_good_stays_so() -> None:
    with pytest.raises(TransportError) as refused:
        raise TransportError.of(_certificate_error())
    assert not refused.value.is_passing


def test_a_certificate_that_is_no_good_is_not_asked_for_twice() -> None:
    asked: list[str] = []

    def fail(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        raise _certificate_error()

    with httpx.Client(transport=httpx.MockTransport(fail)) as http:
        caller = SyncCaller(Connection(http), httpx.URL("https://example.com"), Options(retries=2))
        with pytest.raises(TransportError):
            caller.call(_operation("GET"), {"method": "GET", "url": "/raw"})
    assert asked == ["/raw"]


def _operation(method: str) -> Operation[Any]:
    return Operation[Any](method=method, path="/raw", parse=lambda _: None, parse_error=lambda _: None)


def test_a_key_in_the_described_header_lets_a_call_be_made_again() -> None:
    keys: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers.get("X-Once"))
        return httpx.Response(503 if len(keys) == 1 else 204)

    operation = Operation[Any](
        method="POST", path="/raw", parse=lambda _: None, parse_error=lambda _: None, idempotency_header="X-Once"
    )
    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        caller = SyncCaller(Connection(http), httpx.URL("https://example.com"), Options(idempotency_key="k"))
        caller.call(operation, {"method": "POST", "url": "/raw"})
    assert keys == ["k", "k"]


@pytest.mark.parametrize(
    ("method", "times"),
    [("GET", 2), ("HEAD", 2), ("OPTIONS", 2), ("QUERY", 2), ("PUT", 2), ("DELETE", 2), ("POST", 1), ("PATCH", 1)],
)
def test_the_method_says_whether_a_call_may_be_made_again(method: str, times: int) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(503 if len(asked) == 1 else 204)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        caller = SyncCaller(Connection(http), httpx.URL("https://example.com"), Options(retries=2))
        with pytest.raises(ServerError) if times == 1 else nullcontext():
            caller.call(_operation(method), {"method": method, "url": "/raw"})
    assert asked == [method] * times


def _certificate_error() -> httpx.ConnectError:
    said = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate"
    return httpx.ConnectError(said, request=httpx.Request("GET", "https://example.com"))


def test_calls_get_through_faults_and_none_is_made_twice_that_should_not_be(sandbox: Sandbox) -> None:
    outcome = call_through_faults(sandbox, calls=300, threads=10)
    assert outcome.lost == 0
    assert outcome.faults > 0
    assert outcome.created_twice == 0


@pytest.mark.anyio
async def test_a_view_has_options_of_its_own_and_the_rest_in_common(
    sandbox: Sandbox, api: Client, async_api: AsyncClient
) -> None:
    slow = api.with_options(timeout=SOON)
    sandbox.control.fault("GET /me", "hold", times=None)
    with pytest.raises(TransportError, match="ReadTimeout"):
        slow.with_options(retries=0).users.me()
    with pytest.raises(TransportError, match="ReadTimeout"):
        await async_api.with_options(timeout=SOON, retries=0).users.me()
    sandbox.control.clear_faults()
    assert (slow.http, slow.session) == (api.http, api.session)
    assert api.users is not slow.users
    slow.close()
    with slow:
        pass
    assert api.users.me().username == "ada"
    assert type(slow) is Client
    async with async_api.with_options(retries=1) as view:
        assert (view.http, view.session) == (async_api.http, async_api.session)
    assert (await async_api.users.me()).username == "ada"


def test_headers_of_a_view_are_sent_besides_the_others() -> None:
    with answering(one_by_one(Answer(body=USER))) as server, Client(server.url, tokens=Tokens("a")) as api:
        view = api.with_options(headers={"X-One": "1"}).with_options(headers={"X-Two": "2"})
        view.users.me()
        api.users.me()
    seen = [{name for name in asked.headers if name.startswith("x-")} for asked in server.asked]
    assert seen == [{"x-one", "x-two"}, set()]
    assert server.asked[0].headers["authorization"] == "Bearer a"


@pytest.mark.anyio
async def test_a_header_takes_the_place_of_another_whatever_the_case_of_their_names() -> None:
    first = {"X-One": "1", "accept": "text/csv", "idempotency-key": "of the headers"}
    with answering(one_by_one(Answer(422))) as server:
        with Client(server.url, tokens=Tokens("a")) as api:
            view = api.with_options(headers=first).with_options(headers={"x-one": "2"}, idempotency_key="of the view")
            with pytest.raises(APIError):
                view.tasks.create(TASK)
            with pytest.raises(APIError):
                view.tasks.create(TASK, idempotency_key="of the call")
            with pytest.raises(APIError), view.tasks.watch(ID):
                pass
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api:
            with pytest.raises(APIError):
                await async_api.with_options(headers=first).with_options(headers={"x-one": "2"}).tasks.create(TASK)
    assert [[asked.headers[name] for name in ("x-one", "accept", "idempotency-key")] for asked in server.asked] == [
        ["2", "text/csv", "of the view"],
        ["2", "text/csv", "of the call"],
        ["2", "text/csv", "of the view"],
        ["2", "text/csv", "of the headers"],
    ]


def test_an_idempotency_key_is_in_the_described_header_of_a_list_too() -> None:
    paging = Paging[Any, Any](items=lambda page: page, following=lambda *_: None)
    search = Operation[Any](
        method="POST",
        path="/search",
        parse=httpx.Response.json,
        parse_error=lambda _: None,
        idempotency_header="X-Key",
    )
    with answering(one_by_one(Answer(503), Answer(body=[1]))) as server, httpx.Client() as http:
        caller = SyncCaller(Connection(http), httpx.URL(server.url), Options(idempotency_key="k"))
        assert list(caller.pages(search, {"method": "POST", "url": "/search"}, paging)) == [1]
    assert [asked.headers.get("x-key") for asked in server.asked] == ["k", "k"]
