"""The public names of the hand-written layer, read from its code, and what changes in them."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import griffe

from afresh_toolkit.comparing.changes import Change, Kind
from afresh_toolkit.comparing.definitions import add_constructors, check
from afresh_toolkit.comparing.members import (
    ELSEWHERE,
    attribute_changes,
    class_changes,
    function_changes,
    is_to_be_implemented,
    kind,
    said_of,
)
from afresh_toolkit.comparing.surface import ComparisonError

FILE_NAME = "surface.txt"
_ENTERED = ("__aenter__", "__aexit__", "__enter__", "__exit__")
_ITERATED = ("__aiter__", "__anext__", "__contains__", "__getitem__", "__iter__", "__len__", "__next__")
_SPECIAL = frozenset({"__await__", "__call__", "__delitem__", "__init__", "__setitem__", *_ENTERED, *_ITERATED})
"""What users call by the syntax of Python."""

Names = dict[str, Any]
"""Functions, classes and attributes, as griffe has them, by their names within the package."""


def load(folder: Path) -> griffe.Module:
    """Read the one package of a folder, without importing it.

    Raises ComparisonError where there is not one, or it is no Python.
    """
    packages = [file.parent.name for file in folder.glob("*/__init__.py")]
    if len(packages) != 1:
        raise ComparisonError(f"{folder} holds {len(packages)} packages, and not one: {', '.join(packages)}")
    check(folder / packages[0])
    try:
        package = griffe.load(packages[0], search_paths=[folder], allow_inspection=False, resolve_aliases=True)
    except griffe.GriffeError as error:
        raise ComparisonError(f"{folder / packages[0]}: {error}; mend that module first") from None
    if not isinstance(package, griffe.Module):
        raise TypeError(package)
    add_constructors(package)
    return package


def public_names(package: griffe.Module) -> Names:
    """Return what modules export, and what the classes among that have.

    Raises ComparisonError where something comes from a module that cannot be read.
    """
    try:
        return dict(_in_module(package, ""))
    except griffe.GriffeError as error:
        raise ComparisonError(f"{package.filepath}: {error}; mend that module first") from None


def _in_module(module: griffe.Module, prefix: str) -> Iterator[tuple[str, Any]]:
    exports = {str(name) for name in module.exports or ()}
    for name, member in sorted(module.members.items()):
        if isinstance(member, griffe.Module):
            if not name.startswith("_"):
                yield from _in_module(member, f"{prefix}{name}.")
        elif name in exports:
            if _is_from_elsewhere(module, member):
                yield f"{prefix}{name}", _unread(name, ELSEWHERE)
                continue
            yield f"{prefix}{name}", member
            if member.is_class:
                yield from _in_class(member, f"{prefix}{name}.", exports)
    if "__getattr__" in module.members:  # which makes what is not there
        yield from ((f"{prefix}{name}", _unread(name)) for name in sorted(exports - module.members.keys()))


def _unread(name: str, *labels: str) -> griffe.Attribute:
    attribute = griffe.Attribute(name)
    attribute.labels.update(labels)
    return attribute


def _is_from_elsewhere(module: griffe.Module, member: Any) -> bool:
    """Whether a name is exported for another package, which is not read."""
    if not member.is_alias:
        return False
    try:
        return not member.final_target.path.startswith(f"{module.package.name}.")
    except griffe.AliasResolutionError as error:
        return not error.alias.target_path.startswith(f"{module.package.name}.")


def _in_class(cls: Any, prefix: str, exports: Collection[str]) -> Iterator[tuple[str, Any]]:
    for name, member in sorted(cls.all_members.items()):
        # What comes from a class that is public itself is told there; pytest alone calls a test.
        is_told = member.inherited and member.final_target.parent.name in exports
        if is_told or name.startswith("test_") or (name.startswith("_") and name not in _SPECIAL):
            continue
        yield f"{prefix}{name}", member
        if member.is_class:
            yield from _in_class(member, f"{prefix}{name}.", exports)


def surface(package: griffe.Module) -> str:
    """Write the public names down, a line each."""
    return "".join(f"{name}{said_of(member)}\n" for name, member in public_names(package).items())


def changes(before: griffe.Module, after: griffe.Module) -> Iterator[Change]:
    """Go through what differs for those who use the layer."""
    old, new = (
        {f"{package.name}.{name}": member for name, member in public_names(package).items()}
        for package in (before, after)
    )
    others = {name for name, member in old.items() if name not in new or kind(new[name]) != kind(member)}
    added = new.keys() - old.keys()
    for name, member in old.items():
        if _owner(name) in others:  # the class says it for what it has
            continue
        if name not in new and not name.endswith(".__init__"):  # of which the class tells
            yield Change(Kind.BREAKING, name, "is gone")
        elif name in others and name in new:
            yield Change(Kind.BREAKING, name, f"is {kind(new[name])} now, and not {kind(member)}")
        elif name in new:
            yield from _changes_of(name, member, new[name])
    for name in added:
        owner = _owner(name)
        if owner in added or owner in others or name.endswith(".__init__"):
            continue
        if owner in old and is_to_be_implemented(new[name], old[owner], new[owner]):
            yield Change(Kind.BREAKING, name, "is new, and those who implement the class must have it")
        else:
            yield Change(Kind.ADDITION, name, "is new")


def _owner(name: str) -> str:
    return name.rpartition(".")[0]


def _changes_of(name: str, before: Any, after: Any) -> Iterator[Change]:
    if before.is_function:
        yield from function_changes(name, before, after)
    elif before.is_class:
        yield from class_changes(name, before, after)
    else:
        yield from attribute_changes(name, before, after)
