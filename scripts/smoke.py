"""Makes calls with the SDK that is installed: a program, which scripts/publish runs in a fresh environment.

Its argument is a Python that can run the sample API's server: that of .venv. The SDK comes from the environment alone.
It prints what it did, and fails where something is not as it should be.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import afresh
from afresh import Client, NotSignedIn
from afresh_api.models import Credentials

TESTS = Path(__file__).parent.parent / "tests"
ACCESS_TTL = 1.0
"""Seconds that an access token lives."""


@contextmanager
def running(python: str) -> Iterator[str]:
    """Run the sandbox; gives its URL."""
    command = [python, "-m", "sandbox", "--port=0", f"--access-ttl={ACCESS_TTL}"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            ready = server.stdout.readline() if server.stdout else ""
            if not ready:
                raise RuntimeError("the sandbox did not start")
            yield ready.split()[-1]
        finally:
            server.terminate()


def make_calls(base_url: str) -> None:
    """Sign in, call, survive an expiry, and sign out."""
    with Client(base_url) as api:
        signed_in = api.login(Credentials(username="ada", password="lovelace"))  # noqa: S106 - the sandbox's
        check(api.users.me().username == "ada", "a typed call")
        time.sleep(ACCESS_TTL)
        check(sum(1 for _ in api.tasks.list()) > 0, "a list across an expiry")
        check(api.tokens is not None and api.tokens != signed_in, "renewed tokens")
        api.logout()
        try:
            api.users.me()
        except NotSignedIn:
            return
        raise AssertionError("signed out, and still served")


def check(holds: bool, what: str) -> None:  # noqa: FBT001
    """Raise AssertionError where something does not hold."""
    if not holds:
        raise AssertionError(f"{what}: not as it should be")


if __name__ == "__main__":
    installed = Path(afresh.__file__)
    check(installed.is_relative_to(sys.prefix), f"{installed} in {sys.prefix}")
    with running(sys.argv[1]) as url:
        make_calls(url)
    print("signed in, called, survived an expiry, signed out")
