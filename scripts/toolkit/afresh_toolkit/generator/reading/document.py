"""An API description: what it comes to, out of one file or several, and where each part of it was read."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define

from afresh_toolkit.generator.pointers import Pointer, find, local_pointer
from afresh_toolkit.generator.reading.source import Source

if TYPE_CHECKING:
    from afresh_toolkit.generator.problems import Problem
    from afresh_toolkit.generator.reading.description import DescribedOperation


@define(frozen=True)
class Origin:
    """Where something was read."""

    source: Source
    pointer: Pointer


class Document:
    """A description.

    `content` begins as what `source` holds; overlays and what other files hold are put into it. `left_out` has the
    operations, as "METHOD /path", of which nothing is to be made. `unmatched` says which actions of overlays had
    nothing to act upon. What schemas hide is secret. `sections` has the parts of the root that were moved while it was
    read, and where they are now. `operations` are those of a description that is read whole, after which it does not
    change; None before.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.content = source.content
        self.left_out: frozenset[str] = frozenset()
        self.unmatched: list[Problem] = []
        self.sections: dict[str, Pointer] = {}
        self.operations: tuple[DescribedOperation, ...] | None = None
        self._origins: dict[int, tuple[Any, dict[str, Origin | str]]] = {}
        self._hidden: dict[int, dict[str, Any]] = {}

    @classmethod
    def read(cls, path: Path) -> "Document":
        """Read a description; raises GenerationError as `Source.read` does."""
        return cls(Source.read(path))

    @property
    def path(self) -> Path:
        """The file that the description begins with."""
        return self.source.path

    def hide(self, schema: Any) -> None:
        """Note that what a schema describes, where it stands, is secret."""
        if isinstance(schema, dict):
            self._hidden[id(schema)] = schema  # it is kept, so that no other gets its id

    def is_hidden(self, schema: Any) -> bool:
        """Whether that was noted."""
        return id(schema) in self._hidden

    def came_from(self, container: Any, key: str, origin: Origin) -> None:
        """Note where what stands in a container was read."""
        self._noted(container)[key] = origin

    def moved(self, items: list[Any], indices: Sequence[str]) -> None:
        """Note that of the items of an array only some are left, and which indices they had."""
        noted = self._noted(items)
        left = {str(new): noted.get(old, old) for new, old in enumerate(indices)}
        noted.clear()
        noted.update(left)

    def moved_to(self, pointer: Pointer) -> Pointer:
        """Return where the part is by now that a pointer named in the description as it was read."""
        return (*self.sections.get(pointer[0], pointer[:1]), *pointer[1:]) if pointer else pointer

    def _noted(self, container: Any) -> dict[str, Origin | str]:
        # The container is kept, so that no other gets its id.
        return self._origins.setdefault(id(container), (container, {}))[1]

    def origin(self, pointer: Pointer) -> Origin:
        """Return where a part was read; of a part that is missing, where it should be."""
        origin, part = Origin(self.source, ()), self.content
        for token in pointer:
            said = self._origins[id(part)][1].get(token, token) if id(part) in self._origins else token
            origin = said if isinstance(said, Origin) else Origin(origin.source, (*origin.pointer, said))
            part = _inside(part, token)
        return origin

    def place(self, pointer: Pointer) -> str:
        """Say where a part of the document stands, as `file:line`; of a part that is missing, where it should be."""
        origin = self.origin(pointer)
        return origin.source.place(origin.pointer)

    def find(self, pointer: Pointer, within: frozenset[Pointer] = frozenset()) -> Any:
        """Return the part that a pointer names, also by way of `$ref`s; raises LookupError where there is none.

        `within` are the pointers that are being followed, none of which may lead to itself.
        """
        try:
            return find(self.content, pointer)
        except LookupError:
            if pointer in within:
                raise
        part = self.content
        for token in pointer:
            if isinstance(part, dict) and token not in part:
                part, _ = self.resolve(part, within=within | {pointer})
            part = find(part, (token,))
        return part

    def resolve(
        self, part: Any, pointer: Pointer = (), within: frozenset[Pointer] = frozenset()
    ) -> tuple[Any, Pointer]:
        """Follow `$ref`s within the document from a part to what it stands for, and where that is.

        A reference that leads nowhere gives an empty mapping: who asks has to report it.
        """
        if not isinstance(part, dict) or "$ref" not in part:
            return part, pointer
        seen: set[str] = set()
        while isinstance(part, dict) and isinstance(ref := part.get("$ref"), str) and ref not in seen:
            seen.add(ref)
            target = local_pointer(ref)
            if target is None:
                return {}, pointer
            try:
                part, pointer = self.find(target, within), target
            except LookupError:
                return {}, pointer
        return part, pointer


def _inside(part: Any, token: str) -> Any:
    """Return what stands in a container; None where there is nothing."""
    try:
        return find(part, (token,))
    except LookupError:
        return None
