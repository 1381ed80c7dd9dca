"""What of a schema matters to a fake of the API: its limits and its examples.

The types of values are checked by the generated package. What is left is small: a node, of the keywords of JSON
Schema. `properties`, `items`, `additionalProperties` and `allOf` are as there. `$ref` names another node, and may have
keywords beside it. `re` is `pattern` in Python's words, where they differ. `anyOf` has the alternatives of a union,
each with what a value must be for the alternative to be meant, as `if`. `examples` are values to answer, best first.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.limiting.patterns import as_python
from afresh_toolkit.generator.normalising.schemas.facts import examples
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.referencing.values import made_up
from afresh_toolkit.generator.rules import Applied, Rule

UNCHECKED_PATTERN = Rule(
    "unchecked-pattern",
    "A pattern that Python's `re` cannot compile is not checked by the fake API.",
    is_warning=True,
)

Node = dict[str, Any]

LONGEST_EXAMPLE = 2000
"""Characters of an example as JSON: longer ones would make the package large."""

FORMATS = frozenset(
    {"byte", "duration", "email", "hostname", "int32", "int64", "ipv4", "ipv6", "time", "uri"},
)
"""The formats that the fake API checks. Dates, date-times and UUIDs are types of the package."""

_IS_COUNT = ("maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties")
_IS_NUMBER = ("maximum", "minimum", "multipleOf")


@define
class Nodes:
    """Makes the nodes of schemas. `named` has those that others refer to.

    `classes` are the names of the models by the places of their schemas.
    """

    document: Document
    classes: Mapping[Pointer, str]
    applied: Applied
    named: dict[str, Node] = field(factory=dict)
    _names: dict[Pointer, str] = field(factory=dict)
    _to_do: list[Pointer] = field(factory=list)
    _is_old: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._is_old = str(mapping(self.document.content).get("openapi")).startswith("3.0")

    def finish(self) -> dict[str, Node]:
        """Make all nodes that others refer to, and return them."""
        for pointer in self.classes:
            self._refer(pointer)
        while self._to_do:
            pointer = self._to_do.pop()
            try:
                schema = self.document.find(pointer)
            except LookupError:
                continue
            self.named[self._names[pointer]] = self._node(schema, pointer, self._names[pointer])
        return self.named

    def silent(self) -> set[str]:
        """Return the names of the nodes that say nothing."""
        speaking = {name for name, node in self.named.items() if _speaks(node)}
        referring = {name: set(_references(node)) for name, node in self.named.items()}
        before = -1
        while before != len(speaking):
            before = len(speaking)
            speaking |= {name for name, targets in referring.items() if targets & speaking}
        return set(self._names.values()) - speaking

    def of(self, schema: Any, pointer: Pointer, name: str, said: Mapping[str, Any] | None = None) -> Node:
        """Return the node of a schema, which stands at a place.

        `name` is that of what it describes; `said` is the parameter, or the media type, that has the schema.
        """
        given = _listed([*examples(said or {}, lambda one: self.document.resolve(one)[0])])
        return _with_examples(self._inside(schema, pointer, name), given)

    def _refer(self, pointer: Pointer) -> str:
        """Return the name of a node that others refer to."""
        if pointer not in self._names:
            base = self.classes.get(pointer) or (pointer[-1] if pointer else "root")
            taken = {*self.classes.values(), *self._names.values()}
            name, count = base, 1
            while name in taken and self.classes.get(pointer) != name:
                count += 1
                name = f"{base} {count}"
            self._names[pointer] = name
            self._to_do.append(pointer)
        return self._names[pointer]

    def _inside(self, schema: Any, pointer: Pointer, name: str) -> Node:
        """Return the node of a schema that stands in another: a reference, where it has a name."""
        schema = mapping(schema)
        if not schema:
            return {}
        if "$ref" in schema:
            resolved, place = self.document.resolve(schema, pointer)
            if not mapping(resolved):
                return {}
            beside = {} if self._is_old else {key: value for key, value in schema.items() if key != "$ref"}
            return {"$ref": self._refer(place), **(self._node(beside, pointer, name) if beside else {})}
        if pointer in self.classes:
            return {"$ref": self._refer(pointer)}
        return self._node(schema, pointer, name)

    def _node(self, schema: Any, pointer: Pointer, name: str) -> Node:
        schema = mapping(schema)
        if "$ref" in schema:
            return self._inside(schema, pointer, name)
        node = {**_plain_limits(schema), **self._pattern(schema, pointer)}
        inner = {
            str(key): self._inside(one, (*pointer, "properties", str(key)), str(key))
            for key, one in mapping(schema.get("properties")).items()
        }
        others = self._inside(schema.get("additionalProperties"), (*pointer, "additionalProperties"), name)
        if others:
            node["additionalProperties"] = others  # which holds for none of the others
        if properties := inner if others else {key: one for key, one in inner.items() if one}:
            node["properties"] = properties
        if items := self._inside(schema.get("items"), (*pointer, "items"), name.removesuffix("s") or name):
            node["items"] = items
        if parts := [one for one in self._each(schema, "allOf", pointer, name) if one]:
            node["allOf"] = parts
        node |= self._union(schema, pointer, name)
        return _with_examples(node, _listed([*examples(schema), schema.get("default")]) or _made_up(schema, node, name))

    def _pattern(self, schema: Mapping[str, Any], pointer: Pointer) -> Node:
        pattern = schema.get("pattern")
        if not isinstance(pattern, str):
            return {}
        made = as_python(pattern)
        if made is None:
            self.applied.note(UNCHECKED_PATTERN, pointer, f"`{pattern}`")
            return {}
        return {"pattern": pattern} if made == pattern else {"pattern": pattern, "re": made}

    def _each(self, schema: Mapping[str, Any], key: str, pointer: Pointer, name: str) -> Iterator[Node]:
        listed = schema.get(key)
        for index, one in enumerate(listed if isinstance(listed, list) else ()):
            yield self._inside(one, (*pointer, key, str(index)), name)

    def _union(self, schema: Mapping[str, Any], pointer: Pointer, name: str) -> Node:
        node: Node = {}
        for key in ("anyOf", "oneOf"):
            listed = schema.get(key)
            told = [self._told(schema, one) for one in (listed if isinstance(listed, list) else ())]
            made = [*self._each(schema, key, pointer, name)]
            pairs = [(tell, one) for tell, one in zip(told, made, strict=True) if tell != {"type": "null"}]
            if not any(one for _, one in pairs):
                continue
            both = pairs[0][1] if len(pairs) == 1 else {"anyOf": [{"if": tell, **one} for tell, one in pairs]}
            node = {"allOf": [node, both]} if node else both
        return node

    def _told(self, union: Mapping[str, Any], schema: Any) -> Node:
        """Return what tells values of an alternative from others."""
        found: Node = {}
        properties: dict[str, Any] = {}
        for part in self._parts(schema, ()):
            found |= {key: part[key] for key in ("type", "enum", "const", "required") if key in part}
            for key, one in mapping(part.get("properties")).items():
                inner = mapping(self.document.resolve(one)[0])
                if telling := {word: inner[word] for word in ("const", "enum") if word in inner}:
                    properties[str(key)] = telling
        said = mapping(union.get("discriminator"))
        ref = mapping(schema).get("$ref")
        name = said.get("propertyName")
        if isinstance(name, str) and isinstance(ref, str):
            own = ref.rpartition("/")[2]
            values = [value for value, target in mapping(said.get("mapping")).items() if target in {ref, own}]
            properties[name] = {"enum": values or [own]}
        return {**found, **({"properties": properties} if properties else {})}

    def _parts(self, schema: Any, within: tuple[Pointer, ...]) -> Iterator[Mapping[str, Any]]:
        resolved, pointer = self.document.resolve(schema)
        if pointer and pointer in within:
            return
        part = mapping(resolved)
        listed = part.get("allOf")
        for one in listed if isinstance(listed, list) else ():
            yield from self._parts(one, (*within, pointer))
        yield part


def without_references(node: Any, silent: set[str]) -> Any:
    """Return a node without what refers to those that say nothing."""
    if isinstance(node, list):
        return [without_references(one, silent) for one in node]
    if not isinstance(node, dict):
        return node
    made: Node = {}
    for key, value in node.items():
        if key in {"examples", "if", "enum"}:
            made[key] = value
        elif key == "properties":
            inner = {name: without_references(one, silent) for name, one in value.items()}
            kept = inner if "additionalProperties" in node else {name: one for name, one in inner.items() if one}
            made |= {key: kept} if kept else {}
        elif key == "allOf":
            parts = [one for one in without_references(value, silent) if one]
            made |= {key: parts} if parts else {}
        elif key == "anyOf":
            options = without_references(value, silent)
            made |= {key: options} if any(one.keys() - {"if"} for one in options) else {}
        elif key == "$ref":
            made |= {} if value in silent else {key: value}
        else:
            inner = without_references(value, silent)
            made |= {} if inner == {} else {key: inner}
    return made


def _speaks(node: Any) -> bool:
    """Return whether a node has a limit or an example, wherever."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "properties":
                if any(map(_speaks, value.values())):
                    return True
            elif key in {"items", "additionalProperties", "allOf", "anyOf"}:
                if _speaks(value):
                    return True
            elif key not in {"$ref", "if"}:
                return True
    return isinstance(node, list) and any(map(_speaks, node))


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for inner in node.get("properties", {}).values():
            yield from _references(inner)
        for key in ("items", "additionalProperties", "allOf", "anyOf"):
            yield from _references(node.get(key))
    for inner in node if isinstance(node, list) else ():
        yield from _references(inner)


