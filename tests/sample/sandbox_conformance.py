"""The sandbox does what openapi.yaml says: schemathesis sends it what fits the description, and what does not.

`test_sandbox_conforms.py` runs these tests.

All of schemathesis's checks are on but two: ``max_response_time``, which would measure the machine, and
``object_level_authorization``, since every user of the sandbox may see everything.
"""

import re
from contextlib import suppress
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case

from places import ROOT
from sandbox.client import sign_in
from sandbox.process import Sandbox

DESCRIPTION = schemathesis.openapi.from_path(
    ROOT / "openapi.yaml",
    # The token is given, so none need be made up; the check ``ignored_auth`` tries without one, and with a bad one.
    config=schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}}),
)
# The same examples each time, however fast the machine. The sandbox is reset for each operation, not for each example.
DETERMINISTIC = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Target:
    """A sandbox, an auditor's access token (he may do everything), and what there is to be found in it."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        sandbox.control.settings(search_limit=10**6)
        sign_in(http, "alan")
        page = http.get("/tasks").json()
        task_ids = [task["id"] for task in page["items"]]
        attached = http.post(f"/tasks/{task_ids[0]}/attachments", files={"file": b"contents"})
        self.url = sandbox.url
        self.headers = {"Authorization": http.headers["Authorization"]}
        self._http = http
        self._keys = count()
        self._cursor = page["nextCursor"]
        self._ids: dict[str, list[str]] = {
            "taskId": task_ids,
            "attachmentId": [attached.json()["id"]],
            "projectId": [project["id"] for project in http.get("/projects").json()],
        }

    def replace_unknown(self, case: Case[Any]) -> None:
        """Put what works in the place of what fits the description, but cannot be guessed from it.

        Credentials of one character stay, to be refused.
        """
        _end_streams(case)
        query, headers, body = case.query, case.headers, case.body
        if isinstance(query, dict) and text(query.get("cursor"), 0, 200):
            query["cursor"] = self._cursor
        if headers and re.fullmatch("[A-Za-z0-9_-]{1,100}", str(headers.get("Idempotency-Key"))):
            headers["Idempotency-Key"] = f"key-{next(self._keys)}"
        if isinstance(body, dict):
            self._replace_id(body, "projectId")
            if text(body.get("username"), 2, 100) and text(body.get("password"), 2, 200):
                body |= {"username": "ada", "password": "lovelace"}
            if text(body.get("refreshToken"), 2, 500):
                body["refreshToken"] = sign_in(self._http, "ada")["refreshToken"]
            if case.media_type == "multipart/form-data":
                # All is text there: a number would be a good note. What is meant to be refused has to be refusable.
                if not isinstance(body.get("note", ""), str):
                    body["note"] = "x" * 501
                if not isinstance(body.get("file", b""), str | bytes):
                    del body["file"]
            if body.get("dueOn") == "":  # which schemathesis takes for a good date where it may be null, too
                body["dueOn"] = "2026-12-24"

    def replace_path(self, case: Case[Any]) -> None:
        """Let most requests meet a task or an attachment that exists."""
        path = dict(case.path_parameters or {})
        for name, sent in path.items():
            if not str(sent).startswith("0"):
                self._replace_id(path, name)
        case.path_parameters = path

    def _replace_id(self, fields: dict[str, Any], name: str) -> None:
        with suppress(AttributeError, TypeError, ValueError):  # it is no id, on purpose
            number = UUID(fields.get(name)).int
            fields[name] = self._ids[name][number % len(self._ids[name])]


def _end_streams(case: Case[Any]) -> None:
    """Let no stream wait for what happens next."""
    query = case.query or {}
    if case.path.endswith("/events") and query.get("follow", "true") == "true":
        case.query = {**query, "follow": "false"}


def text(value: object, shortest: int, longest: int) -> bool:
    return isinstance(value, str) and shortest <= len(value) <= longest


@pytest.fixture
def target(sandbox: Sandbox, http: httpx.Client) -> Target:
    return Target(sandbox, http)


@DESCRIPTION.parametrize()
@settings(DETERMINISTIC, max_examples=20)
def test_each_operation_conforms(case: Case[Any], target: Target) -> None:
    target.replace_unknown(case)
    target.replace_path(case)
    case.call_and_validate(base_url=target.url, headers=target.headers)


def test_operations_conform_in_sequence(sandbox: Sandbox, http: httpx.Client) -> None:
    # schemathesis infers which operation makes what another one needs: add a task, look at it, attach a file, get that.
    class Sequence(DESCRIPTION.include(tag=["tasks", "attachments"]).as_state_machine()):  # type: ignore[misc]  # a class made at run time
        def setup(self) -> None:
            sandbox.control.reset()
            self.target = Target(sandbox, http)

        def get_call_kwargs(self, _case: Case[Any]) -> dict[str, Any]:
            return {"base_url": self.target.url, "headers": self.target.headers}

        def before_call(self, case: Case[Any]) -> None:
            self.target.replace_unknown(case)

    Sequence.run(settings=settings(DETERMINISTIC, max_examples=20, stateful_step_count=8))
