"""Requests wait for a connection in front of the pool: in order, for no longer than they should."""

from __future__ import annotations

import anyio
import httpx
import pytest

from afresh import AsyncClient, Tokens
from afresh._connection import CONNECTIONS
from afresh._queueing import QueueingTransport
from servers.canned import Answer, Asked, answering

pytestmark = pytest.mark.anyio


def hello(_: Asked) -> Answer:
    return Answer(200, {"hello": "there"})


def one_at_once() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=QueueingTransport(httpx.AsyncHTTPTransport(), 1), timeout=10)


async def test_who_waits_is_next_when_a_body_is_closed_and_not_sooner() -> None:
    with answering(hello) as server:
        async with one_at_once() as http, anyio.create_task_group() as group:
            for name in ("first", "second"):
                held = await http.send(http.build_request("GET", f"{server.url}/{name}"), stream=True)
                group.start_soon(http.get, f"{server.url}/after-{name}")
                await anyio.wait_all_tasks_blocked()
                assert server.asked[-1].target == f"/{name}"
                await held.aclose()
                assert isinstance(held.stream, httpx.AsyncByteStream)
                await held.stream.aclose()  # gives nobody else a place
        assert [asked.target for asked in server.asked] == ["/first", "/after-first", "/second", "/after-second"]


async def test_who_gets_no_place_in_time_has_sent_nothing() -> None:
    with answering(hello) as server:
        async with one_at_once() as http:
            held = await http.send(http.build_request("GET", server.url), stream=True)
            with pytest.raises(httpx.PoolTimeout, match=r"in 0\.01 s"):
                await http.get(server.url, timeout=httpx.Timeout(10, pool=0.01))
            await held.aclose()
            assert (await http.get(server.url)).json() == {"hello": "there"}
        assert len(server.asked) == 2


async def test_no_failed_or_cancelled_request_keeps_its_place() -> None:
    def answer(asked: Asked) -> Answer:
        return Answer(0) if asked.target == "/broken" else hello(asked)

    with answering(answer) as server:
        async with one_at_once() as http:
            for _ in range(2):
                with pytest.raises(httpx.RemoteProtocolError):
                    await http.get(f"{server.url}/broken")
            held = await http.send(http.build_request("GET", server.url), stream=True)
            async with anyio.create_task_group() as group:  # cancelled while it waits
                group.start_soon(http.get, server.url)
                await anyio.wait_all_tasks_blocked()
                group.cancel_scope.cancel()
            await held.aclose()
            with anyio.CancelScope() as scope:  # cancelled while it is sent
                scope.cancel()
                await http.get(server.url)
            assert (await http.get(server.url)).is_success


async def test_a_client_has_more_tasks_than_connections() -> None:
    body = {"id": "5f0c8d8e-3c8b-4b7e-8c7e-000000000000", "username": "ada", "created_at": "2026-01-01T00:00:00Z"}
    with answering(lambda _: Answer(200, body)) as server:
        async with AsyncClient(server.url, tokens=Tokens("a"), timeout=60) as api:

            async def ask() -> None:
                await api.http.get("/users/me")

            async with anyio.create_task_group() as group:
                for _ in range(3 * CONNECTIONS):
                    group.start_soon(ask)
        assert len(server.asked) == 3 * CONNECTIONS
