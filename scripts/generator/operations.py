"""The operations of the generated package, as the templates of their modules and methods want them."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define
from openapi_python_client.config import Config
from openapi_python_client.parser.bodies import Body, BodyType
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.parser.responses import Response
from openapi_python_client.schema.untrusted_string import UntrustedString

from generator import codec
from generator.description import DescribedOperation, mapping, needs_no_token
from generator.docstrings import section, sections
from generator.document import Document
from generator.models import sorted_classes
from generator.pagination import Pagination
from generator.problems import GenerationError, Problem

PACKAGE_NAMES = frozenset(
    {"Any", "AuthenticatedClient", "Client", "File", "Literal", "Mapping", "Operation", "Paging", "Response", "Self"}
    | {"Sequence", "UUID", "UnexpectedStatus", "Unset", "Caller", "AsyncCaller", "Pages", "AsyncPages", "Resources"}
    | {"AsyncResources", "AbstractContextManager", "AbstractAsyncContextManager"}
)
"""Names that the generated modules import or define; a model of such a name is called `…Model`."""

_MODULE_FUNCTIONS = frozenset(
    {"arguments", "asyncio", "asyncio_detailed", "cast", "format_datetime", "httpx", "quote", "sync", "sync_detailed"},
)
"""Names that the functions of an operation's module use; a parameter of such a name gets its location appended."""


@define(frozen=True)
class Argument:
    """A parameter of an operation, or its body, as an argument in Python.

    `value` is the expression that goes into the request, and `condition` when it does; None is always.
    """

    name: str
    key: str
    location: str
    required: bool
    annotation: str
    description: str
    value: str
    condition: str | None
    spreads: bool

    @property
    def declaration(self) -> str:
        """The argument in a function's signature."""
        return f"{self.name}: {self.annotation}" if self.required else f"{self.name}: {self.annotation} = UNSET"


@define(frozen=True)
class RequestBody:
    """One way to send the body: the httpx argument it goes into, and the media type where httpx does not say it.

    `test` is the type that the argument must have, where there are several ways.
    """

    httpx_argument: str
    value: str
    media_type: str | None
    test: str


@define(frozen=True)
class Answer:
    """What answers with certain statuses hold; `condition` None is any status, `value` None no body."""

    condition: str | None
    annotation: str
    value: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return self.annotation == "None"


@define(frozen=True)
class PagingCode:
    """The bodies of the two functions that page through answers."""

    page: str
    item: str
    item_property: PropertyProtocol
    items: list[str]
    following: list[str]


@define(frozen=True)
class Operation:
    """An operation: what its module needs, then what its method needs."""

    method: str
    path: str
    tag: str
    module: str
    url: str
    arguments: list[Argument]
    bodies: list[RequestBody]
    body: Argument | None
    without_auth: bool
    successes: list[Answer]
    errors: list[Answer]
    success_condition: str | None
    error_condition: str | None
    unexpected: str | None
    imports: list[Class]
    functions: list[str]
    paging: PagingCode | None
    is_stream: bool
    docstring: str
    returns: str
    failures: list[tuple[str, str]]

    @property
    def key(self) -> str:
        """Method and path, by which an operation is known in the manifest."""
        return f"{self.method} {self.path}"

    def at(self, location: str) -> list[Argument]:
        """Return the arguments of one location: path, query, header or cookie."""
        return [argument for argument in self.arguments if argument.location == location]

    @property
    def keyword_arguments(self) -> list[Argument]:
        """The arguments that are neither in the path nor the body."""
        return [argument for argument in self.arguments if argument.location != "path"]

    @property
    def all_arguments(self) -> list[Argument]:
        """All arguments, in the order of a method's signature."""
        return [*self.at("path"), *([self.body] if self.body else []), *self.keyword_arguments]

    @property
    def success_annotation(self) -> str:
        """The type of what a 2xx answer holds."""
        return codec.join(answer.annotation for answer in self.successes)

    @property
    def error_annotation(self) -> str:
        """The type of what any other answer holds."""
        certain = bool(self.errors) and self.errors[-1].condition is None
        return codec.join([*(answer.annotation for answer in self.errors), *([] if certain else ["None"])])

    @property
    def answer_annotation(self) -> str:
        """The type of what a described answer holds."""
        return codec.join(answer.annotation for answer in (*self.successes, *self.errors))

    @property
    def parsed_annotation(self) -> str:
        """The type of what any answer holds; None where its status is not described."""
        return codec.join([self.answer_annotation, "None"])

    @property
    def sends_media_type(self) -> bool:
        """Whether the media type of some body must be said."""
        return any(body.media_type for body in self.bodies)

    @property
    def reading(self) -> list[str]:
        """The statements that set `parsed` from an answer with a described status."""
        branches: list[tuple[str, str]] = []
        success = self.success_condition or "response.is_success"
        if self.success_annotation != "None":
            branches.append((success, "parsed = _parse(response)"))
        if self.error_annotation != "None":
            branches.append((self.error_condition or f"not ({success})", "parsed = _parse_error(response)"))
        if self.unexpected:
            branches.append((self.unexpected, "raise UnexpectedStatus(response.status_code, response.content)"))
        words = ["if", *["elif"] * len(branches)]
        return [
            line
            for word, (test, statement) in zip(words, branches, strict=False)
            for line in (f"{word} {test}:", f"    {statement}")
        ]

    @property
    def arguments_section(self) -> str:
        """The Args section of a docstring."""
        return section("Args", [(argument.name, argument.description) for argument in self.all_arguments])

    @property
    def function_docstring(self) -> str:
        """The docstring of the functions that return what the answer holds."""
        return sections(self.docstring, self.arguments_section, f"Returns:\n    {self.returns}")


