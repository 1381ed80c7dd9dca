"""Overlays: what their actions do to a description, and what is said where they cannot be carried out."""

from pathlib import Path
from typing import Any

import pytest

from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.overlay import apply_overlay
from afresh_toolkit.generator.reading.source import Source
from made import SMALL, content, run

DESCRIPTION = """\
openapi: 3.1.0
info: {title: Small, version: "1"}
tags: [{name: a}, {name: b}, {name: c}]
paths:
  /things:
    get: &get
      tags: [things]
      parameters: [{name: x, in: query}, {name: y, in: query}, {name: z, in: query}]
    post: {x-internal: true}
  /others:
    get: *get
"""

HEAD = "overlay: 1.1.0\ninfo: {title: Ours, version: '1'}\nactions:\n"


def overlaid(folder: Path, actions: str, head: str = HEAD) -> Document:
    (folder / "openapi.yaml").write_text(DESCRIPTION)
    (folder / "overlay.yaml").write_text(head + actions)
    document = Document.read(folder / "openapi.yaml")
    apply_overlay(document, Source.read(folder / "overlay.yaml"))
    return document


def result(folder: Path, actions: str) -> Any:
    return overlaid(folder, actions).content


def problems(folder: Path, actions: str, head: str = HEAD) -> list[str]:
    with pytest.raises(GenerationError) as caught:
        overlaid(folder, actions, head)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def test_an_update_is_merged_into_every_object_that_is_found(tmp_path: Path) -> None:
    changed = result(tmp_path, "- {target: $.paths.*.get, update: {operationId: one, tags: [more], x-new: {a: 1}}}\n")
    for path in ("/things", "/others"):
        operation = changed["paths"][path]["get"]
        assert (operation["operationId"], operation["tags"], operation["x-new"]) == (
            "one",
            ["things", "more"],
            {"a": 1},
        )
    assert "operationId" not in changed["paths"]["/things"]["post"]


def test_what_an_alias_shares_is_changed_in_one_place_alone(tmp_path: Path) -> None:
    changed = result(tmp_path, "- {target: \"$.paths['/others'].get\", update: {tags: [others]}}\n")
    assert changed["paths"]["/things"]["get"]["tags"] == ["things"]
    assert changed["paths"]["/others"]["get"]["tags"] == ["things", "others"]


def test_what_one_action_puts_into_two_places_is_changed_in_one_of_them_by_the_next(tmp_path: Path) -> None:
    actions = (
        "- {target: $.paths.*.get, update: {responses: {'200': {}}}}\n"
        "- {target: \"$.paths['/things'].get.responses['200']\", update: {description: Here.}}\n"
    )
    changed = result(tmp_path, actions)
    assert changed["paths"]["/things"]["get"]["responses"] == {"200": {"description": "Here."}}
    assert changed["paths"]["/others"]["get"]["responses"] == {"200": {}}


@pytest.mark.parametrize(("update", "added"), [("{name: d}", [{"name": "d"}]), ("[{name: d}]", [{"name": "d"}])])
def test_an_array_gets_another_item(tmp_path: Path, update: str, added: list[Any]) -> None:
    changed = result(tmp_path, f"- {{target: $.tags, update: {update}}}\n")
    assert changed["tags"][3:] == added


def test_a_value_is_replaced(tmp_path: Path) -> None:
    changed = result(tmp_path, "- {target: $.info.title, update: Large}\n- {target: $.info, update: {version: '2'}}\n")
    assert changed["info"] == {"title": "Large", "version": "2"}


@pytest.mark.parametrize(
    ("target", "left"),
    [
        ("$.paths['/things'].get.parameters[?@.name == 'y']", ["x", "z"]),
        ("$.paths['/things'].get.parameters[?match(@.name, '[xy]')]", ["z"]),
        ("$.paths['/things'].get.parameters[*]", []),
    ],
)
def test_items_are_removed(tmp_path: Path, target: str, left: list[str]) -> None:
    changed = result(tmp_path, f'- {{target: "{target}", remove: true, update: {{ignored: 1}}}}\n')
    assert [parameter["name"] for parameter in changed["paths"]["/things"]["get"]["parameters"]] == left
    assert len(changed["paths"]["/others"]["get"]["parameters"]) == 3


