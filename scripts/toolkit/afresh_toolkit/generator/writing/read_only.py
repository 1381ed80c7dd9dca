"""What is read-only: answers have it, and requests have not."""

from collections.abc import Iterator, Mapping

from attrs import define
from openapi_python_client.parser.properties import ModelProperty

from afresh_toolkit.generator.normalising.schemas.discriminators import Note
from afresh_toolkit.generator.normalising.schemas.schemas import READ_ONLY
from afresh_toolkit.generator.writing import codec


@define(frozen=True)
class ReadOnly:
    """The keys of each class that are read-only, and the names of all classes that have such, if only in their parts.

    A discriminator is none of them: without it, nobody could tell which alternative a request holds.
    """

    keys: Mapping[str, frozenset[str]]
    classes: frozenset[str]

    @property
    def to_send(self) -> codec.Partial:
        """How models are written into a request."""
        return codec.Partial(self.classes, "True")

    @property
    def to_dict(self) -> codec.Partial:
        """How the parts of a model are written, whose method knows whether it is for a request."""
        return codec.Partial(self.classes, codec.FOR_REQUEST)


def read_only(models: codec.Models, notes: Mapping[str, Note]) -> ReadOnly:
    """Find what is read-only in the models of a package, whose unions have these notes."""
    telling = {
        (name, discriminator.property_name)
        for note in notes.values()
        for discriminator in note.discriminators
        for name in discriminator.classes
    }
    keys = {
        name: frozenset(key for key in (model.data.model_extra or {}).get(READ_ONLY, ()) if (name, key) not in telling)
        for name, model in models.items()
    }
    holders: dict[str, set[str]] = {}
    for name, model in models.items():
        for part in _parts(model):
            holders.setdefault(part, set()).add(name)
    found: set[str] = set()
    pending = [name for name, own in keys.items() if own]
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += holders.get(name, ())
    return ReadOnly(keys, frozenset(found))


def _parts(model: ModelProperty) -> Iterator[str]:
    """Go through the names of the classes that a model's values may be of."""
    additional = model.additional_properties
    for prop in (*codec.properties(model), *([additional] if additional else ())):
        yield from codec.class_names(prop)
