"""The operations of a Swagger 2.0 description, with their bodies and answers, and all that these refer to."""

from collections.abc import Iterator
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.pointers import Pointer, local_pointer, write_reference
from afresh_toolkit.generator.reading.description import METHODS, mapping
from afresh_toolkit.generator.reading.document import Document, Origin
from afresh_toolkit.generator.reading.media_types import BYTES, FORM, JSON, MULTIPART, bare, is_text, treated_as
from afresh_toolkit.generator.reading.references.grammar import inner_kind
from afresh_toolkit.generator.reading.swagger.sections import Defaults, of_operation, texts
from afresh_toolkit.generator.reading.swagger.values import (
    ARRAY_FORMAT,
    STYLES,
    split,
    upgrade_parameter,
    upgrade_schema,
    upgrade_security_scheme,
)
from afresh_toolkit.generator.rules import Applied, Rule

ASSUMED_JSON = Rule(
    "swagger-assumed-json",
    "A body or answer is JSON where `consumes` or `produces` says nothing, or nothing that could hold its schema.",
)
UNFIT_TYPE = Rule(
    "swagger-unfit-type",
    "Media types of `consumes` that hold no form are not those of a form, nor the others' a body's.",
)
SECOND_BODY = Rule(
    "swagger-second-body",
    "An operation has one body: other parameters in `body`, and those in `formData` beside one, are left out.",
    is_warning=True,
)

_KINDS = ("x-ms-discriminator-value", "x-discriminator-value")
_SHARED = ("components", "parameters")


@define
class _Listed:
    """A parameter as it is listed, what it refers to, and where both stand."""

    said: Any
    place: Pointer
    data: dict[str, Any]
    target: Pointer

    @property
    def where(self) -> Any:
        return self.data.get("in")


def upgrade(document: Document, defaults: Defaults, applied: Applied) -> None:
    """Make OpenAPI 3.0 of a description whose sections are moved, and which is bundled."""
    upgrader = _Upgrader(document, defaults, applied)
    upgrader.run()


