"""Overlays (OpenAPI Overlay Specification 1.0 and 1.1): what is put into a description before anything reads it.

The targets are JSONPath (RFC 9535), which a library reads. The description's own file is never changed.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from jsonpath import JSONPathEnvironment, JSONPathError, JSONPathMatch

from afresh_toolkit.generator.pointers import Pointer, write_pointer
from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.document import Document, Origin
from afresh_toolkit.generator.reading.source import Source

_MODIFIERS = ("update", "remove", "copy")
LONGEST = 200
"""Characters of an action's description that are shown."""
_PATHS = JSONPathEnvironment(strict=True)


def apply_overlay(document: Document, overlay: Source) -> None:
    """Carry out the actions of an overlay, one after the other.

    An action that has nothing to act upon is left out, and noted as unmatched. Raises GenerationError where it is no
    overlay, or an action cannot be carried out.
    """
    _check_version(overlay)
    document.content = _unshared(document.content)
    problems: list[Problem] = []
    unmatched: list[Problem] = []
    for index, action in enumerate(_actions(overlay)):
        try:
            _Action(document, overlay, ("actions", str(index)), action).carry_out()
        except UnmatchedError as error:
            unmatched += error.problems
        except GenerationError as error:
            problems += error.problems
    if problems:
        raise GenerationError([*problems, *unmatched])
    document.unmatched += unmatched


class UnmatchedError(GenerationError):
    """An action has nothing to act upon."""


def _check_version(overlay: Source) -> None:
    content = overlay.content if isinstance(overlay.content, dict) else {}
    version = content.get("overlay")
    if not isinstance(version, str):
        message = "not an OpenAPI overlay: it does not say `overlay: 1.…` at its root"
        raise GenerationError([Problem(message, overlay.place(("overlay",)))])
    if not re.fullmatch(r"1\.[01]\.\d+", version):
        message = f"`overlay` is {version!r}; versions 1.0 and 1.1 of the Overlay Specification are understood"
        raise GenerationError([Problem(message, overlay.place(("overlay",)))])


def _actions(overlay: Source) -> list[Any]:
    actions = overlay.content.get("actions")
    if not isinstance(actions, list) or not actions:
        raise GenerationError([Problem("an overlay has a list of `actions`", overlay.place(("actions",)))])
    return actions