def build_operation(  # noqa: PLR0913  (what the parts of the pipeline found out before)
    document: Document,
    described: DescribedOperation,
    endpoint: Endpoint,
    *,
    config: Config,
    discriminators: codec.Discriminators,
    models: Mapping[str, ModelProperty],
    pagination: Pagination | None,
) -> Operation:
    """Work out the code of an operation; raises GenerationError where that is not possible."""
    _rename_parameters(endpoint, config)
    reader = codec.Reader(discriminators, import_classes=False)
    successes, errors = _split(endpoint)
    bodies = list(_bodies(endpoint.bodies, document, described))
    answers = [reader_answer(response, reader) for response in successes]
    arguments = list(_arguments(endpoint, described))
    used = [prop for _, prop in endpoint.iter_all_parameters()]
    used += [body.prop for body in endpoint.bodies] + [response.prop for response in (*successes, *errors)]
    paging = None if pagination is None else _paging(pagination, successes, models, document, described)
    if paging is not None:
        used.append(paging.item_property)
    return Operation(
        method=described.method,
        path=described.path,
        tag=str(endpoint.tags[0]),
        module=str(endpoint.name),
        url=_url(described.path, [a for a in arguments if a.location == "path"]),
        arguments=arguments,
        bodies=bodies,
        body=_body_argument(endpoint.bodies, document, described),
        without_auth=needs_no_token(document, described),
        successes=_grouped(answers, keep_last_open=True) or [Answer(None, "None", "None")],
        errors=_grouped([reader_answer(response, reader) for response in errors], keep_last_open=False),
        success_condition=_condition(successes),
        error_condition=_condition(errors),
        unexpected=_unexpected(successes, errors),
        imports=sorted_classes(cls for prop in used for cls in codec.classes(prop)),
        functions=list(reader.functions.values()),
        paging=paging,
        is_stream=any(response.source["attribute"] == "response.content" for response in successes),
        docstring=sections(
            endpoint.summary.get_untrusted_value() or described.name, endpoint.description.get_untrusted_value()
        ),
        returns=_returned(document, described),
        failures=list(_failures(document, described)),
    )


def _rename_parameters(endpoint: Endpoint, config: Config) -> None:
    taken = _MODULE_FUNCTIONS | ({"body"} if endpoint.bodies else set()) | {str(endpoint.name)}
    for location, prop in endpoint.iter_all_parameters():
        if str(prop.python_name) in taken:
            prop.set_python_name(UntrustedString(f"{prop.python_name}_{location}"), config)


def _arguments(endpoint: Endpoint, described: DescribedOperation) -> Iterator[Argument]:
    for location, prop in endpoint.iter_all_parameters():
        name = str(prop.python_name)
        raw = prop.name.get_untrusted_value()
        said = mapping(described.parameters.get((str(location), raw)))
        description = said.get("description") or mapping(said.get("schema")).get("description") or ""
        if prop.default is not None:
            description += f" The server's default is {prop.default.python_code.as_unembedded_code()}."
        absent = [] if prop.required else [f"not isinstance({name}, Unset)"]
        if codec.is_nullable(prop):
            absent.append(f"{name} is not None")
        write = codec.write_json if location == "query" else codec.write_text
        yield Argument(
            name=name,
            key=repr(raw),
            location=str(location),
            required=prop.required,
            annotation=codec.optional_annotation(prop),
            description=description.strip() or f"The {location} parameter `{raw}`.",
            value=write(prop, name),
            condition=" and ".join(absent) or None,
            spreads=isinstance(prop, ModelProperty),
        )


