"""What the sandbox's operations do beyond what their description can say."""

import hashlib
from typing import Any

import httpx
import pytest

from sandbox.client import sign_in
from sandbox.process import Sandbox


@pytest.fixture
def api(http: httpx.Client) -> httpx.Client:
    sign_in(http, "ada")
    return http


def titles(page: dict[str, Any]) -> list[str]:
    return [task["title"] for task in page["items"]]


def test_every_answer_has_an_id_of_its_own(api: httpx.Client) -> None:
    answers = [api.get("/me"), api.get("/nowhere"), api.put("/me"), api.get("/tasks/1"), api.get("/_control/counters")]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 5


def test_pages_follow_each_other_and_end(api: httpx.Client) -> None:
    found = []
    cursor: str | None = None
    sizes = []
    while True:
        page = api.get("/tasks", params={"limit": 20} | ({"cursor": cursor} if cursor else {})).json()
        found += titles(page)
        sizes.append(len(page["items"]))
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert sizes == [20, 20, 5]
    assert found == [f"Task {number}" for number in range(45, 0, -1)]


def test_pages_do_not_shift_when_a_task_is_added(api: httpx.Client) -> None:
    first = api.get("/tasks").json()
    api.post("/tasks", json={"title": "Added meanwhile"}).raise_for_status()
    second = api.get("/tasks", params={"cursor": first["nextCursor"]}).json()
    assert titles(second)[0] == "Task 25"


def test_a_last_page_that_is_full_names_no_other(api: httpx.Client) -> None:
    assert api.get("/tasks", params={"limit": 45}).json()["nextCursor"] is None


def test_a_cursor_that_no_page_named(api: httpx.Client) -> None:
    answer = api.get("/tasks", params={"cursor": "unknown"})
    assert answer.status_code == 400
    assert answer.json()["title"] == "Bad Request"


def test_filters(api: httpx.Client) -> None:
    projects = api.get("/projects").json()
    assert [project["name"] for project in projects] == ["Analytical Engine", "Garden"]

    def count(**params: Any) -> int:
        return len(api.get("/tasks", params={"limit": 100, **params}).raise_for_status().json()["items"])

    assert count(status="done") == 15
    assert count(projectId=projects[1]["id"]) == 23
    assert count(label=["even", "third"]) == 7
    assert count(dueBefore="2026-04-04") == 2
    assert count(updatedSince="2026-03-15T11:00:00+00:00") == 1
    assert count(updatedSince="2026-03-15T12:00:01+01:00") == 0


def test_all_that_is_wrong_is_listed(api: httpx.Client) -> None:
    answer = api.post("/tasks", json={"priority": 7, "labels": ["good", "Not good"], "customFields": {"a": 1}})
    assert answer.status_code == 422
    assert {error["location"] for error in answer.json()["errors"]} == {
        "body/title",
        "body/priority",
        "body/labels/1",
        "body/customFields/a",
    }


