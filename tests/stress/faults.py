"""Calls through a server that fails now and then: `PYTHONPATH=tests .venv/bin/python -m stress.faults --calls 5000`.

Of the requests, 10 % are answered 503, and 5 % of the connections are cut.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from attrs import frozen
from rich.console import Console

from afresh import Client, SDKError
from afresh_api.models import Credentials, NewTask
from sandbox.process import running

if TYPE_CHECKING:
    from sandbox.process import Sandbox

CREATE = "POST /tasks"


@frozen
class Outcome:
    """What came of it.

    Attributes:
        lost: How many of the idempotent calls failed.
        requests: How many requests they took.
        faults: How many of these more than there were calls.
        created_twice: How many requests to create a task there were more than calls to.
        refused: How many of the calls to create a task failed, which were made once each.
    """

    lost: int
    requests: int
    faults: int
    created_twice: int
    refused: int


def call_through_faults(sandbox: Sandbox, *, calls: int, threads: int) -> Outcome:
    """Make so many idempotent calls, and a tenth as many that are not and have no key."""

    def succeeds(call: int) -> bool:
        try:
            if call < calls:
                api.users.me()
            else:
                api.tasks.create(NewTask(title=f"Call {call}"))
        except SDKError:
            return False
        return True

    with Client(sandbox.url) as api, ThreadPoolExecutor(threads) as pool:
        api.login(Credentials(username="ada", password="lovelace"))
        sandbox.control.fault("*", "status", times=None, chance=0.1)
        sandbox.control.fault("*", "disconnect", times=None, chance=0.05 / 0.9)
        before = sandbox.control.counters()
        succeeded = list(pool.map(succeeds, range(calls + calls // 10)))
        sandbox.control.clear_faults()
        after = sandbox.control.counters()
    created = after.by_operation.get(CREATE, 0) - before.by_operation.get(CREATE, 0)
    requests = after.requests - before.requests - created
    return Outcome(
        lost=succeeded[:calls].count(False),
        requests=requests,
        faults=requests - calls,
        created_twice=created - calls // 10,
        refused=succeeded[calls:].count(False),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=50)
    options = parser.parse_args()
    started = time.monotonic()
    with running() as sandbox:
        outcome = call_through_faults(sandbox, calls=options.calls, threads=options.threads)
    Console().print(outcome, f"in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