def _url(path: str, arguments: list[Argument]) -> str:
    values = {argument.key: argument.value for argument in arguments}
    pieces = []
    for piece in re.split(r"(\{[^}]*\})", path):
        if piece.startswith("{"):
            pieces.append(f'quote({values[repr(piece[1:-1])]}, safe="")')
        elif piece:
            pieces.append(repr(piece))
    return " + ".join(pieces)


_BODY_PREFERENCE = (BodyType.JSON, BodyType.FILES, BodyType.DATA, BodyType.CONTENT)


def _distinct(bodies: list[Body]) -> list[Body]:
    """Leave one way to send each type: JSON where it is offered."""
    chosen: dict[str, Body] = {}
    for body in sorted(bodies, key=lambda body: _BODY_PREFERENCE.index(body.body_type)):
        chosen.setdefault(codec.annotation(body.prop), body)
    return list(chosen.values())


def _bodies(bodies: list[Body], document: Document, described: DescribedOperation) -> Iterator[RequestBody]:
    for body in _distinct(bodies):
        is_file = isinstance(body.prop, FileProperty)
        media_type = body.content_type.get_untrusted_value()
        value = codec.write_json(body.prop, "body")
        said: str | None = repr(media_type)
        match body.body_type:
            case BodyType.FILES | BodyType.DATA if not isinstance(body.prop, ModelProperty):
                message = f"{described.name} cannot be generated: its {media_type} body is not described as an object"
                place = document.place((*described.pointer, "requestBody"))
                raise GenerationError([Problem(message, place)])
            case BodyType.FILES:
                value, said = "body.to_multipart()", None  # httpx says it, with a boundary of its own choice
            case BodyType.CONTENT if is_file:
                value, said = "body.payload", f"body.mime_type or {media_type!r}"
            case BodyType.JSON if media_type == "application/json":
                said = None
            case _:
                pass
        test = body.prop.get_instance_type_string().as_unembedded_code()
        yield RequestBody(str(body.body_type), value, said, test)


def _body_argument(bodies: list[Body], document: Document, described: DescribedOperation) -> Argument | None:
    if not bodies:
        return None
    required = all(body.prop.required for body in bodies)
    annotation = codec.join(codec.annotation(body.prop) for body in _distinct(bodies))
    said = mapping(document.resolve(described.data.get("requestBody"))[0])
    return Argument(
        name="body",
        key="",
        location="body",
        required=required,
        annotation=annotation if required else f"{annotation} | Unset",
        description=said.get("description") or "What to send.",
        value="body",
        condition=None if required else "not isinstance(body, Unset)",
        spreads=False,
    )


