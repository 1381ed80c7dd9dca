"""What extends what, and how a discriminator chooses among the alternatives of a union."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import define

from afresh_toolkit.generator.normalising.class_names import CLASSES
from afresh_toolkit.generator.normalising.schemas.aliases import NULL
from afresh_toolkit.generator.normalising.schemas.discriminators import Choosing
from afresh_toolkit.generator.normalising.schemas.merging import Union, is_plain_reference, says_nothing
from afresh_toolkit.generator.pointers import Pointer, local_pointer
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document

_LONGEST_CHAIN = 20
"""Aliases of aliases that are followed to a schema."""


@define(frozen=True)
class Families:
    """The components that others extend.

    `members` are those that extend each schema that has a discriminator. `class_names` are the names of the components'
    classes.
    """

    document: Document
    members: Mapping[Pointer, list[Pointer]]
    class_names: Mapping[Pointer, str]

    def extends(self, pointer: Pointer) -> bool:
        """Whether a schema extends one that has a discriminator, which makes it a class of its own."""
        return any(pointer in family for family in self.members.values())

    def choosing(self, union: Union, alternatives: Sequence[Any]) -> list[Choosing]:
        """Return the discriminator of a union, if it has one; its alternatives stand in the order of the members."""
        targets = [self._target(one) for one in alternatives]
        refs = [target for target in targets if target]
        own = mapping(union.discriminator)
        is_all = len(refs) == len([one for one in alternatives if one != NULL])
        said = own or (self._inherited(refs) if is_all else {})
        key = said.get("propertyName")
        if not isinstance(key, str):
            return []
        mapped: dict[str, list[int] | str] = {}
        for value, ref in mapping(said.get("mapping")).items():
            target = self._target({"$ref": _as_ref(ref)})
            found = [index for index, other in enumerate(targets) if target and target == other]
            if found:
                mapped[str(value)] = found
            elif target in self.class_names:
                mapped[str(value)] = self.class_names[target]
        names: dict[str, list[int]] = {}
        for index, one in enumerate(alternatives):
            if targets[index]:
                name = (local_pointer(str(mapping(one).get("$ref", ""))) or targets[index])[-1]
                names.setdefault(name, []).append(index)
        default = self._target({"$ref": _as_ref(said.get("defaultMapping"))})
        base = targets.index(default) if default and default in targets else None
        return [Choosing(key, mapped, names, base, is_inherited=not own)]

    def _target(self, alternative: Any) -> Pointer:
        """Return the place of what an alternative refers to, be it by an allOf of its own; else nothing."""
        part: Any = alternative
        pointer: Pointer = ()
        for _ in range(_LONGEST_CHAIN):
            if not isinstance(part, dict):
                return pointer
            if "$ref" not in part:
                saying = [one for one in part.get("allOf") or () if not says_nothing(one)]
                rest = {keyword: value for keyword, value in part.items() if keyword != "allOf"}
                if len(saying) != 1 or not says_nothing(rest) or not is_plain_reference(saying[0]):
                    return pointer
                if pointer and self.extends(pointer):
                    return pointer
                part = saying[0]
            part, pointer = self.document.resolve(part)
        return pointer

    def _inherited(self, targets: Iterable[Pointer]) -> dict[str, Any]:
        """Return the discriminator of the schema that all of some others extend, if there is one."""
        wanted = {*targets}
        bases = [base for base, family in self.members.items() if wanted and wanted <= {*family}]
        return mapping(self.document.find((*bases[0], "discriminator"))) if bases else {}


def find_families(document: Document, components: Mapping[str, Any]) -> dict[Pointer, list[Pointer]]:
    """Find what extends each component that has a discriminator, and no alternatives for it to choose from."""
    extending: dict[Pointer, list[Pointer]] = {}
    for key, schema in components.items():
        parts = mapping(schema).get("allOf")
        for part in parts if isinstance(parts, list) else ():
            if "$ref" in mapping(part):
                extending.setdefault(document.resolve(part)[1], []).append(("components", "schemas", key))
    found: dict[Pointer, list[Pointer]] = {}
    for key, schema in components.items():
        said = mapping(mapping(schema).get("discriminator"))
        base = ("components", "schemas", key)
        if base in extending and isinstance(said.get("propertyName"), str) and not schema.keys() & {"oneOf", "anyOf"}:
            family: dict[Pointer, None] = {}
            pending = list(extending[base])
            while pending:
                pointer = pending.pop(0)
                if pointer != base and pointer not in family:
                    family[pointer] = None
                    pending += extending.get(pointer, ())
            found[base] = list(family)
    return found


def _as_ref(said: Any) -> str:
    """Return the reference that is meant in a discriminator, be it the name of a component."""
    text = str(said or "")
    return text if text.startswith("#") or "/" in text else f"{CLASSES}{text}"
