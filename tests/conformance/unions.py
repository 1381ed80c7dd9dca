"""Are the members of unions told apart? A value of each member is made up, and read back as the union.

    PYTHONPATH=tests .venv/bin/python -m conformance.unions [DOCUMENT …]

Of each document, a description is made that has an operation for every union, and one for every member by itself. A
member is read wrongly where a value that no other member allows comes back as another class than that of the member.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import httpx
import yaml
from attrs import define, field
from rich.console import Console
from rich.table import Table

from afresh_toolkit.conformance.faking import Faker, FakingError
from afresh_toolkit.conformance.schemas import Schemas
from afresh_toolkit.generator.normalising.schemas.merging import limits_only
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.references.whole import read_description
from afresh_toolkit.generator.rules import Applied

ROOT = Path(__file__).resolve().parents[2]
SPECS = ROOT.parent / "shared" / "specs"
FULLNESS = (0.0, 0.3, 0.6, 1.0, 1.0)
"""How full the made-up values of a member are."""
_KEYWORDS = ("oneOf", "anyOf")


@define
class Found:
    """What came of a document: how many unions and members, in how many nothing tells, and what was read wrongly."""

    unions: int = 0
    members: int = 0
    not_told: int = 0
    wrong: list[str] = field(factory=list)


def main() -> int:
    """Run the command; its exit status is 1 where anything is read wrongly."""
    parser = argparse.ArgumentParser(prog="conformance.unions", description=__doc__)
    parser.add_argument("documents", nargs="*", type=Path, metavar="DOCUMENT")
    parser.add_argument("--causes", type=int, default=5, metavar="N", help="how many members to show of each document")
    parser.add_argument(
        "--generate",
        type=Path,
        default=ROOT / "scripts" / "generate",
        metavar="SCRIPT",
        help="the generator: another version's, to compare",
    )
    options = parser.parse_args()
    documents = options.documents or sorted(path for path in SPECS.glob("*.*") if path.suffix in {".yaml", ".json"})
    console = Console(width=160, highlight=False)
    table = Table("document", "unions", "members", "not told apart", "read wrongly", box=None)
    total = Found()
    for path in documents:
        with tempfile.TemporaryDirectory() as temporary:
            found = try_unions(path, Path(temporary), options.generate)
        if found is None:
            table.add_row(path.stem, "not generated", "", "", "")
            continue
        table.add_row(path.stem, *map(str, (found.unions, found.members, found.not_told, len(found.wrong))))
        total.unions += found.unions
        total.members += found.members
        total.not_told += found.not_told
        total.wrong += found.wrong
        for cause in found.wrong[: options.causes]:
            console.print(f"{path.stem}  {cause}", markup=False, soft_wrap=True)
    table.add_row("all", *map(str, (total.unions, total.members, total.not_told, len(total.wrong))))
    console.print(table)
    return int(bool(total.wrong))


def try_unions(path: Path, folder: Path, generate: Path = ROOT / "scripts" / "generate") -> Found | None:
    """Generate the package of a document's unions, and read values of each; None where it is not generated."""
    content: dict[str, Any] = read_description(Inputs(path), Applied())[0].content
    unions = list(_unions(content))
    name = f"{path.stem}_unions".replace("-", "_")
    (folder / "unions.yaml").write_text(yaml.dump(_description(content, unions), sort_keys=False), encoding="utf-8")
    command = [generate, "--spec", folder / "unions.yaml", "--output", folder, "--package", name, "--json"]
    made = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if made.returncode:
        sys.stderr.write(made.stderr)
        return None
    warnings = json.loads(made.stdout)["warnings"]
    sys.path.insert(0, str(folder))
    try:
        found = _Trial(name, Schemas(content), Schemas(_open(content))).run(unions)
    finally:
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module.partition(".")[0] == name]:
            del sys.modules[module]
    found.not_told = sum(warning["rule"] == "alternatives-alike" for warning in warnings)
    return found


Union = tuple[str, dict[str, Any], list[dict[str, Any]]]
"""Where a union stands, the union, and the same with one of its members alone for each."""


def _unions(content: Mapping[str, Any]) -> Iterator[Union]:
    """Go through the unions of a description that have an object or an array among their members, each once."""
    schemas = Schemas(deepcopy(dict(content)))
    seen: set[str] = set()
    for place, schema in _parts(content, ""):
        for keyword in _KEYWORDS:
            members = schema.get(keyword)
            if (
                not isinstance(members, list)
                or limits_only(members)
                or (text := json.dumps(schema, default=str)) in seen
            ):
                continue
            seen.add(text)
            resolved = [schemas.resolve(member) for member in members]
            values = [index for index, one in enumerate(resolved) if isinstance(one, dict) and not _is_null(one)]
            if len(values) > 1 and any(_is_composed(resolved[index]) for index in values):
                yield place, schema, [{**schema, keyword: [members[index]]} for index in values]


