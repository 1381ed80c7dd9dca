"""The description as openapi-python-client is to see it, made by rules that each have a name and a reason.

The generator makes Python types of this view; what goes over the wire is taken from the description itself.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from attrs import define, field
from openapi_python_client.strings import PythonIdentifier

from afresh_toolkit.generator.normalising.class_names import PREFIX
from afresh_toolkit.generator.normalising.files import read_as_texts
from afresh_toolkit.generator.normalising.invisible import note_invisible
from afresh_toolkit.generator.normalising.naming.places import Place, Places, find_places
from afresh_toolkit.generator.normalising.naming.spelling import spelled
from afresh_toolkit.generator.normalising.schemas.discriminators import Note
from afresh_toolkit.generator.normalising.schemas.merging import ANNOTATIONS
from afresh_toolkit.generator.normalising.schemas.resolving import Resolver
from afresh_toolkit.generator.normalising.schemas.schemas import Schemas
from afresh_toolkit.generator.normalising.streams import (
    BESIDE,
    Framing,
    event_status,
    events_of,
    framing_of,
    item_of,
    stream_beside,
    stream_of,
)
from afresh_toolkit.generator.normalising.webhooks import (
    ANY_PLACE,
    NOT_JSON,
    ShownWebhook,
    as_operation,
    name_webhooks,
)
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.description import (
    METHODS,
    DescribedOperation,
    additional_methods,
    mapping,
    operations,
)
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.inputs import AS_USUAL, Naming
from afresh_toolkit.generator.reading.media_types import BYTES, FORM, JSON, MULTIPART, bare, by_preference, treated_as
from afresh_toolkit.generator.reading.webhooks import webhooks
from afresh_toolkit.generator.rules import Applied, Rule

OTHER_SERVER = Rule(
    "other-server", "An operation with a server of its own is sent to that of all others nevertheless.", is_warning=True
)
UNKNOWN_METHOD = Rule(
    "unknown-method",
    "A path's operation is not made whose method OpenAPI does not have, in small letters as it writes them; others go "
    "into `additionalOperations`.",
    is_warning=True,
)
PARAMETER_CONTENT = Rule("parameter-content", "A parameter with `content` has the type of that content's schema.")
PARAMETER_NAME = Rule("parameter-name", "Parameters whose names are the same in Python are told apart there.")
UNDECLARED = Rule("undeclared-path-parameter", "What a path has in braces is a parameter, if not declared: a text.")
NOT_IN_PATH = Rule(
    "path-parameter-not-in-path", "A path parameter that its path does not name cannot be sent.", is_warning=True
)
RESERVED_HEADER = Rule(
    "reserved-header", "A parameter for the header Accept, Content-Type or Authorization is ignored, as OpenAPI has it."
)
REQUIRED_IN_PATH = Rule("path-parameter-required", "What stands in a path is required, and not null.")
EMPTY_BODY = Rule("empty-body", "An optional body without a property is not sent, and is no argument.")
BODY_AS_BYTES = Rule("body-as-bytes", "A body that is neither JSON nor a form is handed over as bytes, or as text.")
BODY_RANGE = Rule(
    "body-of-any-type", "A body or answer of any media type (`*/*`) is JSON, unless it is a text, bytes or a file."
)
POSITIONAL = Rule(
    "parts-by-position",
    "Parts of a multipart body or answer that are told apart by their position (`prefixEncoding`, `itemEncoding`) are "
    "neither made nor read: the whole is handed over as bytes.",
    is_warning=True,
)
ANSWER_AS_BYTES = Rule("answer-as-bytes", "An answer that is neither JSON nor text is handed over as bytes.")
STREAMED_ANSWER = Rule("streamed-answer", "An answer that is a stream of values is described by one of them.")
ANSWER_WITHOUT_BODY = Rule(
    "answer-without-body", "An answer to HEAD, or one with the status 204, 205 or 304, has no body.", is_warning=True
)
UNDESCRIBED_ANSWER = Rule(
    "undescribed-answer",
    "A GET whose success says nothing of its content returns None; the answer itself has what came.",
)
JSON_FIRST = Rule("json-first", "Of the media types of an answer, JSON is taken where it is offered.")
STATUS = Rule(
    "status", "A status that is neither a number, a range such as 2XX nor `default` is not looked at.", is_warning=True
)

_BESIDE_METHODS = frozenset({"$ref", "additionalOperations", "description", "parameters", "servers", "summary"})
_LOCATIONS = ("query", "querystring", "path", "header", "cookie")
_KNOWN_METHODS = frozenset(METHODS) - {"query"}  # that the generator knows: it looks at no more than the form
_RESERVED_HEADERS = frozenset({"accept", "authorization", "content-type"})
_WITHOUT_BODY = frozenset({"204", "205", "304"})
_RANGE = re.compile(r"[1-5]XX", re.IGNORECASE)


@define(frozen=True)
class Shown:
    """A parameter as the generator sees it, and the names that it gets back afterwards."""

    name: str
    attribute: str


@define
class Normalised:
    """What the generator reads, and how to get from there to the document.

    `content` is an OpenAPI document whose paths are `/0`, `/1`, … in the order of the operations. `parameters` has the
    true names of each operation's parameters, by the names in there; `property_names` those of properties, by class.
    `media_types` says which media types are treated as which, and `unions` what is known of unions, by the names of
    their notes. `aliases` are the schemas of unions that have a name, which are no part of `content`.
    `places` says where each operation goes. `webhooks` are in `content` behind the operations.
    """

    content: dict[str, Any]
    operations: list[DescribedOperation]
    parameters: list[dict[str, Shown]]
    property_names: Mapping[str, Mapping[str, str]]
    media_types: Mapping[str, str]
    origins: Mapping[str, Pointer]
    unions: Mapping[str, Note]
    aliases: Mapping[str, dict[str, Any]]
    places: Places
    webhooks: list[ShownWebhook]


def normalise(
    document: Document,
    applied: Applied,
    naming: Naming = AS_USUAL,
    recorded: Mapping[str, Mapping[str, str]] | None = None,
    formats: Collection[str] = (),
) -> Normalised:
    """Make the view of a description for the generator, and note which rules were applied.

    `recorded` are the operations of an earlier run's manifest whose names stay; `formats` are those whose values are to
    be of Python's types for them.
    Raises GenerationError where an operation lacks what no rule can make up for.
    """
    schemas = Schemas(document, applied, formats=formats)
    schemas.add_components()
    _note_unknown_methods(document, applied)
    note_invisible(document, applied)
    reader = _Operations(document, schemas, applied)
    described = list(operations(document))
    places = find_places(document, described, naming, recorded or {}, applied)
    paths: dict[str, dict[str, Any]] = {}
    for index, one in enumerate(described):
        shown_method = one.method.lower() if one.method.lower() in _KNOWN_METHODS else "post"
        paths[f"/{index}{_braces(one)}"] = {shown_method: reader.operation(one, places.all[one.name])}
    if reader.problems:
        raise GenerationError(reader.problems)
    shown = list(name_webhooks(list(webhooks(document)), places.all))
    if any(one.described and not one.described.caller for one in shown):
        shown.append(ShownWebhook("parse", "*", None))
    for webhook in shown:
        paths[f"/{len(paths)}"] = {"post": reader.webhook(webhook)}
    resolver = Resolver(schemas)
    pointers = [one.pointer for one in described]
    pointers += [one.described.operation.pointer if one.described else ANY_PLACE for one in shown]
    for pointer, item in zip(pointers, paths.values(), strict=True):
        (operation,) = item.values()
        _resolve(operation, resolver, pointer)
    resolver.leave_out_unused(paths)
    info = mapping(mapping(document.content).get("info"))
    content = {
        "openapi": "3.1.0",
        "info": {
            "title": str(info.get("title") or "API"),
            "version": str(info.get("version") or ""),
            **({"description": info["description"]} if isinstance(info.get("description"), str) else {}),
        },
        "paths": paths,
        "components": {"schemas": resolver.classes},
    }
    read_as_texts(content, pointers, reader.media_types, resolver.origins, applied)
    return Normalised(
        content,
        described,
        reader.parameters,
        schemas.property_names,
        reader.media_types,
        resolver.origins,
        resolver.notes,
        resolver.aliases,
        places,
        shown,
    )


def _note_unknown_methods(document: Document, applied: Applied) -> None:
    for path, entry in mapping(mapping(document.content).get("paths")).items():
        item, place = document.resolve(entry, ("paths", path))
        for key in () if path.startswith("x-") else mapping(item):
            if not (key in METHODS or key in _BESIDE_METHODS or key.startswith("x-")):
                applied.note(UNKNOWN_METHOD, (*place, key))
        for method in mapping(mapping(item).get("additionalOperations")):
            if method not in additional_methods(item):
                applied.note(UNKNOWN_METHOD, (*place, "additionalOperations", method))


def _resolve(operation: dict[str, Any], resolver: Resolver, pointer: Pointer) -> None:
    for holder, may_be_null in _holders(operation):
        schema = resolver.resolve(holder["schema"], pointer)
        holder["schema"] = schema if may_be_null else _without_null(schema)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), list):
        return {**schema, "type": [name for name in schema["type"] if name != "null"]}
    if "anyOf" in schema:
        return {**schema, "anyOf": [member for member in schema["anyOf"] if member != {"type": "null"}]}
    return schema


def _holders(operation: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Go through what has a schema, and whether null can be sent there: neither in a path nor as a form."""
    yield from ((parameter, parameter["in"] != "path") for parameter in operation["parameters"])
    for message in (operation.get("requestBody", {}), *operation["responses"].values()):
        for media_type, media in message.get("content", {}).items():
            yield media, bare(media_type) not in {FORM, MULTIPART}


