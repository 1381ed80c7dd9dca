"""Has the asynchronous tests send over aiohttp: `PYTHONPATH=tests pytest -p over_aiohttp`.

That goes for each `AsyncClient`, and each `httpx.AsyncClient` that is given no transport. Other tests are left out, and
what runs on trio.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import httpx

from afresh import AiohttpTransport, _client, _connection

if TYPE_CHECKING:
    import pytest

ASYNCHRONOUS = ("AsyncClient", "async_api", "asyncio")
"""Names in the source of tests that do not run on an event loop themselves."""


def pytest_configure() -> None:
    vars(_client)["loop_transport"] = lambda _, arguments: _connection.loop_transport("aiohttp", arguments)
    httpx.AsyncClient._init_transport = _transport  # type: ignore[assignment]  # noqa: SLF001 - no name is public


def _transport(_: httpx.AsyncClient, **given: Any) -> httpx.AsyncBaseTransport:
    limits = given["limits"]
    own = AiohttpTransport(verify=given["verify"], max_connections=limits.max_connections)
    return given["transport"] or own


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = {item for item in items if not _sends_over_aiohttp(item)}
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _sends_over_aiohttp(item: pytest.Item) -> bool:
    function = getattr(item, "function", None)
    source = inspect.getsource(function) if function else ""
    if item.get_closest_marker("httpx_only") or "trio" in item.name or "trio" in source:
        return False
    return item.get_closest_marker("anyio") is not None or any(name in source for name in ASYNCHRONOUS)
