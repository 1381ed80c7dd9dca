"""The operations of the generated package, as the templates of their modules and methods want them."""

import re
from collections.abc import Iterator, Mapping

from attrs import define
from openapi_python_client.config import Config
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.schemas import Class

from afresh_toolkit.generator.extensions.pagination import Pagination
from afresh_toolkit.generator.guessing.keys import Alternatives
from afresh_toolkit.generator.normalising.file_names import LONGEST_OPERATION, LONGEST_TAG, file_name
from afresh_toolkit.generator.normalising.naming.words import ACTIONS
from afresh_toolkit.generator.normalising.schemas.facts import as_deprecated
from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, needs_token
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.writing import codec
from afresh_toolkit.generator.writing.models import sorted_classes, text
from afresh_toolkit.generator.writing.operations.answer_code import (
    Answers,
    DescribedAnswer,
    asked_for,
    build_answers,
    described_answers,
    split,
)
from afresh_toolkit.generator.writing.operations.arguments import Argument
from afresh_toolkit.generator.writing.operations.body_code import RequestBodies, request_bodies
from afresh_toolkit.generator.writing.operations.paging_code import PagingCode, UntypedError, paging_code
from afresh_toolkit.generator.writing.operations.parameter_code import has_styled_query, parameter_arguments, url
from afresh_toolkit.generator.writing.operations.routes import Routes
from afresh_toolkit.generator.writing.unions.union_code import Unions
from afresh_toolkit.generator.writing.wording.docstrings import section, sections
from afresh_toolkit.generator.writing.wording.markup import as_markdown
from afresh_toolkit.generator.writing.wording.prose import finished, sentences, with_summary

_SUCCESS = re.compile(
    r"(?:a |the )?(?:2\d\d )?(?:accepted|created|default|no content|ok|okay|response|success(?:ful|fully)?)"
    r"(?: (?:completed|completion|executed|operation|processed|request|response))*\W*",
    re.IGNORECASE,
)
"""What descriptions say of an answer when they have nothing to say."""

_ABOUT_DEPRECATION = re.compile(
    r"(?:^|(?<=[.!?]\s))[^\n]*?(?:\bdeprecat|\binstead\b|\breplaced by\b|\bsunset\b)[^\n]*?(?:[.!?](?=\s|$)|$)",
    re.IGNORECASE | re.MULTILINE,
)
"""A sentence on what became of an operation."""

_WORDS_OF_A_MARK = 4
"""A sentence of so few words says no more than that it is deprecated."""

_IDEMPOTENCY_KEY = re.compile(r"(x-)?idempotency-?(key|id|token)", re.IGNORECASE)


