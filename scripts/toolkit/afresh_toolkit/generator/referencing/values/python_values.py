"""Example values, given as JSON, as Python code of the types that the package has for them."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, field
from openapi_python_client.parser.properties import AnyProperty, LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

from afresh_toolkit.generator.interpreting.maps import MapProperty
from afresh_toolkit.generator.referencing.values import scalars
from afresh_toolkit.generator.referencing.values.attributes import Attributes
from afresh_toolkit.generator.referencing.values.code import Code, call, in_dict, in_list, text
from afresh_toolkit.generator.referencing.values.scalars import Scalar, UnfitError
from afresh_toolkit.generator.writing import codec


@define(frozen=True)
class ExampleFile:
    """A file among the values of an example, which JSON has no place for."""

    name: str


@define(frozen=True)
class Shown:
    """A value as code, and as the JSON that is sent for it."""

    code: Code
    sent: Any


@define
class PythonValues:
    """Writes values as code, and notes what the code has to import.

    `models` are the names to import from the package's `models`; `imports` are other statements.
    """

    attributes: Attributes
    package: str
    models: set[str] = field(factory=set)
    imports: set[str] = field(factory=set)

    def write(self, prop: PropertyProtocol, value: Any) -> Shown:
        """Write a value; raises UnfitError where it is not of the property's type."""
        match prop:
            case UnionProperty():
                return self._union(prop, value)
            case ModelProperty():
                return self._model(prop, value)
            case ListProperty():
                items = [self.write(prop.inner_property, item) for item in _of(list, value)]
                return Shown(in_list(item.code for item in items), [item.sent for item in items])
            case MapProperty():
                values = {str(key): self.write(prop.inner_property, item) for key, item in _of(dict, value).items()}
                sent = {key: item.sent for key, item in values.items()}
                return Shown(in_dict({key: item.code for key, item in values.items()}), sent)
            case FileProperty():
                name = _of(ExampleFile, value).name
                self.imports |= {"from io import BytesIO", f"from {self.package}.types import File"}
                return Shown(f'File(BytesIO(b"content"), {text(name)})', value)
            case AnyProperty():
                return Shown(_anything(value), value)
        scalar = _scalar(prop, value)
        self.imports |= scalar.imports
        return Shown(scalar.code, value if scalar.sent is None else scalar.sent)

    def _union(self, prop: UnionProperty, value: Any) -> Shown:
        # A text may be a date or a value of an enum, so plain texts come late, and what takes anything comes last.
        def rank(member: PropertyProtocol) -> tuple[bool, bool]:
            return isinstance(member, AnyProperty), isinstance(member, StringProperty)

        for member in sorted(prop.inner_properties, key=rank):
            noted = set(self.models), set(self.imports)
            try:
                return self.write(member, value)
            except UnfitError:
                self.models, self.imports = noted
        raise UnfitError

    def _model(self, prop: ModelProperty, value: Any) -> Shown:
        """Write a model, without what only answers have."""
        given = _of(dict, value)
        name = str(prop.class_info.name)
        attributes = self.attributes.of(name)
        if not {one.key for one in attributes}.issuperset(given):
            raise UnfitError
        if any(one.is_needed and one.key not in given for one in attributes):
            raise UnfitError
        written = {
            one: self.write(one.prop, given[one.key])
            for one in attributes
            if one.key in given and not one.field.read_only
        }
        self.models.add(name)
        code = call(name, ((one.field.name, shown.code) for one, shown in written.items()))
        # What must be there, and has a default, is sent though it is not given.
        defaults = {one.key: one.prop.default.raw_value for one in attributes if one.is_filled_in and one.prop.default}
        return Shown(code, {**defaults, **{one.key: shown.sent for one, shown in written.items()}})


def _scalar(prop: PropertyProtocol, value: Any) -> Scalar:
    if made := codec.value_format(prop):
        return scalars.of_format(made.annotation, value)
    match prop:
        case NoneProperty() if value is None:
            return Scalar("None")
        case LiteralEnumProperty() if any(_is_same(value, one) for one in prop.values):
            return scalars.of_literal(value)
        case ConstProperty() if _is_same(value, prop.value.raw_value):
            return scalars.of_literal(value)
    if type(prop) not in _SCALARS:
        raise UnfitError
    return _SCALARS[type(prop)](value)


_SCALARS: Mapping[type[Any], Callable[[Any], Scalar]] = {
    StringProperty: scalars.of_text,
    BooleanProperty: scalars.of_flag,
    IntProperty: scalars.of_whole_number,
    FloatProperty: scalars.of_number,
    DateProperty: scalars.of_date,
    DateTimeProperty: scalars.of_moment,
    UuidProperty: scalars.of_uuid,
}


def _is_same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def _anything(value: Any) -> Code:
    match value:
        case dict():
            return in_dict({str(key): _anything(item) for key, item in value.items()})
        case list():
            return in_list(map(_anything, value))
        case None | str() | bool() | int() | float():
            return scalars.of_literal(value).code
    raise UnfitError


def _of(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, kind):
        raise UnfitError
    return value
