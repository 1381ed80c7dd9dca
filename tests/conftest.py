"""The sandbox for every test, and the event loops that async tests run on."""

from collections.abc import Iterator

import pytest

from sandbox.process import Sandbox, running


@pytest.fixture(scope="session")
def _sandbox_process() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox_process: Sandbox) -> Sandbox:
    """Return a sandbox as fresh as at its start; its server lives as long as the test run."""
    _sandbox_process.control.reset()
    return _sandbox_process


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run each test marked ``anyio`` on both event loops."""
    return str(request.param)