@define(frozen=True)
class Operation:
    """An operation.

    `key` is its method and path, by which the manifest knows it; `name` is its full name, and `folder` and `module` say
    where its module goes. `writes_query` is whether the query is part of the `url`; `accept` is the media type
    to ask for, where the answers come in several. `security` is whether it needs a token, None where it takes one, and
    works without; `schemes` are the security schemes that it asks for, where keys are among them. `idempotency_header`
    is the header parameter that holds an idempotency key. `deprecation` is the warning of a call where
    the operation is deprecated. `words` are the description's about it, and `answer_words` those about its answers, by
    their statuses.
    `pagination` is how it pages, and `described_answers` are its answers, one by one.
    """

    method: str
    path: str
    tag: str
    name: str
    folder: str
    module: str
    url: str
    arguments: list[Argument]
    body: RequestBodies | None
    writes_query: bool
    accept: str | None
    security: bool | None
    schemes: Alternatives
    idempotency_header: str | None
    answers: Answers
    imports: list[Class]
    functions: list[str]
    paging: PagingCode | None
    pagination: Pagination | None
    described_answers: list[DescribedAnswer]
    words: str
    deprecation: str | None
    answer_words: Mapping[str, str]

    @property
    def key(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"

    @property
    def returns(self) -> str:
        """The description's words about what is returned, where they say something."""
        if self.answers.redirects:
            return _WHERE
        return next((said for status, said in self.answer_words.items() if _says_something(status, said)), "")

    @property
    def failures(self) -> list[tuple[str, str]]:
        """The statuses that are errors, and the description's words about each."""
        return [
            ("any other" if status == "default" else status, said)
            for status, said in self.answer_words.items()
            if not status.startswith("3" if self.answers.redirects else "2")
        ]

    @property
    def is_stream(self) -> bool:
        """Whether a success is a file, which is better not read into memory."""
        return self.answers.is_binary

    def at(self, location: str) -> list[Argument]:
        """Return the arguments of one location: path, query, header or cookie."""
        return [argument for argument in self.arguments if argument.location == location]

    @property
    def keyword_arguments(self) -> list[Argument]:
        """The arguments that are neither in the path nor the body itself."""
        media_type = self.body.media_type if self.body else None
        others = [argument for argument in self.arguments if argument.location != "path"]
        return [*([media_type] if media_type else []), *others]

    @property
    def all_arguments(self) -> list[Argument]:
        """All arguments, in the order of a method's signature."""
        return [*self.at("path"), *([self.body.argument] if self.body else []), *self.keyword_arguments]

    @property
    def sends_headers(self) -> bool:
        """Whether there may be headers to send."""
        says_type = self.body is not None and any(way.media_type for way in self.body.ways)
        return bool(self.at("header") or self.at("cookie") or says_type or self.accept)

    @property
    def arguments_section(self) -> str:
        """The Args section of a docstring."""
        said = [(argument.name, argument.description) for argument in self.all_arguments if argument.description]
        return section("Args", said)

    @property
    def described(self) -> str:
        """What is said of it; empty where the description says nothing."""
        return self.words if self.deprecation is None else as_deprecated(self.words)

    @property
    def docstring(self) -> str:
        """What is said of it; where the description says nothing, what it sends."""
        said = self.words or f"Send `{self.key}`."
        return said if self.deprecation is None else as_deprecated(said)

    @property
    def function_docstring(self) -> str:
        """The docstring of the functions that return what the answer holds."""
        returned = "" if self.answers.success_annotation == "None" else self.returns
        return sections(self.docstring, self.arguments_section, f"Returns:\n    {returned}" if returned else "")


_WHERE = "The URL that the answer redirects to. It is not requested."


@define(frozen=True)
class OperationBuilder:
    """Makes operations of what the generator read, with what the description says besides.

    `asks_for_security` is whether the description asks for security anywhere; `schemes` are those that operations ask
    for, where keys are among them, by "METHOD /path". `partial` is how models are written into requests.
    """

    document: Document
    config: Config
    unions: Unions
    routes: Routes
    asks_for_security: bool
    schemes: Mapping[str, Alternatives]
    partial: codec.Partial

    def build(self, described: DescribedOperation, endpoint: Endpoint, pagination: Pagination | None) -> Operation:
        """Work out the code of an operation; raises GenerationError where that is not possible."""
        reader = codec.Reader(self.unions)
        arguments = list(
            parameter_arguments(endpoint, self.document, described, self.config, self.routes, partial=self.partial)
        )
        writes_query = bool(endpoint.query_parameters) and has_styled_query(endpoint, described)
        answers = build_answers(self.document, described, endpoint, reader)
        body = request_bodies(endpoint, self.document, described, self.unions.models, self.partial)
        paging = None if pagination is None else self._paging(pagination, described, endpoint, body, answers)
        named = [*_properties(endpoint), *([paging.item_property] if paging else [])]
        tag, name = str(endpoint.tags[0]), str(endpoint.name)
        is_deprecated = described.data.get("deprecated") is True
        words = _words(text(endpoint.summary), text(endpoint.description))
        return Operation(
            method=described.method,
            path=described.path,
            tag=tag,
            name=name,
            folder=file_name(tag, LONGEST_TAG),
            module=file_name(name, LONGEST_OPERATION),
            url=url(described.path, arguments, writes_query=writes_query),
            arguments=arguments,
            body=body,
            writes_query=writes_query,
            accept=asked_for(self.document, described),
            security=needs_token(self.document, described, is_asked_for=self.asks_for_security),
            schemes=self.schemes.get(described.name, ()),
            idempotency_header=_idempotency_header(described),
            answers=answers,
            imports=sorted_classes([*(cls for prop in named for cls in codec.classes(prop)), *reader.named]),
            functions=list(reader.functions.values()),
            paging=paging,
            pagination=pagination,
            described_answers=described_answers(self.document, described, endpoint),
            words=words,
            deprecation=_deprecation(described.name, words) if is_deprecated else None,
            answer_words=dict(self._said(described)),
        )

    def _paging(
        self,
        pagination: Pagination,
        described: DescribedOperation,
        endpoint: Endpoint,
        body: RequestBodies | None,
        answers: Answers,
    ) -> PagingCode | None:
        successes, _ = split(endpoint)
        page = next((one for one in successes if one.source["attribute"] != "None"), successes[0])
        # The body can be changed where it is JSON that httpx writes, and nothing else.
        is_json = body is not None and [way.httpx_argument for way in body.ways] == ["json"]
        sent = endpoint.bodies[0].prop if is_json else None
        try:
            return paging_code(pagination, page.prop, answers.success_annotation, sent, self.unions.models)
        except UntypedError:
            if pagination.is_guess:
                return None
            message = (
                f"x-pagination of {described.name}: its pointers lead through something that has no model, or to "
                "something of another type than it must have"
            )
            place = self.document.place((*described.pointer, "x-pagination"))
            raise GenerationError([Problem(message, place)]) from None

    def _said(self, described: DescribedOperation) -> Iterator[tuple[str, str]]:
        """Go through the statuses and what the description says about each, on one line."""
        for status, answer in mapping(described.data.get("responses")).items():
            said = mapping(self.document.resolve(answer)[0]).get("description")
            yield status, finished(" ".join(as_markdown(str(said or "")).split()))


def _words(summary: str, description: str) -> str:
    """Put the words on an operation together; many descriptions begin with the summary once more."""
    said = " ".join(summary.split()).rstrip(" .")
    if not said or " ".join(description.split()).lower().startswith(said.lower()):
        return _begun(with_summary(description))
    return sections(_begun(with_summary(summary)), description)


def _begun(text: str) -> str:
    """Begin a text in upper case that begins with what is done, such as `create`."""
    first = re.match(r"[a-z]+(?=[ .])", text)
    return text[0].upper() + text[1:] if first and first[0] in ACTIONS else text


def _deprecation(name: str, docstring: str) -> str:
    """Return the warning for a call, with the sentence of the description that speaks of it, if there is one."""
    found = _ABOUT_DEPRECATION.search(docstring)
    said = " ".join(found[0].replace("**", "").split()).strip("*_> ") if found else ""
    return sentences(f"{name} is deprecated", said if said.count(" ") > _WORDS_OF_A_MARK else "")


def _says_something(status: str, said: str) -> bool:
    """Whether the words on an answer that means success say more than that it does."""
    return status.startswith("2") and bool(said) and not _SUCCESS.fullmatch(said)


def _idempotency_header(described: DescribedOperation) -> str | None:
    """Find the header that is marked as one for an idempotency key, or else is called so."""
    headers = {name: parameter for (where, name), parameter in described.parameters.items() if where == "header"}
    marked = [name for name, parameter in headers.items() if parameter.get("x-idempotency-key") is True]
    return next(iter([*marked, *filter(_IDEMPOTENCY_KEY.fullmatch, headers)]), None)


def _properties(endpoint: Endpoint) -> Iterator[PropertyProtocol]:
    for _, parameter in endpoint.iter_all_parameters():
        yield parameter
    for body in endpoint.bodies:
        yield body.prop
    for response in endpoint.responses:
        yield response.prop