@pytest.mark.parametrize(
    ("params", "location"),
    [
        ({"limit": "0"}, "query/limit"),
        ({"limit": ["1", "2"]}, "query/limit"),
        ({"updatedSince": "2026-01-01T00:00:00"}, "query/updatedSince"),
        ({"dueBefore": "2026-02-30"}, "query/dueBefore"),
        ({"stauts": "open"}, "query/stauts"),
    ],
)
def test_bad_parameters(api: httpx.Client, params: dict[str, Any], location: str) -> None:
    answer = api.get("/tasks", params=params)
    assert answer.status_code == 422
    assert [error["location"] for error in answer.json()["errors"]] == [location]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"", b'{"title": NaN}', b'{"title": "\\ud800"}', b"\xff", b"[" * 100_000]
)
def test_bodies_that_are_no_json_object(api: httpx.Client, body: bytes) -> None:
    answer = api.post("/tasks", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert [error["location"] for error in answer.json()["errors"]] == ["body"]


def test_a_body_has_to_say_that_it_is_json(api: httpx.Client) -> None:
    answer = api.post("/tasks", content=b'{"title": "New"}', headers={"Content-Type": "text/plain"})
    assert [error["location"] for error in answer.json()["errors"]] == ["header/Content-Type"]


def test_the_same_idempotency_key_creates_one_task(api: httpx.Client) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first, again = (api.post("/tasks", json={"title": "New", "priority": 1}, headers=headers) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.headers["Location"] == f"/tasks/{first.json()['id']}"
    assert titles(api.get("/tasks", params={"limit": 2}).json()) == ["New", "Task 45"]

    other = api.post("/tasks", json={"title": "Other"}, headers=headers)
    assert other.status_code == 409


def test_idempotency_keys_are_each_users_own(api: httpx.Client) -> None:
    headers = {"Idempotency-Key": "k-1"}
    ada = api.post("/tasks", json={"title": "Ada's"}, headers=headers).json()
    sign_in(api, "grace")
    assert api.post("/tasks", json={"title": "Grace's"}, headers=headers).json()["id"] != ada["id"]


def test_changing_a_task_keeps_what_is_absent_and_empties_what_is_null(api: httpx.Client) -> None:
    task = api.post("/tasks", json={"title": "New", "description": "x", "dueOn": "2026-12-24", "estimate": 2.5}).json()
    url = f"/tasks/{task['id']}"
    changed = api.patch(url, json={"dueOn": None, "status": "done", "assignToMe": True}).json()
    assert (changed["title"], changed["description"], changed["dueOn"]) == ("New", "x", None)
    assert (changed["estimate"], changed["assignee"]["username"]) == (2.5, "ada")
    assert api.patch(url, json={"assignToMe": False}).json()["assignee"] is None

    created, status_changed = api.get(f"{url}/activity").json()
    assert created["kind"] == "task_created"
    assert (status_changed["kind"], status_changed["from"], status_changed["to"]) == ("status_changed", "open", "done")


def test_a_task_of_an_unknown_project(api: httpx.Client) -> None:
    answer = api.post("/tasks", json={"title": "New", "projectId": "00000000-0000-4000-8000-000000000000"})
    assert answer.json()["errors"] == [{"location": "body/projectId", "message": "names no project"}]


def test_an_attachment_comes_back_as_it_went_and_goes_with_its_task(api: httpx.Client) -> None:
    contents = bytes(range(256)) * 20_000  # more than is spooled in memory
    task = api.post("/tasks", json={"title": "New"}).json()
    attachment = api.post(
        f"/tasks/{task['id']}/attachments",
        files={"file": ("Übersicht 1.png", contents, "image/png")},
        data={"note": "Näheres"},
    ).json()
    assert attachment["fileName"] == "Übersicht 1.png"
    assert (attachment["mediaType"], attachment["size"], attachment["note"]) == ("image/png", 5_120_000, "Näheres")
    assert attachment["sha256"] == hashlib.sha256(contents).hexdigest()
    assert api.get(f"/tasks/{task['id']}/activity").json()[-1]["attachment"] == attachment

    content_url = f"/attachments/{attachment['id']}/content"
    download = api.get(content_url)
    assert download.content == contents
    assert download.headers["Content-Type"] == "application/octet-stream"
    assert download.headers["Content-Length"] == "5120000"

    assert api.delete(f"/tasks/{task['id']}").status_code == 204
    assert api.get(content_url).status_code == 404
    assert api.get(f"/tasks/{task['id']}").status_code == 404


def test_an_upload_without_a_file(api: httpx.Client) -> None:
    task_id = api.get("/tasks").json()["items"][0]["id"]
    answer = api.post(f"/tasks/{task_id}/attachments", files={"other": b"x"})
    assert [error["location"] for error in answer.json()["errors"]] == ["body/file"]


def test_a_body_has_a_limit(api: httpx.Client) -> None:
    answer = api.post(
        "/auth/login", content=(b" " * 2**20 for _ in range(257)), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.json()["title"] == "Content Too Large"


def test_searching_too_often(sandbox: Sandbox, api: httpx.Client) -> None:
    sandbox.control.settings(search_limit=2, search_window=1000)
    answers = [api.get("/search", params={"q": "TASK 4"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [task["title"] for task in answers[0].json()][:2] == ["Task 45", "Task 44"]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 1000
    assert answers[2].headers["Content-Type"] == "application/problem+json"

    sign_in(api, "grace")
    assert api.get("/search", params={"q": "task"}).status_code == 200
    sandbox.control.settings(search_window=0)
    sign_in(api, "ada")
    assert api.get("/search", params={"q": "task"}).status_code == 200


def test_unknown_paths_and_methods(api: httpx.Client) -> None:
    unknown = api.get("/nowhere")
    assert (unknown.status_code, unknown.headers["Content-Type"]) == (404, "application/problem+json")
    assert api.get("/me/", follow_redirects=False).status_code == 404
    wrong = api.put("/tasks")
    assert (wrong.status_code, wrong.headers["Content-Type"]) == (405, "application/problem+json")
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("username", ["ada", "grace", "alan"])
def test_everyone_sees_themselves_and_the_same_tasks(http: httpx.Client, username: str) -> None:
    sign_in(http, username)
    assert http.get("/me").json()["username"] == username
    assert titles(http.get("/tasks").json())[0] == "Task 45"
