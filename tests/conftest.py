"""The sandbox for every test, and the event loops that async tests run on."""

import os
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from afresh import AsyncClient, Client
from afresh_api.models import Credentials
from sandbox.process import Sandbox, running

ADA = Credentials(username="ada", password="lovelace")

pytest_plugins = ["cases", "leaks"]

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
"""No test uses the keyring of the person who runs it, whichever test asks for a keyring first."""


@pytest.fixture(scope="session")
def _sandbox_process() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox_process: Sandbox) -> Sandbox:
    """Return a sandbox as fresh as at its start; its server lives as long as the test run."""
    _sandbox_process.control.reset()
    return _sandbox_process


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls be tried again at once, where the server does not say when."""
    for name in ("FIRST_WAIT", "LONGEST_WAIT", "JITTER"):
        monkeypatch.setattr(f"afresh._calls.retrying.{name}", 0)


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Client]:
    """Return a client that is signed in."""
    with Client(sandbox.url) as api:
        api.login(ADA)
        yield api


@pytest.fixture
async def async_api(sandbox: Sandbox) -> AsyncIterator[AsyncClient]:
    """Return an asynchronous client that is signed in."""
    async with AsyncClient(sandbox.url) as api:
        await api.login(ADA)
        yield api


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """Return a plain client of the sandbox, which knows nothing of tokens."""
    with httpx.Client(base_url=sandbox.url, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run each test marked ``anyio`` on both event loops."""
    return str(request.param)
