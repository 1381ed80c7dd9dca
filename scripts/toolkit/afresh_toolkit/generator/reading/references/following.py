"""Follows `$ref`s where nothing but a reader of bundles expects them: in place of an operation, a list, a map.

What code is made of is gone through by OpenAPI's grammar. Where an object may be a reference, and who reads it follows
that, it stays one; in any other place, what a reference names is put in its place. So nothing is lost without a word.
"""

from collections.abc import Iterator
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.pointers import Pointer, local_pointer, write_reference
from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.description import METHODS
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.references.grammar import REFERRING, SECTIONS, inner_kind
from afresh_toolkit.generator.rules import Applied, Rule

FOLLOWED = Rule("followed-reference", "A $ref in a place where OpenAPI has none, such as an operation's, is followed.")
IGNORED_SIBLINGS = Rule(
    "ignored-siblings",
    "What stands beside the $ref of a parameter, body or answer is ignored, as OpenAPI has it, but for a description.",
    is_warning=True,
)

BROKEN_CALLBACK = Rule(
    "broken-callback", "A callback whose $ref leads nowhere is not read; name what is meant.", is_warning=True
)

_OVERRIDING = ("summary", "description")
_TOLD_ELSEWHERE = frozenset({"parameter", "path item", "request body", "response", "schema"})
"""Kinds whose references that lead nowhere are told of by who reads them."""

_UNUSED_COMPONENTS = frozenset(
    {"callbacks", "headers", "mediaTypes", "parameters", "pathItems", "requestBodies", "responses"}
)
"""Components that are gone through where something refers to them."""


def follow(document: Document, applied: Applied) -> None:
    """Put what they name in the place of references; raises GenerationError where one cannot be followed."""
    follower = _Follower(document, applied)
    follower.run()
    if follower.problems:
        raise GenerationError(follower.problems)


@define
class _Holder:
    """A `$ref` that stands in a container, as an object of a kind."""

    container: dict[str, Any] | list[Any]
    key: str
    kind: str
    pointer: Pointer
    part: dict[str, Any]


@define
class _Target:
    """What a reference names at last, where that is, and what stands beside the reference."""

    part: Any
    pointer: Pointer
    beside: dict[str, Any]


