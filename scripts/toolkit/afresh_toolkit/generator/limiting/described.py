"""Writes the file that a fake of the API reads: the description's limits and examples, by what they are for."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from afresh_toolkit.generator.limiting.nodes import Node, Nodes, without_references
from afresh_toolkit.generator.normalising.normalise import Normalised
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied
from afresh_toolkit.generator.writing.operations.operation import Operation
from afresh_toolkit.generator.writing.package import Written

FILE_NAME = "fakes.json"


def write_limits(
    package: Path,
    document: Document,
    normalised: Normalised,
    written: Written,
    applied: Applied,
) -> None:
    """Write the file into a package.

    `schemas` has nodes that others refer to, among them those of all models. `operations` has those of each operation,
    by its module: of its parameters, of its bodies and of its answers. Patterns that cannot be checked are noted.
    """
    models = {model.name for model in written.models}
    places = {place: name for name, place in normalised.origins.items() if name in models}
    nodes = Nodes(document, places, applied)
    described = {operation.name: operation for operation in normalised.operations}
    made: dict[str, dict[str, Node]] = {}
    for resource in written.resources:
        for method in resource.methods:
            one = method.operation
            made[f"{one.folder}.{one.module}"] = dict(_of_operation(nodes, described[one.key], one))
    named = nodes.finish()
    silent = nodes.silent()
    content = {
        "schemas": {
            name: without_references(node, silent) for name, node in sorted(named.items()) if name not in silent
        },
        "operations": {
            module: kept
            for module, parts in sorted(made.items())
            if (kept := {place: node for place, one in parts.items() if (node := without_references(one, silent))})
        },
    }
    (package / FILE_NAME).write_text(_in_lines(content), encoding="utf-8", newline="\n")


def _of_operation(nodes: Nodes, described: DescribedOperation, operation: Operation) -> Iterator[tuple[str, Node]]:
    data, resolve = described.data, nodes.document.resolve
    for argument in operation.arguments:
        said = described.parameters.get((argument.location, argument.key), {})
        pointer = (*described.pointer, "parameters", argument.key)
        schema: Any = said.get("schema")
        if schema is None:
            media = mapping(next(iter(mapping(said.get("content")).values()), None))
            schema, said = media.get("schema"), {**media, **said}
        yield f"{argument.location} {argument.key}", nodes.of(schema, pointer, argument.key, said)
    body, place = resolve(data.get("requestBody"), (*described.pointer, "requestBody"))
    wanted = {media_type for way in (operation.body.ways if operation.body else ()) for media_type in way.media_types}
    yield from _of_content(nodes, mapping(body), place, "body", wanted)
    for answer in operation.described_answers:
        listed = mapping(data.get("responses"))
        response, place = resolve(listed.get(answer.status), (*described.pointer, "responses", answer.status))
        yield from _of_content(nodes, mapping(response), place, answer.status, {answer.media_type})


def _of_content(
    nodes: Nodes, said: Mapping[str, Any], pointer: Pointer, place: str, wanted: set[str]
) -> Iterator[tuple[str, Node]]:
    for media_type, one in mapping(said.get("content")).items():
        if media_type in wanted:
            media, at = nodes.document.resolve(one, (*pointer, "content", media_type))
            schema = mapping(media).get("schema")
            yield f"{place} {media_type}", nodes.of(schema, (*at, "schema"), place, mapping(media))


def _in_lines(content: Mapping[str, Mapping[str, Any]]) -> str:
    """Write JSON with a line for each schema and operation."""
    parts: list[str] = []
    for key, inner in content.items():
        lines = ",\n".join(f"{json.dumps(name)}: {_compact(one)}" for name, one in inner.items())
        parts.append(f"{json.dumps(key)}: {{\n{lines}\n}}" if lines else f"{json.dumps(key)}: {{}}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
