"""Bundles what a description refers to in other files: it becomes a component of the description itself."""

import os
import posixpath
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from attrs import define, field

from afresh_toolkit.generator.pointers import Pointer, anchors, find, parse_pointer, write_reference
from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document, Origin
from afresh_toolkit.generator.reading.references.following import follow
from afresh_toolkit.generator.reading.references.grammar import BUNDLED, SECTIONS, kind_of
from afresh_toolkit.generator.reading.source import Source
from afresh_toolkit.generator.rules import Applied, Rule

EXTERNAL_REFERENCE = Rule("external-reference", "What a $ref names in another file becomes a component.")

_NO_REFERENCES = ("example", "examples", "enum", "default", "const")
_ANY_NAMES = frozenset(
    (name,)
    for name in (
        "$defs",
        "headers",
        "links",
        "parameters",
        "pathItems",
        "patternProperties",
        "properties",
        "requestBodies",
        "schemas",
    )
)
"""Within these, the keys are names like any other: `default`, or `x-limit`."""

_MAPS = _ANY_NAMES | {("callbacks",), ("paths",), ("responses",)}
"""Within these, they are so, too, but for extensions."""

_SECTIONS = {
    "callbacks": "callbacks",
    "headers": "headers",
    "links": "links",
    "parameters": "parameters",
    "pathItems": "pathItems",
    "paths": "pathItems",
    "requestBodies": "requestBodies",
    "responses": "responses",
    "webhooks": "pathItems",
}
"""The components that stand for an entry of a map or a list of this name, where the grammar has no kind for it."""

_OUTSIDE = (
    "leads out of the description's folder{}; copy what it names into that, or, where you trust the description, allow "
    'the other folder by `references = ["…"]` under [tool.afresh] in pyproject.toml, or by --references'
)

_COMPONENTS = (
    "schemas",
    *sorted({*_SECTIONS.values(), *(section for section in SECTIONS.values() if section != "schemas")}),
)

Target = tuple[Path, Pointer]


def bundle(document: Document, applied: Applied, folders: Iterable[Path] = ()) -> list[Source]:
    """Put what `$ref`s name in other files into the components, and let them name it there; return those files.

    These must be in the folder of the description, or in one of `folders`. What is a reference where OpenAPI has none
    is followed, too. Raises GenerationError where one cannot be: it names a URL, or something that is not there.
    """
    bundler = _Bundler(document, applied, [folder.resolve() for folder in (document.path.parent, *folders)])
    bundler.run()
    if bundler.problems:
        raise GenerationError(bundler.problems)
    follow(document, applied)
    return [source for source in bundler.sources.values() if source is not document.source]


@define
class _Reference:
    """A `$ref`, or a value of a discriminator's mapping: `holder[key]` is the text."""

    holder: dict[str, Any]
    key: str
    pointer: Pointer

    @property
    def text(self) -> str:
        return str(self.holder[self.key])

    @property
    def place(self) -> Pointer:
        """Where what it names stands, so to speak."""
        return self.pointer[:-1] if self.key == "$ref" else self.pointer


