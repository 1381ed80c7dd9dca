"""What is wrong with a description is said in words, with file and line; all of it, not just the first."""

from pathlib import Path

import pytest

from made import OPENAPI, SMALL, problems


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


def test_a_swagger_description(tmp_path: Path) -> None:
    [problem] = problems("info: {}\nswagger: '2.0'\n", tmp_path)
    assert problem.startswith("openapi.yaml:2: this is a Swagger 2.0 description, which is not supported; convert it")


@pytest.mark.parametrize("text", ["", "- openapi\n", "title: no description\n"])
def test_something_else_altogether(tmp_path: Path, text: str) -> None:
    assert problems(text, tmp_path) == [
        "openapi.yaml:1: not an OpenAPI 3 description: it does not say `openapi: 3.…` at its root"
    ]


def test_an_openapi_version_that_does_not_exist_yet(tmp_path: Path) -> None:
    assert problems("info: {}\nopenapi: 4.0.0\n", tmp_path) == [
        "openapi.yaml:2: not an OpenAPI 3 description: `openapi` is '4.0.0', not 3.…"
    ]


def test_every_reference_that_leads_nowhere(tmp_path: Path) -> None:
    text = SMALL.replace("schemas/Thing", "schemas/Ting").replace(
        "name: {type: string}", 'name: {$ref: "other.yaml#/Name"}, more: {$ref: "#/components/schemas/A~1B"}'
    )
    assert problems(text, tmp_path) == [
        "openapi.yaml:13: $ref leads nowhere: there is no #/components/schemas/Ting in this description",
        (
            "openapi.yaml:16: $ref names another document, other.yaml#/Name; only references within the "
            "description are supported"
        ),
        "openapi.yaml:16: $ref leads nowhere: there is no #/components/schemas/A~1B in this description",
    ]


def test_a_structure_that_openapi_does_not_have(tmp_path: Path) -> None:
    text = SMALL.replace(
        "      responses:", "      parameters: [{name: q, in: qery, schema: {}}]\n      answers:"
    ).replace("{type: string}", "{type: string, minLength: few}")
    assert problems(text, tmp_path) == [
        "openapi.yaml:8: `in` is not as OpenAPI has it: Input should be 'query', 'path', 'header' or 'cookie'",
        "openapi.yaml:5: `get` is not as OpenAPI has it: `responses` is missing",
        (
            "openapi.yaml:17: `minLength` is not as OpenAPI has it: Input should be a valid integer, unable to "
            "parse string as an integer"
        ),
    ]


OTHER = """\
  /others:
    get:
      operationId: {name}
      tags: [things]
      responses: {{"204": {{description: Nothing.}}}}
components:
"""


def test_an_operation_id_that_is_there_twice(tmp_path: Path) -> None:
    text = SMALL.replace("components:\n", OTHER.format(name="listThings"))
    assert problems(text, tmp_path) == [
        (
            "openapi.yaml:16: operationId 'listThings' of GET /others is also that of GET /things "
            "(openapi.yaml:6); give one of them another"
        )
    ]


def test_operation_ids_that_are_the_same_in_python(tmp_path: Path) -> None:
    text = SMALL.replace("components:\n", OTHER.format(name="list_things"))
    assert problems(text, tmp_path) == [
        (
            "openapi.yaml:15: GET /others and GET /things (openapi.yaml:5) would both be things/list_things.py; "
            "give one of them another operationId"
        )
    ]


def test_paths_that_differ_in_the_names_of_their_parameters_alone(tmp_path: Path) -> None:
    path = "  /things/{%s}:\n    parameters: [{name: %s, in: path, required: true, schema: {type: string}}]\n"
    text = SMALL.replace("components:\n", path % ("a", "a") + path % ("b", "b") + "components:\n")
    assert problems(text, tmp_path) == [
        (
            "openapi.yaml:16: the path /things/{b} is the same as /things/{a} (openapi.yaml:14) but for the "
            "names in its braces"
        )
    ]


def test_every_operation_that_cannot_be_generated(tmp_path: Path) -> None:
    broken = OPENAPI.replace("multipart/form-data", "application/xml").replace(
        "        - name: q\n          in: query\n          required: true",
        "        - name: q\n          in: header\n          required: true",
    )
    broken = broken.replace(
        "{ type: string, minLength: 1, maxLength: 100 }\n      responses", "{ type: array, items: {} }\n      responses"
    )
    lines = broken.splitlines()
    upload, search = lines.index("      operationId: uploadAttachment"), lines.index("      operationId: searchTasks")
    assert problems(broken, tmp_path) == [
        (
            f"openapi.yaml:{upload}: POST /tasks/{{taskId}}/attachments cannot be generated: "
            "Unsupported content type application/xml"
        ),
        f"openapi.yaml:{search}: GET /search cannot be generated: list[Any] is not allowed in header",
        "No client was made, since it would lack operations: mend the description in these places.",
    ]


def test_a_schema_that_takes_an_operation_with_it(tmp_path: Path) -> None:
    found = problems(SMALL.replace("name: {type: string}", "name: {type: array}"), tmp_path)
    assert found[0].startswith("openapi.yaml:5: GET /things cannot be generated: ")
    assert found[1].startswith("openapi.yaml:16: Unable to process schema /components/schemas/Thing: type array must")
