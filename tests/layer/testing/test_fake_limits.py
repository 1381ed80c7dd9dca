"""The limits of the description: the fake API refuses what breaks them, and keeps them in its own examples."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import httpx
import pytest

from afresh.testing import FakeAPI, FakeAPIError, example
from afresh.testing.doors import SyncDoor
from afresh.testing.examples import example_of
from afresh.testing.limits import broken, described
from afresh_api import models
from afresh_api.faking import all_facts
from afresh_api.models import Attachment, Credentials, NewAttachment, NewTask, Problem, Task
from afresh_api.types import File

if TYPE_CHECKING:
    from collections.abc import Iterator

ID = UUID(int=7)

WRONG: list[tuple[str, str, dict[str, Any], str]] = [
    ("GET", "/tasks?limit=101", {}, "query parameter `limit`: 101 is more than the maximum 100"),
    ("GET", "/tasks?limit=0", {}, "query parameter `limit`: 0 is less than the minimum 1"),
    ("GET", f"/tasks?cursor={'c' * 201}", {}, "`cursor`: .* has 201 characters, and maxLength is 200"),
    ("GET", f"/tasks?{'&'.join(['label=a'] * 6)}", {}, "`label`: .* has 6 items, and maxItems is 5"),
    ("GET", "/tasks?label=a&label=B", {}, r"`label`\[1\]: 'B' does not match the pattern \^\[a-z\]"),
    ("GET", "/search?q=", {}, "`q`: '' has 0 characters, and minLength is 1"),
    ("POST", "/tasks", {"json": {"title": ""}}, "body.title: '' has 0 characters, and minLength is 1"),
    (
        "POST",
        "/tasks",
        {"json": {"title": "a"}, "headers": {"Idempotency-Key": "a b"}},
        "header parameter `Idempotency-Key`: 'a b' does not match the pattern",
    ),
    ("POST", "/tasks", {"json": {"title": "a", "estimate": -0.5}}, "body.estimate: -0.5 is less than the minimum 0"),
    ("POST", "/tasks", {"json": {"title": "a", "labels": ["b", "C"]}}, r"body.labels\[1\]: 'C' does not match"),
    (
        "POST",
        "/tasks",
        {"json": {"title": "a", "customFields": {"key": "v" * 501}}},
        "body.customFields.key: .* has 501 characters, and maxLength is 500",
    ),
    (
        "POST",
        f"/tasks/{ID}/attachments",
        {"files": {"file": b"content"}, "data": {"note": "n" * 501}},
        "body.note: .* has 501 characters, and maxLength is 500",
    ),
    ("POST", "/auth/login", {"json": {"username": "", "password": "p"}}, "body.username: '' has 0 characters"),
]


@pytest.mark.parametrize(("method", "path", "sent", "reason"), WRONG)
def test_a_request_that_breaks_a_limit_fails(method: str, path: str, sent: dict[str, Any], reason: str) -> None:
    fake = FakeAPI()
    tokens = fake.lifecycle.tokens()
    assert tokens is not None
    authorization = {"Authorization": f"Bearer {tokens.access_token}"}
    http = httpx.Client(transport=SyncDoor(fake._engine), base_url=fake.base_url, headers=authorization)  # noqa: SLF001 - as a client does
    with pytest.raises(FakeAPIError, match=reason):
        http.request(method, path, **sent)
    with pytest.raises(FakeAPIError, match=reason), fake:
        pass


def test_a_request_within_the_limits_arrives(fake_api: FakeAPI) -> None:
    full = NewTask(title="t" * 200, estimate=10000, labels=["a"] * 20, description="")
    with fake_api.client() as client:
        client.tasks.create(full)
        list(client.tasks.list(limit=100, label=["a-1"] * 5))
        client.attachments.upload(ID, NewAttachment(file=File(BytesIO(b"x" * 1000), "a.txt", "text/plain"), note="n"))
        client.login(Credentials(username="u", password="p"))
    assert fake_api.tasks.create.calls[0].body == full


def test_a_programmed_answer_that_breaks_a_limit_is_refused(fake_api: FakeAPI, task: Task) -> None:
    wrong = task.__replace__(labels=["a", "B"])
    anyway = "to have it answered all the same, give a whole httpx.Response by `answers`"
    with pytest.raises(FakeAPIError, match=rf"the value\.labels\[1\]: 'B' does not match the pattern .*; {anyway}"):
        fake_api.tasks.get.returns(wrong)
    with pytest.raises(FakeAPIError, match=r"items\[1\]\.labels\[1\]: 'B' does not match"):
        fake_api.tasks.list.returns([task, wrong])
    with pytest.raises(FakeAPIError, match=r"the body\.status: 200 is less than the minimum 400"):
        fake_api.tasks.get.raises(404, example(Problem, status=200))
    attached = example(models.FileAttached, attachment=example(Attachment, size=-1))
    with pytest.raises(FakeAPIError, match=r"values\[0\]\.attachment\.size: -1 is less than the minimum 0"):
        fake_api.tasks.watch.returns([attached])
    fake_api.tasks.get.answers(lambda _: httpx.Response(200, json=wrong.to_dict()))
    with fake_api.client() as client:
        assert client.tasks.get(ID) == wrong


def test_cursors_and_tokens_of_the_fake_itself_need_not_keep_limits(
    fake_api: FakeAPI, tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    operations = described()["operations"]
    monkeypatch.setitem(operations["tasks.list_tasks"], "query cursor", {"minLength": 50})
    monkeypatch.setitem(operations["auth.refresh"], "body application/json", {"properties": {"refreshToken": NO}})
    fake_api.tasks.list.returns(tasks, page_size=2)
    with fake_api.client() as client:
        fake_api.lifecycle.expire()
        assert list(client.tasks.list()) == tasks
    assert fake_api.lifecycle.refreshes == 1


def test_examples_of_all_models_keep_the_limits() -> None:
    for name in described()["schemas"]:
        kind: Any = getattr(models, name, None)
        if isinstance(kind, type):
            made: Any = example(kind).to_dict(for_request=False)
            assert broken(made, {"$ref": name}, name) is None, name
    assert len(example(Attachment).sha256) == 64
    assert example(Task).assignee.email == "ada@example.com"  # type: ignore[union-attr]
    assert all(facts.module in described()["operations"] for _, _, facts in all_facts(FakeAPI) if facts.security)


def test_examples_of_the_description_are_answered(fake_api: FakeAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    user = {**described()["schemas"]["User"]}
    monkeypatch.setitem(described()["schemas"], "User", user)
    with fake_api.client() as client:
        user["properties"] = {"displayName": {"examples": [5, "Ada", "Grace"]}, "email": {"format": "email"}}
        assert client.users.me().display_name == "Ada", "the first that is of the type"
        whole = example(models.User, username="of the API").to_dict(for_request=False)
        answer = {"$ref": "User", "examples": [{"username": "no user"}, whole]}
        monkeypatch.setitem(described()["operations"]["users.me"], "200 application/json", answer)
        assert client.users.me().username == "of the API"
        answer["examples"] = [{**whole, "email": "none"}]
        assert client.users.me().username == "username", "what breaks a limit gives way"


def test_a_model_whose_example_breaks_a_limit_gets_what_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    never = {"properties": {"username": {"pattern": "^$", "minLength": 1}}}
    monkeypatch.setitem(described()["schemas"], "User", never)
    assert example(models.User).username == "username"


NO = {"pattern": "^no token is so$"}
UNION = {
    "anyOf": [
        {"if": {"type": "string"}, "maxLength": 3},
        {"if": {"type": "integer", "enum": [1, 200]}, "maximum": 10},
        {
            "if": {"type": ["object", "null"], "required": ["kind"], "properties": {"kind": {"const": "a"}}},
            "minProperties": 3,
        },
        {"if": {"type": "object", "required": ["free"]}},
        {"if": {"const": 7.5}, "minimum": 8},
    ]
}
CASES: list[tuple[Any, dict[str, Any], str | None]] = [
    (5, {"minimum": 5, "maximum": 5}, None),
    (5, {"exclusiveMinimum": 5}, "is not more than 5 (exclusiveMinimum)"),
    (5, {"exclusiveMaximum": 5}, "is not less than 5 (exclusiveMaximum)"),
    (0.3, {"multipleOf": 0.1}, None),
    (1e308, {"multipleOf": 0.01}, None),
    (0.35, {"multipleOf": 0.1}, "is no multiple of 0.1 (multipleOf)"),
    (Decimal("1.5"), {"maximum": 1}, "is more than the maximum 1"),
    (float("inf"), {"maximum": 1}, None),
    (True, {"maximum": 0}, None),
    (2**31, {"format": "int32"}, "is not of the format int32"),
    (-(2**31), {"format": "int32"}, None),
    (2**63, {"format": "int64"}, "is not of the format int64"),
    ("ä" * 3, {"maxLength": 3}, None),
    ("a\n", {"pattern": "^a$", "re": r"^a\Z"}, "does not match the pattern ^a$"),
    ("٣", {"pattern": r"^\d$"}, r"does not match the pattern ^\d$"),
    ([1, True, "1", 1.5], {"uniqueItems": True}, None),
    ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], {"uniqueItems": True}, "has an item twice (uniqueItems)"),
    ([1], {"minItems": 2}, "has 1 item, and minItems is 2"),
    ({"a": 1, "b": 2}, {"maxProperties": 1}, "has 2 keys, and maxProperties is 1"),
    ({"a": 1, "b": 2}, {"properties": {"a": {}}, "additionalProperties": {"minimum": 3}}, ".b: 2 is less"),
    ({"a": {"b": [1]}}, {"properties": {"a": {"properties": {"b": {"items": {"minimum": 3}}}}}}, ".a.b[0]: 1 is less"),
    (1.5, {"enum": [1.5, None]}, None),
    (2.5, {"enum": [1.5, None]}, "is none of 1.5, null (enum)"),
    ("long", {"allOf": [{}, {"maxLength": 3}]}, "has 4 characters, and maxLength is 3"),
    ("abcd", UNION, "has 4 characters, and maxLength is 3"),
    ("abc", UNION, None),
    (200, UNION, "is more than the maximum 10"),
    (100, UNION, None),
    (1.0, UNION, None),
    (7.5, UNION, "is less than the minimum 8"),
    (True, UNION, None),
    (None, UNION, None),
    ({"kind": "a"}, UNION, "has 1 key, and minProperties is 3"),
    ({"kind": "b"}, UNION, None),
    ({"kind": "a", "free": 1}, UNION, None),
    (4.0, {"anyOf": [{"if": {"type": "integer"}, "minimum": 5}]}, "is less than the minimum 5"),
    ("x", {"format": "unknown"}, None),
]


@pytest.mark.parametrize(("value", "node", "reason"), CASES)
def test_each_limit(value: Any, node: dict[str, Any], reason: str | None) -> None:
    said = broken(value, node, "value")
    assert said is None if reason is None else said is not None and reason in said, said


def _formats() -> Iterator[tuple[str, str, bool]]:
    for name, right, wrong in (
        ("byte", "YQ==", "%%"),
        ("duration", "P1YT1H", "1 hour"),
        ("email", "a@b", "a b@c"),
        ("hostname", "a-b.example", "-a.example"),
        ("ipv4", "192.0.2.1", "192.0.2.256"),
        ("ipv6", "::1", "1"),
        ("time", "12:30:00Z", "noon"),
        ("uri", "urn:a", "/a"),
        ("uri", "https://a/b", "https://[a"),
    ):
        yield name, right, True
        yield name, wrong, False


@pytest.mark.parametrize(("name", "text", "fits"), [*_formats()])
def test_each_format(name: str, text: str, fits: bool) -> None:  # noqa: FBT001 - a case
    assert (broken(text, {"format": name}, "value") is None) is fits


@pytest.mark.parametrize(
    ("kind", "node", "made"),
    [
        (str, {"maxLength": 4}, "some"),
        (str, {"minLength": 15}, "some text".ljust(15, "x")),
        (str, {"format": "ipv4"}, "192.0.2.1"),
        (list[str], {"minItems": 2, "uniqueItems": True}, ["some text", "some text 1"]),
        (list[int], {"minItems": 3, "items": {}}, [1, 2, 3]),
        (list[str], {"maxItems": 0}, []),
        (list[Literal["a", "b"]], {"minItems": 2}, ["a", "b"]),
        (dict[str, int], {"additionalProperties": {"examples": [7]}}, {"key": 7}),
        (dict[str, int], {"examples": [{"a": "no number"}, {"a": 1}]}, {"a": 1}),
        (int, {"examples": [0, 12], "minimum": 5}, 12),
        (int | None, {"allOf": [{"examples": [9]}]}, 9),
    ],
)
def test_values_are_made_within_the_limits(kind: Any, node: dict[str, Any], made: Any) -> None:
    assert example_of(kind, "some_text", node) == made


def test_a_schema_that_refers_to_itself_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(described()["schemas"], "Loop", {"allOf": [{"$ref": "Loop"}, {"maxLength": 1}]})
    assert broken("ab", {"$ref": "Loop"}, "value") == "value: 'ab' has 2 characters, and maxLength is 1"
    assert example_of(str, "text", {"$ref": "Loop"}) == "t"