def test_what_is_removed_can_be_made_again(tmp_path: Path) -> None:
    actions = (
        "- {target: \"$.paths.*[?@['x-internal']]\", remove: true}\n"
        "- {target: \"$.paths['/things']\", update: {post: {summary: New.}}, remove: false}\n"
    )
    changed = result(tmp_path, actions)
    assert changed["paths"]["/things"]["post"] == {"summary": "New."}


def test_a_copy_is_merged(tmp_path: Path) -> None:
    actions = "- {target: $.info, copy: \"$.paths['/things'].post\", description: As a test., x-why: none}\n"
    changed = result(tmp_path, actions)
    assert changed["info"] == {"title": "Small", "version": "1", "x-internal": True}


def test_nothing_happens_to_the_file(tmp_path: Path) -> None:
    overlaid(tmp_path, "- {target: $, update: {info: {title: Other}}}\n")
    assert (tmp_path / "openapi.yaml").read_text() == DESCRIPTION


def test_each_part_is_known_by_the_line_that_it_was_read_from(tmp_path: Path) -> None:
    actions = """\
- {target: "$.tags[?@.name == 'a']", remove: true}
- target: $.paths['/things'].get.parameters
  update:
    - {name: w, in: query}
- target: $.paths['/things'].post
  update:
    parameters:
      - {name: v, in: query}
    summary: Something.
"""
    document = overlaid(tmp_path, actions)

    def place(*tokens: str) -> str:
        return document.place(tokens).removeprefix(f"{tmp_path}/")

    assert document.content["tags"][0] == {"name": "b"}
    assert place("tags", "0") == "openapi.yaml:3"
    assert document.origin(("tags", "1")).pointer == ("tags", "2")
    assert place("paths", "/things", "get", "parameters", "1") == "openapi.yaml:8"
    assert place("paths", "/things", "get", "parameters", "3", "in") == "overlay.yaml:7"
    assert place("paths", "/things", "post") == "openapi.yaml:9"
    assert place("paths", "/things", "post", "parameters", "0", "name") == "overlay.yaml:11"
    assert place("paths", "/things", "post", "summary") == "overlay.yaml:12"


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("{target: $.info, copy: '$.tags[*]'}", "4: `copy` must name one part; $.tags[*] names 3"),
        (
            "{target: '$.tags[', remove: true}",
            "4: `target` is no JSONPath (RFC 9535): $.tags[: unexpected end of query",
        ),
        ("{remove: true}", "4: `target` must be a JSONPath (RFC 9535), such as $.paths['/tasks'].get"),
        ("{target: $, remove: true}", "4: the root of a description cannot be removed"),
        ("{target: $.info}", "4: an action has `remove: true`, an `update` or a `copy`, and one of them only"),
        (
            "{target: $.info, update: {}, copy: $.tags}",
            "4: an action has `remove: true`, an `update` or a `copy`, and one of them only",
        ),
        (
            "{target: $.info, upadte: {}}",
            "4: `upadte` is no part of an action; these are target, description, update, remove and copy",
        ),
        ("{target: $.info, update: 1}", "4: /info is an object: what it is updated with must be one, too"),
        (
            "{target: $.info.title, update: {}}",
            "4: /info/title is neither an object nor an array: it can be updated with another value only",
        ),
        (
            "{target: $, update: {tags: {}}}",
            "4: /tags is an array, and cannot be merged with an object; remove it by an action before this one",
        ),
    ],
)
def test_an_action_that_cannot_be_carried_out(tmp_path: Path, action: str, said: str) -> None:
    assert problems(tmp_path, f"- {action}\n") == [f"overlay.yaml:{said}"]