def _parts(part: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(part, dict):
        yield place, part
        for key, inner in part.items():
            if (
                key not in {"example", "examples", "default", "enum", "const", "mapping"}
                or "/properties" in place[-11:]
            ):
                yield from _parts(inner, f"{place}/{key.replace('/', '~1')}")
    elif isinstance(part, list):
        for index, inner in enumerate(part):
            yield from _parts(inner, f"{place}/{index}")


def _is_null(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "null" or schema.keys() <= {"nullable", "description"}


def _is_composed(schema: dict[str, Any]) -> bool:
    names = {"properties", "additionalProperties", "items", "allOf", *_KEYWORDS}
    return bool(schema.keys() & names) or schema.get("type") in {"object", "array"}


def _description(content: Mapping[str, Any], unions: list[Union]) -> dict[str, Any]:
    """Return a description that has an operation for each union, and one for each of its members."""
    paths: dict[str, Any] = {}
    for index, (_, union, alone) in enumerate(unions):
        paths[f"/unions/{index}"] = _operation(f"union{index}", union)
        for number, one in enumerate(alone):
            paths[f"/unions/{index}/{number}"] = _operation(f"union{index}member{number}", one)
    kept = {key: content[key] for key in ("openapi", "components") if key in content}
    return {"info": {"title": "Unions", "version": "1"}, **kept, "paths": paths}


def _operation(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    answer = {"description": "", "content": {"application/json": {"schema": schema}}}
    return {"get": {"operationId": name, "tags": ["unions"], "responses": {"200": answer}}}


@define
class _Trial:
    name: str
    schemas: Schemas
    open_schemas: Schemas  # by which a value may be of several alternatives

    def run(self, unions: list[Union]) -> Found:
        found = Found()
        for index, (place, union, alone) in enumerate(unions):
            found.unions += 1
            found.members += len(alone)
            for number, one in enumerate(alone):
                fault = self._fault(f"union{index}", f"union{index}member{number}", union, one, alone)
                if fault:
                    found.wrong.append(f"{place}, member {number}: {fault}")
        return found

    def _fault(
        self, union: str, member: str, schema: dict[str, Any], one: dict[str, Any], alone: list[Any]
    ) -> str | None:
        """Read a few values of a member; say what is wrong with the first that comes back as another class."""
        for number, fullness in enumerate(FULLNESS):
            faker = Faker(self.schemas, Random(f"{member} {number}"), fullness=fullness, is_answer=True)
            try:
                value = faker.value(one)
            except FakingError:
                continue
            expected, read = self._read(member, value), self._read(union, value)
            if read == expected or isinstance(expected, Exception):
                continue
            others = [other for other in alone if other is not one]
            tag = (schema.get("discriminator") or {}).get("propertyName")
            has_tag = isinstance(value, dict) and tag in value
            if has_tag or all(self._excludes(other, value) for other in others):
                return f"{_shown(read)} for {_shown(expected)}: {json.dumps(value)[:200]}"
        return None

    def _excludes(self, schema: dict[str, Any], value: Any) -> bool:
        return self.open_schemas.fault(value, _open(schema), is_answer=True) is not None

    def _read(self, operation: str, value: Any) -> Any:
        """Return the classes of what a value is read as; an error where it cannot be."""
        module = import_module(f"{self.name}.api.unions.{operation}")
        try:
            return _classes(module.OPERATION.parse(httpx.Response(200, json=value)))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return error


def _open(part: Any) -> Any:
    """Return a schema whose `oneOf` are `anyOf`."""
    if isinstance(part, list):
        return [_open(item) for item in part]
    if not isinstance(part, dict):
        return part
    made = {key: _open(value) for key, value in part.items()}
    if isinstance(part.get("oneOf"), list):
        made["allOf"] = [*made.get("allOf", ()), {"anyOf": made.pop("oneOf")}]
    return made


def _classes(value: Any) -> Any:
    """Return what tells the class of a value: its name, or its attributes where a member has no name of its own.

    An object of values under any keys is a dict by itself, and of a class among the members of a union.
    """
    if isinstance(value, list):
        return [_classes(item) for item in value]
    kind = type(value)
    if isinstance(value, dict) or (hasattr(kind, "from_dict") and not getattr(kind, "__match_args__", ())):
        return _Class("dict", ())
    return _Class(kind.__name__, tuple(getattr(kind, "__annotations__", ())))


@define(frozen=True, eq=False)
class _Class:
    name: str
    attributes: tuple[str, ...]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Class):
            return NotImplemented
        return self.name == other.name or bool(self.attributes and self.attributes == other.attributes)

    __hash__ = None  # type: ignore[assignment]


def _shown(read: Any) -> str:
    if isinstance(read, list):
        return f"[{', '.join(dict.fromkeys(map(_shown, read)))}]"
    return read.name if isinstance(read, _Class) else f"{type(read).__name__}"


if __name__ == "__main__":
    sys.exit(main())