def _plain_limits(schema: Mapping[str, Any]) -> Node:
    node: Node = {key: int(schema[key]) for key in _IS_COUNT if _is_number(schema.get(key)) and schema[key] >= 0}
    node |= {key: schema[key] for key in _IS_NUMBER if _is_number(schema.get(key))}
    for key in ("Minimum", "Maximum"):
        exclusive, limit = schema.get(f"exclusive{key}"), key.lower()
        if exclusive is True and limit in node:  # as OpenAPI 3.0 has it
            node[f"exclusive{key}"] = node.pop(limit)
        elif _is_number(exclusive):
            node[f"exclusive{key}"] = exclusive
    if schema.get("uniqueItems") is True:
        node["uniqueItems"] = True
    if schema.get("format") in FORMATS:
        node["format"] = schema["format"]
    for key, values in (("enum", schema.get("enum")), ("const", [schema.get("const")])):
        # The package has types for values that are texts or whole numbers.
        if key in schema and isinstance(values, list) and values and not all(map(_has_type, values)):
            node["enum"] = _as_json(values)
    if schema.get("nullable") is True and "enum" in node:
        node["enum"] = [*node["enum"], None]
    return {key: value for key, value in node.items() if (key, value) not in _NO_LIMIT}


_NO_LIMIT = (("minLength", 0), ("minItems", 0), ("minProperties", 0), ("multipleOf", 0))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _has_type(value: Any) -> bool:
    return value is None or (isinstance(value, str | int) and not isinstance(value, bool))


def _with_examples(node: Node, given: list[Any]) -> Node:
    listed = [*given, *(one for one in node.get("examples", ()) if one not in given)]
    return {**node, "examples": listed} if listed else node


def _listed(given: list[Any]) -> list[Any]:
    """Return examples that are worth it, as JSON."""
    made = [_as_json(one) for one in given if one is not None and not isinstance(one, bool) and one not in ("", [], {})]
    return [one for one in made if len(json.dumps(one, ensure_ascii=False)) <= LONGEST_EXAMPLE][:2]


def _made_up(schema: Mapping[str, Any], node: Node, name: str) -> list[Any]:
    """Make an example up where limits allow for few values."""
    if "pattern" in node:
        return [made_up.words(schema, name)]
    if node.keys() & {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}:
        usual: Callable[[Any], bool] = {1, 1.5}.__contains__
        made = made_up.number(schema, name, whole=schema.get("type") != "number")
        return [] if usual(made) else [made]
    values: list[Any] = node.get("enum", [])
    return values[:1]


def _as_json(value: Any) -> Any:
    """Return a value of YAML as JSON has it, which has no dates."""
    if isinstance(value, dict):
        return {str(key): _as_json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value