@define
class _Upgrader:
    document: Document
    defaults: Defaults
    applied: Applied
    _done: set[int] = field(factory=set)  # by id: the document keeps them, and YAML's aliases may share them
    _moved: dict[Pointer, Pointer] = field(factory=dict)
    _origins: dict[Pointer, Origin] = field(factory=dict)  # of what was taken out of a list of parameters
    _asked: dict[Pointer, list[str]] = field(factory=dict)  # the media types of shared bodies and answers

    def run(self) -> None:
        components = mapping(self.document.content.get("components"))
        root = [((name,), self.document.content.get(name)) for name in ("paths", "x-webhooks")]
        for start, items in (*root, (("components", "pathItems"), components.get("pathItems"))):
            for path, item in mapping(items).items():
                if isinstance(item, dict):
                    self.path_item(item, (*start, path))
        for name, answer in mapping(components.get("responses")).items():
            place = ("components", "responses", name)
            self.answer(answer, self._asked.get(place, self.defaults.produces), place)
        self.share_bodies(components)
        self.walk()
        self.name_kinds(mapping(components.get("schemas")))
        for kind in [kind for kind in components if components[kind] == {}]:
            del components[kind]

    def path_item(self, item: dict[str, Any], pointer: Pointer) -> None:
        inherited = self.take_bodies(item, pointer)
        for method in METHODS:
            if isinstance(operation := item.get(method), dict) and id(operation) not in self._done:
                self._done.add(id(operation))
                self.operation(operation, (*pointer, method), inherited)

    def operation(self, operation: dict[str, Any], pointer: Pointer, inherited: list[_Listed]) -> None:
        own = self.take_bodies(operation, pointer)
        named = {(one.where, one.data.get("name")) for one in own}
        listed = [*own, *(one for one in inherited if (one.where, one.data.get("name")) not in named)]
        consumes = of_operation(operation, "consumes", self.defaults.consumes)
        produces = of_operation(operation, "produces", self.defaults.produces)
        for name in ("consumes", "produces"):
            operation.pop(name, None)
        if listed:
            self.send(operation, pointer, listed, consumes)
        for status, said in mapping(operation.get("responses")).items():
            if status.startswith("x-"):
                continue
            answer, place = self.document.resolve(said, (*pointer, "responses", status))
            if answer is said:
                self.answer(answer, produces, place)
            else:
                self._asked.setdefault(place, []).extend(produces)
        if "schemes" in operation:
            servers = self.defaults.servers(texts(operation.pop("schemes")))
            operation.setdefault("servers", servers)

    def take_bodies(self, holder: dict[str, Any], pointer: Pointer) -> list[_Listed]:
        """Take what is a body, or a part of one, out of the parameters of an operation or a path."""
        listed = holder.get("parameters")
        if not isinstance(listed, list):
            return []
        taken: list[_Listed] = []
        kept: list[str] = []
        for index, said in enumerate(listed):
            place = (*pointer, "parameters", str(index))
            data, target = self.document.resolve(said, place)
            one = _Listed(said, place, mapping(data), target)
            if one.where in {"body", "formData"}:
                taken.append(one)
            else:
                self._moved[place] = (*pointer, "parameters", str(len(kept)))
                kept.append(str(index))
        if taken:
            self._origins |= {one.place: self.document.origin(one.place) for one in taken}
            listed[:] = [listed[int(index)] for index in kept]
            self.document.moved(listed, kept)
        return taken

    def send(self, operation: dict[str, Any], pointer: Pointer, listed: list[_Listed], consumes: list[str]) -> None:
        """Give an operation its body."""
        place = (*pointer, "requestBody")
        bodies = [one for one in listed if one.where == "body"]
        if len(bodies) > 1 or (bodies and len(bodies) < len(listed)):
            self.applied.note(SECOND_BODY, pointer)
        if not bodies:
            self.put(operation, "requestBody", self.form(listed, consumes, place), self._origins[listed[0].place])
            return
        body = bodies[0]
        origin = self._origins[body.place]
        if body.data is not body.said and body.target[:-1] == _SHARED:
            self._asked.setdefault(body.target, []).extend(consumes)
            ref = write_reference(("components", "requestBodies", body.target[-1]))
            self.put(operation, "requestBody", {"$ref": ref}, origin)
            return
        self._moved[body.place] = place
        self.put(operation, "requestBody", self.body(body.data, consumes, place, origin), origin)

    def share_bodies(self, components: dict[str, Any]) -> None:
        """Move the shared parameters that are bodies, or parts of forms, from the others."""
        shared = mapping(components.get("parameters"))
        for name in [name for name, one in shared.items() if mapping(one).get("in") in {"body", "formData"}]:
            place = (*_SHARED, name)
            origin, data = self.document.origin(place), shared.pop(name)
            if data["in"] == "body":
                bodies = components.setdefault("requestBodies", {})
                consumes = self._asked.get(place, self.defaults.consumes)
                self._moved[place] = ("components", "requestBodies", name)
                self.put(bodies, name, self.body(data, consumes, self._moved[place], origin), origin)

    def body(self, data: dict[str, Any], consumes: list[str], pointer: Pointer, origin: Origin) -> dict[str, Any]:
        """Return the body that a parameter is, which goes to `pointer`."""
        fitting = [one for one in dict.fromkeys(consumes) if bare(one) not in {FORM, MULTIPART}]
        self.note_unfit(consumes, fitting, pointer)
        if not consumes:
            self.applied.note(ASSUMED_JSON, pointer)
        types = fitting or list(dict.fromkeys(consumes)) or [JSON]
        said = {key: data[key] for key in data if key in {"description", "required"} or key.startswith("x-")}
        media = {"schema": schema} if (schema := data.get("schema") or split({**data})) else {}
        content = {one: dict(media) for one in types}
        for held in content.values():
            self.document.came_from(held, "schema", Origin(origin.source, (*origin.pointer, "schema")))
        return {**said, "content": content}

    def form(self, listed: list[_Listed], consumes: list[str], pointer: Pointer) -> dict[str, Any]:
        """Return the body that the parts of a form are."""
        has_file = any(_holds_file(one.data) for one in listed)
        fitting = [
            one for one in dict.fromkeys(consumes) if bare(one) in ({MULTIPART} if has_file else {FORM, MULTIPART})
        ]
        self.note_unfit(consumes, fitting, pointer)
        types = fitting or [MULTIPART if has_file else FORM]
        properties: dict[str, Any] = {}
        encoding: dict[str, Any] = {}
        for one in listed:
            name, said = str(one.data.get("name")), {**one.data}
            format_ = said.pop("collectionFormat", None)
            schema = split(said)
            schema |= {key: said[key] for key in said if key in {"description", "deprecated"} or key.startswith("x-")}
            self.put(properties, name, schema, self._origins[one.place])
            if schema.get("type") == "array" and not _holds_file(one.data):
                style = STYLES.get(str(format_ or "csv"))
                if style is None:
                    self.applied.note(ARRAY_FORMAT, pointer)
                encoding[name] = {"style": "form", **(style or STYLES["csv"])}
        required = [str(one.data.get("name")) for one in listed if one.data.get("required") is True]
        whole = {"type": "object", "properties": properties, **({"required": required} if required else {})}
        media = {"schema": whole, **({"encoding": encoding} if encoding else {})}
        return {"required": bool(required), "content": {one: dict(media) for one in types}}

    def note_unfit(self, consumes: list[str], fitting: list[str], pointer: Pointer) -> None:
        if fitting and len(fitting) < len(set(consumes)):
            self.applied.note(UNFIT_TYPE, pointer)

    def answer(self, answer: Any, produces: list[str], pointer: Pointer) -> None:
        """Put the schema of an answer, and its examples, under its media types."""
        if not isinstance(answer, dict) or id(answer) in self._done or "$ref" in answer:
            return
        self._done.add(id(answer))
        if not answer.keys() & {"schema", "examples"}:
            return
        origin = self.document.origin((*pointer, "schema"))
        has_schema, schema, examples = "schema" in answer, answer.pop("schema", None), answer.pop("examples", None)
        shown = {name: one for name, one in mapping(examples).items() if "/" in name}
        types = list(dict.fromkeys(produces)) if has_schema else list(shown)
        said = mapping(self.document.resolve(schema)[0])
        is_file = said.get("type") == "file" or said.get("format") == "binary"
        if has_schema and (not types or not (is_file or any(_may_hold(one, said) for one in types))):
            self.applied.note(ASSUMED_JSON, pointer)
            types = [BYTES if is_file else JSON]
        content = answer.setdefault("content", {})
        for one in types:
            media = content[one] = {"schema": schema} if has_schema else {}
            self.document.came_from(media, "schema", origin)
            if one in shown:
                media["example"] = shown.pop(one)
        if shown:
            answer["x-examples"] = shown
        if types:
            self._moved[(*pointer, "schema")] = (*pointer, "content", types[0], "schema")

    def put(self, holder: dict[str, Any], key: str, value: Any, origin: Origin) -> None:
        holder[key] = value
        self.document.came_from(holder, key, origin)

    def walk(self) -> None:
        """Go through all that has a kind, upgrade what describes values, and let references follow what was moved."""
        seen: set[tuple[int, str]] = set()
        pending: list[tuple[Any, str, Pointer]] = [(self.document.content, "description", ())]
        while pending:
            part, kind, pointer = pending.pop()
            if not isinstance(part, dict | list) or (id(part), kind) in seen:
                continue
            seen.add((id(part), kind))
            if isinstance(part, dict):
                self.upgrade_part(part, kind, pointer)
            pending.extend((inner, found, (*pointer, key)) for key, inner, found in _inside(part, kind))

    def name_kinds(self, schemas: dict[str, Any]) -> None:
        """Give discriminators the values that extensions name for the schemas that extend theirs."""
        for name, schema in schemas.items():
            value = next((mapping(schema)[one] for one in _KINDS if one in mapping(schema)), None)
            bases, seen = [schema], set[int]()
            while isinstance(value, str) and bases:
                base = mapping(bases.pop())
                if id(base) not in seen:
                    seen.add(id(base))
                    parts = base.get("allOf")
                    bases += [self.document.resolve(one)[0] for one in (parts if isinstance(parts, list) else ())]
                    if isinstance(base.get("discriminator"), dict):
                        chosen = base["discriminator"].setdefault("mapping", {})
                        chosen.setdefault(value, write_reference(("components", "schemas", name)))

    def upgrade_part(self, part: dict[str, Any], kind: str, pointer: Pointer) -> None:
        if isinstance(part.get("$ref"), str):
            self.follow(part)
        if kind in {"parameter", "header"}:
            upgrade_parameter(part, pointer, self.applied)
        elif kind == "schema":
            upgrade_schema(part, pointer, self.applied)
        elif kind == "security scheme":
            upgrade_security_scheme(part)

    def follow(self, part: dict[str, Any]) -> None:
        target = local_pointer(part["$ref"]) or ()
        for length in range(len(target), 0, -1):
            if (moved := self._moved.get(target[:length])) is not None:
                rest = target[length:]
                if moved[-1] == "requestBody" or moved[:-1] == ("components", "requestBodies"):
                    media_type = next(iter(self.document.find((*moved, "content"))))
                    moved = (*moved, "content", media_type)
                part["$ref"] = write_reference((*moved, *rest))
                return


def _holds_file(data: dict[str, Any]) -> bool:
    return data.get("type") == "file" or mapping(data.get("items")).get("type") == "file"


def _inside(part: dict[str, Any] | list[Any], kind: str) -> Iterator[tuple[str, Any, str]]:
    entries = part.items() if isinstance(part, dict) else ((str(index), one) for index, one in enumerate(part))
    for key, inner in entries:
        if found := inner_kind(kind, key):
            yield key, inner, found


def _may_hold(media_type: str, schema: dict[str, Any]) -> bool:
    """Whether something of a media type can be what a schema describes: a picture is no object."""
    return is_text(media_type) or treated_as(media_type, schema) != BYTES or schema.get("type") == "string"