class _Action:
    """One action; what is wrong with it is a GenerationError with its place in the overlay."""

    def __init__(self, document: Document, overlay: Source, pointer: Pointer, said: Any) -> None:
        self.document = document
        self.overlay = overlay
        self.pointer = pointer
        self.said: Mapping[str, Any] = said if isinstance(said, dict) else {}

    def error(self, message: str, *tokens: str) -> GenerationError:
        return GenerationError([Problem(message, self.overlay.place((*self.pointer, *tokens)))])

    def carry_out(self) -> None:
        unknown = [name for name in self.said if name not in {"target", "description", *_MODIFIERS}]
        for name in unknown:
            if not name.startswith("x-"):
                message = f"`{name}` is no part of an action; these are target, description, update, remove and copy"
                raise self.error(message, name)
        matches = self.select("target")
        if self.said.get("remove") is True:
            self.remove(matches)
            return
        modifiers = [name for name in ("update", "copy") if name in self.said]
        if len(modifiers) != 1:
            raise self.error("an action has `remove: true`, an `update` or a `copy`, and one of them only")
        if modifiers == ["copy"]:
            sources = self.select("copy")
            if len(sources) > 1:
                raise self.error(f"`copy` must name one part; {self.said['copy']} names {len(sources)}", "copy")
            value = sources[0].obj
        else:
            value = self.said["update"]
        for match in matches:
            self.put(match, value, Origin(self.overlay, (*self.pointer, modifiers[0])))

    def select(self, name: str) -> list[JSONPathMatch]:
        """Find what `target` or `copy` names, which must be something."""
        path = self.said.get(name)
        if not isinstance(path, str):
            raise self.error(f"`{name}` must be a JSONPath (RFC 9535), such as $.paths['/tasks'].get", name)
        try:
            matches = list(_PATHS.finditer(path, self.document.content))
        except JSONPathError as error:
            reason = str(error).partition("\n")[0]
            raise self.error(f"`{name}` is no JSONPath (RFC 9535): {path}: {reason}", name) from None
        if not matches:
            said = f"{self.name} matches nothing: `{name}` is {path}, which {self.document.path} does not have"
            place = self.overlay.place((*self.pointer, name))
            raise UnmatchedError([Problem(f"{said}; mend the path, or remove the action", place)])
        return matches

    @property
    def name(self) -> str:
        """What the action is called in messages: by its description, or else by what it does."""
        said = " ".join(str(self.said.get("description") or "").split())
        if said:
            return f'the action "{said if len(said) <= LONGEST else said[:LONGEST] + " …"}"'
        if self.said.get("remove") is True:
            return "an action that removes something"
        update = self.said.get("update")
        if isinstance(update, dict):
            return f"the action that sets {', '.join(f'`{key}`' for key in update)}"
        return "an action that copies something" if "copy" in self.said else "an action that sets something"

    def remove(self, matches: Iterable[JSONPathMatch]) -> None:
        indices: dict[int, tuple[list[Any], set[int]]] = {}
        for match in matches:
            if match.parent is None:
                raise self.error("the root of a description cannot be removed", "target")
            container, key = match.parent.obj, match.parts[-1]
            if isinstance(container, dict):
                container.pop(key, None)
            elif isinstance(container, list) and isinstance(key, int):
                indices.setdefault(id(container), (container, set()))[1].add(key)
        for items, gone in indices.values():
            left = [(index, item) for index, item in enumerate(items) if index not in gone]
            items[:] = [item for _, item in left]
            self.document.moved(items, [str(index) for index, _ in left])

    def put(self, match: JSONPathMatch, value: Any, origin: Origin) -> None:
        """Merge a value into what was found; an array gets it as an item, or as items where it is an array itself."""
        target = match.obj
        match target:
            case dict() if isinstance(value, dict):
                self.merge(target, value, tuple(map(str, match.parts)), origin)
            case dict():
                at = write_pointer(tuple(map(str, match.parts)))
                raise self.error(f"{at or 'the root'} is an object: what it is updated with must be one, too")
            case list() if isinstance(value, list):
                self.extend(target, value, origin)
            case list():
                target.append(None)
                self.set(target, len(target) - 1, value, origin)
            case _ if isinstance(value, dict | list):
                at = write_pointer(tuple(map(str, match.parts)))
                raise self.error(f"{at} is neither an object nor an array: it can be updated with another value only")
            case _ if match.parent is not None:
                self.set(match.parent.obj, match.parts[-1], value, origin)

    def merge(self, target: dict[str, Any], value: Mapping[str, Any], at: Pointer, origin: Origin) -> None:
        for key, new in value.items():
            place = Origin(origin.source, (*origin.pointer, key))
            old = target.get(key)
            if isinstance(old, dict) and isinstance(new, dict):
                self.merge(old, new, (*at, key), place)
            elif isinstance(old, list) and isinstance(new, list):
                self.extend(old, new, place)
            elif isinstance(old, dict | list) or (isinstance(new, dict | list) and old is not None):
                message = (
                    f"{write_pointer((*at, key))} is {_KINDS.get(type(old), 'a value')}, and cannot be merged with "
                    f"{_KINDS.get(type(new), 'a value')}; remove it by an action before this one"
                )
                raise GenerationError([Problem(message, place.source.place(place.pointer))])
            else:
                self.set(target, key, new, place)

    def extend(self, target: list[Any], items: Iterable[Any], origin: Origin) -> None:
        for index, item in enumerate(items):
            target.append(None)
            self.set(target, len(target) - 1, item, Origin(origin.source, (*origin.pointer, str(index))))

    def set(self, container: Any, key: Any, value: Any, origin: Origin) -> None:
        container[key] = _unshared(value)
        self.document.came_from(container, str(key), origin)


_KINDS: Mapping[type, str] = {dict: "an object", list: "an array"}


def _unshared(part: Any) -> Any:
    """Copy a part, and what YAML's aliases put into several places once for each: an action changes one alone."""
    if isinstance(part, dict):
        return {key: _unshared(value) for key, value in part.items()}
    return [_unshared(item) for item in part] if isinstance(part, list) else part
