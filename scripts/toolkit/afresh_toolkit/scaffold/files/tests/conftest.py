"""The server of the tests, and the event loops that async tests run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from token_server import TokenServer, live_by, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    """Return a server that deals in tokens as the description says, or as any might where it does not say it."""
    with serving() as server:
        live_by(server.lifecycle, monkeypatch)
        yield server


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run each test marked ``anyio`` on both event loops."""
    return str(request.param)
