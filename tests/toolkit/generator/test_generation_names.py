"""The names of resources and methods, and that they stay."""

import json
from pathlib import Path
from string import Template

import pytest
from openapi_python_client.strings import ClassName

from afresh_toolkit.generator.normalising.naming.reserved import resource_name
from made import SMALL, content, make, python, run


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
    answers = "tags: [things], responses: {'204': {description: ''}}"
    paths = f"  /{long}/a: {{get: {{{answers}}}}}\n  /{long}/b: {{get: {{{answers}}}}}\n"
    paths += f"  /c: {{get: {{operationId: {long}, {answers}}}}}\n"
    schema = "{type: object, properties: {x: {}}}"
    schemas = f"components:\n  schemas:\n    {long}: {schema}\n    {long}{word}: {schema}\n"
    make(SMALL.replace("components:\n  schemas:\n", paths + schemas), tmp_path)
    files = [file.relative_to(tmp_path / "small_api") for file in (tmp_path / "small_api").rglob("*.py")]
    assert sum(len(file.stem.encode()) > 45 for file in files) == 5
    assert max(len(str(file)) for file in files) < 110
    assert max(len(file.name.encode()) for file in files) < 220


def test_files_with_long_names_are_found_by_what_is_called_so(tmp_path: Path) -> None:
    make(LONG, tmp_path)
    again = tmp_path / "again"
    make(LONG, again)
    assert content(tmp_path / "small_api") == content(again / "small_api")
    longest = max(str(file.relative_to(tmp_path)) for file in (tmp_path / "small_api").rglob("*.py"))
    assert len(longest) <= 120
    code = f"""
import small_api.models as models
from small_api.resources import Resources

calls = []
class Caller:
    def arguments(self, operation, build, **given):
        return build(**given)

    def call(self, operation, arguments):
        calls.append(operation.path)

resource = getattr(Resources(Caller()), {"_".join(["a_long_tag"] * 8)!r})
getattr(resource, {"_".join(["find"] + ["every_part"] * 12)!r})()
one = getattr(models, {"Part" * 22 + "One"!r}), getattr(models, {"Part" * 22 + "Two"!r})
print(calls, [cls(inner=models.Inner()).to_dict() for cls in one])
"""
    assert python(code, tmp_path) == "['/parts'] [{'inner': {}}, {'inner': {}}]\n"


LONG = Template("""\
openapi: 3.1.0
info: {title: Long, version: "1"}
paths:
  /parts:
    get:
      operationId: find$name
      tags: [$tag]
      responses:
        "200": {description: x, content: {application/json: {schema: {$$ref: "#/components/schemas/${part}One"}}}}
        "409": {description: x, content: {application/json: {schema: {$$ref: "#/components/schemas/${part}Two"}}}}
components:
  schemas:
    Inner: {type: object, properties: {x: {}}}
    ${part}One: {type: object, required: [inner], properties: {inner: {$$ref: "#/components/schemas/Inner"}}}
    ${part}Two: {type: object, required: [inner], properties: {inner: {$$ref: "#/components/schemas/Inner"}}}
""").substitute(name="EveryPart" * 12, tag="a long tag " * 8, part="Part" * 22)

DEVICES = ["aux", "Con", "NUL", "prn", "com1", "COM²", "lpt9", "con_", "com0"]


@pytest.mark.parametrize("name", DEVICES)
def test_no_file_has_the_name_of_a_device(name: str, tmp_path: Path) -> None:
    schema = "{type: object, properties: {x: {type: integer}}}"
    content = f'{{application/json: {{schema: {{$ref: "#/components/schemas/{name}"}}}}}}'
    answer = f'{{"200": {{description: x, content: {content}}}}}'
    operation = f"{{operationId: {name}, tags: [{name}], responses: {answer}}}"
    text = f'openapi: 3.1.0\ninfo: {{title: T, version: "1"}}\npaths: {{/it: {{get: {operation}}}}}\n'
    make(f"{text}components: {{schemas: {{{name}: {schema}, Other: {schema}}}}}\n", tmp_path)
    package = tmp_path / "small_api"
    stems = {part.partition(".")[0].lower() for file in package.rglob("*") for part in file.relative_to(package).parts}
    assert not stems & {"aux", "con", "nul", "prn", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))}
    entry = json.loads((package / "manifest.json").read_bytes())["operations"]["GET /it"]
    bare = name.lower().replace("²", "2").rstrip("_")
    assert (entry["resource"].rstrip("_"), entry["name"]) == (bare, bare)
    model = str(ClassName(name, ""))
    code = f"""
import httpx, small_api.models as models
from small_api.resources import Resources
class Caller:
    def arguments(self, operation, build, **given):
        return build(**given)

    def call(self, operation, arguments):
        return operation.parse(httpx.Response(200, json={{"x": 1}}))
print(getattr(getattr(Resources(Caller()), {entry["resource"]!r}), {bare!r})().x, models.{model}(x=2).x)
"""
    assert python(code, tmp_path) == "1 2\n"


def test_tags_that_would_share_a_folder_on_windows_do_not(tmp_path: Path) -> None:
    paths = "".join(
        f"  /{index}: {{get: {{operationId: getIt, tags: [{tag}], responses: {{}}}}}}\n"
        for index, tag in enumerate(["aux", "aux_", "AUX"])
    )
    make(SMALL.replace("components:\n", f"{paths}components:\n"), tmp_path)
    folders = {file.parent.name for file in (tmp_path / "small_api" / "api").rglob("get_*.py")}
    assert len({folder.casefold() for folder in folders}) == len(folders)


@pytest.mark.parametrize("name", ["nul", "Com1"])
def test_a_package_cannot_have_the_name_of_a_device(name: str, tmp_path: Path) -> None:
    failed = run("--spec", "openapi.yaml", "--output", tmp_path, "--package", name)
    assert failed.returncode == 2
    assert f"{name!r} is the name of a device on Windows, where no package can have it" in failed.stderr


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
