"""Models beside other libraries: attrs, copy, patterns, rich and pydantic know them; frozen ones have a hash."""

import copy
import json
import pickle
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import attrs
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from rich.pretty import pretty_repr

from afresh_api.base_model import BaseModel as Anything
from afresh_api.models import Credentials, NewTask, Project, StatusChanged, Task, TaskPage, User
from afresh_toolkit.generator.pipeline import generate
from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.inputs import Inputs
from made import importable, make, python
from places import ROOT

ID = "6f1c0e3a-9a53-4f7e-8c7e-2b1f5a0d9c11"
TREES = """\
openapi: 3.1.0
info: {title: Trees, version: "1"}
paths:
  /trees:
    post:
      operationId: plant
      tags: [trees]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Tree"}}}}
      responses: {"204": {description: planted}}
components:
  schemas:
    Tree:
      type: object
      required: [name]
      properties:
        name: {type: string}
        planted-on: {type: string, format: date}
        branches: {type: array, items: {$ref: "#/components/schemas/Tree"}}
        marks: {type: object, additionalProperties: {type: array, items: {type: string}}}
        sound: {type: string, format: binary}
        secret: {type: string, format: password}
        roots: {type: [integer, string, "null"]}
"""
TREE: dict[str, Any] = {
    "name": "ash",
    "planted-on": "2020-01-02",
    "branches": [{"name": "left", "branches": []}],
    "marks": {"x": ["y"]},
    "new": [1],
}

replace: Callable[..., Any] = getattr(copy, "replace", lambda value, **changes: value.__replace__(**changes))
"""`copy.replace`, which Python has since 3.13."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("trees")
    make(TREES, folder, package="trees_api")
    with importable(folder):
        yield import_module("trees_api.models").Tree


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a model that cannot be changed."""
    folder = tmp_path_factory.mktemp("frozen")
    (folder / "openapi.yaml").write_text(TREES)
    generate(Inputs(folder / "openapi.yaml", frozen=True), folder / "frozen_api", nullcontext)
    with importable(folder):
        yield import_module("frozen_api.models").Tree


def a_task() -> NewTask:
    return NewTask(title="Write", labels=["a"], description=None, additional_properties={"new": [1]})


def test_constructors_take_keywords_alone() -> None:
    with pytest.raises(TypeError, match="positional"):
        NewTask("Write")  # type: ignore[call-arg]
    given = {"colour": "red"}
    fields = Anything(additional_properties=given)
    fields["size"] = "3"
    assert (fields.to_dict(), given) == ({"colour": "red", "size": "3"}, {"colour": "red"})


def test_patterns_match_by_name_and_by_place() -> None:
    event: Any = StatusChanged.from_dict(
        {"at": "2026-01-01T00:00:00Z", "by": "ada", "kind": "status_changed", "from": "open", "to": "done"}
    )
    match event:
        case StatusChanged(by="ada", to=to):
            assert to == "done"
        case _:
            pytest.fail("it was to match")
    match a_task():
        case NewTask("Write", project_id):
            assert project_id is a_task().project_id
        case _:
            pytest.fail("it was to match")


def test_attrs_knows_the_attributes(tree: Any) -> None:
    assert attrs.has(NewTask)
    fields = attrs.fields(NewTask)
    assert [field.name for field in fields] == [*NewTask.__slots__, "additional_properties"]
    assert (fields.title.default, fields.title.type, fields.title.kw_only) == (attrs.NOTHING, str, True)
    assert attrs.fields(Task).assignee.type == User | None
    assert attrs.fields(tree).branches.type.__args__[0] == list[tree]
    assert [field.name for field in attrs.fields(tree) if not field.repr] == ["secret"]
    assert attrs.fields_dict(Anything).keys() == {"additional_properties"}


def test_attrs_makes_dicts_and_copies() -> None:
    task = a_task()
    assert attrs.asdict(task) == {
        **{name: getattr(task, name) for name in NewTask.__slots__},
        "additional_properties": {"new": [1]},
    }
    page = TaskPage(items=[], next_cursor=None)
    assert attrs.asdict(page) == {"items": [], "next_cursor": None, "additional_properties": {}}
    changed = attrs.evolve(task, title="Read")  # type: ignore[misc]  # mypy knows the classes that attrs makes
    assert changed.to_dict() == {**task.to_dict(), "title": "Read"}
    assert attrs.evolve(Anything(additional_properties={"a": "b"})).to_dict() == {"a": "b"}  # type: ignore[misc]


def test_a_copy_with_other_values() -> None:
    task = a_task()
    changed = replace(task, title="Read", labels=("b",))
    assert changed.to_dict() == {**task.to_dict(), "title": "Read", "labels": ["b"]}
    assert task.title == "Write"
    changed["more"] = 1
    assert "more" not in task
    with pytest.raises(TypeError, match="titel"):
        replace(task, titel="Read")


def test_a_repr_shows_what_is_there(tree: Any) -> None:
    assert repr(NewTask(title="Write")) == "NewTask(title='Write')"
    shown = "title='Write', description=None, labels=['a'], additional_properties={'new': [1]}"
    assert repr(a_task()) == f"NewTask({shown})"
    assert repr(TaskPage(items=[], next_cursor=None)) == "TaskPage(items=[], next_cursor=None)"
    assert repr(tree(name="ash", secret="s3cret", marks=None)) == "Tree(name='ash')"
    wide = pretty_repr(TaskPage(items=[], next_cursor="x" * 80))
    assert wide == f"TaskPage(\n    items=[],\n    next_cursor='{'x' * 80}'\n)"
    assert "lovelace" not in pretty_repr(Credentials(username="ada", password="lovelace"))


