"""One asynchronous client in several event loops, one after the other and at once."""

from __future__ import annotations

import asyncio
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import trio

from afresh import AsyncClient, ClosedError
from afresh_api.models import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.process import Sandbox

ADA = Credentials(username="ada", password="lovelace")

# The connections of a loop that has ended cannot be closed any more.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


@pytest.fixture
def shared(sandbox: Sandbox) -> Iterator[AsyncClient]:
    """Return a client that is signed in."""
    api = AsyncClient(sandbox.url)
    api.session.login(ADA)
    yield api
    del api
    gc.collect()


async def name(api: AsyncClient) -> str:
    return (await api.users.me()).username


def test_one_loop_after_the_other(sandbox: Sandbox, shared: AsyncClient) -> None:
    for _ in range(3):
        assert asyncio.run(name(shared)) == "ada"
        assert trio.run(name, shared) == "ada"
        assert asyncio.run(name(shared.with_options(retries=0))) == "ada"
    assert sandbox.control.counters().by_operation["GET /me"] == 9


def test_several_loops_at_once_with_one_refresh(sandbox: Sandbox, shared: AsyncClient) -> None:
    async def many() -> list[str]:
        return await asyncio.gather(*(name(shared) for _ in range(10)))

    async def as_many() -> list[str]:
        names: list[str] = []

        async def one() -> None:
            names.append(await name(shared))

        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(one)
        return names

    sandbox.control.revoke_access()
    with ThreadPoolExecutor(4) as threads:
        runs = [threads.submit(asyncio.run, many()) for _ in range(3)]
        runs.append(threads.submit(trio.run, as_many))
        assert [run.result() for run in runs] == [["ada"] * 10] * 4
    assert sandbox.control.counters().refreshes == 1


@pytest.mark.httpx_only
def test_within_a_loop_connections_are_kept(sandbox: Sandbox, shared: AsyncClient) -> None:
    async def calls() -> None:
        streams = set()
        for _ in range(3):
            response = await shared.http.get("/me")
            streams.add(response.extensions["network_stream"].get_extra_info("client_addr"))
        assert len(streams) == 1

    assert sandbox
    asyncio.run(calls())


def test_a_loop_that_has_ended_is_given_back(shared: AsyncClient) -> None:
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def call() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        await name(shared)

    for _ in range(3):
        asyncio.run(call())
    gc.collect()
    assert [loop() for loop in loops[:2]] == [None, None]


def test_it_can_be_closed_in_any_loop(shared: AsyncClient) -> None:
    asyncio.run(name(shared))
    trio.run(shared.aclose)
    with pytest.raises(ClosedError):
        asyncio.run(name(shared))
    asyncio.run(shared.aclose())
