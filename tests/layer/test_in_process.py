"""A client of an application in this process: all calls are made without a network, to sign in and renew as well."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from afresh import AsyncClient, Client, ConfigurationError, TransportError
from afresh.testing import BlockingASGITransport
from conftest import ADA
from sandbox.app import create_app
from sandbox.settings import Settings
from sandbox.state import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = "http://testserver"


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service(Settings())
    yield service
    service.state.close()


def test_an_asgi_application_and_a_synchronous_client(service: Service) -> None:
    transport = BlockingASGITransport(create_app(service))
    with httpx.Client(transport=transport) as http, Client(HERE, http_client=http) as api:
        api.login(ADA)
        service.state.sessions.revoke_access()
        assert api.users.me().username == "ada"
        api.logout()
    assert service.state.counters.by_operation["POST /auth/refresh"] == 1


@pytest.mark.anyio
async def test_an_asgi_application(service: Service) -> None:
    transport = httpx.ASGITransport(create_app(service))
    async with httpx.AsyncClient(transport=transport) as http, AsyncClient(HERE, http_client=http) as api:
        await api.login(ADA)
        service.state.sessions.revoke_access()
        names: list[str] = []

        async def ask() -> None:
            names.append((await api.users.me()).username)

        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(ask)
        assert names == ["ada"] * 20
        await api.logout()
    assert service.state.counters.by_operation["POST /auth/refresh"] == 1


def test_a_wsgi_application() -> None:
    asked: list[str] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {environ.get('HTTP_AUTHORIZATION')}")
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"data": {"accessToken": "a", "refreshToken": "r", "expiresIn": 900}}']

    with httpx.Client(transport=httpx.WSGITransport(app)) as http, Client(HERE, http_client=http) as api:
        api.login(ADA)
        api.http.get("/anything")
        api.logout()
        api.login(ADA)  # the transport is still open
    assert asked == [
        "POST /auth/login None",
        "GET /anything Bearer a",
        "POST /auth/logout None",
        "POST /auth/login None",
    ]


def test_plain_http_is_allowed_to_the_application_and_to_no_other_host(service: Service) -> None:
    with httpx.Client(transport=BlockingASGITransport(create_app(service))) as http:
        assert str(Client("http://tasks", http_client=http).session.base_url) == "http://tasks"
    with httpx.Client() as http, pytest.raises(ConfigurationError, match="plain http to tasks"):
        Client("http://tasks", http_client=http)


@pytest.mark.parametrize("base_url", ["http://[::1", "http://", "http://tasks?a=b", "http://ada:secret@tasks"])
def test_a_base_url_that_cannot_be_one_is_told_in_process_too(service: Service, base_url: str) -> None:
    with (
        httpx.Client(transport=BlockingASGITransport(create_app(service))) as http,
        pytest.raises(ConfigurationError, match="the base URL"),
    ):
        Client(base_url, http_client=http)


def test_a_token_client_of_ones_own_comes_first(service: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        base_url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with httpx.Client(transport=BlockingASGITransport(create_app(service))) as http:
        api = Client(base_url, http_client=http, token_client=httpx.Client)
        with pytest.raises(TransportError):
            api.login(ADA)
