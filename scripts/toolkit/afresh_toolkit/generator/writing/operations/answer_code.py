"""What an operation answers: expressions that read its answers, and when which one holds."""

from collections.abc import Iterable

from attrs import define, evolve
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import AnyProperty
from openapi_python_client.parser.responses import JSON_SOURCE, TEXT_SOURCE, Response
from openapi_python_client.strings import snake_case

from afresh_toolkit.generator.normalising.naming.reserved import free
from afresh_toolkit.generator.normalising.streams import (
    BESIDE,
    EventCode,
    Framing,
    StreamCode,
    event_status,
    events_of,
    framing_of,
    is_made_up,
    stream_at,
    stream_beside,
    stream_of,
)
from afresh_toolkit.generator.reading.description import REDIRECTS, DescribedOperation, mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.writing import codec


@define(frozen=True)
class Answer:
    """What answers with certain statuses hold, and how to read it; `condition` None is any status."""

    annotation: str
    value: str
    condition: str | None


@define(frozen=True)
class DescribedAnswer:
    """An answer as it is described: its status, which may be a range or "default", its media type, and its type.

    A redirect that means success has the URL that it leads to; its media type is "location".
    """

    status: str
    media_type: str
    annotation: str
    is_success: bool


@define(frozen=True)
class Answers:
    """All answers: those that mean success, and the others.

    `redirects` are the statuses of redirects, where these are success. `unexpected` is the condition that a status is
    not described, after those whose answers are read; None is never.
    """

    successes: list[Answer]
    errors: list[Answer]
    success_condition: str | None
    error_condition: str | None
    unexpected: str | None
    is_binary: bool
    redirects: tuple[int, ...]
    stream: StreamCode | None

    @property
    def success_annotation(self) -> str:
        """The type of what an answer holds that means success."""
        return codec.join(answer.annotation for answer in self.successes)

    @property
    def error_annotation(self) -> str:
        """The type of what any other answer holds."""
        certain = bool(self.errors) and self.errors[-1].condition is None
        return codec.join([*(answer.annotation for answer in self.errors), *([] if certain else ["None"])])

    @property
    def annotation(self) -> str:
        """The type of what a described answer holds."""
        return codec.join(answer.annotation for answer in (*self.successes, *self.errors))

    @property
    def parsed_annotation(self) -> str:
        """The type of what any answer holds; None where its status is not described."""
        return codec.join([self.annotation, "None"])

    @property
    def reading(self) -> list[str]:
        """The statements that set `parsed` from an answer whose status is described."""
        branches: list[tuple[str | None, list[str]]] = []
        success = self.success_condition or "response.is_success"
        if self.success_annotation != "None":
            branches.append((success, ["parsed = expect(_parse, response)"]))
        if self.error_annotation != "None":
            otherwise = None if branches else f"not ({success})"
            reading = [
                "with suppress(*UNREADABLE):  # a proxy's page, for example",
                "    parsed = _parse_error(response)",
            ]
            branches.append((self.error_condition or otherwise, reading))
        if self.unexpected:
            branches.append((self.unexpected, ["raise UnexpectedStatus(response.status_code, response.content)"]))
        return [
            line
            for index, (test, statements) in enumerate(branches)
            for line in (
                f"{'elif' if index else 'if'} {test}:" if test else "else:",
                *(f"    {statement}" for statement in statements),
            )
        ]


def asked_for(document: Document, described: DescribedOperation) -> str | None:
    """Return the media types to ask for (RFC 9110, Accept), where a success comes in several: one for each status."""
    answers = mapping(described.data.get("responses"))
    successes = [status for status in answers if status.startswith("2")] or ["default"]
    offered = [list(mapping(mapping(document.resolve(answers.get(s))[0]).get("content"))) for s in successes]
    chosen = list(dict.fromkeys(min(media_types, key=_rank) for media_types in offered if media_types))
    is_choice = any(len(media_types) > 1 or framing_of(media_types[0]) for media_types in offered if media_types)
    return ", ".join(chosen) if is_choice and not any("*" in media_type for media_type in chosen) else None


def _rank(media_type: str) -> tuple[bool, bool, bool]:
    name = media_type.partition(";")[0].strip().lower()
    is_json = name.endswith(("/json", "+json"))
    return not is_json, "*" in name or ";" in media_type, name != "application/json"


