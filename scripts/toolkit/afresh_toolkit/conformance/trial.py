"""One operation, called with made-up arguments and answered with a made-up answer."""

import json
import re
from contextlib import suppress
from io import BytesIO
from random import Random
from typing import Any

import httpx
from attrs import define, field

from afresh_toolkit.conformance.calling import ABSENT, BuildingError, Caller, Package
from afresh_toolkit.conformance.faking import Faker, FakingError
from afresh_toolkit.conformance.judging import UNDECLARED, Asked, faults, is_reserved, same
from afresh_toolkit.conformance.schemas import Schemas
from afresh_toolkit.generator.reading.description import REDIRECTS, DescribedOperation
from afresh_toolkit.generator.reading.media_types import JSON, treated_as

FULLNESS = (0.0, 0.6, 1.0)
"""How likely what is optional is there, in each of the calls of an operation."""
RAW = b"raw \x00\xff data"
_ELSEWHERE = "https://elsewhere.example/a%20place?with=query"
_TEXTS = {
    "header": ("plain", "two words", "a&b=c", "50%"),
    "cookie": ("plain", "a&b=c"),
    "path": ("plain", "a b&c", "ü%"),
}


@define
class Outcome:
    """What came of an operation: the faults of its requests, and those of its answers.

    `unmade_requests` and `unmade_answers` say what could not be made up. Nothing is known of the package then.
    """

    key: str
    requests: list[str] = field(factory=list)
    answers: list[str] = field(factory=list)
    unmade_requests: list[str] = field(factory=list)
    unmade_answers: list[str] = field(factory=list)


def run(package: Package, schemas: Schemas, described: DescribedOperation) -> Outcome:
    """Call an operation a few times."""
    outcome = Outcome(described.name)
    for index, fullness in enumerate(FULLNESS):
        _Trial(package, schemas, described, Random(f"{described.name} {index}"), fullness).run(outcome)
    for noted in (outcome.requests, outcome.answers, outcome.unmade_requests, outcome.unmade_answers):
        noted[:] = dict.fromkeys(noted)
    return outcome


def example(
    package: Package, schemas: Schemas, described: DescribedOperation
) -> tuple[dict[str, Any], httpx.Response] | None:
    """Make up arguments for an operation, with what must be there alone, and an answer; None where it is impossible."""
    trial = _Trial(package, schemas, described, Random(described.name), 0.0)
    try:
        response, _ = trial.answer()
        asked, arguments = trial.arguments()
    except (FakingError, BuildingError):
        return None
    body = asked.candidates[0]
    return (arguments if body is ABSENT else {**arguments, "body": body}), response


