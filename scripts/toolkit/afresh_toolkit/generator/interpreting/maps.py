"""Objects whose keys are data: dicts in Python, of values that are all of one type.

openapi-python-client makes a class of every object. Such an object is shown to it as an array that has `MAP` for its
example, and becomes a property of its own kind here.
"""

from typing import Any, ClassVar

from attrs import define, field
from openapi_python_client.parser.errors import PropertyError
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol, Value, convert_example
from openapi_python_client.parser.properties.schemas import Schemas
from openapi_python_client.schema import Schema
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonCode, PythonIdentifier

from afresh_toolkit.generator.normalising.schemas.maps import MAP

_build = ListProperty.build


@define
class MapProperty(PropertyProtocol):
    """A JSON object with values of one type under any keys."""

    name: UntrustedString
    required: bool
    default: Value | None
    python_name: PythonIdentifier
    description: UntrustedString | None
    example: UntrustedString | None = field(converter=convert_example)
    inner_property: PropertyProtocol
    template: ClassVar[str] = ""

    def convert_value(self, value: Any) -> Value | PropertyError | None:  # noqa: ARG002
        """Take no default: a map has none in Python."""
        return None

    def get_type_string(self, no_optional: bool = False, json: bool = False) -> PythonCode:  # noqa: FBT001, FBT002
        """Return the type as Python writes it."""
        inner = self.inner_property.get_type_string(json=json).as_unembedded_code()
        return PythonCode(f"dict[str, {inner}]{'' if no_optional or self.required else ' | Unset'}")

    def get_instance_type_string(self) -> PythonCode:
        """Return the type for `isinstance`."""
        return PythonCode("dict")


def build(*, data: Schema, **said: Any) -> tuple[ListProperty | MapProperty | PropertyError, Schemas]:
    """Make the property of an array, or of a map that is shown as one."""
    built, schemas = _build(data=data, **said)
    if isinstance(built, PropertyError) or data.example != MAP:
        return built, schemas
    return MapProperty(
        name=built.name,
        required=built.required,
        default=None,
        python_name=built.python_name,
        description=built.description,
        example=built.example,
        inner_property=built.inner_property,
    ), schemas
