"""The attributes of models, each with the property that the generator read."""

from collections.abc import Iterable, Mapping

from attrs import define, field
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from afresh_toolkit.generator.writing import codec
from afresh_toolkit.generator.writing.models import Field, Model


@define(frozen=True, eq=False)
class Attribute:
    """An attribute; `key` is what it is called in JSON."""

    field: Field
    prop: PropertyProtocol
    key: str

    @property
    def is_needed(self) -> bool:
        """Whether a request must have it."""
        return self.field.default is None and not self.field.is_left_out

    @property
    def is_filled_in(self) -> bool:
        """Whether a request has its default where it is not given."""
        return self.field.required and not self.field.read_only and self.field.default not in {None, self.field.absent}


@define
class Attributes:
    """The attributes of all models, those that must be given first."""

    models: Mapping[str, Model]
    properties: Mapping[str, ModelProperty]
    _found: dict[str, list[Attribute]] = field(factory=dict)

    @classmethod
    def of_models(cls, models: Iterable[Model], properties: Mapping[str, ModelProperty]) -> "Attributes":
        """Return the attributes of some models, whose properties are given by the names of their classes."""
        return cls({model.name: model for model in models}, properties)

    def of(self, name: str) -> list[Attribute]:
        """Return the attributes of a model."""
        if name not in self._found:
            props = {str(prop.python_name): prop for prop in codec.properties(self.properties[name])}
            self._found[name] = [
                Attribute(one, props[one.name], props[one.name].name.get_untrusted_value())
                for one in self.models[name].fields
            ]
        return self._found[name]
