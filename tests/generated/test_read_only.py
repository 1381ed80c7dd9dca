"""What is read-only: answers have it, a constructor does not ask for it, and no request holds it."""

import inspect
import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, unquote

import httpx
import pytest
from attrs import define

from afresh._calls.calling import Connection, SyncCaller
from afresh._calls.options import Options
from made import importable, make
from places import FIXTURES
from servers.canned import Answer, Server, answering

DESCRIPTION = (FIXTURES / "read-only.yaml").read_text(encoding="utf-8")
ADA = {"id": 7, "name": "Ada", "score": None}
SENT = {"name": "Ada"}


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("read-only")
    make(DESCRIPTION, folder, package="read_only_api")
    with importable(folder):
        yield import_module("read_only_api.models")


@define
class Api:
    """The methods of the package, and a server that answers what a test gives it."""

    a: Any
    server: Server
    answer: object = None

    @property
    def sent(self) -> Any:
        return self.server.asked[-1].json()


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with (
        answering(lambda asked: Answer(200, own.answer) if asked.method == "GET" else Answer(204)) as server,
        httpx.Client() as http,
        pytest.MonkeyPatch.context() as patch,
    ):
        # The layer knows the package that it was delivered with: here this one takes its place.
        patch.setattr("afresh._calls.building.json_bytes", import_module("read_only_api.styles").json_bytes)
        caller = SyncCaller(Connection(http), httpx.URL(server.url), Options(0))
        own = Api(import_module("read_only_api.resources").Resources(caller).a, server)
        yield own


def to_json(read: Any) -> Any:
    if isinstance(read, list):
        return [to_json(item) for item in read]
    if isinstance(read, dict):
        return {key: to_json(item) for key, item in read.items()}
    return read.to_dict() if hasattr(read, "to_dict") else read


@pytest.mark.parametrize(
    ("name", "answer", "sent"),
    [
        ("person", ADA, SENT),
        ("person", {**ADA, "nick": "ada"}, {**SENT, "nick": "ada"}),
        ("people", [ADA, {**ADA, "name": "Bob"}], [SENT, {"name": "Bob"}]),
        ("by_name", {"ada": ADA}, {"ada": SENT}),
        ("task", {"title": "t", "created": "now", "changed": None}, {"title": "t"}),
        ("task", {"title": "t", "created": "now", "owner": ADA}, {"title": "t", "owner": SENT}),
        ("task", {"title": "t", "created": "now", "watchers": [ADA]}, {"title": "t", "watchers": [SENT]}),
        ("task", {"title": "t", "created": "now", "roles": {"x": ADA}}, {"title": "t", "roles": {"x": SENT}}),
        ("task", {"title": "t", "created": "now", "reviewer": ADA}, {"title": "t", "reviewer": SENT}),
        ("task", {"title": "t", "created": "now", "reviewer": "Ada"}, {"title": "t", "reviewer": "Ada"}),
        ("task", {"title": "t", "created": "now", "reviewers": [ADA, 5]}, {"title": "t", "reviewers": [SENT, 5]}),
        ("task", {"title": "t", "created": "now", "reports": [ADA]}, {"title": "t"}),
        ("task", {"title": "t", "created": "now", "deputies": [ADA]}, {"title": "t", "deputies": [SENT]}),
        ("task", {"title": "t", "created": "now", "deputies": None, "seen": [ADA]}, {"title": "t", "deputies": None}),
        ("pet", {"kind": "cat", "age": 3}, {"kind": "cat"}),
        ("pet", {"kind": "dog", "owner": ADA}, {"kind": "dog", "owner": SENT}),
        ("either", ADA, SENT),
        ("either", "Ada", "Ada"),
        ("manager", {**ADA, "since": "now", "rank": 1}, {**SENT, "rank": 1}),
        (
            "tree",
            {"id": 1, "word": "a", "trees": [{"id": 2, "trees": [{"id": 3}]}], "first": {"id": 4, "first": None}},
            {"word": "a", "trees": [{"trees": [{}]}], "first": {"first": None}},
        ),
        ("shelf", {"things": {"a": [{"id": 1, "word": "b"}]}}, {"things": {"a": [{"word": "b"}]}}),
        ("free", {"any": {"made": "kept"}, "made": "now"}, {"any": {"made": "kept"}}),
    ],
)
def test_what_was_read_is_sent_without_it_and_written_as_it_came(
    api: Api, name: str, answer: object, sent: object
) -> None:
    api.answer = answer
    read = getattr(api.a, f"get_{name}")()
    assert to_json(read) == answer
    getattr(api.a, f"put_{name}")(read)
    assert api.sent == sent


def test_forms_and_parameters_are_sent_without_it(api: Api, models: Any) -> None:
    ada = models.Person.from_dict(ADA)
    api.a.send_form(ada)
    assert parse_qs(api.server.asked[-1].body.decode()) == {"name": ["Ada"]}
    api.a.send_parts(models.Task.from_dict({"title": "t", "created": "now", "owner": ADA}))
    body = api.server.asked[-1].body.decode()
    assert ("created" in body, json.dumps(SENT, separators=(",", ":")) in body) == (False, True)
    api.a.search(who=ada)
    assert unquote(api.server.asked[-1].target) == "/search?who[name]=Ada"


def test_a_model_in_a_value_of_any_type_is_sent_without_it(api: Api, models: Any) -> None:
    api.a.put_free(models.Free(any_=[models.Person.from_dict(ADA)]))
    assert api.sent == {"any": [SENT]}


@pytest.mark.parametrize(
    ("name", "asked_for"), [("Person", ["name"]), ("Task", ["title"]), ("Cat", ["kind"]), ("Manager", ["name"])]
)
def test_a_constructor_does_not_ask_for_it(models: Any, name: str, asked_for: list[str]) -> None:
    parameters = inspect.signature(getattr(models, name)).parameters
    assert [key for key, one in parameters.items() if one.default is inspect.Parameter.empty] == asked_for


def test_an_attribute_that_every_answer_has_is_always_there(models: Any) -> None:
    parameters = inspect.signature(models.Person).parameters
    assert (models.Person.__annotations__["id"], models.Person.__annotations__["score"]) == ("int", "float | None")
    assert (parameters["id"].annotation, parameters["score"].annotation) == ("int | None", "float | None | Unset")
    with pytest.raises(KeyError, match="id"):
        models.Person.from_dict({"name": "Ada", "score": None})


def test_a_model_of_ones_own_is_written_with_what_was_given(models: Any) -> None:
    assert models.Person(name="Ada").to_dict() == SENT
    ada = models.Person(name="Ada", id=7, score=None)
    assert (ada.to_dict(), ada.to_dict(for_request=True)) == (ADA, SENT)


def test_what_is_write_only_is_sent_and_need_not_be_in_an_answer(api: Api, models: Any) -> None:
    api.a.put_person(models.Person(name="Ada", password="lovelace"))
    assert api.sent == {**SENT, "password": "lovelace"}
    assert models.Person.from_dict(ADA).password is None
