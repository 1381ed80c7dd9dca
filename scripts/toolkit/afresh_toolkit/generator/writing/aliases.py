"""The type aliases of the generated package: unions and dicts that have a name."""

from attrs import define
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.schemas import Class

from afresh_toolkit.generator.writing import codec
from afresh_toolkit.generator.writing.models import sorted_classes, text
from afresh_toolkit.generator.writing.wording.prose import with_summary


@define(frozen=True)
class Alias:
    """A name for a union, or a dict; `members` are the types in it, as the annotation spells them."""

    name: str
    module: str
    docstring: str
    members: list[str]
    imports: list[Class]

    @property
    def annotation(self) -> str:
        """The type that it is the name of."""
        return " | ".join(self.members)


def build_alias(name: str, prop: PropertyProtocol) -> Alias:
    """Work out the alias for a union or a dict, or for what is left of a union whose members are one type in Python."""
    return Alias(
        name=name,
        module=str(codec.alias_class(name).module_name),
        docstring=with_summary(text(prop.description)),
        members=codec.members_in(codec.annotation(prop)),
        imports=sorted_classes(codec.classes(prop)),
    )
