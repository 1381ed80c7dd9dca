"""The fake API as a server: for clients in other processes and languages, and as the command `afresh mock`."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import threading
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest

from afresh import TransportError
from afresh.testing import FakeAPI, FakeAPIError, example
from afresh.testing.doors import CORS
from afresh_api.models import AuditEvent, NewTask, Task, TaskCreated
from faked import used
from shell import COMMAND, ShellInProcess, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ID = UUID(int=7)


@pytest.fixture(scope="module")
def served() -> Iterator[FakeAPI]:
    with FakeAPI(serve=True, headers=CORS) as fake:
        yield fake


def test_clients_of_the_server_are_answered_as_those_in_the_process(served: FakeAPI, tasks: list[Task]) -> None:
    served.tasks.list.returns(tasks, page_size=2)
    served.tasks.get.raises(503, times=1).returns(tasks[0])
    with served.client() as client:
        assert list(client.tasks.list()) == tasks
        assert client.tasks.get(ID) == tasks[0]
        assert client.tasks.delete(ID) is None  # type: ignore[func-returns-value]
        assert used(client.tasks.watch(ID))
        served.lifecycle.expire()
        client.users.me()
        assert str(client.session.base_url) == served.base_url
    assert served.lifecycle.refreshes == 1


@pytest.mark.anyio
async def test_an_asynchronous_client_of_the_server(served: FakeAPI) -> None:
    async with served.async_client() as client:
        created = await client.tasks.create(NewTask(title="a"))
        assert created.title == "title"
        assert served.tasks.create.calls[-1].body == NewTask(title="a")


def test_what_a_browser_needs_is_answered(served: FakeAPI) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    with httpx.Client(base_url=served.base_url, trust_env=False) as http:
        preflight = http.options("/tasks", headers=asked)
        assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")
        answer = http.get("/status")
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
        assert http.head("/status").status_code == 400, "the description has no HEAD of it"
    served._engine.problems.clear()  # noqa: SLF001 - that was expected


def test_a_body_in_blocks_is_read_with_what_follows_it(served: FakeAPI) -> None:
    url, token = httpx.URL(served.base_url), served.client().session.obtain().access_token
    head = f"POST /tasks HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    body = '9\r\n{"title":\r\n5; a=b\r\n "a"}\r\n0\r\nX-After: 1\r\n\r\n'
    with socket.create_connection((url.host, url.port or 0)) as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n{body}".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 201 ")
    assert served.tasks.create.calls[-1].body == NewTask(title="a")


def test_what_does_not_fit_is_answered_and_fails_the_test() -> None:
    fake = FakeAPI(serve=True)
    answer = httpx.get(f"{fake.base_url}/nowhere", trust_env=False)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("GET /nowhere: the API's description has no such path")
    with pytest.raises(FakeAPIError, match="GET /nowhere"), fake:
        pass


def test_a_function_that_fails_is_answered_and_fails_the_test() -> None:
    fake = FakeAPI(serve=True)
    fake.service.get_status.answers(lambda _: 1 / 0)  # type: ignore[arg-type, return-value]
    answer = httpx.get(f"{fake.base_url}/status", trust_env=False)
    assert answer.status_code == 500
    with pytest.raises(FakeAPIError, match="ZeroDivisionError: division by zero"), fake:
        pass


def test_connections_are_cut_and_answers_wait(served: FakeAPI) -> None:
    event = threading.Event()
    served.users.me.cuts_connection(times=1).waits_for(event)
    event.set()
    with served.client(retries=0) as client:
        with pytest.raises(TransportError):
            client.users.me()
        assert client.users.me().username == "username"
    served.users.me.reset()


def test_a_client_that_goes_away_disturbs_nobody(served: FakeAPI) -> None:
    url = httpx.URL(served.base_url)
    with socket.create_connection((url.host, url.port or 0)) as connection:
        connection.sendall(b"no request at all\r\n\r\n")
    assert httpx.get(f"{served.base_url}/status", trust_env=False).status_code == 200


def test_an_address_of_ipv6_is_written_in_brackets() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with FakeAPI(serve=True, host="::1") as fake:
        assert fake.base_url.startswith("http://[::1]:")
        assert httpx.get(f"{fake.base_url}/status", trust_env=False).status_code == 200


def test_the_command_serves_until_it_is_interrupted(tmp_path: Path, task: Task) -> None:
    created = example(TaskCreated)
    answers = {
        "tasks.get": task.to_dict(),
        "tasks.list": [task.to_dict()],
        "tasks.watch": [created.to_dict()],
        "attachments.download": "content",
        "audit.list_events": [example(AuditEvent).to_dict()],
    }
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(answers), encoding="utf-8")
    command = [*COMMAND, "mock", "--port", "0", "--data", str(file), "--unprogrammed", "fail"]
    with subprocess.Popen(command, env=environment(tmp_path), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[5]
        with httpx.Client(base_url=url, trust_env=False) as http:
            signed_in = http.post("/auth/login", json={"username": "ada", "password": "lovelace"}).json()
            http.headers["Authorization"] = f"Bearer {signed_in['data']['accessToken']}"
            assert http.get(f"/tasks/{ID}").json() == task.to_dict()
            assert http.get("/tasks").json()["items"] == [task.to_dict()]
            assert http.get(f"/attachments/{ID}/content").text == "content"
            assert "no answer is programmed" in http.get("/me").json()["error"]
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "answers.json is no JSON: "),
        ("[]", "answers.json must have an object: answers by the names of operations"),
        ('{"tasks.gett": {}}', "there is no operation 'tasks.gett': did you mean tasks.get?"),
        ('{"tasks.get": {}}', "answers.json, tasks.get: the value.id: UUID is described, and nothing was found"),
        ('{"tasks.list": [1]}', "answers.json, tasks.list: the value: list[Task] is described, and [1] was found"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_of(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "answers.json"
    file.write_text(text, encoding="utf-8")
    assert complaint in ShellInProcess(tmp_path).complaint("mock", "--port", "0", "--data", str(file), status=2)


def test_a_port_that_is_taken_is_told_of(served: FakeAPI, tmp_path: Path) -> None:
    port = str(httpx.URL(served.base_url).port)
    said = ShellInProcess(tmp_path).complaint("mock", "--port", port)
    assert said == f"cannot listen on 127.0.0.1, port {port}: Address already in use"
