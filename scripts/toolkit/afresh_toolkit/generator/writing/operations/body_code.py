"""The body of an operation's request as a Python argument, and the ways to send it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define
from openapi_python_client.parser.bodies import Body, BodyType
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import AnyProperty, ModelProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty

from afresh_toolkit.generator.interpreting.maps import MapProperty
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.media_types import bare
from afresh_toolkit.generator.writing import codec
from afresh_toolkit.generator.writing.operations.arguments import Argument
from afresh_toolkit.generator.writing.operations.parameter_code import form_styles
from afresh_toolkit.generator.writing.wording.markup import as_markdown
from afresh_toolkit.generator.writing.wording.prose import finished

_PART = "file"
"""What the part of a form is called that the description has no name for."""

_JSON_PATCH = "application/json-patch+json"
"""A list of operations (RFC 6902)."""

_PREFERENCE = (BodyType.JSON, BodyType.FILES, BodyType.DATA, BodyType.CONTENT)


@define(frozen=True)
class RequestBody:
    """One way to send the body.

    `httpx_argument` takes `value`; `media_type` is an expression, None where httpx says it by itself; `test` is the
    condition that the argument is for this way, where there are several. `media_types` are those of the description,
    and `styles` those of the properties of a form. `prop` is the body as the generator read it, and `said_type` the
    media type that is described.
    """

    annotation: str
    httpx_argument: str
    value: str
    media_type: str | None
    test: str
    media_types: tuple[str, ...]
    styles: dict[str, tuple[str, bool, bool]]
    prop: PropertyProtocol
    said_type: str


@define(frozen=True)
class RequestBodies:
    """The body as an argument, and every way to send it.

    `media_type` is the argument for the media type, where there are several for one type of body. `absent` is what
    stands for a body that is left out: `None`, or `UNSET` where None is sent as null.
    """

    argument: Argument
    media_type: Argument | None
    ways: list[RequestBody]
    is_required: bool
    absent: str

    @property
    def is_absent(self) -> str:
        """The condition that it is left out."""
        return codec.is_absent(self.argument.name, self.absent)

    @property
    def is_present(self) -> str:
        """The condition that it is there."""
        return codec.is_present(self.argument.name, self.absent)

    @property
    def holds_list(self) -> bool:
        """Whether a list is told from other types."""
        return len(self.ways) > 1 and any(re.search(r"\blist\b", way.test) for way in self.ways)

    @property
    def is_streamed(self) -> bool:
        """Whether a body may be sent without being whole in memory."""
        return any(way.annotation == "BinaryBody" for way in self.ways)


def request_bodies(
    endpoint: Endpoint,
    document: Document,
    described: DescribedOperation,
    models: codec.Models,
    partial: codec.Partial,
) -> RequestBodies | None:
    """Work out the ways to send the body; None where the operation has none."""
    if not endpoint.bodies:
        return None
    said, _ = document.resolve(described.data.get("requestBody"))
    groups = list(_grouped(endpoint.bodies, models))
    media_types = next((types for group in groups if (types := _media_types(group))), None)
    ways = [
        _way(group, mapping(said), models, partial, is_chosen=_media_types(group) == media_types) for group in groups
    ]
    is_required = all(body.prop.required for body in endpoint.bodies)
    annotation = codec.join(way.annotation for way in ways)
    takes_null = any(body.body_type is BodyType.JSON and codec.takes_null(body.prop) for body in endpoint.bodies)
    absent = "UNSET" if takes_null else "None"
    return RequestBodies(
        argument=Argument(
            name="body",
            key="",
            location="body",
            annotation=annotation if is_required else codec.with_absent(annotation, absent),
            description=finished(as_markdown(str(mapping(said).get("description") or ""))),
            value="body",
            statement="",
            condition=None,
            default=None if is_required else absent,
        ),
        media_type=_media_type_argument(media_types) if media_types else None,
        ways=ways,
        is_required=is_required,
        absent=absent,
    )


def _way(
    group: list[Body], said: Mapping[str, Any], models: codec.Models, partial: codec.Partial, *, is_chosen: bool
) -> RequestBody:
    body = group[0]
    media_type = body.content_type.get_untrusted_value()
    value = codec.write_body(body.prop, "body", models, partial)
    annotation = codec.annotation(body.prop)
    media = repr(media_type)
    argument = "content"
    encoding = mapping(mapping(mapping(said.get("content")).get(media_type)).get("encoding"))
    match body.body_type:
        case BodyType.JSON if isinstance(body.prop, FileProperty):  # a file that holds JSON
            annotation, value, media = "BinaryBody", "content_of(body)", f"media_type_of(body, {media_type!r})"
        case BodyType.JSON if codec.takes_null(body.prop):
            value = f"json_bytes({value})"  # httpx takes None for no body at all
        case BodyType.JSON if codec.holds_files(body.prop, models):
            value = f"json_bytes({value})"  # which says why there can be no file in it
        case BodyType.JSON:
            argument, media = "json", "" if media_type == "application/json" else media
        case BodyType.FILES if _is_object(body.prop):
            separators = f", {joined!r}" if (joined := _part_separators(encoding)) else ""
            argument, value, media = "files", f"multipart({value}, {_part_types(encoding)!r}{separators})", ""
        case BodyType.FILES:  # with no name for its one part
            argument, media = "files", ""
            value = f"multipart({{{_PART!r}: {value}}}, {_part_types(encoding)!r})"
        case BodyType.DATA if _is_object(body.prop):
            value = f"form_bytes({value}, {form_styles(encoding)!r})"
        case _ if not isinstance(body.prop, StringProperty):  # the caller makes it, whatever it is
            default = "application/octet-stream" if "*" in media_type else media_type
            annotation, value, media = "BinaryBody", "content_of(body)", f"media_type_of(body, {default!r})"
        case _:
            value = f"plain_text({codec.write_text(body.prop, 'body')})"
            media = repr(f"{media_type}; charset=utf-8") if _is_plain_text(media_type) else media
    if is_chosen:
        media = "content_type"
    test = f"isinstance(body, {codec.runtime_type(body.prop)})" if annotation != "BinaryBody" else "is_binary(body)"
    media_types = tuple(body.content_type.get_untrusted_value() for body in group)
    styles = form_styles(encoding)
    return RequestBody(
        annotation, argument, value, media or None, test, media_types, styles, body.prop, said_type=media_type
    )


def _is_object(prop: PropertyProtocol) -> bool:
    return any(isinstance(member, AnyProperty | MapProperty | ModelProperty) for member in codec.members(prop))


def _is_plain_text(media_type: str) -> bool:
    return media_type.startswith("text/") and ";" not in media_type


def _part_types(encoding: Mapping[str, Any]) -> dict[str, str]:
    """Return the media type of each part that has just one; of several, or of a range, the part's own has to do."""
    said = {name: str(mapping(part).get("contentType") or "") for name, part in encoding.items()}
    return {name: media_type for name, media_type in said.items() if media_type and not set(media_type) & set("*,")}


