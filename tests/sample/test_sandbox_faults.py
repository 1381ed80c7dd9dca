"""What each kind of fault does, seen by a client that knows nothing of the sandbox."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from sandbox.client import Kind, sign_in
from sandbox.process import Sandbox


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(10) as pool:
        yield pool


def refresh(http: httpx.Client, tokens: dict[str, Any]) -> httpx.Response:
    return http.post("/auth/refresh", json={"refreshToken": tokens["refreshToken"]})


def rotations(sandbox: Sandbox) -> int:
    return sandbox.control.counters().rotations


def test_delay(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.control.fault("GET /status", "delay", seconds=0.2)
    begin = time.monotonic()
    assert http.get("/status").status_code == 200
    assert time.monotonic() - begin >= 0.2


@pytest.mark.parametrize("status", [401, 503, 599])
def test_status(sandbox: Sandbox, http: httpx.Client, status: int) -> None:
    tokens = sign_in(http, "ada")
    sandbox.control.fault("POST /auth/refresh", "status", status=status)
    answer = refresh(http, tokens)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert "Retry-After" not in answer.headers
    assert "WWW-Authenticate" not in answer.headers
    assert rotations(sandbox) == 0
    assert refresh(http, tokens).status_code == 200


def test_status_with_retry_after(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.control.fault("GET /status", "status", status=429, retry_after=7)
    answer = http.get("/status")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_html(sandbox: Sandbox, http: httpx.Client) -> None:
    tokens = sign_in(http, "ada")
    sandbox.control.fault("POST /auth/refresh", "html", status=502)
    answer = refresh(http, tokens)
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!doctype html>")
    assert rotations(sandbox) == 0


def test_disconnect_is_before_the_operation(sandbox: Sandbox, http: httpx.Client) -> None:
    tokens = sign_in(http, "ada")
    sandbox.control.fault("POST /auth/refresh", "disconnect")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        refresh(http, tokens)
    assert rotations(sandbox) == 0
    assert refresh(http, tokens).status_code == 200


def test_lose_answer_is_after_the_operation(sandbox: Sandbox, http: httpx.Client) -> None:
    tokens = sign_in(http, "ada")
    sandbox.control.fault("POST /auth/refresh", "lose_answer")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        refresh(http, tokens)
    assert rotations(sandbox) == 1
    assert refresh(http, tokens).status_code == 401
    assert sandbox.control.counters().reuses == 1


@pytest.mark.parametrize(("kind", "rotated_meanwhile"), [("hold", 0), ("hold_answer", 1)])
def test_hold(
    sandbox: Sandbox,
    http: httpx.Client,
    threads: ThreadPoolExecutor,
    *,
    kind: Kind,
    rotated_meanwhile: int,
) -> None:
    tokens = sign_in(http, "ada")
    sandbox.control.fault("POST /auth/refresh", kind)
    answer = threads.submit(refresh, http, tokens)

    assert sandbox.control.wait_held("POST /auth/refresh") == 1
    assert sandbox.control.counters().refreshes == 1
    assert rotations(sandbox) == rotated_meanwhile
    assert not answer.done()
    sandbox.control.release("GET /me")
    assert sandbox.control.wait_held("POST /auth/refresh") == 1

    sandbox.control.release("POST /auth/refresh")
    assert answer.result().status_code == 200
    assert rotations(sandbox) == 1


def test_gather_lets_all_answers_go_at_once(sandbox: Sandbox, http: httpx.Client, threads: ThreadPoolExecutor) -> None:
    sign_in(http, "ada")
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "gather", count=5)
    answers: list[Future[httpx.Response]] = [threads.submit(http.get, "/me") for _ in range(4)]
    assert sandbox.control.wait_held("GET /me", 4) == 4
    assert not any(answer.done() for answer in answers)

    assert http.get("/me").status_code == 401
    assert [answer.result().status_code for answer in answers] == [401] * 4
    assert http.get("/me").status_code == 401  # the round is over: nobody is held any more
    assert sandbox.control.counters().unauthorized == 6


def test_gather_counts_its_rounds(sandbox: Sandbox, http: httpx.Client, threads: ThreadPoolExecutor) -> None:
    sandbox.control.fault("GET /status", "gather", count=3, times=2)
    for _ in range(2):
        answers = [threads.submit(http.get, "/status") for _ in range(2)]
        sandbox.control.wait_held("GET /status", 2)
        assert http.get("/status").status_code == 200
        assert [answer.result().status_code for answer in answers] == [200, 200]
    assert http.get("/status").status_code == 200


def test_faults_queue_up_and_last_as_long_as_told(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.control.fault("GET /status", "status", status=500, times=2)
    sandbox.control.fault("GET /status", "status", status=502)
    assert [http.get("/status").status_code for _ in range(4)] == [500, 500, 502, 200]

    sandbox.control.fault("GET /status", "status", status=500, times=None)
    assert {http.get("/status").status_code for _ in range(5)} == {500}
    sandbox.control.clear_faults()
    assert http.get("/status").status_code == 200


def test_a_fault_can_be_at_any_operation(sandbox: Sandbox, http: httpx.Client) -> None:
    sign_in(http, "ada")
    sandbox.control.fault("*", "status", status=500, times=2)
    sandbox.control.fault("GET /me", "status", status=418)
    assert http.get("/me").status_code == 418
    assert http.get("/me").status_code == 500
    assert http.get("/tasks").status_code == 500
    assert http.get("/tasks").status_code == 200


@pytest.mark.parametrize("let_go", ["clear_faults", "reset"])
def test_whoever_is_held_is_let_go_when_faults_end(
    sandbox: Sandbox, http: httpx.Client, threads: ThreadPoolExecutor, let_go: str
) -> None:
    sandbox.control.fault("GET /status", "hold")
    sandbox.control.fault("POST /auth/logout", "delay", seconds=3600)
    answer = threads.submit(http.get, "/status")
    sandbox.control.wait_held()
    getattr(sandbox.control, let_go)()
    assert answer.result().status_code == 200


def test_a_reset_ends_delays(sandbox: Sandbox, http: httpx.Client, threads: ThreadPoolExecutor) -> None:
    sandbox.control.fault("GET /status", "delay", seconds=3600)
    answer = threads.submit(http.get, "/status")
    while sandbox.control.counters().requests == 0:
        pass
    sandbox.control.reset()
    assert answer.result().status_code == 200


def test_a_request_that_was_held_across_a_reset_changes_nothing(
    sandbox: Sandbox, http: httpx.Client, threads: ThreadPoolExecutor
) -> None:
    tokens = sign_in(http, "ada")
    sandbox.control.fault("POST /auth/refresh", "hold")
    answer = threads.submit(refresh, http, tokens)
    sandbox.control.wait_held()
    sandbox.control.reset()
    answer.result()
    counters = sandbox.control.counters()
    assert (counters.requests, counters.refreshes, counters.rotations, counters.refusals) == (0, 0, 0, 0)


def test_an_unknown_fault_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="422"):
        sandbox.control.fault("GET /nowhere", "delay")
