"""Has the asynchronous tests send over aiohttp: `PYTHONPATH=tests pytest -p over_aiohttp`.

That goes for each `AsyncClient`, and each `httpx.AsyncClient` that is given no transport. Other tests are left out, and
what runs on trio.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from afresh import AiohttpTransport, AsyncClient

if TYPE_CHECKING:
    import ssl

ASYNCHRONOUS = ("AsyncClient", "async_api", "asyncio", "handle_async_request")
"""Names in the source of tests that do not run on an event loop themselves."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "httpx_only(reason): shows what aiohttp does not have")
    AsyncClient.__init__.__kwdefaults__["transport"] = "aiohttp"
    httpx.AsyncClient._init_transport = _transport  # type: ignore[assignment]
    httpx.AsyncHTTPTransport = AiohttpTransport  # type: ignore[assignment, misc]  # where a test patches it


def _transport(
    _: httpx.AsyncClient,
    verify: ssl.SSLContext | bool = True,
    limits: httpx.Limits = httpx.Limits(max_connections=100),
    transport: httpx.AsyncBaseTransport | None = None,
    **__: Any,
) -> httpx.AsyncBaseTransport:
    return transport or AiohttpTransport(verify=verify, max_connections=limits.max_connections)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if not _sends_over_aiohttp(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _sends_over_aiohttp(item: pytest.Item) -> bool:
    if item.get_closest_marker("httpx_only") or "trio" in item.name:
        return False
    if item.get_closest_marker("anyio"):
        return True
    function = getattr(item, "function", None)
    return function is not None and any(name in inspect.getsource(function) for name in ASYNCHRONOUS)
