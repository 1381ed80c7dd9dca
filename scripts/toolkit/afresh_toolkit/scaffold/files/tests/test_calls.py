"""What calls do besides asking the server: they are tried again, go through pages, read streams and send files."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from afresh import NotFound, ServerError, save
from afresh_api.operation import Operation, Paging, Streaming
from afresh_api.paging import with_value
from canned import Answer, Asked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx
    from afresh import AsyncClient, Client
    from afresh_api.operation import AsyncCaller, Caller

    from token_server import TokenServer

PAGES = {"1": ["a", "b"], "2": ["c"], "3": ["d", "e"]}
CONTENT = bytes(range(256)) * 1000


def caller_of(api: Client) -> Caller:
    """Return what carries the operations of a client out."""
    return api._caller  # noqa: SLF001  (operations of an API's own would differ from one API to the next)


def async_caller_of(api: AsyncClient) -> AsyncCaller:
    return api._caller  # noqa: SLF001  (as above)


def operation(method: str, parse: Callable[[httpx.Response], Any] = lambda response: response.json()) -> Operation[Any]:
    """Make an operation, as the generated package has one for each of the API's."""
    return Operation(method=method, path="/things", parse=parse, parse_error=lambda _: None)


def asking(method: str, **arguments: Any) -> dict[str, Any]:
    return {"method": method, "url": "/things", **arguments}


def failing(server: TokenServer, times: int, status: int = 503) -> None:
    """Have the server fail so often, and ask to be tried again at once."""
    left = [Answer(status, {}, {"Retry-After": "0"}) for _ in range(times)]
    server.answer = lambda _: left.pop() if left else Answer(200, {"done": True})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("status", [429, 503])
def test_calls_that_may_be_repeated_are_tried_again(server: TokenServer, method: str, status: int) -> None:
    failing(server, 2, status)
    with server.client() as api:
        assert caller_of(api).call(operation(method), asking(method)) == {"done": True}
    assert [asked.method for asked in server.calls()] == [method] * 3


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_calls_that_may_do_harm_are_made_once(server: TokenServer, method: str) -> None:
    failing(server, 1)
    with server.client() as api, pytest.raises(ServerError):
        caller_of(api).call(operation(method), asking(method, json={"name": "spoon"}))
    assert len(server.calls()) == 1


@pytest.mark.anyio
async def test_tasks_try_again_what_may_be_repeated_alone(server: TokenServer) -> None:
    async with server.async_client() as api:
        failing(server, 2)
        assert await async_caller_of(api).call(operation("GET"), asking("GET")) == {"done": True}
        assert len(server.calls()) == 3
        failing(server, 1)
        with pytest.raises(ServerError):
            await async_caller_of(api).call(operation("POST"), asking("POST", json={}))
        assert len(server.calls()) == 4


def test_what_fails_for_good_is_raised_at_once(server: TokenServer) -> None:
    server.answer = lambda _: Answer(404, {})
    with server.client() as api, pytest.raises(NotFound):
        caller_of(api).call(operation("GET"), asking("GET"))
    assert len(server.calls()) == 1


def paged(asked: Asked) -> Answer:
    number = asked.target.partition("page=")[2].partition("&")[0] or "1"
    following = str(int(number) + 1)
    return Answer(200, {"items": PAGES[number], "next": following if following in PAGES else None})


def paging() -> Paging[Any, str]:
    def following(page: Any, _: httpx.Response, arguments: dict[str, Any]) -> dict[str, Any] | None:
        return None if page["next"] is None else with_value(arguments, "page", page["next"])

    return Paging(items=lambda page: page["items"], following=following)


def test_all_pages_of_a_list_are_gone_through(server: TokenServer) -> None:
    server.answer = paged
    with server.client() as api:
        pages = caller_of(api).pages(operation("GET"), asking("GET", params={}), paging())
        assert list(pages) == ["a", "b", "c", "d", "e"]
    assert len(server.calls()) == len(PAGES)


@pytest.mark.anyio
async def test_all_pages_are_gone_through_in_tasks(server: TokenServer) -> None:
    server.answer = paged
    async with server.async_client() as api:
        pages = async_caller_of(api).pages(operation("GET"), asking("GET", params={}), paging())
        assert [item async for item in pages] == ["a", "b", "c", "d", "e"]


def test_a_list_goes_on_across_an_expiry(server: TokenServer) -> None:
    server.answer = paged
    with server.client() as api:
        items = iter(caller_of(api).pages(operation("GET"), asking("GET", params={}), paging()))
        assert next(items) == "a"
        server.expire()
        assert list(items) == ["b", "c", "d", "e"]
    assert server.refreshes == 1


def streamed(_: Asked) -> Answer:
    events = "".join(f"data: {json.dumps({'number': number})}\n\n" for number in range(3))
    return Answer(200, events.encode(), {"Content-Type": "text/event-stream"})


STREAMING: Streaming[int] = Streaming(
    media_type="text/event-stream", framing="events", parse=lambda value: int(value["number"])
)


def test_a_stream_is_read_value_by_value(server: TokenServer) -> None:
    server.answer = streamed
    with server.client() as api:
        server.expire()
        with caller_of(api).items(operation("GET"), asking("GET"), STREAMING) as values:
            assert list(values) == [0, 1, 2]


@pytest.mark.anyio
async def test_a_stream_is_read_in_tasks(server: TokenServer) -> None:
    server.answer = streamed
    async with (
        server.async_client() as api,
        async_caller_of(api).items(operation("GET"), asking("GET"), STREAMING) as values,
    ):
        assert [value async for value in values] == [0, 1, 2]


def test_a_download_is_saved_whole(server: TokenServer, tmp_path: Path) -> None:
    server.answer = lambda _: Answer(200, CONTENT)
    with server.client() as api, caller_of(api).stream(operation("GET"), asking("GET")) as response:
        save(response, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def sending(file: BytesIO, *, is_form: bool) -> dict[str, Any]:
    sent: dict[str, Any] = {"files": [("file", ("name", file))]} if is_form else {"content": file}
    return asking("PUT", **sent)


@pytest.mark.parametrize("is_form", [False, True])
def test_a_file_is_sent_from_its_start_each_time(server: TokenServer, *, is_form: bool) -> None:
    failing(server, 1)
    with server.client() as api:
        server.expire()  # so that it is sent for a second time after the 401, and for a third after the 503
        caller_of(api).call(operation("PUT"), sending(BytesIO(CONTENT), is_form=is_form))
    assert [CONTENT in asked.body for asked in server.calls()] == [True] * 3


@pytest.mark.anyio
@pytest.mark.parametrize("is_form", [False, True])
async def test_a_file_is_sent_from_its_start_in_tasks(server: TokenServer, *, is_form: bool) -> None:
    failing(server, 1)
    async with server.async_client() as api:
        server.expire()
        await async_caller_of(api).call(operation("PUT"), sending(BytesIO(CONTENT), is_form=is_form))
    assert [CONTENT in asked.body for asked in server.calls()] == [True] * 3


def test_a_body_that_cannot_be_sent_twice_is_sent_once(server: TokenServer) -> None:
    with server.client() as api:
        server.expire()
        assert api.http.post("/things", content=iter([b"one", b"two"])).status_code == 401
    assert [asked.body for asked in server.calls()] == [b"onetwo"]