class Envelope(BaseModel):
    task: NewTask
    others: list[NewTask] = []


def test_pydantic_reads_and_writes_them() -> None:
    task = a_task()
    read = Envelope.model_validate({"task": {"title": "x", "projectId": ID, "new": {"a": 1}}, "others": [task]})
    assert read.task == NewTask(title="x", project_id=UUID(ID), additional_properties={"new": {"a": 1}})
    assert read.others[0] is task
    written = {"task": {"title": "x", "projectId": ID, "new": {"a": 1}}, "others": [task.to_dict()]}
    assert read.model_dump() == json.loads(read.model_dump_json()) == written
    assert TypeAdapter(NewTask).validate_json('{"title": "x", "dueOn": "2020-01-02"}').to_dict() == {
        "title": "x",
        "dueOn": "2020-01-02",
    }
    assert TypeAdapter(Project).validate_python({"id": ID, "name": "P", "startsOn": None, "settings": {"a": {}}})


@pytest.mark.parametrize(
    ("wrong", "place", "message"),
    [
        ({}, ("task", "title"), "Field required"),
        ({"title": 3}, ("task", "title"), "valid string"),
        ({"title": "x", "estimate": "1.5"}, ("task", "estimate"), "valid number"),
        ({"title": "x", "projectId": "one"}, ("task", "projectId"), "valid UUID"),
        ({"title": "x", "labels": ["a", 1]}, ("task", "labels", 1), "valid string"),
        ({"title": "x", "dueOn": 0}, ("task",), "it is no NewTask"),
        (3, ("task",), "valid dictionary"),
    ],
)
def test_pydantic_says_what_is_wrong_and_where(wrong: Any, place: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Envelope.model_validate({"task": wrong})
    [error] = caught.value.errors()
    assert error["loc"] == place
    assert message in error["msg"]


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_pydantic_describes_them(tree: Any, mode: Literal["validation", "serialization"]) -> None:
    schema = TypeAdapter(TaskPage).json_schema(mode=mode)
    assert {"Task", "User"} == schema["$defs"].keys()
    assert schema["required"] == ["items", "nextCursor"]
    assert schema["$defs"]["Task"]["properties"]["id"]["format"] == "uuid"
    of_tree = TypeAdapter(tree).json_schema(mode=mode)["$defs"]["Tree"]
    assert of_tree["required"] == ["name"]
    assert of_tree["properties"]["branches"]["items"] == {"$ref": "#/$defs/Tree"}


def test_pydantic_reads_what_holds_itself(tree: Any) -> None:
    read = TypeAdapter(tree).validate_python(TREE)
    assert read.to_dict() == TREE
    assert type(read.branches[0]) is tree
    with pytest.raises(ValidationError, match=r"branches\.0\.name"):
        TypeAdapter(tree).validate_python({"name": "ash", "branches": [{}]})


def test_nobody_pays_for_other_libraries() -> None:
    program = """
from afresh_api.models import NewTask
assert repr(NewTask(title="x")) == "NewTask(title='x')"
print([name for name in ("attr", "attrs", "pydantic", "pydantic_core") if name in sys.modules])
"""
    assert python(program, ROOT / "generated") == "[]\n"


def test_frozen_models_cannot_be_changed(frozen: Any) -> None:
    tree = frozen.from_dict(TREE)
    changes: list[Callable[[], object]] = [
        lambda: setattr(tree, "name", "oak"),
        lambda: setattr(tree, "additional_properties", {}),
        lambda: delattr(tree, "name"),
        lambda: setattr(frozen(name="ash"), "name", "oak"),
    ]
    for change in changes:
        with pytest.raises(AttributeError, match="of a Tree cannot be changed"):
            change()
    with pytest.raises(TypeError, match="item assignment"):
        tree["new"] = 2
    tree.additional_properties["new"] = 2
    assert tree.to_dict() == TREE
    assert replace(tree, name="oak").to_dict() == {**TREE, "name": "oak"}


def test_frozen_models_have_a_hash(frozen: Any) -> None:
    tree = frozen.from_dict(TREE)
    others = [frozen.from_dict(TREE), copy.copy(tree), copy.deepcopy(tree), pickle.loads(pickle.dumps(tree))]
    assert {tree, *others} == {tree}
    assert {hash(other) for other in others} == {hash(tree)}
    assert len({tree, replace(tree, name="oak"), frozen(name="ash"), frozen(name="ash")}) == 3
    assert repr(pickle.loads(pickle.dumps(tree))) == repr(tree)
    with pytest.raises(TypeError, match="unhashable"):
        hash(a_task())


def test_the_project_asks_for_frozen_models(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.afresh]\nfrozen = true\n")
    assert Inputs.of_project(tmp_path).frozen
    (tmp_path / "pyproject.toml").write_text('[tool.afresh]\nfrozen = "yes"\n')
    with pytest.raises(GenerationError) as caught:
        Inputs.of_project(tmp_path)
    assert "`frozen` is true or false: frozen = true" in str(caught.value.problems[0])
