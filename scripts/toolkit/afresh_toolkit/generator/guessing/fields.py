"""The fields of requests and answers, by plain names: what an operation takes, and where its answers hold tokens."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.extensions.lifecycle_code import FORM
from afresh_toolkit.generator.extensions.runtime_expressions import schemas_at
from afresh_toolkit.generator.guessing import names
from afresh_toolkit.generator.guessing.names import plain
from afresh_toolkit.generator.pointers import Pointer, write_pointer
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, success_answers
from afresh_toolkit.generator.reading.document import Document

_ONE_VALUE = re.compile(r"\^?\(?(?:\?:)?([A-Za-z_]+)\)?\??\$?")
_DEEPEST = 2


@define(frozen=True)
class Sent:
    """A field of a request.

    Attributes:
        place: Where it goes, as a runtime expression.
        schemas: What is said of its value.
        is_required: Whether a request must have it.
    """

    place: str
    schemas: list[dict[str, Any]] = field(repr=False)
    is_required: bool = False

    @property
    def where(self) -> str:
        """The part of the request: body, query, header or cookie."""
        return re.split(r"[.#]", self.place)[1]

    def is_of(self, *types: str) -> bool:
        """Whether its value may have one of these types; one whose type is not said may."""
        return may_be(self.schemas, set(types))


def fields_sent(document: Document, operation: DescribedOperation) -> dict[str, Sent]:
    """Return what a request may hold, by plain names; a body's fields first, those one level below last."""
    found: dict[str, Sent] = {}
    schema, is_needed = body_of(document, operation)
    outer = _without("readOnly", properties(document, schema))
    needed = _required(document, schema) if is_needed else frozenset[str]()
    for name, schemas in outer.items():
        place = f"$request.body#{write_pointer((name,))}"
        found.setdefault(plain(name), Sent(place, schemas, name in needed))
    for (where, name), said in operation.parameters.items():
        if where in {"query", "header", "cookie"}:
            place = f"$request.{where}.{name}"
            schemas = schemas_at(document, said.get("schema"), ())
            found.setdefault(plain(name), Sent(place, schemas, said.get("required") is True))
    for name in outer:
        for inner, schemas in _without("readOnly", properties(document, schema, (name,))).items():
            place = f"$request.body#{write_pointer((name, inner))}"
            found.setdefault(plain(inner), Sent(place, schemas))
    return found


def body_of(document: Document, operation: DescribedOperation) -> tuple[Any, bool]:
    """Return the schema of the body that a token call would send, and whether it must send one."""
    body = mapping(document.resolve(operation.data.get("requestBody"))[0])
    content = mapping(body.get("content"))
    of_json = (name for name in content if re.match(r"application/(?:[^;*]+\+)?json\b", name))
    media_type = next((name for name in ("application/json", *of_json, FORM) if name in content), None)
    return mapping(content.get(media_type or "")).get("schema"), bool(body)


def _required(document: Document, schema: Any) -> frozenset[str]:
    parts = schemas_at(document, schema, ())
    return frozenset(str(name) for part in parts for name in part.get("required") or ())


def one_text_each(schemas: list[dict[str, Any]]) -> set[str]:
    """Return the texts that a value may be: those of `const`, `enum`, and of a pattern that has one alone."""
    found: set[str] = set()
    for schema in schemas:
        values = (schema.get("const"), *(schema.get("enum") or ()))
        found |= {value for value in values if isinstance(value, str)}
        pattern = schema.get("pattern")
        match = _ONE_VALUE.fullmatch(pattern) if isinstance(pattern, str) else None
        found |= {match[1]} if match else set()
    return found


def properties(document: Document, schema: object, pointer: Pointer = ()) -> dict[str, list[dict[str, Any]]]:
    """Return the properties of what stands at a place, with their schemas."""
    found = schemas_at(document, schema, pointer)
    keys = dict.fromkeys(str(name) for part in found for name in mapping(part.get("properties")))
    return {name: schemas_at(document, schema, (*pointer, name)) for name in keys}


def _without(keyword: str, found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Leave out the properties that are `readOnly` or `writeOnly`: a schema may serve for requests and answers."""
    return {name: schemas for name, schemas in found.items() if not any(part.get(keyword) is True for part in schemas)}


def tokens_of(document: Document, operation: DescribedOperation) -> dict[str, str]:
    """Return where the answers of an operation hold the tokens: at their root, or up to two levels below."""
    for answer, _ in success_answers(document, operation):
        content = mapping(answer.get("content"))
        for media_type in sorted(content, key=lambda name: "json" not in name):
            schema = mapping(content[media_type]).get("schema")
            for pointer in _levels(document, schema):
                found = _token_fields(document, schema, pointer)
                if "accessToken" in found:
                    return {key: f"$response.body#{write_pointer(place)}" for key, place in found.items()}
    return {}


def answers_are_described(document: Document, operation: DescribedOperation) -> bool:
    """Whether it is said of an operation's 2xx answers what is in them."""
    return any(
        properties(document, mapping(media).get("schema"))
        for answer, _ in success_answers(document, operation)
        for media in mapping(answer.get("content")).values()
    )


def _levels(document: Document, schema: Any) -> Iterator[Pointer]:
    level: list[Pointer] = [()]
    for _ in range(_DEEPEST + 1):
        yield from level
        level = [(*outer, name) for outer in level for name in properties(document, schema, outer)][:50]


def _token_fields(document: Document, schema: Any, pointer: Pointer) -> dict[str, Pointer]:
    inner = _without("writeOnly", properties(document, schema, pointer))
    by_plain = {plain(name): name for name in inner}
    refresh = tuple(name for name in by_plain if names.is_refresh_token(name))
    dated = tuple(name for name in names.EXPIRES_AT_IF_DATED if name in by_plain and _is_dated(inner[by_plain[name]]))
    found: dict[str, Pointer] = {}
    wanted = (
        ("accessToken", names.ACCESS, {"string"}),
        ("refreshToken", refresh, {"string"}),
        ("expiresIn", names.EXPIRES_IN, {"integer", "number"}),
        ("expiresInMs", names.EXPIRES_IN_MS, {"integer", "number"}),
        ("expiresAt", names.EXPIRES_AT + dated, {"integer", "number", "string"}),
    )
    for key, keys, types in wanted:
        if key.startswith("expires") and any(done.startswith("expires") for done in found):
            continue  # one of them says it
        for name in keys:
            if name not in by_plain:
                continue
            place = (*pointer, by_plain[name])
            if may_be(inner[by_plain[name]], types):
                found[key] = place
                break
            if types == {"string"} and (held := _held(document, schema, place)):
                found[key] = held
                break
    return found


def _is_dated(schemas: list[dict[str, Any]]) -> bool:
    return any(part.get("format") == "date-time" for part in schemas)


def _held(document: Document, schema: Any, pointer: Pointer) -> Pointer | None:
    """Return where an object that stands for a token holds its text: `access: {token, expires}`."""
    inner = properties(document, schema, pointer)
    return next(((*pointer, name) for name in inner if plain(name) in {"token", "value", "jwt"}), None)


def may_be(schemas: list[dict[str, Any]], types: set[str]) -> bool:
    """Whether a value may have one of these types; one whose type is not said may."""
    said = [kind for schema in schemas for kind in _types(schema)]
    return not said or bool(types & set(said))


def _types(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type")
    if kind is None and "properties" in schema:
        return ["object"]
    return [str(one) for one in kind] if isinstance(kind, list) else [] if kind is None else [str(kind)]