def _part_separators(encoding: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands between the items of each array that is one part: such has a style, and is not exploded."""
    styles = {name: said for name, said in form_styles(encoding).items() if said[0] != "json" and not said[1]}
    separators = {"pipeDelimited": "|", "spaceDelimited": " ", "tabDelimited": "\t"}
    return {name: separators.get(style, ",") for name, (style, _, _) in styles.items() if style != "deepObject"}


def _grouped(bodies: Iterable[Body], models: codec.Models) -> Iterator[list[Body]]:
    """Put what takes the same type of argument together, the preferred first; what takes anything comes last."""
    groups: dict[str, list[Body]] = {}
    for body in sorted(bodies, key=lambda body: _preference(body, models)):
        groups.setdefault(codec.annotation(body.prop), []).append(body)
    return iter(sorted(groups.values(), key=lambda group: _takes_anything(group[0].prop)))


def _preference(body: Body, models: codec.Models) -> tuple[bool, int, bool]:
    """Prefer JSON, but not for files: those it cannot hold. A patch that the schema is no document of comes last."""
    has_lost_files = body.body_type is not BodyType.FILES and codec.holds_files(body.prop, models)
    return has_lost_files, _PREFERENCE.index(body.body_type), _is_other_patch(body)


def _is_other_patch(body: Body) -> bool:
    """Whether the media type is that of a patch of another form: a JSON Patch is a list, and other patches are not."""
    media_type = bare(body.content_type.get_untrusted_value())
    has_list = any(isinstance(member, AnyProperty | ListProperty) for member in codec.members(body.prop))
    has_other = any(not isinstance(member, ListProperty) for member in codec.members(body.prop))
    return not has_list if media_type == _JSON_PATCH else media_type.endswith("patch+json") and not has_other


def _takes_anything(prop: PropertyProtocol) -> bool:
    return any(isinstance(member, AnyProperty) for member in codec.members(prop))


def _media_types(group: list[Body]) -> tuple[str, ...]:
    """Return the media types among which the caller must be able to choose.

    There is no choice where plain JSON is offered, nor for files, which have types of their own.
    """
    first = group[0]
    names = [body.content_type.get_untrusted_value() for body in group if body.body_type is first.body_type]
    said = [name for name in names if "*" not in name]
    is_settled = "application/json" in said or first.body_type in {BodyType.FILES, BodyType.DATA}
    return () if is_settled or isinstance(first.prop, FileProperty) or len(said) == 1 else tuple(said)


def _media_type_argument(media_types: Iterable[str]) -> Argument:
    said = list(media_types)
    return Argument(
        name="content_type",
        key="",
        location="body",
        annotation=f"Literal[{', '.join(map(repr, said))}]",
        description="The media type of the body.",
        value="content_type",
        statement="",
        condition=None,
        default=repr(said[0]),
    )