@define
class _Bundler:
    document: Document
    applied: Applied
    folders: Sequence[Path]
    sources: dict[Path, Source] = field(factory=dict)
    problems: list[Problem] = field(factory=list)
    _names: dict[Target, str] = field(factory=dict)  # the references that stand for what was put into the components
    _rewritten: set[tuple[int, str]] = field(factory=set)  # by the ids of holders, which YAML's aliases may share
    _anchors: dict[Path, dict[str, Pointer]] = field(factory=dict)
    _pending: list[tuple[Pointer, Source]] = field(factory=list)

    def run(self) -> None:
        main = self.document.source
        self.sources[main.path.resolve()] = main
        self._pending.append(((), main))  # last: until then, each part is gone through with the file that it is from
        self._inline_maps()
        self._take_named_components()
        while self._pending:
            pointer, source = self._pending.pop()
            for reference in list(_references(self.document.find(pointer), pointer)):
                if (id(reference.holder), reference.key) not in self._rewritten:
                    self._rewrite(reference, source)

    def _inline_maps(self) -> None:
        """Put what a whole map of paths or components refers to in its place, where nothing else could stand."""
        content = mapping(self.document.content)
        for place in (("paths",), ("components",), *(("components", name) for name in _COMPONENTS)):
            container = mapping(content.get(place[0])) if len(place) > 1 else content
            said = container.get(place[-1])
            if not isinstance(said, dict) or said.keys() != {"$ref"}:
                continue
            reference = _Reference(said, "$ref", (*place, "$ref"))
            if target := self._target(reference, self.document.origin(place).source):
                self._put(target, container, place, reference)

    def _take_named_components(self) -> None:
        """Let components that only name another file be what stands there, so that it keeps their names."""
        components = mapping(mapping(self.document.content).get("components"))
        for section in _COMPONENTS:
            for name, entry in mapping(components.get(section)).items():
                place = ("components", section, name)
                source = self.document.origin(place).source
                if not isinstance(entry, dict) or entry.keys() != {"$ref"}:
                    continue
                reference = _Reference(entry, "$ref", (*place, "$ref"))
                if source is self.document.source and reference.text.startswith("#"):
                    continue
                target = self._target(reference, source)
                if target and target not in self._names and target[0] != self.document.path.resolve():
                    self._put(target, components[section], place, reference)

    def _rewrite(self, reference: _Reference, source: Source) -> None:
        if source is self.document.source and reference.text.startswith("#"):
            if not reference.text.startswith("#/") or self.document.sections:
                with suppress(LookupError):  # a rule has it otherwise
                    pointer = self.document.moved_to(self._pointer(reference.text[1:], source))
                    self.document.find(pointer)
                    reference.holder[reference.key] = write_reference(pointer)
            return
        target = self._target(reference, source)
        if target is None:
            return
        self._rewritten.add((id(reference.holder), reference.key))
        if target[0] == self.document.path.resolve():
            reference.holder[reference.key] = write_reference(target[1])
            return
        if (name := self._name(target)) is None:
            parent, section = _section(reference.place)
            entries = self.document.content.setdefault(parent, {}).setdefault(section, {})
            name = self._put(target, entries, (parent, section, _free(entries, target)), reference)
        reference.holder[reference.key] = name

    def _name(self, target: Target) -> str | None:
        """Return the reference for what is a component by now, or a part of one."""
        path, pointer = target
        for length in range(len(pointer), -1, -1):
            if (path, pointer[:length]) in self._names:
                return self._names[path, pointer[:length]] + write_reference(pointer[length:])[1:]
        return None

    def _pointer(self, fragment: str, source: Source) -> Pointer:
        """Return the pointer that a fragment is, or names by an anchor; raises LookupError where that is not there."""
        name = unquote(fragment)
        if not name or name.startswith("/"):
            return parse_pointer(name)
        if source.path not in self._anchors:
            self._anchors[source.path] = dict(anchors(source.content))
        return self._anchors[source.path][name]

    def _target(self, reference: _Reference, source: Source) -> Target | None:
        """Return the file and the pointer that a reference names; None where that is not to be had."""
        file, _, fragment = reference.text.partition("#")
        file = self._file(file, source)
        if urlsplit(file).scheme or file.startswith("//"):
            self._problem(reference, "names a URL; save what stands there beside the description, and name that file")
            return None
        named = source.path if not file else source.path.parent / unquote(file)
        try:
            path = named.resolve()
            if path not in self.sources:
                if not any(path.is_relative_to(folder) for folder in self.folders):
                    self._problem(reference, _OUTSIDE.format("" if named.name == path.name else f", as {path}"))
                    return None
                self.sources[path] = Source.read(named)
            pointer = self._pointer(fragment, self.sources[path])
            if self.sources[path] is self.document.source:
                pointer = self.document.moved_to(pointer)
                self.document.find(pointer)
            else:
                find(self.sources[path].content, pointer)
        except GenerationError as error:
            self._problem(reference, "cannot be followed")
            self.problems += error.problems
            return None
        except (OSError, ValueError) as error:  # it can be no path
            self._problem(reference, f"cannot be followed: {error}")
            return None
        except LookupError:
            self._problem(reference, f"leads nowhere: there is no #{unquote(fragment)} in {path.name}")
            return None
        return path, pointer

    def _file(self, file: str, source: Source) -> str:
        """Return the file that a reference names, seen from the one that it stands in.

        References are relative to `$self` (OpenAPI 3.2), where a file has it. What is beside the description's own is
        looked for beside the description.
        """
        main, said = _own_uri(self.document.source), _own_uri(source)
        base = said or main
        if not file or not (said or (main and urlsplit(file).scheme)):
            return file
        target, own = urlsplit(urljoin(base, file)), urlsplit(main or base)
        for known in self.sources.values():
            if _own_uri(known) == target.geturl():
                return os.path.relpath(known.path, source.path.parent)
        if (target.scheme, target.netloc) != (own.scheme, own.netloc):
            return file
        there, here = (posixpath.join("/", unquote(one.path)) for one in (target, own))
        beside = posixpath.relpath(there, posixpath.dirname(here))
        return quote(os.path.relpath(self.document.path.parent / beside, source.path.parent))

    def _problem(self, reference: _Reference, message: str) -> None:
        self.problems.append(Problem(f"$ref {reference.text} {message}", self.document.place(reference.pointer)))

    def _put(self, target: Target, container: dict[str, Any], place: Pointer, reference: _Reference) -> str:
        """Put what a reference names into a container, to stand at `place`; return the reference for it there."""
        self.applied.note(EXTERNAL_REFERENCE, reference.pointer[:-1])
        source = self.sources[target[0]]
        container[place[-1]] = find(source.content, target[1])
        self.document.came_from(container, place[-1], Origin(source, target[1]))
        self._names[target] = write_reference(place)
        self._pending.append((place, source))
        return self._names[target]


