"""Files on their way up and down, with progress."""

from __future__ import annotations

import os
import threading
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

import anyio
import httpx
import pytest

from afresh import (
    AsyncClient,
    Client,
    SDKError,
    ServerError,
    Tokens,
    TransportError,
    save,
    save_async,
    uploading,
)
from afresh._calls.calling import AsyncCaller, Connection, SyncCaller
from afresh._calls.options import Options
from afresh_api.models import NewAttachment, NewTask
from afresh_api.operation import Operation
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from sandbox.process import Sandbox

ID = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def task_id(api: Client) -> UUID:
    return api.tasks.create(NewTask(title="With files")).id


@pytest.mark.anyio
async def test_a_path_goes_up_and_comes_down_again(
    api: Client, async_api: AsyncClient, task_id: UUID, tmp_path: Path
) -> None:
    source, target = tmp_path / "notes.bin", tmp_path / "again.bin"
    source.write_bytes(CONTENT)
    told: list[tuple[int, int | None]] = []

    def progress(done: int, total: int | None) -> None:
        told.append((done, total))

    def was_told_all() -> bool:
        steps, said = [done for done, _ in told], {total for _, total in told}
        told.clear()
        return len(steps) > 1 and steps == sorted(steps) and steps[-1] == len(CONTENT) and said == {len(CONTENT)}

    with uploading(source, progress=progress) as file:
        attachment = api.attachments.upload(task_id, NewAttachment(file=file))
    assert (attachment.file_name, attachment.size) == ("notes.bin", len(CONTENT))
    assert was_told_all()
    with api.attachments.download(attachment.id) as response:
        assert save(response, target, progress=progress) == len(CONTENT)
    assert target.read_bytes() == CONTENT
    assert was_told_all()

    with uploading(str(source), progress=progress) as file:
        attachment = await async_api.attachments.upload(task_id, NewAttachment(file=file))
    assert was_told_all()
    async with async_api.attachments.download(attachment.id) as async_response:
        assert await save_async(async_response, target, progress=progress) == len(CONTENT)
    assert target.read_bytes() == CONTENT
    assert was_told_all()
    async with async_api.attachments.download(attachment.id) as async_response:
        assert await save_async(async_response, target) == len(CONTENT)


def test_bytes_and_open_files_go_up(api: Client, task_id: UUID, tmp_path: Path) -> None:
    with uploading(b"bytes", file_name="a.txt", media_type="text/plain") as file:
        attachment = api.attachments.upload(task_id, NewAttachment(file=file))
    assert (attachment.file_name, attachment.media_type, attachment.size) == ("a.txt", "text/plain", 5)
    (tmp_path / "b.txt").write_bytes(b"head, body")
    with (tmp_path / "b.txt").open("rb") as opened:
        opened.seek(6)
        with uploading(opened) as file:
            attachment = api.attachments.upload(task_id, NewAttachment(file=file))
        assert not opened.closed
    assert (attachment.file_name, attachment.size) == ("b.txt", 4)
    with uploading(BytesIO(b"nameless")) as file:
        assert api.attachments.upload(task_id, NewAttachment(file=file)).size == 8


def test_what_is_said_of_a_file_comes_before_what_its_path_says(api: Client, task_id: UUID, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
    with uploading(tmp_path / "a.txt", file_name="b.csv", media_type="application/x-table") as file:
        attachment = api.attachments.upload(task_id, NewAttachment(file=file))
    assert (attachment.file_name, attachment.media_type) == ("b.csv", "application/x-table")
    with uploading(tmp_path / "a.txt") as file:
        attachment = api.attachments.upload(task_id, NewAttachment(file=file))
    assert (attachment.file_name, attachment.media_type) == ("a.txt", "text/plain")


def piped(content: bytes) -> BinaryIO:
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    return os.fdopen(reader, "rb")


def test_a_pipe_goes_up(api: Client, task_id: UUID) -> None:
    told: list[tuple[int, int | None]] = []
    with piped(b"through a pipe") as pipe, uploading(pipe, progress=lambda *step: told.append(step)) as file:
        attachment = api.attachments.upload(task_id, NewAttachment(file=file))
    assert attachment.size == 14
    assert told == [(14, None)]


def test_what_is_sent_again_is_sent_whole(sandbox: Sandbox, api: Client, task_id: UUID, tmp_path: Path) -> None:
    sandbox.control.revoke_access()
    (tmp_path / "c.txt").write_bytes(b"head, body")
    with (tmp_path / "c.txt").open("rb") as opened:
        opened.seek(6)
        with uploading(opened) as file:
            assert api.attachments.upload(task_id, NewAttachment(file=file)).size == 4


PUT = Operation[Any](method="PUT", path="/raw", parse=lambda _: None, parse_error=lambda _: None)


def raw(payload: object) -> dict[str, Any]:
    return {"method": "PUT", "url": "/raw", "content": payload}


@pytest.mark.anyio
async def test_a_raw_body_is_sent_again_whole_after_a_failure_and_after_a_401() -> None:
    renewed = {"data": {"accessToken": "b", "refreshToken": "r", "expiresIn": 60}}
    statuses = cycle([503, 401, 204])

    def answer(asked: Asked) -> Answer:
        return Answer(body=renewed) if asked.target == "/auth/refresh" else Answer(next(statuses))

    with answering(answer) as server, uploading(BytesIO(b"no" + CONTENT)) as file:
        file.payload.read(2)
        with Client(server.url, tokens=Tokens("a", "r")) as api:
            SyncCaller(Connection(api.http), api.session.base_url, Options()).call(PUT, raw(file.payload))
        file.payload.seek(2)
        async with AsyncClient(server.url, tokens=Tokens("a", "r")) as async_api:
            await AsyncCaller(async_api.http, async_api.session.base_url, Options()).call(PUT, raw(file.payload))
    sent = [asked for asked in server.asked if asked.target == "/raw"]
    assert [asked.body == CONTENT for asked in sent] == [True] * 6
    assert {asked.headers["content-length"] for asked in sent} == {str(len(CONTENT))}


def test_a_transport_that_reads_the_whole_request_finds_a_raw_file_in_it() -> None:
    seen: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.read())
        return httpx.Response(204)

    http = httpx.Client(transport=httpx.MockTransport(handler))
    with Client("https://api.example.com", tokens=Tokens("a"), http_client=http) as api:
        SyncCaller(Connection(api.http), api.session.base_url, Options()).call(PUT, raw(BytesIO(CONTENT)))
    assert seen == [CONTENT]


