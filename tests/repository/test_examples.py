"""The programs in `examples/`, run as they stand against the sandbox."""

from __future__ import annotations

import ast
import asyncio
import csv
import inspect
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import redis

from afresh_api.models import NewTask
from places import ROOT
from sandbox.users import USERS
from servers import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from afresh import Client
    from sandbox.process import Sandbox

EXAMPLES = ROOT / "examples"
AT_ONCE = 200
ROUNDS = 3

pytestmark = pytest.mark.slow


def environment(sandbox: Sandbox, **others: str) -> dict[str, str]:
    own = {"AFRESH_BASE_URL": sandbox.url, "AFRESH_USERNAME": "ada", "AFRESH_PASSWORD": "lovelace"}
    return {**os.environ, **own, **others}


def test_the_report_has_what_is_overdue(sandbox: Sandbox, api: Client, tmp_path: Path) -> None:
    for title, due_on in (("Late", date(2020, 1, 2)), ("Later", date(2999, 1, 1)), ("Any time", None)):
        api.tasks.create(NewTask(title=title, due_on=due_on, priority=1))
    file = tmp_path / "overdue.csv"
    command = [sys.executable, str(EXAMPLES / "report.py"), str(file)]
    ran = subprocess.run(command, env=environment(sandbox), capture_output=True, text=True, check=True)
    with file.open(encoding="utf-8", newline="") as text:
        head, *rows = csv.reader(text)
    assert head == ["due", "priority", "title"]
    assert ["2020-01-02", "1", "Late"] in rows
    assert not {"Later", "Any time"} & {title for _, _, title in rows}
    assert ran.stdout == f"{file}: {len(rows)} tasks are overdue\n"
    wrong = subprocess.run(
        command, env=environment(sandbox, AFRESH_PASSWORD="x"), capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("report.py: ")


def test_workers_share_a_session_and_do_each_job_once(sandbox: Sandbox, api: Client) -> None:
    jobs = {f"job-{number}": f"Job {number}" for number in range(40)}
    with redis_server.running() as server, redis.Redis.from_url(server.url) as queue:
        left = json.dumps({"id": "job-0", "title": jobs["job-0"]})
        queue.lpush("jobs:begun", left)
        for key, title in [*jobs.items(), ("job-1", jobs["job-1"])]:
            queue.lpush("jobs", json.dumps({"id": key, "title": title}))
        queue.lpush("jobs", "no job")
        before = sandbox.control.counters()
        command = [sys.executable, str(EXAMPLES / "worker.py")]
        workers = [subprocess.Popen(command, env=environment(sandbox, REDIS_URL=server.url)) for _ in range(2)]
        _await_jobs(queue)
        sandbox.control.revoke_access("ada")
        queue.lpush("jobs", json.dumps({"id": "last", "title": "The last job"}))
        _await_jobs(queue)
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        assert [worker.wait(30) for worker in workers] == [0, 0]
        assert list(queue.hgetall("jobs:failed")) == [b"no job"]
    after = sandbox.control.counters()
    titles = Counter(task.title for task in api.tasks.list())
    assert {title: titles[title] for title in (*jobs.values(), "The last job")} == dict.fromkeys(
        (*jobs.values(), "The last job"), 1
    )
    assert after.logins - before.logins == 1, "the second worker finds the session in the store"
    assert (after.rotations - before.rotations, after.reuses) == (1, 0)


def _await_jobs(queue: redis.Redis) -> None:
    """Wait until there are no jobs, which nothing tells: so it has to be asked again and again."""
    while queue.llen("jobs") or queue.llen("jobs:begun"):
        time.sleep(0.05)


def test_the_cells_of_the_notebook_run(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(sandbox).items():
        monkeypatch.setenv(name, value)
    notebook = json.loads((EXAMPLES / "tasks.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    names: dict[str, Any] = {}

    async def run() -> list[object]:
        return [await _run_cell(cell, names) for cell in cells]

    me, titles, counts, _ = asyncio.run(run())
    assert getattr(me, "username", None) == "ada"
    assert titles == ["Water the plants", "Feed the cat", "Open the window"]
    assert counts == {"open": 3}


async def _run_cell(code: str, names: dict[str, Any]) -> object:
    """Run a cell as a notebook does: with `await` at its top, and the value of its last line."""
    tree = ast.parse(code)
    last = tree.body[-1]
    if isinstance(last, ast.Expr):
        tree.body[-1] = ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], last.value), last)
    compiled = compile(ast.fix_missing_locations(tree), "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    ran = eval(compiled, names)
    if inspect.isawaitable(ran):
        await ran
    return names.get("_")


@contextmanager
def serving(sandbox: Sandbox, redis_url: str) -> Iterator[str]:
    """Serve the web application with two processes."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(EXAMPLES), "web:app", "--port", str(port)]
    server = subprocess.Popen(
        # On a busy machine, idle connections stay, and a worker that is slow to answer is not replaced.
        [*command, "--workers", "2", "--timeout-keep-alive", "600", "--timeout-worker-healthcheck", "100"],
        env=environment(sandbox, REDIS_URL=redis_url),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stderr is not None
        said: list[str] = []
        for line in server.stderr:
            said.append(line)
            if sum("startup complete" in one for one in said) == 2:
                break
            assert "Error" not in line, "".join(said)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.communicate(timeout=30)


def test_each_user_of_the_web_application_has_a_session_that_is_refreshed_once(sandbox: Sandbox) -> None:
    with redis_server.running() as server, serving(sandbox, server.url) as url:
        before, answers = asyncio.run(_use_web(sandbox, url))
    after = sandbox.control.counters()
    assert Counter(answers) == {200: ROUNDS * AT_ONCE}
    assert after.rotations - before.rotations == ROUNDS * len(USERS)
    assert (after.reuses, after.logins - before.logins) == (0, 0)


async def _use_web(sandbox: Sandbox, url: str) -> tuple[Any, list[int]]:
    """Sign all users in, let their tokens expire, and have them ask all at once, some times over."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    browsers = [httpx.AsyncClient(base_url=url, timeout=100, limits=limits) for _ in USERS]
    nobody = browsers[0]
    assert (await nobody.get("/tasks")).status_code == 401
    assert (await nobody.get("/tasks", headers={"Cookie": "session=" + "x" * 43})).status_code == 401
    wrong = {"username": "ada", "password": "wrong"}
    assert (await nobody.post("/login", json=wrong)).status_code == 401
    for browser, user in zip(browsers, USERS.values(), strict=True):
        body = {"username": user.username, "password": user.password}
        (await browser.post("/login", json=body)).raise_for_status()
    made = (await browsers[0].post("/tasks", json={"title": "Seen"})).raise_for_status().json()
    assert made["title"] == "Seen"
    listed = (await browsers[0].get("/tasks")).json()
    assert made["id"] in [task["id"] for task in listed]
    before, answers = sandbox.control.counters(), list[int]()
    for _ in range(ROUNDS):
        sandbox.control.revoke_access()
        asked = (browsers[number % len(browsers)].get("/tasks") for number in range(AT_ONCE))
        answers += [answer.status_code for answer in await asyncio.gather(*asked)]
    (await browsers[-1].post("/logout")).raise_for_status()
    assert (await browsers[-1].get("/tasks")).status_code == 401
    for browser in browsers:
        await browser.aclose()
    return before, answers
