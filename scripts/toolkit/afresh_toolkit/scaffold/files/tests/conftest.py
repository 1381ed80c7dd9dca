"""No waits, and the event loops that async tests run on."""

import pytest

pytest_plugins = ["cases"]


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls be tried again at once, where the server does not say when."""
    for name in ("FIRST_WAIT", "LONGEST_WAIT", "JITTER"):
        monkeypatch.setattr(f"afresh._calls.retrying.{name}", 0)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run each test marked ``anyio`` on both event loops."""
    return str(request.param)
