"""The parent: starts the sandbox, the store and the workers, kills some on request, and lays out what came of it."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from afresh import Session
from sandbox.process import running
from servers import redis_server
from stress.worker import CREDENTIALS, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.process import Sandbox

console = Console()


class Crew:
    """The worker processes."""

    def __init__(self, options: argparse.Namespace, sandbox: Sandbox, store: str) -> None:
        self._deadline: float = time.monotonic() + options.seconds
        self._command = [sys.executable, "-m", "stress.worker", sandbox.url, store, options.kind, str(options.users)]
        self._command += [str(options.pause), str(self._deadline), str(options.lease)]
        self._workers = [self._start() for _ in range(options.processes)]

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)

    @property
    def left(self) -> float:
        """Seconds until the workers stop by themselves."""
        return self._deadline - time.monotonic()

    def kill_one(self) -> None:
        """Kill a worker (SIGKILL) and start another in its place."""
        index = random.randrange(len(self._workers))
        self._workers[index].kill()
        self._workers[index].communicate()
        self._workers[index] = self._start()

    def results(self) -> Iterator[tuple[int, Counter[str]]]:
        """Wait for the workers; give the calls and the errors of each."""
        for worker in self._workers:
            output, _ = worker.communicate()
            result = json.loads(output)
            yield result["calls"], Counter(result["errors"])


def main() -> int:
    """Run it; give 0 where nothing was lost that need not be."""
    parser = argparse.ArgumentParser(prog="stress", description=__doc__)
    add = parser.add_argument
    add("--processes", type=int, default=8)
    add("--users", type=int, default=25, help="threads or tasks a process (%(default)s)")
    add("--pause", type=float, default=0, help="seconds that a user rests between calls (%(default)s)")
    add("--kind", choices=["threads", "tasks"], default="threads")
    add("--store", choices=["file", "redis"], default="file")
    add(
        "--lease", type=float, default=15, help="seconds that Redis keeps the lock of a process that died (%(default)s)"
    )
    add("--seconds", type=float, default=60)
    add("--access-ttl", type=float, default=1)
    add("--grace", type=float, default=0, help="seconds in which the server takes a spent refresh token again")
    add("--kills", type=float, default=0, help="processes to kill a second (%(default)s)")
    options = parser.parse_args()

    with ExitStack() as stack:
        sandbox = stack.enter_context(running(access_ttl=options.access_ttl, grace=options.grace))
        if options.store == "redis":
            address = stack.enter_context(redis_server.running()).url
        else:
            address = str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "session.json")
        session = Session(sandbox.url, store=open_store(address, options.lease))
        session.login(CREDENTIALS)
        crew, killed = Crew(options, sandbox, address), 0
        with Progress(transient=True, console=console) as progress:
            task = progress.add_task("working", total=options.seconds)
            while crew.left > 1:
                time.sleep(min(crew.left - 1, 1 / options.kills if options.kills else 1))
                progress.update(task, completed=options.seconds - crew.left)
                if options.kills:
                    crew.kill_one()
                    killed += 1
        calls, errors = 0, Counter[str]()
        for worker_calls, worker_errors in crew.results():
            calls += worker_calls
            errors += worker_errors
        counters = sandbox.control.counters()

    crowd = f"{options.processes} processes × {options.users} {options.kind}"
    table = Table(title=f"{crowd} over one {options.store} store, {options.seconds:g} s", title_justify="left")
    row = {
        "calls": calls,
        "refreshes": counters.refreshes,
        "tokens used": len(counters.by_token),
        "401s": counters.unauthorized,
        "reuses": counters.reuses,
        "sign-ins": counters.logins,
        "lost": errors.total(),
        "killed": killed,
    }
    for name in row:
        table.add_column(name, justify="right")
    table.add_row(*map(str, row.values()))
    console.print(table)
    for error, count in errors.most_common(10):
        console.print(f"  {count} × {error}")
    # Every refresh is for an expiry, where each but the last of the tokens it gave was also used.
    needed = len(counters.by_token) - counters.logins
    sound = abs(counters.refreshes - needed) <= 1 and counters.reuses == 0 and not errors
    return 0 if sound or killed else 1


if __name__ == "__main__":
    sys.exit(main())
