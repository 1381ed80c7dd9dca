"""What an operation sends: its parameters and its body as Python arguments, and the expressions that send them."""

import re
from collections.abc import Iterator

from attrs import define
from openapi_python_client.config import Config
from openapi_python_client.parser.bodies import Body, BodyType
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema.untrusted_string import UntrustedString

from generator import codec
from generator.description import DescribedOperation, mapping
from generator.document import Document
from generator.problems import GenerationError, Problem

_USED_NAMES = frozenset(
    {
        "arguments",
        "asyncio",
        "asyncio_detailed",
        "cast",
        "format_datetime",
        "httpx",
        "models",
        "path_segment",
        "sync",
        "sync_detailed",
    },
)
"""What the functions of an operation's module use; a parameter of such a name gets its location appended."""


@define(frozen=True)
class Argument:
    """A parameter of an operation, or its body, as an argument in Python.

    `value` is the expression that goes into the request under `key`; with `spreads`, its own keys go there instead.
    `condition` says when it does; None is always.
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
    """One way to send the body.

    `httpx_argument` takes `value`; `media_type` is an expression, None where httpx says it by itself; `test` is the
    type that the argument must have, where there are several ways.
    """

    httpx_argument: str
    value: str
    media_type: str | None
    test: str


def parameter_arguments(endpoint: Endpoint, described: DescribedOperation, config: Config) -> Iterator[Argument]:
    """Go through the parameters, those in the path first and in its order."""
    _rename(endpoint, config)
    for location, prop in endpoint.iter_all_parameters():
        name = str(prop.python_name)
        raw = prop.name.get_untrusted_value()
        said = mapping(described.parameters.get((str(location), raw)))
        description = said.get("description") or mapping(said.get("schema")).get("description") or ""
        if prop.default is not None:
            description += f" The server's default is {prop.default.python_code.as_unembedded_code()}."
        present = [] if prop.required else [f"not isinstance({name}, Unset)"]
        if codec.is_nullable(prop):
            present.append(f"{name} is not None")
        write = codec.write_json if location == "query" else codec.write_text
        yield Argument(
            name=name,
            key=repr(raw),
            location=str(location),
            required=prop.required,
            annotation=codec.optional_annotation(prop),
            description=description.strip() or f"The {location} parameter `{raw}`.",
            value=write(codec.not_null(prop), name),
            condition=" and ".join(present) or None,
            spreads=isinstance(prop, ModelProperty),
        )


def body_argument(endpoint: Endpoint, document: Document, described: DescribedOperation) -> Argument | None:
    """Return the body as an argument; None where the operation has none."""
    if not endpoint.bodies:
        return None
    required = all(body.prop.required for body in endpoint.bodies)
    annotation = codec.join(codec.annotation(body.prop) for body in _distinct(endpoint.bodies))
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


def request_bodies(endpoint: Endpoint, document: Document, described: DescribedOperation) -> Iterator[RequestBody]:
    """Go through the ways to send the body; raises GenerationError for a form that is no object."""
    for body in _distinct(endpoint.bodies):
        media_type = body.content_type.get_untrusted_value()
        value = codec.write_json(body.prop, "body")
        said: str | None = repr(media_type)
        match body.body_type:
            case BodyType.FILES | BodyType.DATA if not _is_model(body.prop):
                message = f"{described.name} cannot be generated: its {media_type} body is not described as an object"
                raise GenerationError([Problem(message, document.place((*described.pointer, "requestBody")))])
            case BodyType.FILES:
                value, said = "body.to_multipart()", None  # httpx says it, with a boundary of its own choice
            case BodyType.CONTENT if isinstance(body.prop, FileProperty):
                value, said = "body.payload.read()", f"body.mime_type or {media_type!r}"
            case BodyType.DATA:
                said = None
            case BodyType.JSON if media_type == "application/json":
                said = None
            case _:
                pass
        yield RequestBody(str(body.body_type), value, said, codec.runtime_type(body.prop))


def _is_model(prop: PropertyProtocol) -> bool:
    """Whether every value is a model, which forms are made of."""
    return all(isinstance(member, ModelProperty) for member in codec.members(prop))


def url(path: str, arguments: list[Argument]) -> str:
    """Return an expression for the path, with the arguments in place of the names in its braces."""
    values = {argument.key: argument.value for argument in arguments}
    pieces = [piece for piece in re.split(r"(\{[^}]*\})", path) if piece]
    return " + ".join(
        f"path_segment({values[repr(piece[1:-1])]})" if piece.startswith("{") else repr(piece) for piece in pieces
    )


def _rename(endpoint: Endpoint, config: Config) -> None:
    taken = _USED_NAMES | ({"body"} if endpoint.bodies else set())
    for location, prop in endpoint.iter_all_parameters():
        if prop.python_name in taken:
            prop.set_python_name(UntrustedString(f"{prop.python_name}_{location}"), config)


_PREFERENCE = (BodyType.JSON, BodyType.FILES, BodyType.DATA, BodyType.CONTENT)


def _distinct(bodies: list[Body]) -> list[Body]:
    """Leave one way to send each type: JSON where it is offered."""
    chosen: dict[str, Body] = {}
    for body in sorted(bodies, key=lambda body: _PREFERENCE.index(body.body_type)):
        chosen.setdefault(codec.annotation(body.prop), body)
    return list(chosen.values())