def test_a_raw_body_is_sent_from_where_its_file_was_handed_over() -> None:
    opened = BytesIO(b"head, body")
    opened.seek(6)
    with answering(lambda _: Answer(204)) as server, httpx.Client() as http, uploading(opened) as file:
        SyncCaller(Connection(http), httpx.URL(server.url), Options()).call(PUT, raw(file.payload))
    assert [(asked.body, asked.headers["content-length"]) for asked in server.asked] == [(b"body", "4")]
    assert "transfer-encoding" not in server.asked[0].headers


def test_httpx_alone_can_send_what_is_uploaded() -> None:
    with answering(lambda _: Answer(204)) as server, uploading(CONTENT) as file:
        httpx.put(server.url, content=iter(file.payload))
    assert [asked.body == CONTENT for asked in server.asked] == [True]


def test_a_raw_body_that_can_be_read_but_once_is_sent_but_once() -> None:
    with (
        piped(b"through a pipe") as pipe,
        answering(lambda _: Answer(503)) as server,
        httpx.Client() as http,
        pytest.raises(ServerError),
    ):
        SyncCaller(Connection(http), httpx.URL(server.url), Options()).call(PUT, raw(pipe))
    assert [asked.body for asked in server.asked] == [b"through a pipe"]
    assert [asked.headers.get("content-length") for asked in server.asked] == [None]


class Watched(BytesIO):
    """A file that takes note of how much is asked of it at once."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.sizes: set[int | None] = set()

    def read(self, size: int | None = -1) -> bytes:
        self.sizes.add(size)
        return super().read(size)


@pytest.mark.anyio
async def test_a_raw_body_is_read_block_by_block() -> None:
    first, second = Watched(CONTENT), Watched(CONTENT)
    with answering(lambda _: Answer(204)) as server:
        with httpx.Client() as http:
            SyncCaller(Connection(http), httpx.URL(server.url), Options()).call(PUT, raw(first))
        async with httpx.AsyncClient() as async_http:
            await AsyncCaller(async_http, httpx.URL(server.url), Options()).call(PUT, raw(second))
    assert [asked.body == CONTENT for asked in server.asked] == [True, True]
    for size in first.sizes | second.sizes:
        assert size is not None
        assert 0 < size < len(CONTENT) / 2


@pytest.mark.anyio
async def test_the_event_loop_does_not_wait_for_the_disk() -> None:
    threads: set[threading.Thread] = set()

    class Noting(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            threads.add(threading.current_thread())
            return super().read(size)

    with answering(lambda _: Answer(204)) as server:
        async with httpx.AsyncClient() as http:
            await AsyncCaller(http, httpx.URL(server.url), Options()).call(PUT, raw(Noting(CONTENT)))
    assert [asked.body == CONTENT for asked in server.asked] == [True]
    assert threads
    assert threading.current_thread() not in threads


@pytest.mark.anyio
async def test_what_can_be_read_but_once_is_not_sent_empty_after_a_redirect() -> None:
    answer = Answer(307, headers={"Location": "/elsewhere"})
    with answering(lambda _: answer) as server:
        with (
            piped(b"content") as pipe,
            httpx.Client(follow_redirects=True) as http,
            pytest.raises(SDKError, match="read only once"),
        ):
            SyncCaller(Connection(http), httpx.URL(server.url), Options()).call(PUT, raw(pipe))
        async with httpx.AsyncClient(follow_redirects=True) as async_http:
            with piped(b"content") as pipe, pytest.raises(SDKError, match="read only once"):
                await AsyncCaller(async_http, httpx.URL(server.url), Options()).call(PUT, raw(pipe))
    assert [(asked.target, asked.body) for asked in server.asked] == [("/raw", b"content")] * 2


class Blocks:
    """Something that has `read`, but is no file."""

    read = None

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"one, ", b"two"])


@pytest.mark.anyio
async def test_files_that_are_read_with_await_go_up_and_so_do_blocks_of_any_kind(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one, two")
    with answering(lambda _: Answer(204)) as server:
        async with httpx.AsyncClient() as http, await anyio.open_file(tmp_path / "a", "rb") as file:
            caller = AsyncCaller(http, httpx.URL(server.url), Options())
            await caller.call(PUT, raw(file))
            await caller.call(PUT, raw(Blocks()))
    assert [asked.body for asked in server.asked] == [b"one, two"] * 2


@pytest.mark.anyio
async def test_a_download_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    folder, target = tmp_path, tmp_path / "kept.bin"
    target.write_bytes(b"the old one")
    answer = Answer(body=b"the first part", headers={"Content-Length": "1000"})
    with answering(lambda _: answer) as server:
        with (
            Client(server.url, tokens=Tokens("a")) as api,
            pytest.raises(TransportError),
            api.attachments.download(ID) as response,
        ):
            save(response, target)
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api:
            with pytest.raises(TransportError):
                async with async_api.attachments.download(ID) as async_response:
                    await save_async(async_response, target)
    assert target.read_bytes() == b"the old one"
    assert [path.name for path in folder.iterdir()] == ["kept.bin"]


@pytest.fixture
def body(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Response]:
    """Give an answer to save, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    with (
        answering(lambda _: Answer(body=b"new")) as server,
        Client(server.url, tokens=Tokens("a")) as api,
        api.attachments.download(ID) as response,
    ):
        yield response


