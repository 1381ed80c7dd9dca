"""The module `webhooks` of the package: what each request that the API sends holds, and how it is verified."""

from collections.abc import Iterable, Mapping

from attrs import define
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.responses import Response

from afresh_toolkit.generator.extensions.signatures import Signing
from afresh_toolkit.generator.normalising.webhooks import ANY_PLACE, ShownWebhook
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.webhooks import DescribedWebhook
from afresh_toolkit.generator.rules import Applied, Rule
from afresh_toolkit.generator.writing import codec
from afresh_toolkit.generator.writing.models import sorted_classes
from afresh_toolkit.generator.writing.unions.shapes import Shapes
from afresh_toolkit.generator.writing.unions.union_code import Unions
from afresh_toolkit.generator.writing.wording.docstrings import sections

NOT_TOLD = Rule(
    "webhooks-alike",
    "Webhooks whose payloads nothing tells apart are read by the `parse` of each, and by none for all of them.",
)

_FEW = 16
"""Payloads that are told apart by what they hold: the code for more would be long."""


@define(frozen=True)
class WebhookCode:
    """A webhook: its name in Python and in the description, the type of what it holds, and how to read that.

    `form` is what the body is. `signing` says how it is signed, if that is known.
    """

    name: str
    key: str
    annotation: str
    value: str
    form: str
    signing: Signing | None
    docstring: str

    @property
    def signed(self) -> str | None:
        """How it is signed, in words."""
        return self.signing.said if self.signing else None

    @property
    def literal(self) -> str:
        """The name in the description, in code."""
        return repr(self.key)

    @property
    def arguments(self) -> str:
        """The arguments of the class."""
        signature = [f"signature={self._signature}"] if self.signing else []
        form = [f"form={self.form!r}"] if self.form != "json" else []
        return ", ".join([self.literal, f"_read_payload_of_{self.name}", *signature, *form])

    @property
    def _signature(self) -> str:
        if self.signing is None or self.signing.header is None:
            return "_STANDARD_WEBHOOKS"
        options = "".join(f", {name}={value!r}" for name, value in self.signing.options)
        return f"_Signature({self.signing.header!r}{options})"


@define(frozen=True)
class Webhooks:
    """All of them; `any` reads each of them, where their payloads can be told apart."""

    listed: list[WebhookCode]
    any: WebhookCode | None
    imports: list[Class]
    functions: list[str]

    @property
    def all(self) -> list[WebhookCode]:
        """Those that are listed, and what reads any."""
        return [*self.listed, *([self.any] if self.any else [])]


def build_webhooks(
    shown: Iterable[ShownWebhook],
    endpoints: Iterable[Endpoint],
    signing: Mapping[Pointer, Signing],
    unions: Unions,
    applied: Applied,
) -> Webhooks | None:
    """Work out the code of the webhooks; None where there are none."""
    reader = codec.Reader(unions)
    listed: list[WebhookCode] = []
    any_: WebhookCode | None = None
    own: list[WebhookCode] = []  # those that are no callbacks
    for one, endpoint in zip(shown, endpoints, strict=True):
        response = endpoint.responses.patterns[0]
        if one.described is not None:
            code = _code(one, one.described, response, signing.get(one.described.operation.pointer), reader)
            listed.append(code)
            own += [] if one.described.caller else [code]
        elif all((code.form, code.signing) == ("json", own[0].signing) for code in own):
            if _is_told(response.prop, unions):
                any_ = _code(one, None, response, own[0].signing, reader)
            else:
                applied.note(NOT_TOLD, ANY_PLACE)
    if not listed:
        return None
    return Webhooks(listed, any_, sorted_classes(reader.named), list(reader.functions.values()))


def _is_told(prop: PropertyProtocol, unions: Unions) -> bool:
    """Whether the payloads can be told apart: by values that name them, or, if they are few, by what they hold."""
    if not isinstance(prop, UnionProperty):
        return True
    names = [str(member.class_info.name) for member in prop.inner_properties if isinstance(member, ModelProperty)]
    if len(names) > _FEW:
        return len(names) == len(prop.inner_properties) and _have_names(names, unions.shapes)
    unions.tree(prop, names)  # which notes what it cannot tell apart
    return not unions.not_told.pop(ANY_PLACE, None)


def _have_names(models: list[str], shapes: Shapes) -> bool:
    """Whether a property of all payloads has another value in each."""
    for key in shapes.fields(models[0]):
        found = [shapes.at(model, (key,)) for model in models]
        values = [value for one in found if one and one.is_always_there for value in (one.shape.values or ())]
        if len(values) == len(set(values)) >= len(models) and all(one and one.shape.values for one in found):
            return True
    return False


def _code(
    shown: ShownWebhook,
    described: DescribedWebhook | None,
    response: Response,
    signing: Signing | None,
    reader: codec.Reader,
) -> WebhookCode:
    annotation, value, form = "None", "None", "nothing"
    if response.source["attribute"] == "response.content":
        annotation, value, form = "bytes", "cast('bytes', data)", "bytes"
    elif response.source["attribute"] != "None":
        annotation, value, form = codec.annotation(response.prop), reader.read(response.prop, "data"), "json"
        value = f"cast({annotation!r}, data)" if value == "data" and annotation != "Any" else value
        reader.named += codec.classes(response.prop)
    words = _docstring(described) if described else ""
    return WebhookCode(shown.attribute, shown.key, annotation, value, form, signing, words)


def _docstring(described: DescribedWebhook) -> str:
    data = described.operation.data
    said = [str(data[name]) for name in ("summary", "description") if data.get(name)]
    kind = f"The callback `{described.name}` of {described.caller.name}." if described.caller else ""
    return sections(*(said or [kind or f"The webhook `{described.name}`."]), kind if said else "")