def _split(endpoint: Endpoint) -> tuple[list[Response], list[Response]]:
    """Tell the answers that mean success from the others; `default` is success where nothing else is."""
    successes = [r for r in endpoint.responses.patterns if r.status_code.range and r.status_code.range[0] // 100 == 2]  # noqa: PLR2004  (2xx)
    errors = [response for response in endpoint.responses.patterns if response not in successes]
    if endpoint.responses.default is not None:
        errors.append(endpoint.responses.default)
        if not successes:
            successes.append(endpoint.responses.default)
    return successes, errors


def _condition(responses: list[Response]) -> str | None:
    """Return the condition that a status is one of these; None where every status is."""
    if any(response.status_code.range is None for response in responses):
        return None
    ranges = [response.status_code.range for response in responses if response.status_code.range]
    single = sorted({first for first, last in ranges if first == last})
    tests = [f"{first} <= response.status_code <= {last}" for first, last in ranges if first != last]
    if len(single) == 1:
        tests.insert(0, f"response.status_code == {single[0]}")
    elif single:
        tests.insert(0, f"response.status_code in {{{', '.join(map(str, single))}}}")
    return " or ".join(tests) or "False"


def _unexpected(successes: list[Response], errors: list[Response]) -> str | None:
    """Return the condition that a status is not described, for after those whose answers are read; None for never."""
    if any(response.is_default() for response in (*successes, *errors)):
        return None
    empty = [group for group in (successes, errors) if all(r.source["attribute"] == "None" for r in group)]
    silent = [response for group in empty for response in group]
    return "client.raise_on_unexpected_status" + (f" and not ({_condition(silent)})" if silent else "")


def reader_answer(response: Response, reader: codec.Reader) -> tuple[Response, Answer]:
    """Work out how to read an answer; its condition comes later."""
    attribute = response.source["attribute"]
    if attribute == "None":
        return response, Answer(None, "None", "None")
    if attribute == "response.content":
        return response, Answer(None, "File", "file_from_bytes(response.content)")
    annotation = codec.annotation(response.prop)
    value = reader.read(response.prop, attribute)
    if value == attribute and annotation != ("str" if attribute == "response.text" else "Any"):
        value = f'cast("{annotation}", {attribute})'
    return response, Answer(None, annotation, value)


def _grouped(answers: list[tuple[Response, Answer]], *, keep_last_open: bool) -> list[Answer]:
    """Put answers that are read alike together.

    With `keep_last_open` the last one takes any status: a 2xx that the description lacks is read like one that it has.
    """
    groups: dict[tuple[str, str], list[Response]] = {}
    for response, answer in answers:
        groups.setdefault((answer.annotation, answer.value), []).append(response)
    ordered = sorted(
        groups, key=lambda group: (_condition(groups[group]) is None, keep_last_open and group[0] != "None")
    )
    return [
        Answer(None if keep_last_open and group == ordered[-1] else _condition(groups[group]), *group)
        for group in ordered
    ]


def _returned(document: Document, described: DescribedOperation) -> str:
    for status, answer in mapping(described.data.get("responses")).items():
        if status.startswith("2"):
            return " ".join(str(mapping(document.resolve(answer)[0]).get("description") or "").split()) or "The answer."
    return "The answer."


def _failures(document: Document, described: DescribedOperation) -> Iterator[tuple[str, str]]:
    for status, answer in mapping(described.data.get("responses")).items():
        if not status.startswith("2"):
            description = str(mapping(document.resolve(answer)[0]).get("description") or "")
            yield ("any other" if status == "default" else status, description)


def _paging(
    pagination: Pagination,
    successes: list[Response],
    models: Mapping[str, ModelProperty],
    document: Document,
    described: DescribedOperation,
) -> PagingCode:
    page = successes[0].prop
    items = _walk(page, pagination.items, models, "()")
    cursor = _walk(page, pagination.next_cursor, models, "None")
    item = getattr(items[1], "inner_property", None) if items else None
    if items is None or cursor is None or item is None:
        message = f"x-pagination of {described.name}: its pointers lead through something that has no model of its own"
        raise GenerationError([Problem(message, document.place((*described.pointer, "x-pagination")))])
    lines, prop, value = cursor
    absent = _absent("cursor", prop)
    if codec.annotation(prop).removesuffix(" | None") == "str":
        absent = "not cursor"  # the empty string, too, means that there is no next page
    parameter = repr(pagination.parameter)
    following = [
        *lines,
        f"cursor = {value}",
        *([f"if {absent}:", "    return None"] if absent else []),
        f'return {{**arguments, "params": {{**arguments["params"], {parameter}: cursor}}}}',
    ]
    absent = _absent("items", items[1])
    body = (
        [*items[0], f"items = {items[2]}", f"return () if {absent} else items"]
        if absent
        else [*items[0], f"return {items[2]}"]
    )
    return PagingCode(codec.annotation(page), codec.annotation(item), item, body, following)


def _walk(
    prop: PropertyProtocol, pointer: tuple[str, ...], models: Mapping[str, ModelProperty], otherwise: str
) -> tuple[list[str], PropertyProtocol, str] | None:
    """Follow a pointer through models; what is optional on the way is tested, and ends in `otherwise`."""
    lines: list[str] = []
    expression = "page"
    for depth, token in enumerate(pointer):
        values = [member for member in codec.members(prop) if isinstance(member, ModelProperty)]
        if len(values) != 1:
            return None
        absent = _absent(f"part_{depth}", prop) if depth else None
        if absent:
            lines += [f"part_{depth} = {expression}", f"if {absent}:", f"    return {otherwise}"]
            expression = f"part_{depth}"
        model = models[str(values[0].class_info.name)]
        found = _property(model, lambda name, token=token: name == token)
        if found is None:
            return None
        prop, expression = found, f"{expression}.{found.python_name}"
    return lines, prop, expression


def _property(model: ModelProperty, test: Callable[[str], bool]) -> PropertyProtocol | None:
    for prop in (*(model.required_properties or ()), *(model.optional_properties or ())):
        if test(prop.name.get_untrusted_value()):
            return prop
    return None


def _absent(name: str, prop: PropertyProtocol) -> str | None:
    tests = [] if prop.required else [f"isinstance({name}, Unset)"]
    if codec.is_nullable(prop):
        tests.append(f"{name} is None")
    return " or ".join(tests) or None
