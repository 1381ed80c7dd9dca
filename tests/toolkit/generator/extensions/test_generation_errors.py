"""What is wrong with a description is said in words, with file and line; all of it, not just the first."""

from pathlib import Path

import pytest

from made import SMALL, make, problems


def test_yaml_that_is_no_yaml(tmp_path: Path) -> None:
    assert problems("openapi: 3.1.0\ninfo: [a,\npaths: {}\n", tmp_path) == [
        (
            "openapi.yaml:4:1: not valid YAML: while parsing a flow sequence that begins on line 2, did not find "
            "expected ',' or ']'"
        )
    ]


def test_a_tag_that_yaml_does_not_know(tmp_path: Path) -> None:
    assert problems("openapi: 3.1.0\ninfo: !mine {}\n", tmp_path) == [
        "openapi.yaml:2:7: not valid YAML: could not determine a constructor for the tag '!mine'"
    ]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_bytes(b"openapi: \xff\n")
    [problem] = problems("openapi: \x00\n", tmp_path)
    assert problem.startswith("openapi.yaml: not valid YAML: ")


def test_json_that_is_no_json(tmp_path: Path) -> None:
    assert problems('{"openapi": "3.1.0",\n\t"info": {,}}', tmp_path, file="openapi.json") == [
        "openapi.json:2:11: not valid JSON: Expecting property name enclosed in double quotes"
    ]


@pytest.mark.parametrize("half", [r"\ud83d", r"\ude00", r"\ud83d\ud83d\ude00", r"\ud83d\ude00\uDE00"])
def test_half_of_a_character(half: str, tmp_path: Path) -> None:
    [problem] = problems(f'{{"openapi": "3.1.0",\n"info": {{"title": "{half}"}}}}', tmp_path, file="openapi.json")
    assert problem.startswith("openapi.json:2: not valid JSON: ")
    assert problem.endswith(" is half of a character, without the other")
    whole = half.replace("\\", "\\\\") + r"\ud83d\ude00"
    text = f'{{"openapi": "3.1.0", "info": {{"title": "{whole}", "version": "1"}}, "paths": {{}}}}'
    assert make(text, tmp_path, file="openapi.json").operations == 0


@pytest.mark.parametrize(
    ("value", "file"),
    [("9" * 5000, "openapi.json"), ("9" * 5000, "openapi.yaml")],
    ids=["digits, JSON", "digits, YAML"],
)
def test_what_is_too_large_to_be_read(value: str, file: str, tmp_path: Path) -> None:
    [problem] = problems(f'{{"openapi": "3.1.0", "x-much": {value}}}', tmp_path, file=file)
    assert problem.startswith(f"{file}: not valid ")


def test_a_key_that_is_there_twice_in_yaml(tmp_path: Path) -> None:
    text = SMALL.replace("      tags: [things]", "      tags: [things]\n      tags: [others]").replace(
        "required: [name]", "required: [name], required: []"
    )
    assert problems(text, tmp_path) == [
        "openapi.yaml:8: the key 'tags' is here for the second time; the first is on line 7",
        "openapi.yaml:17: the key 'required' is here for the second time; the first is on line 17",
    ]


def test_a_key_that_is_there_twice_in_json(tmp_path: Path) -> None:
    assert problems('{"openapi": "3.1.0",\n\t"info": {},\n\t"info": {}}', tmp_path, file="openapi.json") == [
        "openapi.json:3: the key 'info' is here for the second time; the first is on line 2"
    ]


def test_an_alias_inside_of_what_it_stands_for(tmp_path: Path) -> None:
    assert problems("openapi: 3.1.0\ninfo: &info {title: Small, inner: *info}\n", tmp_path) == [
        "openapi.yaml:2: this contains itself, by way of a YAML alias"
    ]


@pytest.mark.parametrize("text", ["", "- openapi\n", "title: no description\n"])
def test_something_else_altogether(tmp_path: Path, text: str) -> None:
    assert problems(text, tmp_path) == [
        "openapi.yaml:1: not an OpenAPI 3 description: it does not say `openapi: 3.…` at its root"
    ]


def test_an_openapi_version_that_does_not_exist_yet(tmp_path: Path) -> None:
    assert problems("info: {}\nopenapi: 4.0.0\n", tmp_path) == [
        "openapi.yaml:2: not an OpenAPI 3 description: `openapi` is '4.0.0', not 3.…"
    ]


def test_an_openapi_version_may_be_a_number(tmp_path: Path) -> None:
    assert make(SMALL.replace("3.1.0", "3.1"), tmp_path).operations == 1


def test_a_reference_that_leads_nowhere_is_warned_of(tmp_path: Path) -> None:
    made = make(SMALL.replace("schemas/Thing", "schemas/Ting"), tmp_path)
    ((rule, place),) = made.warnings
    assert rule.name == "broken-reference"
    assert place[:3] == ("paths", "/things", "get")


def test_what_cannot_be_sent_or_answered(tmp_path: Path) -> None:
    text = SMALL.replace("      responses:", "      parameters: [{name: q, in: qery, schema: {}}]\n      responses:")
    assert problems(text, tmp_path) == [
        (
            "openapi.yaml:8: a parameter of GET /things cannot be sent: `in` is 'qery'; "
            "it must be query, querystring, path, header or cookie"
        )
    ]


def test_a_parameter_without_a_name_is_named_by_its_line(tmp_path: Path) -> None:
    listed = "      parameters:\n        - {name: q, in: query}\n        - {in: query, schema: {type: string}}\n"
    assert problems(SMALL.replace("      responses:", f"{listed}      responses:"), tmp_path) == [
        "openapi.yaml:10: a parameter of GET /things cannot be sent: it has no name"
    ]


OTHER = """\
  /others:
    get:
      operationId: {name}
      tags: [things]
      responses: {{"204": {{description: Nothing.}}}}
components:
"""


@pytest.mark.parametrize("name", ["listThings", "list_things"])
def test_an_operation_id_that_is_there_twice_is_told_apart(name: str, tmp_path: Path) -> None:
    made = make(SMALL.replace("components:\n", OTHER.format(name=name)), tmp_path)
    assert made.operations == 2
    assert "repeated-operation-id" in {rule.name for rule in made.rules}


def test_paths_that_differ_in_the_names_of_their_parameters_alone(tmp_path: Path) -> None:
    path = "  /things/{%s}:\n    get: {operationId: %s, tags: [things], parameters: [%s], responses: {}}\n"
    parameter = "{name: %s, in: path, required: true, schema: {type: string}}"
    both = "".join(path % (name, f"get_{name}", parameter % name) for name in "ab")
    assert make(SMALL.replace("components:\n", both + "components:\n"), tmp_path).operations == 3