@define
class _Trial:
    package: Package
    schemas: Schemas
    described: DescribedOperation
    random: Random
    fullness: float

    def run(self, outcome: Outcome) -> None:
        """Make one call, and note what is wrong with it."""
        response, expected = httpx.Response(500), None
        answers: list[str] = []  # of an answer that could not be made up, nothing is noted but that
        try:
            response, expected = self.answer()
            answers = outcome.answers
        except FakingError as error:
            outcome.unmade_answers.append(f"no answer could be made up: {error}")
        try:
            asked, arguments = self.arguments()
        except FakingError as error:
            outcome.unmade_requests.append(f"no arguments could be made up: {error}")
            outcome.unmade_answers.append("no request")
            return
        except BuildingError as error:
            outcome.requests.append(f"not taken: {error}")
            answers.append("no request")
            return
        caller = Caller(response, self.package.read)
        try:
            result = self.call(asked, arguments, caller)
            answers += self.answer_faults(result, expected)
        except Exception as error:  # noqa: BLE001  (whatever breaks is a fault of the package)
            (answers if caller.sent else outcome.requests).append(f"{type(error).__name__}: {error}"[:160])
        if caller.sent is not None:
            outcome.requests += faults(self.described, self.schemas, asked, caller.sent)

    def call(self, asked: Asked, arguments: dict[str, Any], caller: Caller) -> Any:
        """Call the method, with that of the bodies that may be handed over which is sent as JSON, if there is one."""
        result: Any = None
        for body in asked.candidates:
            given = arguments if body is ABSENT else {**arguments, "body": body}
            result = self.package.call(self.described.name, given, caller)
            if caller.sent and "json" in caller.sent.headers.get("Content-Type", "json"):
                break
        return result

    def answer_faults(self, result: Any, expected: Any) -> list[str]:
        """Say in what the value that was returned differs from the answer."""
        read = dict(result) if isinstance(result, httpx.Headers) else self.package.json(result)
        if isinstance(expected, str) and isinstance(read, bytes):
            read = read.decode()  # texts such as XML say themselves how they are encoded
        return [] if same(read, expected) else [_difference(read, expected)]

    def arguments(self) -> tuple[Asked, dict[str, Any]]:
        """Make arguments up: the JSON that they stand for, and as the method takes them."""
        kinds = self.package.arguments(self.described.name)
        values: dict[tuple[str, str], Any] = {}
        arguments: dict[str, Any] = {}
        for (location, name), attribute in self.attributes(list(kinds)).items():
            parameter = self.described.parameters.get((location, name), UNDECLARED)
            required = bool(parameter.get("required")) or location == "path"
            if not required and self.random.random() >= self.fullness:
                continue
            media: dict[str, Any] = next(iter((parameter.get("content") or {}).values()), {})
            schema = parameter.get("schema", media.get("schema", {}))
            schema = {key: said for key, said in self.schemas.resolve(schema).items() if key != "readOnly"}
            value = self.faker(texts=_TEXTS.get(location)).value(schema)
            if value == [] and required:  # which no style can tell from what is absent
                value = self.faker(texts=_TEXTS.get(location)).value({**schema, "minItems": 1})
            if value is None:
                if required and location == "path":
                    value = "none"
                else:
                    continue
            arguments[attribute] = self.package.build(kinds[attribute], value)
            values[location, name] = value
        body, candidates = self.body(kinds)
        return Asked(values, body, candidates), arguments

    def attributes(self, names: list[str]) -> dict[tuple[str, str], str]:
        """Match parameters to arguments by their order: path, query, header, cookie, as described in each."""
        in_path = list(dict.fromkeys(re.findall(r"\{([^{}]*)\}", self.described.path)))
        listed = [("path", name) for name in in_path]
        for locations in (("query", "querystring"), ("header",), ("cookie",)):
            listed += [
                key for key, said in self.described.parameters.items() if key[0] in locations and not is_reserved(said)
            ]
        own = [name for name in names if name not in {"body", "content_type"}]
        if len(own) != len(listed):
            raise BuildingError(f"arguments {own} for parameters {listed}")
        return dict(zip(listed, own, strict=True))

    def body(self, kinds: dict[str, Any]) -> tuple[Any, list[Any]]:
        """Make a body up, if there is one; return its JSON, and what may be handed over for it."""
        described = self.schemas.resolve(self.described.data.get("requestBody") or {})
        content = described.get("content") or {}
        if not content or (not described.get("required") and self.random.random() >= max(self.fullness, 0.5)):
            return None, [ABSENT]
        if "body" not in kinds and not described.get("required"):  # it has no property, and is never sent
            return None, [ABSENT]
        media_type = min(content, key=_rank)
        schema = (content[media_type] or {}).get("schema", {})
        if self.schemas.resolve(schema).get("format") == "binary":
            if media_type == "multipart/form-data":
                raise FakingError("a form with parts, of which none has a name")
            return RAW, self.package.candidates(kinds["body"], RAW)
        if _rank(media_type)[0] < 3:
            value = self.faker().value(schema)
            return value, self.package.candidates(kinds["body"], value)
        if "/*" in media_type and "*/*" not in media_type:
            file = self.package.types.File(BytesIO(RAW), mime_type=media_type.replace("*", "x-test"))
            return RAW, [file]
        for value in ("some text", RAW):
            with suppress(BuildingError):
                return value, self.package.candidates(kinds["body"], value)
        value = self.faker().value(schema)  # of any type
        return value, self.package.candidates(kinds["body"], value)

    def answer(self) -> tuple[httpx.Response, Any]:
        """Make an answer up, and what must come out of it."""
        answers = self.described.data.get("responses") or {}
        successes = sorted(status for status in answers if status.startswith("2"))
        redirects = [status for status in map(str, REDIRECTS) if not answers.keys().isdisjoint({status, "3XX"})]
        status = (successes or redirects or [min(answers, default="200")])[0]
        number = int(status) if status.isdecimal() else 200 if status == "default" else int(status[0]) * 100
        content = self.schemas.resolve(answers.get(status) or {}).get("content") or {}
        if redirects and not successes:
            return httpx.Response(number, headers={"Location": _ELSEWHERE}), _ELSEWHERE
        if self.described.method == "HEAD":
            response = httpx.Response(number, headers={"X-Made": "up"})
            return response, dict(response.headers)
        if not content or number in {204, 205, 304}:
            return httpx.Response(number), None
        media_type = min(content, key=_rank)
        schema = (content[media_type] or {}).get("schema")
        kind = _rank(media_type)[0]
        if schema is not None and self.schemas.resolve(schema).get("format") == "binary":
            kind = 5
        if "event-stream" in media_type and (events := self.events(content[media_type] or {})):
            return self.named_events(number, media_type, events)
        if framing := _framing(media_type):
            item = self.item(content[media_type] or {})
            values = [self.faker(is_answer=True).value(item) for _ in range(3)]
            values = [value for value in values if value != ""]  # an event without data is none
            texts = [str(value) if item.get("type") == "string" else json.dumps(value) for value in values]
            stream = "".join(framing.format(text) for text in texts)
            return httpx.Response(number, headers={"Content-Type": media_type}, content=stream), values
        if kind == 0 or treated_as(media_type, self.schemas.resolve(schema or {})) == JSON:
            value = self.faker(is_answer=True).value({} if schema is None else schema)
            sent = media_type if kind == 0 and "*" not in media_type else "application/json"
            return httpx.Response(number, headers={"Content-Type": sent}, content=json.dumps(value)), value
        if kind == 3 or kind == 4:  # noqa: PLR1714
            sent = "text/plain" if "*" in media_type else media_type
            return httpx.Response(
                number, headers={"Content-Type": f"{sent}; charset=utf-8"}, content="some text ü"
            ), "some text ü"
        sent = "application/octet-stream" if "*" in media_type else media_type
        return httpx.Response(number, headers={"Content-Type": sent}, content=RAW), RAW

    def named_events(
        self, number: int, media_type: str, events: list[tuple[str, dict[str, Any]]]
    ) -> tuple[httpx.Response, list[Any]]:
        """Make up one event of each name, and where none is for all others, some that are not described."""
        has_others = any(not name for name, _ in events)
        foreign = "" if has_others else "event: not described\ndata: {}\n\n"
        stream, values = "", []
        for name, schema in events:
            value = self.faker(is_answer=True).value(schema)
            if value != "" and name.lower() != "error":
                text = value if schema.get("type") == "string" else json.dumps(value)
                stream += f"{foreign}event: {name}\ndata: {text}\n\n"
                values.append(value)
        return httpx.Response(number, headers={"Content-Type": media_type}, content=stream), values

    def events(self, media: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """Return the names of the events of a stream, with the schemas of their data; none where none has a name."""
        found: list[tuple[str, dict[str, Any]]] = []
        for fields in self.fields(media.get("itemSchema", media.get("schema", {})), {}):
            if not fields or not fields.keys() <= {"event", "data", "id", "retry"}:
                return []
            event = self.schemas.resolve(fields.get("event", {}))
            names = [event["const"]] if "const" in event else event.get("enum") or [""]
            data = self.schemas.resolve(fields.get("data", {"type": "string"}))
            found += [(name, self.schemas.resolve(data.get("contentSchema", data))) for name in names]
        return found if any(name for name, _ in found) else []

    def fields(self, said: Any, around: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the properties of each alternative that a schema has."""
        schema = self.schemas.resolve(said)
        own = {**around, **(schema.get("properties") or {})}
        for part in schema.get("allOf") or ():
            own |= self.schemas.resolve(part).get("properties") or {}
        members = schema.get("oneOf") or schema.get("anyOf")
        return [fields for member in members for fields in self.fields(member, own)] if members else [own]

    def item(self, media: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of one value of a stream."""
        schema = self.schemas.resolve(media.get("itemSchema", media.get("schema", {})))
        data = (schema.get("properties") or {}).get("data", {})
        item = data.get("contentSchema") or (schema["items"] if schema.get("type") == "array" else schema)
        resolved: dict[str, Any] = self.schemas.resolve(item)
        return resolved

    def faker(self, *, is_answer: bool = False, texts: tuple[str, ...] | None = None) -> Faker:
        options: dict[str, Any] = {"texts": texts} if texts else {}
        return Faker(self.schemas, self.random, fullness=self.fullness, is_answer=is_answer, **options)


def _rank(media_type: str) -> tuple[int, int, bool]:
    """Sort media types by preference: JSON, forms, texts, anything, bytes."""
    name = media_type.partition(";")[0].strip().lower()
    if name.endswith(("/json", "+json")):
        kind = 0
    elif name == "multipart/form-data":
        kind = 1
    elif name == "application/x-www-form-urlencoded":
        kind = 2
    elif (name.startswith("text/") and "event-stream" not in name) or name.endswith(
        ("xml", "yaml", "jwt", "csv", "kml")
    ):
        kind = 3
    elif name in {"*/*", "application/*"}:
        kind = 4
    else:
        kind = 5
    return kind, ";" in media_type or "*" in media_type, name != "application/json"


def _framing(media_type: str) -> str | None:
    """Return how a value stands in a stream of this media type; None where it is none."""
    subtype = media_type.partition(";")[0].rpartition("/")[2]
    if subtype == "event-stream":
        return "event: one\ndata: {}\n\n"
    if subtype.endswith("json-seq"):
        return "\x1e{}\n"
    return "{}\n" if subtype.endswith(("jsonl", "ndjson", "jsonlines")) else None


def _difference(read: Any, sent: Any, place: str = "") -> str:
    """Say where two JSON values first differ."""
    if isinstance(read, dict) and isinstance(sent, dict):
        for key in [*sent, *read]:
            if key not in read or key not in sent:
                return f"answer: {place}/{key} is {'lost' if key in sent else 'new'}"
            if not same(read[key], sent[key]):
                return _difference(read[key], sent[key], f"{place}/{key}")
    if isinstance(read, list) and isinstance(sent, list) and len(read) == len(sent):
        for index, (one, other) in enumerate(zip(read, sent, strict=True)):
            if not same(one, other):
                return _difference(one, other, f"{place}/{index}")
    return f"answer: {place or '/'} is {read!r:.60} for {sent!r:.60}"