@define
class _Operations:
    document: Document
    schemas: Schemas
    applied: Applied
    parameters: list[dict[str, Shown]] = field(factory=list)
    media_types: dict[str, str] = field(factory=dict)
    problems: list[Problem] = field(factory=list)
    payloads: list[Any] = field(factory=list)  # the schemas of the webhooks that are no callbacks

    def resolve(self, part: Any, described: DescribedOperation, *tokens: str) -> dict[str, Any]:
        """Follow the `$ref` of a part of an operation, which must lead somewhere."""
        resolved, _ = self.document.resolve(part)
        if not resolved and isinstance(part, dict) and "$ref" in part:
            message = f"$ref of {described.name} leads nowhere: there is no {part['$ref']} in this description"
            self.problems.append(Problem(message, self.document.place((*described.pointer, *tokens))))
        return mapping(resolved)

    def owner(self, part: Any, otherwise: tuple[str, str, Pointer]) -> tuple[str, str, Pointer]:
        """Return whom a schema in a part of an operation is named for, how, and where the part is.

        What is shared is a component, and named for itself; anything else as given.
        """
        _, place = self.document.resolve(part, otherwise[2])
        if place[:1] != ("components",) or len(place) != 3:  # noqa: PLR2004  (components, kind, name)
            return otherwise
        return "", self.schemas.free_name(place[2], _KINDS.get(place[1], "")), place

    def operation(self, described: DescribedOperation, place: Place) -> dict[str, Any]:
        """Return an operation for the generator."""
        name = place.full
        data = described.data
        if self.has_other_server(described):
            self.applied.note(OTHER_SERVER, described.pointer)
        made: dict[str, Any] = {
            "operationId": name,
            "tags": [place.group],
            "parameters": self.parameters_of(described, name),
            "responses": dict(self.responses(described, name)),
        }
        if beside := stream_beside(self.document, described):
            content = self.item(beside.framing, beside.media, beside.pointer, name, "stream_item")
            made["responses"][BESIDE] = {"description": "", "content": content}
        for index, event in enumerate(events_of(self.document, stream_of(self.document, described))):
            inner = f"{event.names[0]}_event" if event.names else "other_event"
            schema = self.schemas.read(event.schema, event.pointer, name, inner)
            made["responses"][event_status(index)] = {"description": "", "content": {JSON: {"schema": schema}}}
        for keyword in ("summary", "description"):
            if isinstance(data.get(keyword), str):
                made[keyword] = data[keyword]
        body = self.body(described, name)
        if body is not None:
            made["requestBody"] = body
        return made

    def has_other_server(self, described: DescribedOperation) -> bool:
        """Whether an operation, or its path, names servers of which none is one of the description's."""
        item, _ = self.document.resolve(self.document.content["paths"][described.path])
        own = _servers(described.data.get("servers") or mapping(item).get("servers"))
        return bool(own) and not own & _servers(self.document.content.get("servers") or [{"url": "/"}])

    def parameters_of(self, described: DescribedOperation, operation: str) -> list[dict[str, Any]]:
        """Return the parameters, those of the path in its order."""
        in_path = _in_path(described)
        others: list[tuple[str, str]] = []
        for (where, name), declared in described.parameters.items():
            if where == "header" and name.lower() in _RESERVED_HEADERS:
                self.applied.note(RESERVED_HEADER, described.pointer)
            elif where not in _LOCATIONS or "name" not in declared:
                self.refuse_parameter(described, declared)
            elif where != "path":
                others.append((where, name))
            elif name not in in_path:
                self.applied.note(NOT_IN_PATH, described.pointer)
        listed = [*(("path", name) for name in in_path), *others]
        attributes = _attributes(listed)
        if any(attributes[key] != PythonIdentifier(spelled(key[1]), PREFIX) for key in listed):
            self.applied.note(PARAMETER_NAME, described.pointer)
        shown: dict[str, Shown] = {}
        made: list[dict[str, Any]] = []
        for index, (where, name) in enumerate(listed):
            shown[f"p{index}"] = Shown(name, attributes[where, name])
            data = described.parameters.get((where, name))
            if data is None:
                self.applied.note(UNDECLARED, described.pointer)
                data = {"required": True, "schema": {"type": "string"}}
            made.append(
                {
                    "name": f"p{index}",
                    "in": "query" if where == "querystring" else where,
                    "required": self.is_required(data, where, described.pointer),
                    "schema": self.parameter_schema(data, described, operation, name),
                }
            )
        self.parameters.append(shown)
        return made

    def refuse_parameter(self, described: DescribedOperation, data: Mapping[str, Any]) -> None:
        """Report a parameter of which it is not known where it goes."""
        listed = described.data.get("parameters") or ()
        index = next((str(i) for i, one in enumerate(listed) if self.document.resolve(one)[0] is data), "0")
        place = self.document.place((*described.pointer, "parameters", index, "in"))
        if not data:
            said = "its $ref leads nowhere"
        elif data.get("in") in _LOCATIONS:
            said = "it has no name"
        else:
            said = f"`in` is {data.get('in')!r}; it must be {', '.join(_LOCATIONS[:-1])} or {_LOCATIONS[-1]}"
        message = f"a parameter of {described.name} cannot be sent: {said}"
        self.problems.append(Problem(message, place))

    def is_required(self, data: Mapping[str, Any], where: str, pointer: Pointer) -> bool:
        """Whether a parameter must be given."""
        said = data.get("required") is True
        if where == "path" and not said:
            self.applied.note(REQUIRED_IN_PATH, pointer)
        return said or where == "path"

    def parameter_schema(
        self, data: Mapping[str, Any], described: DescribedOperation, operation: str, name: str
    ) -> dict[str, Any]:
        """Return the schema of a parameter, whichever way it is described."""
        schema = data.get("schema")
        if schema is None:
            if data.get("content"):
                self.applied.note(PARAMETER_CONTENT, described.pointer)
            schema = next((mapping(media).get("schema") for media in mapping(data.get("content")).values()), None)
        if schema is None:
            return {}
        owner, called, pointer = self.owner(
            self.raw_parameter(data, described), (operation, name, (*described.pointer, "parameters"))
        )
        return self.schemas.read(schema, pointer, owner, called)

    def raw_parameter(self, data: Mapping[str, Any], described: DescribedOperation) -> Any:
        """Return a parameter as its operation or path has it, which may be a reference."""
        item, _ = self.document.resolve(mapping(self.document.content.get("paths")).get(described.path))
        listed = [*(described.data.get("parameters") or ()), *(mapping(item).get("parameters") or ())]
        return next((one for one in listed if self.document.resolve(one)[0] is data), None)

    def body(self, described: DescribedOperation, operation: str) -> dict[str, Any] | None:
        """Return the request body; None where there is none."""
        data = self.resolve(described.data.get("requestBody"), described, "requestBody")
        content = mapping(data.get("content"))
        if not content:
            return None
        if data.get("required") is not True and all(self.is_empty(media) for media in content.values()):
            self.applied.note(EMPTY_BODY, (*described.pointer, "requestBody"))
            return None
        own = (operation, "body", (*described.pointer, "requestBody"))
        owner, name, pointer = self.owner(described.data.get("requestBody"), own)
        made: dict[str, Any] = {}
        for media_type in by_preference(self.document, content):
            schema = mapping(content[media_type]).get("schema")
            said, _ = self.document.resolve(schema)
            kind = treated_as(media_type, said)
            self.note_positional(content[media_type], pointer)
            parent = f"{owner}_{_BODY_NAMES.get(kind, 'content')}" if len(content) > 1 else owner
            place = (*pointer, "content", media_type, "schema")
            if kind == JSON and "*" in media_type:
                self.applied.note(BODY_RANGE, pointer)
                made.setdefault(JSON, {"schema": self.schemas.read(schema or {}, place, parent, name)})
                if not mapping(said).keys() - ANNOTATIONS:
                    self.treat(media_type, BYTES)
                    made[media_type] = {"schema": _FILE}
            elif kind in _BODY_NAMES:
                self.treat(media_type, kind)
                empty = {} if kind == JSON else {"type": "object"}
                made[media_type] = {"schema": self.schemas.read(schema or empty, place, parent, name)}
            else:
                self.applied.note(BODY_AS_BYTES, pointer)
                self.treat(media_type, BYTES)
                made[media_type] = {"schema": _TEXT if kind.startswith("text/") else _FILE}
        return {"required": data.get("required") is True, "content": made}

    def is_empty(self, media: Any) -> bool:
        """Whether the content of a body is an object that is described as having no property."""
        said, _ = self.document.resolve(mapping(media).get("schema"))
        schema = mapping(said)
        return schema.get("properties") == {} and schema.keys() - ANNOTATIONS <= _EMPTY and not schema.get(_MORE)

    def responses(self, described: DescribedOperation, operation: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Go through the answers, each with the one media type that is read."""
        answers = mapping(described.data.get("responses"))
        good = [status for status in answers if status.startswith("2")]
        for status, answer in answers.items():
            if status.startswith("x-"):
                continue
            pointer = (*described.pointer, "responses", status)
            shown = status.upper() if _RANGE.fullmatch(status) else status
            if shown != "default" and not (_RANGE.fullmatch(shown) or shown.isdecimal()):
                self.applied.note(STATUS, pointer)
                continue
            data = self.resolve(answer, described, "responses", status)
            called = "response" if good == [status] else f"response_{shown}"
            parent, name, pointer = self.owner(answer, (operation, called, pointer))
            said = data.get("description")
            made: dict[str, Any] = {"description": said if isinstance(said, str) else ""}
            content = mapping(data.get("content"))
            if content and (described.method == "HEAD" or shown in _WITHOUT_BODY):
                self.applied.note(ANSWER_WITHOUT_BODY, pointer)
            elif content:
                media_type = by_preference(self.document, content)[0]
                if media_type != next(iter(content)):
                    self.applied.note(JSON_FIRST, pointer)
                place = (*pointer, "content", media_type)
                made["content"] = self.answer(media_type, content[media_type], place, parent, name)
            elif described.method == "GET" and status in good and shown not in _WITHOUT_BODY:
                self.applied.note(UNDESCRIBED_ANSWER, pointer)
            yield shown, made

    def answer(
        self, media_type: str, media: Any, pointer: Pointer, operation: str, name: str
    ) -> dict[str, dict[str, Any]]:
        """Return the content of an answer."""
        framing = framing_of(media_type)
        if framing is not None:
            return self.item(framing, media, pointer, operation, f"{name}_item")
        schema, pointer = mapping(media).get("schema"), (*pointer, "schema")
        # The kinds of content go by the names of one type each: nothing that is sent depends on them.
        said, _ = self.document.resolve(schema)
        kind = treated_as(media_type, said)
        if kind == JSON and mapping(said).get("format") != "binary":
            if "*" in media_type:
                self.applied.note(BODY_RANGE, pointer)
            return {JSON: {"schema": self.schemas.read({} if schema is None else schema, pointer, operation, name)}}
        if kind.startswith("text/"):
            return {_TEXT_ANSWER: {"schema": _TEXT}}
        self.applied.note(ANSWER_AS_BYTES, pointer)
        self.note_positional(media, pointer[:-1])
        return {BYTES: {"schema": _FILE}}

    def note_positional(self, media: Any, pointer: Pointer) -> None:
        """Warn of parts that have no names."""
        if mapping(media).keys() & {"prefixEncoding", "itemEncoding"}:
            self.applied.note(POSITIONAL, pointer)

    def item(
        self, framing: Framing, media: Any, pointer: Pointer, operation: str, name: str
    ) -> dict[str, dict[str, Any]]:
        """Return the content of a stream as that of one of its values."""
        self.applied.note(STREAMED_ANSWER, pointer)
        item, place = item_of(self.document, framing, mapping(media), pointer)
        return {JSON: {"schema": self.schemas.read({} if item is None else item, place, operation, name)}}

    def webhook(self, shown: ShownWebhook) -> dict[str, Any]:
        """Return what a webhook sends, as the answer of an operation."""
        if shown.described is None:
            schema = self.schemas.read({"oneOf": self.payloads} if self.payloads else {}, ANY_PLACE, "", "payload")
            return as_operation({JSON: {"schema": schema}})
        operation = shown.described.operation
        said = operation.data.get("requestBody")
        body, _ = self.document.resolve(said)
        content = mapping(mapping(body).get("content"))
        if not content:
            return as_operation({})
        owner, name, pointer = self.owner(said, (shown.attribute, "payload", (*operation.pointer, "requestBody")))
        media_type = by_preference(self.document, content)[0]
        schema = mapping(content[media_type]).get("schema", {})
        if treated_as(media_type, self.document.resolve(schema)[0]) != JSON:
            self.applied.note(NOT_JSON, pointer)
            return as_operation({BYTES: {"schema": _FILE}})
        if shown.described.caller is None:
            self.payloads.append(schema)
        place = (*pointer, "content", media_type, "schema")
        return as_operation({JSON: {"schema": self.schemas.read(schema, place, owner, name)}})

    def treat(self, media_type: str, kind: str) -> None:
        """Note how the generator is to treat a media type, where it would not by itself."""
        if bare(media_type) != kind:
            self.media_types[media_type] = kind


def _servers(said: Any) -> set[str]:
    """Return the URLs of servers; whether by http or https makes no other of them."""
    urls = [str(mapping(one).get("url")) for one in said] if isinstance(said, list) else []
    return {re.sub(r"^(https?:)?//", "", url).rstrip("/") for url in urls}


_FILE = {"type": "string", "format": "binary"}
_TEXT = {"type": "string"}
_TEXT_ANSWER = "text/x-answer"  # not a type that a body has, which would be treated as bytes, and the answer with it
_MORE = "additionalProperties"
_EMPTY = frozenset({"properties", "required", "title", "type", _MORE})
_KINDS = {"responses": "response", "requestBodies": "body", "parameters": "parameter"}
"""What is put behind the name of a component where a schema has that name."""
_BODY_NAMES = {JSON: "json", MULTIPART: "files", FORM: "data"}


def _in_path(operation: DescribedOperation) -> list[str]:
    """Return the names in the braces of a path, each once."""
    return list(dict.fromkeys(re.findall(r"\{([^{}]*)\}", operation.path)))


def _braces(operation: DescribedOperation) -> str:
    """Return the path parameters for the end of a path, under the names that the generator sees."""
    return "".join(f"/{{p{index}}}" for index, _ in enumerate(_in_path(operation)))


def _attributes(parameters: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the Python name of each parameter, given by location and name: no two alike."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for where, name in parameters:
        groups.setdefault(PythonIdentifier(spelled(name), PREFIX), []).append((where, name))
    chosen: dict[tuple[str, str], str] = {}
    for attribute, group in groups.items():
        if len(group) == 1 and attribute not in {"client", "url"}:
            chosen[group[0]] = attribute
    taken = set(chosen.values())
    for attribute, group in groups.items():
        for where, name in group:
            if (where, name) in chosen:
                continue
            alike = sum(other == where for other, _ in group)
            wanted = (
                f"{attribute}_{where}"
                if alike == 1
                else str(PythonIdentifier(spelled(name), PREFIX, skip_snake_case=True))
            )
            number = 1
            while wanted in taken:
                number += 1
                wanted = f"{attribute}_{number}"
            taken.add(wanted)
            chosen[where, name] = wanted
    return chosen
