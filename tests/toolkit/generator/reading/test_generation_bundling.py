"""References to other files: what they name becomes part of the description, under good names."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.references.bundling import bundle
from afresh_toolkit.generator.rules import Applied
from made import SMALL, importable, run

ROOT = """\
openapi: 3.1.0
info: {title: Split, version: "1"}
paths:
  /pets:
    get:
      operationId: listPets
      tags: [pets]
      parameters: [{$ref: "common.yaml#/parameters/limit"}]
      responses:
        "200":
          description: All of them.
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}}}
        default: {$ref: "common.yaml#/responses/Failed"}
  /pets/{id}: {$ref: "paths/pet.yaml"}
components:
  schemas:
    Pet: {$ref: "schemas/Pet.yaml"}
    Problem: {type: object, properties: {own: {type: string}}}
"""
FILES = {
    "common.yaml": """\
parameters:
  limit: {name: limit, in: query, schema: {type: integer}}
responses:
  Failed: {description: No., content: {application/json: {schema: {$ref: "#/Problem"}}}}
Problem: {type: object, required: [code], properties: {code: {type: integer}}}
""",
    "paths/pet.yaml": """\
get:
  operationId: getPet
  tags: [pets]
  parameters: [{name: id, in: path, required: true, schema: {type: string}}]
  responses:
    "200": {description: It., content: {application/json: {schema: {$ref: "../schemas/Pet.yaml"}}}}
    "404": {$ref: "../common.yaml#/responses/Failed"}
""",
    "schemas/Pet.yaml": """\
type: object
required: [name, parents]
properties:
  name: {type: string}
  parents: {type: array, items: {$ref: "Pet.yaml"}}
  owner: {$ref: "people.json#/$defs/Owner"}
""",
    "schemas/people.json": """\
{"$defs": {"Owner": {"type": "object", "properties": {"pets": {"type": "array", "items": {"$ref":
 "../openapi.yaml#/components/schemas/Pet"}}}}}}
""",
}


def write(folder: Path, root: str = ROOT, **files: str) -> Path:
    for name, text in {"openapi.yaml": root, **FILES, **files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder / "openapi.yaml"


def bundled(folder: Path, root: str = ROOT, **files: str) -> Document:
    document = Document.read(write(folder, root, **files))
    bundle(document, Applied())
    return document


def problems(folder: Path, root: str, **files: str) -> list[str]:
    with pytest.raises(GenerationError) as caught:
        bundled(folder, root, **files)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def test_a_component_that_is_a_file_keeps_its_name(tmp_path: Path) -> None:
    content = bundled(tmp_path).content
    pet = content["components"]["schemas"]["Pet"]
    assert pet["required"] == ["name", "parents"]
    assert pet["properties"]["parents"]["items"] == {"$ref": "#/components/schemas/Pet"}
    schema = content["components"]["pathItems"]["pet"]["get"]["responses"]["200"]["content"]["application/json"]
    assert schema == {"schema": {"$ref": "#/components/schemas/Pet"}}


def test_what_is_named_becomes_a_component_of_its_kind(tmp_path: Path) -> None:
    content = bundled(tmp_path).content
    operation = content["paths"]["/pets"]["get"]
    assert operation["parameters"] == [{"$ref": "#/components/parameters/limit"}]
    assert operation["responses"]["default"] == {"$ref": "#/components/responses/Failed"}
    assert content["paths"]["/pets/{id}"] == {"$ref": "#/components/pathItems/pet"}
    assert sorted(content["components"]) == ["parameters", "pathItems", "responses", "schemas"]
    assert sorted(content["components"]["schemas"]) == ["Owner", "Pet", "Problem", "common_Problem"]


def test_a_name_that_is_taken_gets_that_of_its_file_before_it(tmp_path: Path) -> None:
    components = bundled(tmp_path).content["components"]
    assert components["schemas"]["Problem"]["properties"] == {"own": {"type": "string"}}
    assert components["schemas"]["common_Problem"]["required"] == ["code"]
    failed = components["responses"]["Failed"]["content"]["application/json"]["schema"]
    assert failed == {"$ref": "#/components/schemas/common_Problem"}


def test_files_of_one_name_are_numbered(tmp_path: Path) -> None:
    root = "openapi: 3.1.0\npaths: {}\ncomponents: {schemas: {A: {items: {$ref: a/x.yaml}, not: {$ref: b/x.yaml}}}}\n"
    content = bundled(tmp_path, root, **{"a/x.yaml": "{title: a}", "b/x.yaml": "{title: b}"}).content
    schemas = content["components"]["schemas"]
    assert (schemas["x"], schemas["x_2"]) == ({"title": "a"}, {"title": "b"})


def test_whole_maps_may_stand_in_other_files(tmp_path: Path) -> None:
    root = "openapi: 3.1.0\npaths: {$ref: paths.yaml}\ncomponents: {schemas: {$ref: all/schemas.yaml}}\n"
    files = {
        "paths.yaml": "/p: {get: {requestBody: {content: {x: {schema: {$ref: openapi.yaml#/components/schemas/A}}}}}}",
        "all/schemas.yaml": "A: {$ref: a.yaml}\nB: {items: {$ref: '#/A'}}\n",
        "all/a.yaml": "{title: a}\n",
    }
    content = bundled(tmp_path, root, **files).content
    assert content["components"]["schemas"] == {"A": {"title": "a"}, "B": {"items": {"$ref": "#/components/schemas/A"}}}
    schema = content["paths"]["/p"]["get"]["requestBody"]["content"]["x"]["schema"]
    assert schema == {"$ref": "#/components/schemas/A"}


def test_a_discriminator_may_map_to_files(tmp_path: Path) -> None:
    root = """\
