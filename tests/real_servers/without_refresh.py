"""A server whose sessions nothing renews: a cookie is good until the server forgets it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import anyio
import pytest

import at_once
from at_once import AT_ONCE, in_threads
from real_servers.matrix import CALL, names
from real_servers.servers import SERVERS, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from real_servers.servers import Server

LOGIN = "/auth/cookie/login"


@pytest.fixture(scope="module", params=[name for name, traits in SERVERS.items() if not traits.get("renews", True)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return each of these servers, with its SDK, in turn."""
    with running(request.param, tmp_path_factory.mktemp(request.param)) as server:
        yield server


def test_sign_in_restart_and_sign_out(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    with server.sdk.Client(server.url, store=server.sdk.FileStore(file)) as api:
        with pytest.raises(server.sdk.NotSignedIn):
            api.me.retrieve()
        api.login(server.credentials())
        assert api.me.retrieve().username == "ada"
    command = [sys.executable, "-c", CALL.format(name=server.name), str(file)]
    environment = {"PYTHONPATH": os.pathsep.join(server.packages), **server.environment(base_url=server.url)}
    assert subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout == b"ada\n"
    with server.sdk.Client(server.url, store=server.sdk.FileStore(file)) as api:
        tokens = api.tokens
        api.logout()
    assert server.sdk.FileStore(file).load() is None
    assert not server.accepts(tokens.access_token)


def test_an_end_of_the_session_is_the_callers_answer(server: Server) -> None:
    with server.sdk.Client(server.url) as api:
        api.login(server.credentials())
        server.reset()  # forgets all sessions
        with pytest.raises(server.sdk.Unauthorized):
            api.me.retrieve()
        api.login(server.credentials())
        assert api.me.retrieve().username == "ada"


def test_kept_credentials_sign_in_once_for_fifty_threads(server: Server) -> None:
    with server.sdk.Client(server.url, credentials=server.credentials()) as api:
        assert api.me.retrieve().username == "ada"
        for _ in range(3):
            server.reset()
            assert names(in_threads(api.me.retrieve)) == ["ada"] * AT_ONCE
            assert server.counters()[LOGIN] == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_kept_credentials_sign_in_once_for_fifty_tasks(server: Server, backend: str) -> None:
    async def run() -> None:
        async with server.sdk.AsyncClient(server.url, credentials=server.credentials()) as api:
            results: list[Any] = await at_once.in_tasks(api.me.retrieve)
            assert names(results) == ["ada"] * AT_ONCE
            server.reset()
            assert names(await at_once.in_tasks(api.me.retrieve)) == ["ada"] * AT_ONCE
            assert server.counters()[LOGIN] == 1

    anyio.run(run, backend=backend)