def split(endpoint: Endpoint) -> tuple[list[Response], list[Response]]:
    """Tell the answers that mean success from the others: those of 2xx, or else redirects, or else `default`.

    A stream that is offered beside a whole answer is none of them, nor are the events of one.
    """
    patterns = [response for response in endpoint.responses.patterns if not is_made_up(response.status_code.pattern)]
    successes = [response for response in patterns if response.status_code.pattern[0] == "2"]
    successes = successes or [response for response in patterns if _is_redirect(response)]
    errors = [response for response in patterns if response not in successes]
    default = endpoint.responses.default
    if default is not None:
        errors.append(default)
    return successes or ([] if default is None else [default]), errors


def _is_redirect(response: Response) -> bool:
    return response.status_code.pattern in {*map(str, REDIRECTS), "3XX"}


def _redirects(successes: Iterable[Response]) -> tuple[int, ...]:
    patterns = {response.status_code.pattern for response in successes}
    return tuple(status for status in REDIRECTS if not patterns.isdisjoint({str(status), "3XX"}))


def build_answers(
    document: Document, described: DescribedOperation, endpoint: Endpoint, reader: codec.Reader
) -> Answers:
    """Work out how to read the answers of an operation."""
    successes, errors = split(endpoint)
    stream: StreamCode | None = None
    for response in successes:
        media_type = stream_at(document, described, response.status_code.pattern)
        if media_type is not None:
            response.source = TEXT_SOURCE  # the functions give it whole
            stream = stream or _stream(media_type, response, reader, is_beside=False)
    beside = stream_beside(document, described)
    for response in endpoint.responses.patterns:
        if beside is not None and response.status_code.pattern == BESIDE:
            stream = stream or _stream(beside.media_type, response, reader, is_beside=True)
    if stream is not None and (events := _events(document, described, endpoint, reader)):
        stream = _by_events(stream, events)
    redirects = _redirects(successes)
    if redirects:
        held, stream = [Answer("str", "location(response)", None)], None
    elif described.method == "HEAD":  # there is nothing else in the answer
        held, stream = [Answer("httpx.Headers", "response.headers", None)], None
    else:
        held = _leave_open(_grouped(_last(successes), reader)) or [Answer("None", "None", None)]
    return Answers(
        successes=held,
        errors=_without_rest(_grouped(errors, reader)),
        success_condition=_condition(successes),
        error_condition=_condition(errors),
        unexpected=_unexpected(successes, errors),
        is_binary=not redirects and any(one.source["attribute"] == "response.content" for one in successes),
        redirects=redirects,
        stream=stream,
    )


def described_answers(document: Document, described: DescribedOperation, endpoint: Endpoint) -> list[DescribedAnswer]:
    """Return the answers of an operation one by one: those that mean success first."""
    said = mapping(described.data.get("responses"))
    found: list[DescribedAnswer] = []
    successes, errors = split(endpoint)
    redirects = _redirects(successes)
    for index, response in enumerate((*successes, *errors)):
        status = "default" if response.is_default() else response.status_code.pattern
        answer = mapping(document.resolve(said.get(status, said.get(status.lower())))[0])
        media_type = next(iter(sorted(mapping(answer.get("content")), key=_rank)), "")
        is_success = index < len(successes)
        leads = is_success and bool(redirects)
        media_type, annotation = ("location", "str") if leads else (media_type, _annotation(response))
        found.append(DescribedAnswer(status, media_type, annotation, is_success))
    return found


def _annotation(response: Response) -> str:
    match response.source["attribute"]:
        case "None":
            return "None"
        case "response.content":
            return "File"
        case "response.text":
            return "str"
    return codec.annotation(response.prop)


def _stream(media_type: str, response: Response, reader: codec.Reader, *, is_beside: bool) -> StreamCode:
    annotation, value = _data(response, reader)
    framing = framing_of(media_type) or "lines"
    framing = "texts" if (framing, annotation) == ("events", "str") else framing
    return StreamCode(media_type, is_beside, framing, annotation, value)


def _data(response: Response, reader: codec.Reader) -> tuple[str, str]:
    """Return the type of one value of a stream, and an expression that reads it from `data`."""
    annotation, value = codec.annotation(response.prop), reader.read(response.prop, "data")
    if value == "data" and annotation != "Any":
        value = f"cast({annotation!r}, data)"
    return annotation, value