openapi: 3.1.0
components:
  schemas:
    Any:
      oneOf: [{$ref: Cat.yaml}, {$ref: Dog.yaml}]
      discriminator: {propertyName: kind, mapping: {cat: Cat.yaml, dog: Dog}}
"""
    schemas = bundled(tmp_path, root, **{"Cat.yaml": "{title: c}", "Dog.yaml": "{title: d}"}).content["components"][
        "schemas"
    ]
    assert schemas["Any"]["discriminator"]["mapping"] == {"cat": "#/components/schemas/Cat", "dog": "Dog"}
    assert schemas["Any"]["oneOf"] == [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]


def test_anchors_name_schemas(tmp_path: Path) -> None:
    root = """\
openapi: 3.1.0
components:
  schemas:
    A: {$ref: "#b"}
    B: {$anchor: b, items: {$ref: "other.yaml#c"}}
    C: {$id: "urn:c", $defs: {d: {$anchor: d}}}
    D: {$ref: "#d"}
"""
    schemas = bundled(tmp_path, root, **{"other.yaml": "$defs: {C: {$anchor: c, not: {$ref: '#c'}}}"}).content[
        "components"
    ]["schemas"]
    assert schemas["A"] == {"$ref": "#/components/schemas/B"}
    assert schemas["B"]["items"] == {"$ref": "#/components/schemas/other_C"}
    assert schemas["other_C"]["not"] == {"$ref": "#/components/schemas/other_C"}
    assert schemas["D"] == {"$ref": "#d"}


def test_names_and_examples_are_not_taken_for_references(tmp_path: Path) -> None:
    root = """\
openapi: 3.1.0
components:
  schemas:
    A:
      properties: {default: {$ref: Cat.yaml}, example: {$ref: Cat.yaml}}
      example: {$ref: none.yaml}
      x-more: {$ref: none.yaml}
  x-policies: {policy: {$ref: none.yaml}}
paths:
  x-policy: {$ref: none.yaml}
