"""The models of the sample API: what they read, what they send, and what they refuse."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from afresh_api.api.tasks import list_task_activity, list_tasks
from afresh_api.base_model import BaseModel
from afresh_api.models import (
    Credentials,
    FileAttached,
    NewTask,
    Project,
    ServiceStatus,
    StatusChanged,
    Task,
    TaskChanges,
    TaskCreated,
    TokenAnswer,
    TokenPair,
    User,
)
from afresh_api.resources.auth import Auth
from afresh_api.resources.users import Users
from afresh_api.types import UNSET, Unset
from afresh_api.values import path_segment

ID = "8c6e9e4c-7f0a-4d5c-9d0e-3f8f2f0a1b2c"
AT = "2026-11-23T10:00:00+00:00"
USER = {"id": ID, "username": "ada", "displayName": "Ada", "email": None, "role": "member", "createdAt": AT}
TASK = {
    "id": ID,
    "projectId": ID,
    "title": "Write",
    "description": None,
    "status": "open",
    "priority": 1,
    "labels": ["a", "b"],
    "dueOn": "2026-12-24",
    "assignee": USER,
    "customFields": {"colour": "red"},
    "createdAt": AT,
    "updatedAt": AT,
}


def answer(body: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


def test_an_object_becomes_python_values_and_comes_back_as_it_was() -> None:
    task = Task.from_dict(TASK)
    assert task.id == UUID(ID)
    assert task.due_on == date(2026, 12, 24)
    assert task.created_at == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert isinstance(task.assignee, User)
    assert task.assignee.email is None
    assert task.custom_fields["colour"] == "red"
    assert task.estimate is None
    assert task.to_dict() == TASK


def test_null_stays_null_and_absent_stays_absent() -> None:
    task = Task.from_dict({**TASK, "assignee": None, "dueOn": None})
    assert (task.assignee, task.due_on) == (None, None)
    assert task.to_dict() == {**TASK, "assignee": None, "dueOn": None}
    assert TaskChanges(description=None).to_dict() == {"description": None}
    assert TaskChanges().to_dict() == {}


def test_null_in_an_optional_property_that_is_not_nullable_counts_as_absent() -> None:
    task = Task.from_dict({**TASK, "estimate": None})
    assert task.estimate is None
    assert task.to_dict() == TASK
    assert NewTask.from_dict({"title": "Write", "projectId": None}).to_dict() == {"title": "Write"}


def test_what_is_absent_is_none_but_where_it_differs_from_null() -> None:
    task = NewTask.from_dict({"title": "Write"})
    assert (task.estimate, task.labels, task.custom_fields) == (None, None, None)
    assert (task.description, task.due_on) == (UNSET, UNSET)
    assert NewTask(title="Write", estimate=None, description=None).to_dict() == {"title": "Write", "description": None}
    task.description, task.due_on, task.labels = None, None, []
    assert task.to_dict() == {"title": "Write", "description": None, "dueOn": None, "labels": []}
    task.description, task.labels = UNSET, None
    assert task.to_dict() == {"title": "Write", "dueOn": None}


def test_what_the_description_does_not_name_is_kept() -> None:
    task = Task.from_dict({**TASK, "colour": "red"})
    assert task.additional_properties == {"colour": "red"}
    assert task.additional_keys == ["colour"]
    assert "colour" in task
    task["size"] = 3
    del task["colour"]
    assert task.to_dict() == {**TASK, "size": 3}


def test_additional_properties_of_a_model_that_came_without_any() -> None:
    task = Task.from_dict(TASK)
    assert task == Task.from_dict(TASK)
    assert task.additional_properties == {}
    assert task == Task.from_dict(TASK)
    task.additional_properties["colour"] = "red"
    assert task.to_dict() == {**TASK, "colour": "red"}
    task.additional_properties = {"size": 3}
    assert task.to_dict() == {**TASK, "size": 3}
    assert task == Task.from_dict({**TASK, "size": 3}) != Task.from_dict(TASK)


def test_an_object_of_values_under_any_keys_is_a_dict() -> None:
    assert NewTask(title="Write", custom_fields={"colour": "red"}).to_dict() == {
        "title": "Write",
        "customFields": {"colour": "red"},
    }
    project = Project.from_dict({"id": ID, "name": "P", "startsOn": None, "settings": {"deep": {"down": [1]}}})
    assert project.settings["deep"] == {"down": [1]}


def test_enum_members_and_constants_that_are_not_described_pass_through() -> None:
    odd = {**TASK, "status": "paused", "priority": 9}
    assert Task.from_dict(odd).to_dict() == odd
    assert ServiceStatus.from_dict({"status": "degraded", "now": AT}).to_dict()["status"] == "degraded"


@pytest.mark.parametrize(
    "text", ["2026-11-23T10:00:00Z", "2026-11-23t10:00:00z", "2026-11-23T11:00:00.000000001+01:00"]
)
def test_date_times_of_every_spelling_are_read(text: str) -> None:
    assert Task.from_dict({**TASK, "createdAt": text}).created_at == datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_a_naive_date_time_is_not_sent() -> None:
    naive = datetime(2026, 11, 23, 10)  # noqa: DTZ001  (a naive one is the point)
    task = Task.from_dict(TASK)
    task.created_at = naive
    refusal = r"datetime\.datetime\(2026, 11, 23, 10, 0\) has no time zone, so it names no moment; give it one"
    with pytest.raises(ValueError, match=refusal):
        task.to_dict()
    with pytest.raises(ValueError, match=refusal):
        list_tasks.arguments(updated_since=naive)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"createdAt": "yesterday"}, ValueError),
        ({"createdAt": 3}, TypeError),
        ({"dueOn": "soon"}, ValueError),
        ({"id": "one"}, ValueError),
        ({"assignee": "ada"}, TypeError),
        ({"customFields": 7}, TypeError),
    ],
)
def test_an_object_that_is_not_as_described_is_refused(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Task.from_dict({**TASK, **changes})


def test_a_property_that_is_missing_is_refused() -> None:
    with pytest.raises(KeyError, match="title"):
        Task.from_dict({name: value for name, value in TASK.items() if name != "title"})


EVENT = {"at": AT, "by": "ada"}
CHANGED = {**EVENT, "kind": "status_changed", "from": "open", "to": "done"}


def test_the_discriminator_chooses_the_class() -> None:
    attachment = {"id": ID, "taskId": ID, "fileName": "a", "mediaType": "b", "size": 1, "sha256": "c"}
    events = list_task_activity.OPERATION.parse(
        answer(
            [
                {**EVENT, "kind": "task_created"},
                CHANGED,
                {**EVENT, "kind": "file_attached", "attachment": {**attachment, "note": None, "createdAt": AT}},
            ]
        )
    )
    assert [type(event) for event in events] == [TaskCreated, StatusChanged, FileAttached]
    assert events[1].to_dict() == CHANGED


def test_an_object_of_a_kind_that_is_not_described_passes_through() -> None:
    split = {**EVENT, "kind": "task_split", "into": [ID]}
    [event] = list_task_activity.OPERATION.parse(answer([split]))
    assert type(event) is BaseModel
    assert event.additional_properties == event.to_dict() == split
    assert event == BaseModel.from_dict(split)
    assert repr(event) == f"BaseModel(additional_properties={split!r})"


def test_an_object_without_its_discriminator_is_refused() -> None:
    with pytest.raises(KeyError, match="kind"):
        list_task_activity.OPERATION.parse(answer([EVENT]))


def test_unset_says_what_it_is() -> None:
    assert (repr(UNSET), bool(UNSET), isinstance(UNSET, Unset)) == ("UNSET", False, True)


def test_a_repr_shows_no_password_and_no_token() -> None:
    assert repr(Credentials(username="ada", password="lovelace")) == "Credentials(username='ada')"
    pair = TokenPair(access_token="a-token", refresh_token="r-token", token_type="Bearer", expires_in=60)
    assert "-token" not in repr(TokenAnswer(data=pair))


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_path_parameter_cannot_lead_elsewhere(segment: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in a path"):
        path_segment(segment)
    assert path_segment("a/../b ?") == "a%2F..%2Fb%20%3F"


def test_the_methods_that_deal_in_tokens_send_their_callers_to_the_client() -> None:
    for method in (Auth.login, Auth.refresh, Auth.logout):
        assert "past the session" in str(method.__doc__)
    assert "past the session" not in str(Users.me.__doc__)