def _events(
    document: Document, described: DescribedOperation, endpoint: Endpoint, reader: codec.Reader
) -> list[EventCode]:
    """Work out how to read the events of a stream that are described by name."""
    responses = {response.status_code.pattern: response for response in endpoint.responses.patterns}
    made: list[EventCode] = []
    functions: set[str] = set()
    named: set[str] = set()
    for index, event in enumerate(events_of(document, stream_of(document, described))):
        annotation, value = _data(responses[event_status(index)], reader)
        function = free(f"_read_event_{snake_case(event.names[0])}" if event.names else "_item", functions)
        functions.add(function)
        names = tuple(name for name in event.names if name not in named)
        named.update(names)
        made.append(EventCode(names, function, "text" if annotation == "str" else "json", annotation, value))
    return made


def _by_events(stream: StreamCode, events: list[EventCode]) -> StreamCode:
    """Return the code of a stream whose events are described by name, but for one that is for all others."""
    annotation = codec.join(event.annotation for event in events)
    others = [event for event in events if event.function == "_item"]
    named = tuple(event for event in events if event.names)
    if not others:
        return evolve(stream, annotation=annotation, framing="events", value=None, events=named)
    framing: Framing = "texts" if others[0].form == "text" else "events"
    return evolve(stream, annotation=annotation, framing=framing, value=others[0].value, events=named)


def _last(successes: list[Response]) -> list[Response]:
    """Put an answer that has a body last, where the order is not needed to tell ranges of statuses apart."""
    if any(response.status_code.is_range() for response in successes):
        return successes
    return sorted(successes, key=lambda response: response.source["attribute"] != "None")


def _leave_open(answers: list[Answer]) -> list[Answer]:
    """Let the last answer hold for any status: a 2xx that is not described is read like one that is."""
    return [*answers[:-1], *(Answer(answer.annotation, answer.value, None) for answer in answers[-1:])]


def _without_rest(answers: list[Answer]) -> list[Answer]:
    """Leave out empty answers at the end: what is not described holds nothing anyway."""
    while answers and answers[-1].annotation == "None":
        answers = answers[:-1]
    return answers


def _grouped(responses: list[Response], reader: codec.Reader) -> list[Answer]:
    """Put answers that are read alike together; ranges stay behind single statuses."""
    groups: dict[tuple[str, str, bool], list[Response]] = {}
    for response in responses:
        groups.setdefault((*_read(response, reader), response.status_code.is_range()), []).append(response)
    return [Answer(annotation, value, _condition(group)) for (annotation, value, _), group in groups.items()]


def held(response: Response) -> str:
    """Return the type of what an answer holds."""
    attribute = response.source["attribute"]
    made = {"None": "None", "response.content": "File", "response.text": "str"}
    return made[attribute] if attribute in made else codec.annotation(response.prop)


def _read(response: Response, reader: codec.Reader) -> tuple[str, str]:
    """Return the type of what an answer holds, and an expression that reads it."""
    attribute, annotation = response.source["attribute"], held(response)
    if attribute == JSON_SOURCE["attribute"]:
        attribute = "json_of(response)"
    if attribute == "None":
        return annotation, "None"
    if attribute == "response.content":
        return annotation, "file_from_bytes(response.content)"
    if attribute == "response.text":
        return annotation, attribute
    if isinstance(response.prop, AnyProperty):
        return annotation, "decoded(response)"
    value = reader.read(response.prop, attribute)
    if value == attribute and annotation != "Any":
        value = f"cast({annotation!r}, {attribute})"
    return annotation, value


def _condition(responses: Iterable[Response]) -> str | None:
    """Return the condition that a status is one of these; None where every status is."""
    ranges = [response.status_code.range for response in responses]
    single = sorted({range_[0] for range_ in ranges if range_ and range_[0] == range_[1]})
    tests = [
        f"{range_[0]} <= response.status_code <= {range_[1]}" for range_ in ranges if range_ and len({*range_}) > 1
    ]
    if len(single) == 1:
        tests.insert(0, f"response.status_code == {single[0]}")
    elif single:
        tests.insert(0, f"response.status_code in {{{', '.join(map(str, single))}}}")
    return None if None in ranges else " or ".join(tests) or "False"


def _unexpected(successes: list[Response], errors: list[Response]) -> str | None:
    if any(response.is_default() for response in (*successes, *errors)):
        return None
    empty = [group for group in (successes, errors) if all(r.source["attribute"] == "None" for r in group)]
    silent = [response for group in empty for response in group]
    return "client.raise_on_unexpected_status" + (f" and not ({_condition(silent)})" if silent else "")
