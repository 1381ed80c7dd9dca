"""The parameters of an operation as Python arguments, and the code that writes each in its style."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, evolve
from openapi_python_client.config import Config
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema.untrusted_string import UntrustedString

from afresh_toolkit.generator.normalising.schemas.facts import as_deprecated, facts
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.media_types import FORM, JSON, bare, treated_as
from afresh_toolkit.generator.writing import codec
from afresh_toolkit.generator.writing.models import text
from afresh_toolkit.generator.writing.operations.arguments import USED_NAMES, Argument
from afresh_toolkit.generator.writing.operations.routes import Routes
from afresh_toolkit.generator.writing.wording.markup import as_markdown
from afresh_toolkit.generator.writing.wording.prose import sentences

_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
"""The style of a parameter that has none, by its location."""


@define(frozen=True)
class Style:
    """How a value is written (OpenAPI, "Style Values"); `is_json` is for a parameter with `content`."""

    name: str
    explode: bool
    reserved: bool
    is_json: bool

    @classmethod
    def of(cls, said: Mapping[str, Any], location: str) -> "Style":
        """Read the style of a parameter, or of a property of a form."""
        name = said.get("style")
        if not isinstance(name, str):
            name = _STYLES[location]
        explode = said.get("explode")
        return cls(
            name=name,
            explode=explode if isinstance(explode, bool) else name in {"cookie", "deepObject", "form"},
            reserved=said.get("allowReserved") is True,
            is_json="schema" not in said and bool(said.get("content")),
        )

    @property
    def fact(self) -> tuple[str, bool]:
        """What a fake of the API has to know of it."""
        return "json" if self.is_json else f"{self.name}+" if self.reserved else self.name, self.explode


def parameter_arguments(
    endpoint: Endpoint,
    document: Document,
    described: DescribedOperation,
    config: Config,
    routes: Routes,
    *,
    partial: codec.Partial,
) -> Iterator[Argument]:
    """Go through the parameters, those in the path first and in its order."""
    _rename(endpoint, config)
    writes_query = has_styled_query(endpoint, described)
    for location, prop in endpoint.iter_all_parameters():
        name, raw, said = str(prop.python_name), prop.name.get_untrusted_value(), _said(described, location, prop)
        is_whole_query = said.get("in") == "querystring"
        schema = mapping(document.resolve(said.get("schema"))[0])
        server_default = prop.default.python_code.as_unembedded_code() if prop.default is not None else None
        of_schema = as_markdown(str(schema.get("description") or ""))
        description = sentences(
            as_markdown(str(said.get("description") or "")) or of_schema,
            text(prop.description).removeprefix(of_schema),
            facts(schema, said),
            f"The server's default is {server_default}." if server_default is not None else "",
        )
        if said.get("deprecated") is True or schema.get("deprecated") is True:
            description = as_deprecated(description)
        style = Style.of(said, str(location))
        if location == "path" and not str(document.content.get("openapi")).startswith("3.2"):
            style = evolve(style, reserved=False)  # which had no meaning in a path before
        says_null = style.is_json and codec.is_nullable(prop)
        absent = "UNSET" if says_null else "None"
        is_certain = prop.required and (says_null or not codec.is_nullable(prop))
        sent = prop if says_null else codec.not_null(prop)
        annotation = codec.annotation(prop) if prop.required else codec.with_absent(codec.annotation(prop), absent)
        if is_whole_query:
            value = _whole_query(sent, name, said, partial)
        else:
            value = _VALUES[str(location)](sent, name, raw, style, partial)
        if location == "path" and codec.holds_texts(prop) and routes.may_be_empty(described, raw, schema):
            value = f"{value[:-1]}, may_be_empty=True)"
        if location == "query":
            is_written = writes_query and not is_whole_query
            value = _written_query(sent, name, raw, style, partial) if is_written else value
            statement = f"_query.append({value})" if writes_query else f"_params[{raw!r}] = {value}"
        else:
            statement = f"_cookies.append({value})" if location == "cookie" else f"_headers[{raw!r}] = {value}"
        yield Argument(
            name=name,
            key=raw,
            location=str(location),
            annotation=annotation,
            description=description,
            value=value,
            statement=statement,
            condition=None if is_certain else codec.is_present(name, absent),
            default=None if prop.required else absent,
            server_default=server_default,
            style=("whole", False) if is_whole_query else style.fact,
            prop=prop,
        )


def has_styled_query(endpoint: Endpoint, described: DescribedOperation) -> bool:
    """Whether httpx would not write the query as it is described, so that it has to be written into the URL."""
    has_whole = any(where == "querystring" for where, _ in described.parameters)
    return (
        has_whole
        or "?" in described.path
        or any(
            _needs_style(prop, Style.of(_said(described, "query", prop), "query")) for prop in endpoint.query_parameters
        )
    )


def url(path: str, arguments: Iterable[Argument], *, writes_query: bool) -> str:
    """Return an expression for the path, with the arguments in place of the names in its braces.

    A fragment, by which some descriptions tell operations of one path apart, is never sent.
    """
    path = path.partition("#")[0]
    values = {argument.key: argument.value for argument in arguments if argument.location == "path"}
    pieces = [piece for piece in re.split(r"(\{[^}]*\})", path) if piece]
    written = " + ".join(
        values[piece[1:-1]] if piece.startswith("{") and piece[1:-1] in values else repr(piece) for piece in pieces
    )
    written = written or "''"
    return f"with_query({written}, _query)" if writes_query else written


def _said(described: DescribedOperation, location: str, prop: PropertyProtocol) -> dict[str, Any]:
    name = prop.name.get_untrusted_value()
    whole = described.parameters.get(("querystring", name)) if location == "query" else None
    return mapping(described.parameters.get((str(location), name), whole))


def form_styles(encoding: Mapping[str, Any]) -> dict[str, tuple[str, bool, bool]]:
    """Return the style of each property that has one; its media type counts only where it has none."""
    styles: dict[str, tuple[str, bool, bool]] = {}
    for name, said in encoding.items():
        if mapping(said).keys() & {"style", "explode", "allowReserved"}:
            style = Style.of(said, "query")
            styles[name] = style.name, style.explode, style.reserved
        elif "json" in str(mapping(said).get("contentType")):
            styles[name] = "json", False, False
    return styles


def _whole_query(prop: PropertyProtocol, name: str, said: Mapping[str, Any], partial: codec.Partial) -> str:
    """Write a parameter that is the whole query (OpenAPI 3.2, `querystring`): as a form, as a text, or as JSON."""
    media_type, media = next(iter(mapping(said.get("content")).items()), (JSON, None))
    written = codec.write_argument(prop, name, partial)
    if bare(media_type) == FORM and not codec.is_primitive(prop):
        return f"form_bytes({written}, {form_styles(mapping(mapping(media).get('encoding')))!r}).decode()"
    is_text = treated_as(media_type, mapping(media).get("schema")) != JSON and codec.is_primitive(prop)
    return f"query_text({codec.write_text(prop, name) if is_text else f'json_text({written})'})"


def _needs_style(prop: PropertyProtocol, style: Style) -> bool:
    """Whether a query parameter is anything but what httpx writes: a value, or a list with the name before each."""
    if style.is_json:
        return False
    return style.reserved or not (
        codec.is_primitive(prop) or (codec.is_list_of_primitives(prop) and style.explode and style.name != "deepObject")
    )


def _path_value(prop: PropertyProtocol, name: str, raw: str, style: Style, partial: codec.Partial) -> str:
    if style.is_json:
        return f"path_segment(json_text({codec.write_argument(prop, name, partial)}))"
    if codec.is_primitive(prop) and style.name == "simple" and not style.reserved:
        return f"path_segment({codec.write_text(prop, name)})"
    written = codec.write_argument(prop, name, partial)
    reserved = ", reserved=True" if style.reserved else ""
    return f"path_text({raw!r}, {written}, style={style.name!r}, explode={style.explode}{reserved})"


def _query_value(prop: PropertyProtocol, name: str, _raw: str, style: Style, partial: codec.Partial) -> str:
    written = codec.write_argument(prop, name, partial)
    if style.is_json:
        return f"json_text({written})"
    is_plain_list = codec.is_list_of_primitives(prop) and written == f"as_list({name})"
    return f"plain_items({name})" if is_plain_list else written


def _written_query(prop: PropertyProtocol, name: str, raw: str, style: Style, partial: codec.Partial) -> str:
    options = {"style": style.name, "explode": style.explode, "reserved": style.reserved}
    usual = {"style": "form", "explode": True, "reserved": False}
    if codec.is_primitive(prop) or style.is_json:
        usual |= {"style": style.name, "explode": style.explode}
    said = "".join(f", {option}={value!r}" for option, value in options.items() if value != usual[option])
    return f"query_part({raw!r}, {_query_value(prop, name, raw, style, partial)}{said})"


def _header_value(prop: PropertyProtocol, name: str, _raw: str, style: Style, partial: codec.Partial) -> str:
    if style.is_json:
        return f"json_text({codec.write_argument(prop, name, partial)}, is_ascii=True)"
    if codec.is_primitive(prop):
        return f"header_text({codec.write_text(prop, name)})"
    return f"header_text(simple_text({codec.write_argument(prop, name, partial)}, explode={style.explode}))"


def _cookie_value(prop: PropertyProtocol, name: str, raw: str, style: Style, partial: codec.Partial) -> str:
    if style.name == "cookie":
        written = codec.write_argument(prop, name, partial)
        return f"cookie_part({raw!r}, {written}, explode={style.explode}, encode=plain_cookie)"
    if style.is_json:
        return f"{raw + '='!r} + cookie_value(json_text({codec.write_argument(prop, name, partial)}, is_ascii=True))"
    if codec.is_primitive(prop):
        return f"{raw + '='!r} + cookie_value({codec.write_text(prop, name)})"
    return f"cookie_part({raw!r}, {codec.write_argument(prop, name, partial)}, explode={style.explode})"


_VALUES = {"path": _path_value, "query": _query_value, "header": _header_value, "cookie": _cookie_value}


def _rename(endpoint: Endpoint, config: Config) -> None:
    taken = USED_NAMES | ({"body"} if endpoint.bodies else set())
    for location, prop in endpoint.iter_all_parameters():
        if prop.python_name in taken:
            prop.set_python_name(UntrustedString(f"{prop.python_name}_{location}"), config)
