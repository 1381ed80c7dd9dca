"""Two machines over one Redis, one of them cut off from it in mid-refresh.

Run it with `PYTHONPATH=tests python -m stress.machines`. The machines are network namespaces with addresses of their
own, so it takes root, `ip`, `openssl` and `redis-server`. The sandbox and Redis run in a third and a fourth.
Everything is taken down at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NETWORK = "10.77.0"
HUB, STORE, ONE, TWO = "afresh-hub", "afresh-store", "afresh-one", "afresh-two"
ADDRESSES = {HUB: f"{NETWORK}.1", STORE: f"{NETWORK}.2", ONE: f"{NETWORK}.11", TWO: f"{NETWORK}.12"}
URL, REDIS = f"https://{ADDRESSES[HUB]}:8443", f"redis://{ADDRESSES[STORE]}:6379"
CUT = 5.0
REFRESH = "POST /auth/refresh"

console = Console(highlight=False)

CALLER = """
import json, sys, time
from afresh import Client, RedisStore, SDKError
from afresh_api.models import Credentials
with Client(sys.argv[1], store=RedisStore(sys.argv[2])) as api:
    for line in sys.stdin:
        started = time.monotonic()
        try:
            ada = Credentials(username="ada", password="lovelace")
            result = api.login(ada) if line == "login\\n" else api.users.me()
            print(json.dumps([type(result).__name__, "", time.monotonic() - started]), flush=True)
        except SDKError as error:
            print(json.dumps([type(error).__name__, error.message, time.monotonic() - started]), flush=True)
"""


def run(*command: str) -> None:
    subprocess.run(command, check=True)


@contextmanager
def machines() -> Iterator[None]:
    """Make the namespaces, each with an address on one bridge."""
    with ExitStack() as stack:
        for name in ADDRESSES:
            run("ip", "netns", "add", name)
            stack.callback(run, "ip", "netns", "delete", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", HUB, "link", "add", "bridge", "type", "bridge")
        run("ip", "-n", HUB, "address", "add", f"{ADDRESSES[HUB]}/24", "dev", "bridge")
        run("ip", "-n", HUB, "link", "set", "bridge", "up")
        for name in (STORE, ONE, TWO):
            port = name.removeprefix("afresh-")
            run("ip", "-n", HUB, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", name)
            run("ip", "-n", HUB, "link", "set", port, "master", "bridge", "up")
            run("ip", "-n", name, "address", "add", f"{ADDRESSES[name]}/24", "dev", "eth0")
            run("ip", "-n", name, "link", "set", "eth0", "up")
        yield


def start(machine: str, *command: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(["ip", "netns", "exec", machine, *command], stdout=subprocess.PIPE, text=True, **options)


@define
class Machine:
    """A program on one of the machines that makes a call for each line it is given."""

    process: subprocess.Popen[str]

    def tell(self, line: str = "call") -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self) -> tuple[str, str, float]:
        assert self.process.stdout
        result, message, seconds = json.loads(self.process.stdout.readline())
        return result, message, seconds


class Control:
    """The sandbox's control side, asked from its own machine."""

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        script = "import httpx, sys, json; print(httpx.request(sys.argv[1], sys.argv[2], timeout=40, "
        script += "json=json.loads(sys.argv[3])).text or 'null')"
        command = [sys.executable, "-c", script, method, f"{URL}/_control{path}", json.dumps(body)]
        output = subprocess.check_output(["ip", "netns", "exec", HUB, *command], text=True)
        return json.loads(output)


def cut_off(machine: str) -> None:
    """Drop every packet between a machine and Redis; what runs there notices nothing but silence."""
    run("ip", "-n", machine, "neighbour", "replace", ADDRESSES[STORE], "lladdr", "02:00:00:00:00:01", "dev", "eth0")


def join(machine: str) -> None:
    run("ip", "-n", machine, "neighbour", "delete", ADDRESSES[STORE], "dev", "eth0")


def main() -> int:
    """Play it through; give 0 where it went as it must."""
    if os.geteuid() or not all(map(shutil.which, ("ip", "openssl", "redis-server"))):
        console.print("stress.machines needs root, ip, openssl and redis-server")
        return 2
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        run(
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "1",
            ),
            *("-subj", "/CN=sandbox", "-addext", f"subjectAltName=IP:{ADDRESSES[HUB]}"),
            *("-keyout", str(key), "-out", str(certificate)),
        )
        os.environ["SSL_CERT_FILE"] = str(certificate)
        stack.enter_context(machines())

        def keep(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return process

        address = ADDRESSES[HUB]
        tls = ("--certificate", str(certificate), "--private-key", str(key))
        sandbox = keep(start(HUB, sys.executable, "-m", "sandbox", "--host", address, "--port", "8443", *tls))
        assert sandbox.stdout
        console.print(sandbox.stdout.readline().strip())
        redis = (
            "redis-server",
            "--bind",
            ADDRESSES[STORE],
            "--protected-mode",
            "no",
            "--save",
            "",
            "--dir",
            str(folder),
        )
        server = keep(start(STORE, *redis))
        assert server.stdout
        while "Ready to accept connections" not in server.stdout.readline():
            pass
        threading.Thread(target=server.stdout.read, daemon=True).start()

        def machine(name: str) -> Machine:
            return Machine(keep(start(name, sys.executable, "-c", CALLER, URL, REDIS, stdin=subprocess.PIPE)))

        return play(machine, Control())


def play(start_machine: Callable[[str], Machine], control: Control) -> int:
    """Cut machine two off while the answer to its refresh is on the way; machine one wants to refresh meanwhile."""
    rows: list[tuple[str, str, str, float]] = []

    def note(what: str, machine: Machine) -> str:
        result, message, seconds = machine.answer()
        rows.append((what, result, message, seconds))
        return result

    one = start_machine(ONE)
    one.tell("login")
    note("one signs in", one)
    two = start_machine(TWO)  # only now: a session reads its store when it is made, and when it refreshes
    two.tell()
    note("two calls", two)
    control("POST", "/revoke-access", {})
    control("POST", "/faults", {"operation": REFRESH, "kind": "hold_answer"})
    two.tell()
    control("GET", f"/held?operation={REFRESH.replace(' ', '%20')}&count=1")
    cut_off(TWO)
    control("POST", "/release", {})
    one.tell()
    time.sleep(CUT)  # the length of the cut is what is asked about
    join(TWO)
    results = {note("two, cut off from Redis in mid-refresh", two), note("one, meanwhile", one)}
    for what, machine in (("two, afterwards", two), ("one, afterwards", one)):
        machine.tell()
        results.add(note(what, machine))
    counters = control("GET", "/counters")

    table = Table(title=f"Machine two is cut off from Redis for {CUT:g} s in mid-refresh", title_justify="left")
    for column in ("call", "result", "seconds", "message"):
        table.add_column(column)
    for what, result, message, seconds in rows:
        table.add_row(what, result, f"{seconds:.1f}", message)
    console.print(table)
    console.print({name: counters[name] for name in ("refreshes", "rotations", "reuses", "refusals", "logins")})
    return 0 if counters["reuses"] == 0 and counters["refreshes"] == 1 and results <= {"User", "StoreError"} else 1


if __name__ == "__main__":
    sys.exit(main())
