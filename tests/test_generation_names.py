"""The names of resources and methods, and that they stay."""

import json
from pathlib import Path

import pytest

from generator.naming import method_names, resource_name
from made import SMALL, make, python


@pytest.mark.parametrize(
    ("tag", "full", "name"),
    [
        ("tasks", "list_tasks", "list"),
        ("tasks", "get_task", "get"),
        ("task", "get_tasks", "get"),
        ("tasks", "list_task_activity", "list_activity"),
        ("attachments", "upload_attachment", "upload"),
        ("users", "me", "me"),
        ("service", "get_status", "get_status"),
        ("search", "search_tasks", "tasks"),
        ("audit", "list_audit_events", "list_events"),
        ("tasks", "tasks", "tasks"),
        ("categories", "find_category", "find"),
        ("addresses", "add_address", "add"),
        ("statuses", "set_status", "set"),
        ("buses", "ride_bus", "ride"),
        ("task_comments", "list_task_comments", "list"),
        ("task_comments", "list_comments", "list_comments"),
        ("tasks", "import_tasks", "import_"),
        ("tasks", "task_2", "task_2"),
        ("lists", "list_", "list"),
    ],
)
def test_a_method_is_called_without_its_tags_noun(tag: str, full: str, name: str) -> None:
    assert method_names(tag, {"GET /x": full}, {}) == {"GET /x": name}


def test_operations_that_would_share_a_name_keep_their_full_ones() -> None:
    operations = {"GET /a": "list_task", "GET /b": "list_tasks", "GET /c": "get_task", "GET /d": "get"}
    assert method_names("tasks", operations, {}) == {
        "GET /a": "list_task",
        "GET /b": "list_tasks",
        "GET /c": "get_task",
        "GET /d": "get",
    }


def test_recorded_names_win() -> None:
    operations = {"GET /a": "list_tasks", "GET /b": "find_tasks", "GET /c": "seek_tasks"}
    recorded = {"GET /a": "find", "GET /c": "find_tasks"}
    assert method_names("tasks", operations, recorded) == {
        "GET /a": "find",
        "GET /b": "find_tasks_",
        "GET /c": "find_tasks",
    }


@pytest.mark.parametrize("tag", ["http", "api", "login", "logout", "tokens", "session", "close", "aclose"])
def test_a_resource_does_not_hide_what_the_client_has(tag: str) -> None:
    assert resource_name(tag) == f"{tag}_"
    assert resource_name(f"{tag}s") == f"{tag}s"


def test_a_later_operation_does_not_rename_an_earlier_method(tmp_path: Path) -> None:
    make(SMALL, tmp_path)
    more = SMALL.replace(
        "components:\n",
        "  /more:\n    get: {operationId: listThing, tags: [things], responses: {'204': {description: ''}}}\n"
        "components:\n",
    )
    make(more, tmp_path)
    assert names(tmp_path) == {"GET /things": "list", "GET /more": "list_thing"}
    make(more, tmp_path / "afresh")
    assert names(tmp_path / "afresh") == {"GET /things": "list_things", "GET /more": "list_thing"}


def test_another_operation_id_does_not_rename_the_method(tmp_path: Path) -> None:
    make(SMALL, tmp_path)
    make(SMALL.replace("listThings", "allThings"), tmp_path)
    assert names(tmp_path) == {"GET /things": "list"}


def names(folder: Path) -> dict[str, str]:
    manifest = json.loads((folder / "small_api" / "manifest.json").read_bytes())
    return {operation: entry["name"] for operation, entry in manifest["operations"].items()}


@pytest.mark.parametrize("word", ["list", "部品"])
def test_names_that_no_file_could_have_are_cut(word: str, tmp_path: Path) -> None:
    long = word * 80
    answers = "responses: {'204': {description: ''}}"
    paths = f"  /{long}/a: {{get: {{{answers}}}}}\n  /{long}/b: {{get: {{{answers}}}}}\n"
    paths += f"  /c: {{get: {{operationId: {long}, {answers}}}}}\n"
    schemas = f"components:\n  schemas:\n    {long}: {{type: object}}\n    {long}{word}: {{type: object}}\n"
    make(SMALL.replace("components:\n  schemas:\n", paths + schemas), tmp_path)
    sizes = [len(file.name.encode()) for file in (tmp_path / "small_api").rglob("*.py")]
    assert sum(size > 90 for size in sizes) == 5
    assert max(sizes) < 220


@pytest.mark.parametrize("operation_id", ["things/list-all", "things:listAll", "things.list all"])
def test_the_words_of_an_operation_id_stay_apart(operation_id: str, tmp_path: Path) -> None:
    make(SMALL.replace("listThings", f'"{operation_id}"'), tmp_path)
    assert (tmp_path / "small_api" / "api" / "things" / "things_list_all.py").is_file()


def test_names_are_told_apart_as_python_reads_them(tmp_path: Path) -> None:
    properties = "{µg: {type: integer}, μg: {type: integer}, m²: {type: integer}, ﬁt: {type: integer}}"
    make(SMALL.replace("{name: {type: string}}", properties).replace("[name]", "[]"), tmp_path)
    values = {"\u00b5g": 1, "\u03bcg": 2, "m²": 3, "ﬁt": 4}
    code = f"from small_api.models import Thing\nt = Thing.from_dict({values!r})"
    code += f"\nprint(t.to_dict() == {values!r}, t.m2, t.fit)"
    assert python(code, tmp_path) == "True 3 4\n"