def test_every_action_that_cannot_be_carried_out_is_named(tmp_path: Path) -> None:
    said = problems(tmp_path, "- {target: $.a, remove: true}\n- {target: $, remove: true}\n")
    assert [problem.partition(" matches ")[0] for problem in said] == [
        "overlay.yaml:5: the root of a description cannot be removed",
        "overlay.yaml:4: an action that removes something",
    ]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("openapi: 3.1.0\n", "overlay.yaml:1: not an OpenAPI overlay: it does not say `overlay: 1.…` at its root"),
        ("- overlay\n", "overlay.yaml:1: not an OpenAPI overlay: it does not say `overlay: 1.…` at its root"),
        (
            "overlay: 2.0.0\n",
            "overlay.yaml:1: `overlay` is '2.0.0'; versions 1.0 and 1.1 of the Overlay Specification are understood",
        ),
        ("overlay: 1.0.0\nactions: []\n", "overlay.yaml:2: an overlay has a list of `actions`"),
    ],
)
def test_what_is_no_overlay(tmp_path: Path, head: str, said: str) -> None:
    assert problems(tmp_path, "", head) == [said]


OVERLAY = (
    HEAD
    + "- {target: $.components.schemas.Thing.properties, update: {size: {type: integer}}}\n"
    + "- {target: $.paths, update: {/more: {get: {tags: [things], responses: {'204': {description: Done.}}}}}}\n"
)


def test_a_package_is_made_with_an_overlay_and_remade_when_it_changes(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "overlay.yaml").write_text(OVERLAY)
    arguments = ("--spec", "small.yaml", "--output", ".", "--package", "small_api", "--overlay", "overlay.yaml")
    assert run(*arguments, cwd=tmp_path).stdout.startswith("small_api: 2 operations, 1 models")
    assert "self.size" in (tmp_path / "small_api" / "models" / "thing.py").read_text()
    assert run(*arguments, "--check", cwd=tmp_path).returncode == 0

    without = run(*arguments[:-2], "--check", cwd=tmp_path)
    assert "scripts/generate: overlay overlay.yaml has changed since small_api was made" in without.stderr
    (tmp_path / "overlay.yaml").write_text(OVERLAY.replace("size", "weight"))
    changed = run(*arguments, "--check", cwd=tmp_path)
    assert (changed.returncode, changed.stderr.splitlines()[0]) == (
        1,
        "scripts/generate: overlay.yaml has changed since small_api was made",
    )


def test_an_overlay_with_a_fault_leaves_the_package_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "overlay.yaml").write_text(OVERLAY)
    arguments = ("--spec", "small.yaml", "--output", ".", "--package", "small_api", "--overlay", "overlay.yaml")
    assert run(*arguments, cwd=tmp_path).returncode == 0
    (tmp_path / "overlay.yaml").write_text(OVERLAY.replace("Thing", "Ting"))
    before = content(tmp_path)
    failed = run(*arguments, cwd=tmp_path)
    assert failed.returncode == 1
    assert (
        "overlay.yaml:4: the action that sets `size` matches nothing: `target` is $.components.schemas.Ting.properties"
        ", which small.yaml does not have; mend the path, or remove the action"
    ) in failed.stderr
    assert content(tmp_path) == before
    warned = run(*arguments, "--allow-unmatched", cwd=tmp_path)
    assert warned.returncode == 0
    assert "scripts/generate: warning: overlay.yaml:4: the action that sets `size` matches" in warned.stderr


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (
            "{target: $.nothing, remove: true}",
            "4: an action that removes something matches nothing: `target` is $.nothing",
        ),
        (
            "{target: $.info, copy: $.nothing}",
            "4: an action that copies something matches nothing: `copy` is $.nothing",
        ),
        ("{target: $.nothing, update: 1}", "4: an action that sets something matches nothing: `target` is $.nothing"),
        (
            "{target: $.nothing, description: 'The login\n  answers 401.', update: {a: 1}}",
            '4: the action "The login answers 401." matches nothing: `target` is $.nothing',
        ),
    ],
)
def test_an_action_that_matches_nothing_is_left_out_and_named(tmp_path: Path, action: str, said: str) -> None:
    document = overlaid(tmp_path, f"  - {action}\n  - {{target: $.info, update: {{x-mine: 1}}}}\n")
    (problem,) = document.unmatched
    assert str(problem).removeprefix(f"{tmp_path}/overlay.yaml:").startswith(said)
    assert str(problem).endswith("does not have; mend the path, or remove the action")
    assert document.content["info"]["x-mine"] == 1