@define
class _Follower:
    document: Document
    applied: Applied
    problems: list[Problem] = field(factory=list)
    _seen: set[tuple[int, str]] = field(factory=set)  # by id: the document keeps all that is gone through
    _open: set[int] = field(factory=set)
    _kept: list[Any] = field(factory=list)  # so that nothing else gets the id of a reference that was replaced
    _pending: list[tuple[Any, str, Pointer]] = field(factory=list)

    def run(self) -> None:
        self._pending.append((self.document.content, "description", ()))
        while self._pending:
            self._walk(*self._pending.pop())

    def _walk(self, part: Any, kind: str, pointer: Pointer) -> None:
        if not isinstance(part, dict | list):
            return
        if id(part) in self._open:
            self._problem(pointer, "this contains itself, by way of a $ref to a whole map or list; make it a component")
            return
        if (id(part), kind) in self._seen:
            return
        self._seen.add((id(part), kind))
        self._open.add(id(part))
        for key, inner, inner_kind_ in list(_inside(part, kind)):
            here = (*pointer, key)
            if inner_kind_ == "schema name":
                if isinstance(inner, str) and isinstance(part, dict):
                    part[key] = _canonical(inner)
                continue
            if isinstance(inner, dict) and isinstance(inner.get("$ref"), str):
                inner = self._followed(_Holder(part, key, inner_kind_, here, inner))  # noqa: PLW2901
            elif inner_kind_ == "operation" and not isinstance(inner, dict):
                self._problem(
                    here,
                    f"{key} of this path is {inner!r}, where an operation must stand; remove it, or describe it",
                )
            self._walk(inner, inner_kind_, here)
        self._open.remove(id(part))

    def _followed(self, holder: _Holder) -> Any:
        """Return what is to be gone through in a reference's place, and put it there where that is needed."""
        if holder.kind == "schema":
            holder.part["$ref"] = _canonical(holder.part["$ref"])
        found = self._target(holder)
        if holder.kind == "schema":
            if found:
                self._pending.append((found.part, "schema", found.pointer))
            return holder.part
        if found is None:
            return None
        beside = found.beside
        if holder.kind in REFERRING and holder.kind != "path item":
            if any(name not in _OVERRIDING and not name.startswith("x-") for name in beside):
                self.applied.note(IGNORED_SIBLINGS, holder.pointer)
            beside = {name: value for name, value in beside.items() if name in _OVERRIDING}
        if holder.kind in REFERRING and not beside:
            self._pending.append((found.part, holder.kind, found.pointer))
            return None
        if holder.kind not in SECTIONS:
            self.applied.note(FOLLOWED, holder.pointer)
        return self._put(holder, found.part, found.pointer, beside)

    def _put(self, holder: _Holder, target: Any, place: Pointer, beside: dict[str, Any]) -> Any:
        """Put what a reference names in its place, with what stands beside it, which wins."""
        self._kept.append(holder.part)
        origin = self.document.origin(place)
        put = target
        if beside and isinstance(target, dict):
            put = {**target, **beside}
            if holder.kind == "path item" and all(isinstance(one.get("parameters"), list) for one in (target, beside)):
                put["parameters"] = [*target["parameters"], *beside["parameters"]]
            for name in target.keys() - beside.keys():
                self.document.came_from(put, name, self.document.origin((*place, name)))
            origin = self.document.origin(holder.pointer)
        if isinstance(holder.container, list):
            holder.container[int(holder.key)] = put
        else:
            holder.container[holder.key] = put
        self.document.came_from(holder.container, holder.key, origin)
        return put

    def _target(self, holder: _Holder) -> _Target | None:
        """Return what a reference names at last; None where it cannot be followed."""
        part: Any = holder.part
        place, beside, followed = holder.pointer, dict[str, Any](), list[str]()
        while isinstance(part, dict) and isinstance(ref := part.get("$ref"), str):
            if ref in followed:
                circle = " → ".join([*followed[followed.index(ref) :], ref])
                self._problem(holder.pointer, f"$ref goes round in a circle: {circle}; name what is meant")
                return None
            followed.append(ref)
            beside = {**{name: value for name, value in part.items() if name != "$ref"}, **beside}
            pointer = () if ref == "#" else local_pointer(ref)
            try:
                part, place = self.document.find(_there(pointer)), _there(pointer)
            except LookupError:
                if holder.kind == "callback":
                    self.applied.note(BROKEN_CALLBACK, holder.pointer)
                elif holder.kind not in _TOLD_ELSEWHERE:
                    said = f"there is no {ref} in this description; name what is meant"
                    self._problem(holder.pointer, f"$ref of {_article(holder.kind)} leads nowhere: {said}")
                return None
            if holder.kind == "schema":  # what that refers to is gone through by itself
                break
        return _Target(part, place, beside) if self._is_fit(part, holder) else None

    def _is_fit(self, target: Any, holder: _Holder) -> bool:
        """Whether a reference's target can stand in its place: else, say so."""
        kind, ref = holder.kind, holder.part["$ref"]
        wanted = list if kind[0] == "[" else str if kind == "text" else dict
        is_path_item = kind == "operation" and isinstance(target, dict) and _is_path_item(target)
        if kind == "schema" or (isinstance(target, wanted) and not is_path_item):
            return True
        found = "a path item; add the method to it" if is_path_item else _described(target)
        self._problem(holder.pointer, f"$ref {ref} stands for {_article(kind)}, but names {found}")
        return False

    def _problem(self, pointer: Pointer, message: str) -> None:
        self.problems.append(Problem(message, self.document.place(pointer)))


def _inside(part: dict[str, Any] | list[Any], kind: str) -> Iterator[tuple[str, Any, str]]:
    """Go through what is inside of something of a kind, with the kind of each."""
    entries = part.items() if isinstance(part, dict) else ((str(index), one) for index, one in enumerate(part))
    for key, inner in entries:
        found = inner_kind(kind, key)
        if found and found != "value" and not (kind == "components" and key in _UNUSED_COMPONENTS):
            yield key, inner, found


def _there(pointer: Pointer | None) -> Pointer:
    if pointer is None:
        raise LookupError
    return pointer


def _canonical(ref: str) -> str:
    """Write a reference in the one way in which references to the same place are equal."""
    pointer = local_pointer(ref) if "%" in ref else None  # which is a name, or as it should be, without
    return ref if pointer is None else write_reference(pointer)


def _is_path_item(target: dict[str, Any]) -> bool:
    return bool(target.keys() & {*METHODS}) and not target.keys() & {"operationId", "responses"}


def _article(kind: str) -> str:
    if kind[0] in "{[":
        return f"a {'map' if kind[0] == '{' else 'list'} of {kind[1:-1]}s"
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _described(target: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", type(None): "nothing"}
    return names.get(type(target), f"{target!r}")
