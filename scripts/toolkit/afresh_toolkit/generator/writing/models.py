"""The models of the generated package, as its template wants them."""

import re
from collections.abc import Iterable
from typing import Any

from attrs import define
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.schemas import Class

from afresh_toolkit.generator.normalising.schemas.facts import as_deprecated
from afresh_toolkit.generator.normalising.schemas.schemas import DEPRECATED, FACTS, SECRET
from afresh_toolkit.generator.writing import codec
from afresh_toolkit.generator.writing.read_only import ReadOnly
from afresh_toolkit.generator.writing.unions.union_code import Unions
from afresh_toolkit.generator.writing.wording.docstrings import section, sections
from afresh_toolkit.generator.writing.wording.markup import as_markdown
from afresh_toolkit.generator.writing.wording.prose import sentences, with_summary

_MOST_INFERRED = 64
_MOST_COUNTED = 6  # optional properties that are looked for one by one in less time than all keys


@define(frozen=True)
class Field:
    """An attribute of a model.

    `absent` is `None` or `UNSET`: what stands for an attribute that is absent. `server_default` is what the server
    takes where a request has none.
    """

    name: str
    key: str
    annotation: str
    default: str | None
    server_default: str | None
    required: bool
    absent: str
    holds_list: bool
    read: str
    write: str
    description: str
    secret: bool
    read_only: bool

    @property
    def reading(self) -> str:
        """How it is read; what every answer has but no request may be missing in what is to be sent."""
        absent = f"_cast('Any', {self.absent}) if {self.key} not in data and isinstance(data, ToSend) else"
        return f"{absent} {self.read}" if self.is_left_out else self.read

    @property
    def declaration(self) -> str:
        """The argument of the constructor."""
        annotation = self.annotation
        if self.is_defaulted or self.is_left_out:
            annotation = codec.with_absent(annotation, self.absent)
        return f"{self.name}: {annotation}" + (f" = {self.default}" if self.default else "")

    @property
    def is_left_out(self) -> bool:
        """Whether every answer has it, but no request."""
        return self.required and self.read_only

    @property
    def is_defaulted(self) -> bool:
        """Whether its default takes the place of None in the constructor: it is required, and can be no null."""
        return self.required and self.default not in {None, self.absent} and self.absent == "None"

    @property
    def given(self) -> str:
        """The value of the attribute, out of the argument; another may be called `cast`, or `listed`."""
        given = f"_listed({self.name})" if self.holds_list else self.name
        if self.is_defaulted:
            given = f"{self.default} if {self.name} is None else {given}"
        return f"_cast({self.annotation!r}, {given})" if self.is_left_out else given

    @property
    def is_sent(self) -> str | None:
        """The condition that it is there to be written; None where it always is."""
        value = f"self.{self.name}"
        if self.is_left_out:
            value = f"cast({codec.with_absent(self.annotation, self.absent)!r}, {value})"
        elif self.required:
            return None
        is_present = codec.is_present(value, self.absent)
        return f"not {codec.FOR_REQUEST} and {is_present}" if self.read_only else is_present


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
    def has_left_out(self) -> bool:
        """Whether every answer has an attribute that no request has."""
        return any(field.is_left_out for field in self.fields)

    @property
    def has_lists(self) -> bool:
        """Whether an attribute may be a list."""
        return any(field.holds_list for field in self.fields)

    @property
    def renamed(self) -> list[Field]:
        """The attributes whose names are not their keys."""
        return [field for field in self.fields if repr(field.name) != field.key]

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


def build_model(model: ModelProperty, unions: Unions, read_only: ReadOnly) -> Model:
    """Work out the class for a schema."""
    reader = codec.Reader(unions)
    properties = codec.properties(model)
    fields = [_field(prop, model, reader, read_only) for prop in properties]
    additional = model.additional_properties
    named = [cls for prop in (*properties, *([additional] if additional else ())) for cls in codec.classes(prop)]
    return Model(
        name=str(model.class_info.name),
        module=str(model.class_info.module_name),
        docstring=sections(
            with_summary(text(model.description)),
            section("Attributes", [(field.name, field.description) for field in fields if field.description]),
        ),
        fields=sorted(fields, key=lambda field: field.default is not None),
        additional=_additional(additional, reader, read_only) if additional else _UNEXPECTED,
        imports=sorted_classes(cls for cls in (*named, *reader.named) if cls.name != model.class_info.name),
        functions=list(reader.functions.values()),
    )


def _is_noted(model: ModelProperty, prop: PropertyProtocol, note: str) -> bool:
    return prop.name.get_untrusted_value() in (model.data.model_extra or {}).get(note, ())


def _field(prop: PropertyProtocol, model: ModelProperty, reader: codec.Reader, read_only: ReadOnly) -> Field:
    name = str(prop.python_name)
    key = repr(prop.name.get_untrusted_value())
    is_read_only = prop.name.get_untrusted_value() in read_only.keys[model.class_info.name]
    absent = codec.absent_value(prop)
    default = None if prop.required and not is_read_only else absent
    if default is None and prop.default is not None:
        default = prop.default.python_code.as_unembedded_code()
    server_default = None
    if not prop.required and prop.default is not None:
        server_default = prop.default.python_code.as_unembedded_code()
    described = sentences(
        "Read-only." if is_read_only else "",
        text(prop.description),
        (model.data.model_extra or {}).get(FACTS, {}).get(prop.name.get_untrusted_value(), ""),
        f"The server's default is {server_default}." if server_default is not None else "",
    )
    if _is_noted(model, prop, DEPRECATED):
        described = as_deprecated(described)
    return Field(
        name=name,
        key=key,
        annotation=codec.optional_annotation(prop),
        default=default,
        server_default=server_default,
        required=prop.required,
        absent=absent,
        holds_list=codec.holds_list(prop),
        read=reader.read_property(prop, key),
        write=codec.write_json(prop, f"self.{name}", partial=read_only.to_dict),
        description=described,
        secret=_is_noted(model, prop, SECRET),
        read_only=is_read_only,
    )


def _additional(prop: PropertyProtocol, reader: codec.Reader, read_only: ReadOnly) -> Additional:
    return Additional(
        annotation=codec.annotation(prop),
        read=reader.read(prop, "value"),
        write=codec.write_json(prop, "value", partial=read_only.to_dict),
        names_models=bool(list(codec.classes(prop))),
    )


_UNEXPECTED = Additional("Any", "value", "value", names_models=False)
"""Where the description allows no other keys: an API that has since learnt one sends it nevertheless."""


def sorted_classes(named: Iterable[Class]) -> list[Class]:
    """Return each class once, in an order that does not depend on the run."""
    return sorted({cls.name: cls for cls in named}.values(), key=lambda cls: cls.module_name)


def text(untrusted: Any) -> str:
    """Return a description as Markdown; the empty string where there is none."""
    return as_markdown(untrusted.get_untrusted_value()) if untrusted else ""
