"""One process of many: works over the shared store until the deadline, then says what came of it."""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections import Counter

import anyio

from afresh import AsyncClient, Client, FileStore, RedisStore, SDKError, SessionExpired, TokenStore
from afresh_api.models import Credentials

CREDENTIALS = Credentials(username="ada", password="lovelace")


def open_store(address: str, lease: float) -> TokenStore:
    """Open the store at a path, or at a URL of Redis (redis://, unix://)."""
    return RedisStore(address, lease=lease) if "://" in address else FileStore(address)


class Tally:
    """What came of the calls of this process."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self.calls = 0
        self.errors: Counter[str] = Counter()

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self._deadline

    def lose(self, error: SDKError) -> None:
        self.errors[f"{type(error).__name__}: {error.message[:160]}"] += 1


def in_threads(url: str, store: TokenStore, users: int, pause: float, tally: Tally) -> None:
    """Work in threads that share one client."""
    with Client(url, store=store) as api:

        def work() -> None:
            while tally.goes_on:
                try:
                    api.users.me()
                except SessionExpired as error:
                    tally.lose(error)
                    api.login(CREDENTIALS)
                except SDKError as error:
                    tally.lose(error)
                tally.calls += 1
                time.sleep(pause)

        threads = [threading.Thread(target=work) for _ in range(users)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


async def in_tasks(url: str, store: TokenStore, users: int, pause: float, tally: Tally) -> None:
    """Work in tasks that share one client."""
    async with AsyncClient(url, store=store) as api:

        async def work() -> None:
            while tally.goes_on:
                try:
                    await api.users.me()
                except SessionExpired as error:
                    tally.lose(error)
                    await api.login(CREDENTIALS)
                except SDKError as error:
                    tally.lose(error)
                tally.calls += 1
                await anyio.sleep(pause)

        async with anyio.create_task_group() as tasks:
            for _ in range(users):
                tasks.start_soon(work)


def main() -> None:
    """Work as the command line says, then print a line of JSON."""
    parser = argparse.ArgumentParser(prog="stress.worker")
    parser.add_argument("url")
    parser.add_argument("store")
    parser.add_argument("kind", choices=["threads", "tasks"])
    parser.add_argument("users", type=int)
    parser.add_argument("pause", type=float)
    parser.add_argument("deadline", type=float)
    parser.add_argument("lease", type=float)
    options = parser.parse_args()
    store, tally = open_store(options.store, options.lease), Tally(options.deadline)
    if options.kind == "threads":
        in_threads(options.url, store, options.users, options.pause, tally)
    else:
        anyio.run(in_tasks, options.url, store, options.users, options.pause, tally)
    print(json.dumps({"calls": tally.calls, "errors": tally.errors}))  # noqa: T201 - what the parent reads


if __name__ == "__main__":
    main()