def _own_uri(source: Source) -> str:
    """Return the URI that a file says is its own."""
    said = mapping(source.content).get("$self")
    return said.partition("#")[0] if isinstance(said, str) else ""


def _free(taken: Container[str], target: Target) -> str:
    """Choose a name: the last part of the pointer, or the file's; with the file's before it where that is taken."""
    path, pointer = target
    stem = re.sub(r"\W+", "_", path.stem)
    name = re.sub(r"\W+", "_", pointer[-1]) if pointer else stem
    if name in taken and pointer:
        name = f"{stem}_{name}"
    wanted, number = name, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _section(pointer: Pointer) -> tuple[str, str]:
    """Return where what a reference in this place stands for is put: among the components of its kind, if there are."""
    kind = kind_of(pointer)
    if kind is not None and kind not in SECTIONS:
        return BUNDLED, kind
    if kind is not None:
        return "components", SECTIONS[kind]
    if "schema" in pointer or pointer[:2] == ("components", "schemas"):
        return "components", "schemas"
    if pointer[-1:] == ("requestBody",):
        return "components", "requestBodies"
    return "components", _SECTIONS.get(pointer[-2] if len(pointer) > 1 else "", "schemas")


def _references(part: Any, pointer: Pointer) -> Iterator[_Reference]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield _Reference(part, "$ref", (*pointer, "$ref"))
        discriminator = mapping(part.get("discriminator"))
        place = (*pointer, "discriminator")
        chosen = mapping(discriminator.get("mapping"))
        named = [(chosen, value, (*place, "mapping", value)) for value in chosen]
        for holder, key, where in (*named, (discriminator, "defaultMapping", (*place, "defaultMapping"))):
            if re.search(r"^#/|\.(ya?ml|json)($|#)", str(holder.get(key))):  # it may be a name, too
                yield _Reference(holder, key, where)
        for key, inner in part.items():
            is_extension = key.startswith("x-") and pointer[-1:] not in _ANY_NAMES
            is_data = key in _NO_REFERENCES and not (key == "enum" and isinstance(inner, dict))
            if not is_extension and (pointer[-1:] in _MAPS or not is_data):
                yield from _references(inner, (*pointer, key))
    elif isinstance(part, list):
        for index, inner in enumerate(part):
            yield from _references(inner, (*pointer, str(index)))