@pytest.mark.parametrize("folder", ["", ".", "..", "/", "folder"])
def test_a_folder_is_refused_before_anything_is_read(body: httpx.Response, folder: str) -> None:
    Path("folder").mkdir()
    with pytest.raises(IsADirectoryError):
        save(body, folder)
    assert not body.is_stream_consumed
    assert [path.name for path in Path().iterdir()] == ["folder"]


def test_a_folder_that_is_missing_is_named_as_it_was_given(body: httpx.Response) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        save(body, "nowhere/file")
    assert missing.value.filename == "nowhere/file"


def test_a_file_that_is_replaced_keeps_its_rights_and_the_links_to_it(body: httpx.Response) -> None:
    private, link = Path("private"), Path("link")
    private.write_bytes(b"old")
    private.chmod(0o600)
    link.symlink_to(private)
    save(body, link)
    assert link.is_symlink()
    assert private.read_bytes() == b"new"
    assert private.stat().st_mode & 0o777 == 0o600


def test_a_name_may_be_as_long_as_the_system_lets_it(body: httpx.Response) -> None:
    name = "n" * 255
    save(body, name)
    assert [path.name for path in Path().iterdir()] == [name]


def test_a_pipe_keeps_its_place(body: httpx.Response) -> None:
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    save(body, "pipe")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert Path("pipe").is_fifo()


def test_who_is_asked_about_progress_may_end_it(api: Client, task_id: UUID, tmp_path: Path) -> None:
    with uploading(CONTENT) as file:
        attachment = api.attachments.upload(task_id, NewAttachment(file=file))

    def stop(_done: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), api.attachments.download(attachment.id) as response:
        save(response, tmp_path / "never", progress=stop)
    assert list(tmp_path.iterdir()) == []
    assert api.users.me().username == "ada"


def test_the_length_of_what_is_compressed_is_not_known(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    answer = Answer(body=b"plain", headers={"Content-Encoding": "identity", "Content-Type": "application/octet-stream"})
    with (
        answering(lambda _: answer) as server,
        Client(server.url, tokens=Tokens("a")) as api,
        api.attachments.download(ID) as response,
    ):
        save(response, tmp_path / "it", progress=lambda *step: told.append(step))
    assert told == [(5, None)]


def test_a_download_whose_length_is_not_said_is_saved_too(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    response = httpx.Response(200, content=iter([b"one, ", b"two"]))
    assert save(response, tmp_path / "it", progress=lambda *step: told.append(step)) == 8
    assert (tmp_path / "it").read_bytes() == b"one, two"
    assert told == [(5, None), (8, None)]


def test_plain_httpx_takes_such_a_file_too() -> None:
    with (
        answering(lambda _: Answer(204)) as server,
        Client(server.url, tokens=Tokens("a")) as api,
        uploading(BytesIO(CONTENT)) as file,
    ):
        api.http.put("/raw", content=file.payload)
    assert server.asked[0].body == CONTENT


REQUEST = httpx.Request("GET", "https://api.example.com/file")


def test_what_is_no_fault_of_the_transfer_passes_through(tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"begun"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        save(httpx.Response(200, content=parts(), request=REQUEST), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
async def test_what_is_no_fault_of_the_transfer_passes_through_async(tmp_path: Path) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"begun"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await save_async(httpx.Response(200, content=parts(), request=REQUEST), tmp_path / "file")
