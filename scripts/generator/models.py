"""The models of the generated package, as its template wants them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, evolve
from openapi_python_client.parser.properties import LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.schema import Schema

from generator import codec
from generator.description import mapping
from generator.docstrings import as_deprecated, section, sections
from generator.schemas import DEPRECATED, READ_ONLY

_MOST_INFERRED = 64
_MOST_COUNTED = 6  # optional properties that are looked for one by one in less time than all keys


@define(frozen=True)
class Field:
    """An attribute of a model; `server_default` is what the server takes where a request has none."""

    name: str
    key: str
    annotation: str
    default: str | None
    server_default: str | None
    required: bool
    nullable: bool
    read: str
    write: str
    description: str
    secret: bool
    read_only: bool

    @property
    def reading(self) -> str:
        """How it is read; what every answer has but no request may be missing in what is to be sent."""
        absent = f"_cast('Any', UNSET) if {self.key} not in data and isinstance(data, ToSend) else"
        return f"{absent} {self.read}" if self.is_left_out else self.read

    @property
    def declaration(self) -> str:
        """The argument of the constructor."""
        annotation = f"{self.annotation} | Unset" if self.is_left_out else self.annotation
        return f"{self.name}: {annotation}" + (f" = {self.default}" if self.default else "")

    @property
    def is_left_out(self) -> bool:
        """Whether every answer has it, but no request."""
        return self.required and self.read_only

    @property
    def given(self) -> str:
        """The value of the attribute, out of the argument; another may be called `cast`."""
        return f"_cast({self.annotation!r}, {self.name})" if self.is_left_out else self.name

    @property
    def is_sent(self) -> str | None:
        """The condition that it is there to be sent; None where it always is."""
        if self.is_left_out:
            return f"not isinstance(cast({self.annotation + ' | Unset'!r}, self.{self.name}), Unset)"
        return None if self.required else f"not isinstance(self.{self.name}, Unset)"


@define(frozen=True)
class Additional:
    """The values under keys that the description does not name.

    `names_models` is whether their type names models, which are not imported where the code runs.
    """

    annotation: str
    read: str
    write: str
    names_models: bool


@define(frozen=True)
class Model:
    """A class for a schema."""

    name: str
    module: str
    docstring: str
    fields: list[Field]
    additional: Additional
    imports: list[Class]
    functions: list[str]

    @property
    def additional_type(self) -> str:
        """The type of the additional values, quoted where it is the model itself, which is not there yet."""
        annotation = self.additional.annotation
        return repr(annotation) if re.search(rf"\b{self.name}\b", annotation) else annotation

    @property
    def hidden(self) -> list[str]:
        """The names, quoted, of the attributes that no repr shows."""
        return [repr(field.name) for field in self.fields if field.secret]

    @property
    def declares_value(self) -> bool:
        """Whether `value` needs a declared type: pyright infers none of what is assigned to more than 64 times."""
        return sum("(value := " in field.read for field in self.fields) > _MOST_INFERRED

    @property
    def nothing_else(self) -> str:
        """A quick condition that a JSON object whose required properties were found holds no additional ones."""
        optional = [field.key for field in self.fields if not field.required or field.is_left_out]
        if len(optional) > _MOST_COUNTED:
            return "_KEYS.issuperset(data)"
        return " + ".join(
            [f"len(data) == {len(self.fields) - len(optional)}", *(f"({key} in data)" for key in optional)]
        )


def build_model(model: ModelProperty, discriminators: codec.Discriminators, models: codec.Models) -> Model:
    """Work out the class for a schema."""
    reader = codec.Reader(discriminators, models)
    properties = codec.properties(model)
    fields = [_field(prop, model, reader) for prop in properties]
    additional = model.additional_properties
    named = [cls for prop in (*properties, *([additional] if additional else ())) for cls in codec.classes(prop)]
    return Model(
        name=str(model.class_info.name),
        module=str(model.class_info.module_name),
        docstring=sections(
            text(model.description) or f"The model `{model.class_info.name}`.",
            section("Attributes", [(field.name, field.description) for field in fields if field.description]),
        ),
        fields=sorted(fields, key=lambda field: field.default is not None),
        additional=_additional(additional, reader) if additional else _UNEXPECTED,
        imports=sorted_classes(cls for cls in named if cls.class_info.name != model.class_info.name),
        functions=list(reader.functions.values()),
    )


def _is_secret(model: ModelProperty, prop: PropertyProtocol) -> bool:
    """Whether the description marks a property as a password, which no repr should show."""
    schema = (model.data.properties or {}).get(prop.name)
    return isinstance(schema, Schema) and schema.schema_format == "password"


def _is_noted(model: ModelProperty, prop: PropertyProtocol, note: str) -> bool:
    return prop.name.get_untrusted_value() in (model.data.model_extra or {}).get(note, ())


def _field(prop: PropertyProtocol, model: ModelProperty, reader: codec.Reader) -> Field:
    name = str(prop.python_name)
    key = repr(prop.name.get_untrusted_value())
    read_only = _is_noted(model, prop, READ_ONLY)
    default = None if prop.required and not read_only else "UNSET"
    if default is None and prop.default is not None:
        default = prop.default.python_code.as_unembedded_code()
    described = text(prop.description)
    server_default = None
    if not prop.required and prop.default is not None:
        server_default = prop.default.python_code.as_unembedded_code()
        described = f"{described} The server's default is {server_default}.".strip()
    if read_only:
        described = f"Read-only. {described}".strip()
    if _is_noted(model, prop, DEPRECATED):
        described = as_deprecated(described)
    return Field(
        name=name,
        key=key,
        annotation=codec.optional_annotation(prop),
        default=default,
        server_default=server_default,
        required=prop.required,
        nullable=codec.is_nullable(prop),
        read=reader.read_property(prop, key),
        write=codec.write_json(prop, f"self.{name}"),
        description=described,
        secret=_is_secret(model, prop),
        read_only=read_only,
    )


def _additional(prop: PropertyProtocol, reader: codec.Reader) -> Additional:
    return Additional(
        annotation=codec.annotation(prop),
        read=reader.read(prop, "value"),
        write=codec.write_json(prop, "value"),
        names_models=bool(list(codec.classes(prop))),
    )


_UNEXPECTED = Additional("Any", "value", "value", names_models=False)
"""Where the description allows no other keys: an API that has since learnt one sends it nevertheless."""


def sorted_classes(named: Iterable[ModelProperty | LiteralEnumProperty]) -> list[Class]:
    """Return each class once, in an order that does not depend on the run."""
    return sorted({cls.class_info.name: cls.class_info for cls in named}.values(), key=lambda cls: cls.module_name)


def text(untrusted: Any) -> str:
    """Return a description as it is in the document; the empty string where there is none."""
    return untrusted.get_untrusted_value() if untrusted else ""


def find_discriminators(content: Mapping[str, Any]) -> codec.Discriminators:
    """Find every union of references that has a discriminator, in what the generator reads: each value is mapped."""
    found: dict[frozenset[str], codec.Discriminator] = {}
    ambiguous: set[frozenset[str]] = set()
    for union in _discriminated(content):
        said = union["discriminator"]
        values = {value: _class_name(ref) for value, ref in said["mapping"].items()}
        base = _class_name(said["base"]) if "base" in said else None
        chooser = codec.Discriminator(said["propertyName"], values, base, said["inherited"], union.get("title"))
        classes = frozenset(_class_name(member["$ref"]) for member in union["anyOf"] if "$ref" in member)
        first = found.setdefault(classes, chooser)
        both = {**chooser.classes, **first.classes}  # one may name values that the other does not
        if first.property_name != chooser.property_name or not both.items() >= chooser.classes.items():
            ambiguous.add(classes)
        found[classes] = evolve(first, classes=both, is_inherited=first.is_inherited and chooser.is_inherited)
    return {classes: chooser for classes, chooser in found.items() if classes not in ambiguous}


def _discriminated(part: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, dict):
        if isinstance(mapping(part.get("discriminator")).get("mapping"), dict) and "anyOf" in part:
            yield part
        for value in part.values():
            yield from _discriminated(value)
    elif isinstance(part, list):
        for value in part:
            yield from _discriminated(value)


def _class_name(ref: str) -> str:
    return ref.rsplit("/", maxsplit=1)[-1]
