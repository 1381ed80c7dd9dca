"""The sandbox's control side: counters, tokens issued, settings, reset; and the process itself."""

import os
import signal
import socket
import subprocess
import sys

import httpx
import jwt
import pytest

from places import TESTS
from sandbox.client import Control, Counters, sign_in
from sandbox.process import Sandbox, running


def test_counters(sandbox: Sandbox, http: httpx.Client) -> None:
    http.get("/me")
    tokens = sign_in(http, "ada")
    task_id = http.get("/tasks").json()["items"][0]["id"]
    http.get(f"/tasks/{task_id}")
    http.head(f"/tasks/{task_id}")
    http.get("/nowhere")
    sandbox.control.revoke_access()
    http.get("/me")
    http.post("/auth/refresh", json={"refreshToken": "unknown"})
    del http.headers["Authorization"]
    http.post("/auth/logout", json={"refreshToken": tokens["refreshToken"]})

    jti = jwt.decode(tokens["accessToken"], options={"verify_signature": False})["jti"]
    assert sandbox.control.counters() == Counters(
        requests=9,
        logins=1,
        refreshes=1,
        rotations=0,
        reuses=0,
        refusals=1,
        logouts=1,
        unauthorized=2,
        by_operation={
            "GET /me": 2,
            "POST /auth/login": 1,
            "GET /tasks": 1,
            "GET /tasks/{taskId}": 2,
            "POST /auth/refresh": 1,
            "POST /auth/logout": 1,
        },
        by_token={jti: 6},  # the refresh carried it, too
    )


def test_issued_lists_every_token(sandbox: Sandbox, http: httpx.Client) -> None:
    first = sign_in(http, "ada")
    second = http.post("/auth/refresh", json={"refreshToken": first["refreshToken"]}).json()["data"]
    issued = sandbox.control.issued()
    assert issued.access == [first["accessToken"], second["accessToken"]]
    assert issued.refresh == [first["refreshToken"], second["refreshToken"]]
    assert first["accessToken"] not in repr(issued)


def test_reset_begins_again(sandbox: Sandbox, http: httpx.Client) -> None:
    tokens = sign_in(http, "ada")
    http.post("/tasks", json={"title": "New"}).raise_for_status()
    sandbox.control.settings(access_ttl=1, search_limit=0)
    sandbox.control.fault("*", "status", times=None)
    sandbox.control.reset()

    assert sandbox.control.counters() == Counters(
        requests=0,
        logins=0,
        refreshes=0,
        rotations=0,
        reuses=0,
        refusals=0,
        logouts=0,
        unauthorized=0,
        by_operation={},
        by_token={},
    )
    assert sandbox.control.issued().access == []
    assert http.get("/me").status_code == 401
    assert http.post("/auth/refresh", json={"refreshToken": tokens["refreshToken"]}).status_code == 401
    assert sign_in(http, "ada")["expiresIn"] == 900
    assert http.get("/search", params={"q": "task"}).status_code == 200
    assert http.get("/tasks").json()["items"][0]["title"] == "Task 45"


def test_settings_refuse_what_makes_no_sense(sandbox: Sandbox, http: httpx.Client) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="422"):
        sandbox.control.settings(access_ttl=-1, grace=5)
    assert sign_in(http, "ada")["expiresIn"] == 900


def test_running_passes_its_settings_on() -> None:
    with (
        running(access_ttl=12.5, refresh_ttl=0) as sandbox,
        httpx.Client(base_url=sandbox.url, trust_env=False) as http,
    ):
        tokens = sign_in(http, "ada")
        assert tokens["expiresIn"] == 12.5
        assert http.post("/auth/refresh", json={"refreshToken": tokens["refreshToken"]}).status_code == 401
    with pytest.raises(httpx.ConnectError):
        httpx.get(sandbox.url, trust_env=False)


def test_running_shows_why_the_server_did_not_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError, match=f"cannot listen on 127.0.0.1:{port}"), running(port=port):
            pass


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_though_requests_hang(how: signal.Signals) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0"],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    ready = server.stdout.readline()
    port = int(ready.rpartition(":")[2])
    assert ready == f"Sandbox ready on http://127.0.0.1:{port}\n"

    with (
        Control(f"http://127.0.0.1:{port}") as control,
        socket.create_connection(("127.0.0.1", port)) as idle,
        socket.create_connection(("127.0.0.1", port)) as held,
    ):
        control.fault("GET /status", "hold")
        held.sendall(b"GET /status HTTP/1.1\r\nHost: sandbox\r\n\r\n")
        control.wait_held("GET /status")
        server.send_signal(how)
        out, err = server.communicate(timeout=30)
        assert (server.returncode, out, err) == (0, "", "")
        assert idle.recv(1) == b""