"""
    schema = bundled(tmp_path, root, **{"Cat.yaml": "{title: c}"}).content["components"]["schemas"]["A"]
    assert schema["properties"] == {name: {"$ref": "#/components/schemas/Cat"} for name in ("default", "example")}
    assert schema["example"] == schema["x-more"] == {"$ref": "none.yaml"}


def test_each_part_is_known_by_its_own_file_and_line(tmp_path: Path) -> None:
    document = bundled(tmp_path)

    def place(*tokens: str) -> str:
        return document.place(tokens).removeprefix(f"{tmp_path}/")

    assert place("components", "schemas", "Pet", "properties", "owner") == "schemas/Pet.yaml:6"
    assert place("components", "responses", "Failed") == "common.yaml:4"
    assert place("components", "schemas", "Problem") == "openapi.yaml:18"


PYTHONS_WORDS = "embedded null byte" if sys.version_info < (3, 13) else "lstat: embedded null character in path"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("none.yaml", ["2: $ref none.yaml cannot be followed", "none.yaml: cannot be read: No such file or directory"]),
        ("common.yaml#/Nothing", ["2: $ref common.yaml#/Nothing leads nowhere: there is no #/Nothing in common.yaml"]),
        ("a%00.yaml", [f"2: $ref a%00.yaml cannot be followed: {PYTHONS_WORDS}"]),
        (
            "file:///etc/passwd",
            [
                (
                    "2: $ref file:///etc/passwd names a URL; "
                    "save what stands there beside the description, and name that file"
                )
            ],
        ),
        (
            "https://example.com/a.yaml#/A",
            [
                (
                    "2: $ref https://example.com/a.yaml#/A names a URL; "
                    "save what stands there beside the description, and name that file"
                )
            ],
        ),
        ("openapi.yaml#/x", ["2: $ref openapi.yaml#/x leads nowhere: there is no #/x in openapi.yaml"]),
    ],
)
def test_a_reference_that_cannot_be_followed(tmp_path: Path, reference: str, said: list[str]) -> None:
    found = problems(tmp_path, f'openapi: 3.1.0\ncomponents: {{schemas: {{A: {{items: {{$ref: "{reference}"}}}}}}}}\n')
    assert found == [f"openapi.yaml:{said[0]}", *said[1:]]


def test_a_fault_of_a_file_that_is_named_is_told_by_its_place(tmp_path: Path) -> None:
    root = "openapi: 3.1.0\ncomponents: {schemas: {A: {items: {$ref: bad.yaml}}}}\n"
    assert problems(tmp_path, root, **{"bad.yaml": "a: [\n"})[1].startswith("bad.yaml:2:1: not valid YAML: ")
    inner = {"one.yaml": "items:\n  $ref: two.yaml#/Gone\n", "two.yaml": "{}"}
    assert problems(tmp_path, root.replace("bad", "one"), **inner) == [
        "one.yaml:2: $ref two.yaml#/Gone leads nowhere: there is no #/Gone in two.yaml"
    ]


def test_a_package_is_made_of_all_files_and_remade_when_one_changes(tmp_path: Path) -> None:
    write(tmp_path)
    arguments = ("--spec", "openapi.yaml", "--output", "out", "--package", "split_api")
    made = run(*arguments, cwd=tmp_path)
    assert made.stdout.startswith("out/split_api: 2 operations, 4 models")
    assert "external-reference" in made.stderr
    with importable(tmp_path / "out"):
        pet: Any = import_module("split_api.models").Pet
        read = pet.from_dict({"name": "Ada", "parents": [{"name": "Bob", "parents": []}], "owner": {"pets": []}})
        assert (read.parents[0].name, read.owner.pets) == ("Bob", [])
    assert run(*arguments, "--check", cwd=tmp_path).returncode == 0
    people = tmp_path / "schemas" / "people.json"
    people.write_text(people.read_text() + "\n")
    changed = run(*arguments, "--check", cwd=tmp_path)
    assert (
        changed.stderr.splitlines()[0]
        == "scripts/generate: schemas/people.json has changed since out/split_api was made"
    )
    people.unlink()
    assert run(*arguments, "--check", cwd=tmp_path).returncode == 1


def test_a_path_that_leads_nowhere_is_no_path_without_operations(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text("openapi: 3.1.0\npaths:\n  /a: {$ref: '#/components/pathItems/A'}\n")
    failed = run("--spec", "openapi.yaml", "--output", ".", "--package", "small_api", cwd=tmp_path)
    assert failed.stderr.splitlines()[-1] == (
        "scripts/generate: openapi.yaml:3: $ref of /a leads nowhere: "
        "there is no #/components/pathItems/A in this description"
    )


OUTSIDE = "openapi: 3.1.0\ncomponents: {schemas: {A: {items: {$ref: '%s'}}}}\n"


@pytest.mark.parametrize(
    "reference", ["../other.yaml", "/{folder}/other.yaml", "%2e%2e/other.yaml", "in/../../other.yaml"]
)
def test_a_file_outside_of_the_folder_is_not_read_unless_that_is_allowed(tmp_path: Path, reference: str) -> None:
    (tmp_path / "api" / "in").mkdir(parents=True)
    (tmp_path / "other.yaml").write_text("{type: object, properties: {more: {$ref: more.yaml}}}\n")
    (tmp_path / "more.yaml").write_text("{title: more}\n")
    root = OUTSIDE % reference.replace("/{folder}", str(tmp_path))
    [problem] = problems(tmp_path / "api", root)
    assert problem.startswith(f"openapi.yaml:2: $ref {reference.replace('/{folder}', str(tmp_path))} leads out of the ")
    assert 'allow the other folder by `references = ["…"]` under [tool.afresh] in pyproject.toml, or by' in problem
    document = Document.read(tmp_path / "api" / "openapi.yaml")
    bundle(document, Applied(), [tmp_path])
    schemas = document.content["components"]["schemas"]
    assert schemas["other"]["properties"]["more"] == {"$ref": "#/components/schemas/more"}
    assert schemas["more"] == {"title": "more"}


def test_a_link_to_a_file_outside_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "secret.yaml").write_text("{title: secret}\n")
    (tmp_path / "api" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (tmp_path / "api" / "folder").symlink_to(tmp_path)
    for reference in ("link.yaml", "folder/secret.yaml"):
        [problem] = problems(tmp_path / "api", OUTSIDE % reference)
        assert f"$ref {reference} leads out of the description's folder" in problem


def test_a_description_that_is_a_link_refers_to_what_is_beside_the_link(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "real.yaml").write_text(OUTSIDE % "beside.yaml")
    (tmp_path / "api" / "beside.yaml").write_text("{not: {$ref: 'openapi.yaml#/components/schemas/A'}}\n")
    (tmp_path / "api" / "openapi.yaml").symlink_to(tmp_path / "real.yaml")
    document = Document.read(tmp_path / "api" / "openapi.yaml")
    bundle(document, Applied())
    assert document.content["components"]["schemas"]["beside"] == {"not": {"$ref": "#/components/schemas/A"}}


def test_other_folders_are_allowed_by_the_command_line_and_by_the_project(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "thing.yaml").write_text("{type: object, properties: {name: {type: string}}}\n")
    text = SMALL.replace("#/components/schemas/Thing", "../shared/thing.yaml")
    (tmp_path / "api" / "openapi.yaml").write_text(text)
    arguments = ("--spec", "openapi.yaml", "--output", ".", "--package", "small_api")
    refused = run(*arguments, cwd=tmp_path / "api")
    assert refused.returncode == 1
    assert "openapi.yaml:13: $ref ../shared/thing.yaml leads out of the description's folder" in refused.stderr
    made = run(*arguments, "--references", "../shared", cwd=tmp_path / "api")
    assert made.returncode == 0, made.stderr
    (tmp_path / "api" / "pyproject.toml").write_text('[tool.afresh]\nreferences = ["../shared"]\n')
    assert Inputs.of_project(tmp_path / "api").references == (tmp_path / "api" / "../shared",)
