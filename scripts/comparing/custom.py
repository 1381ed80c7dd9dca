"""The public names of the hand-written layer, read from its code, and what changes in them."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import griffe
from griffe import ParameterKind

from comparing.changes import Change, Kind
from comparing.signatures import Argument, arguments, got
from comparing.surface import ComparisonError
from comparing.types import Relation, relation

_STARS = {ParameterKind.var_positional: "*", ParameterKind.var_keyword: "**"}

FILE_NAME = "surface.txt"

Names = dict[str, Any]
"""Functions, classes and attributes, as griffe has them, by their names within the package."""


def load(folder: Path) -> griffe.Module:
    """Read the one package of a folder, without importing it.

    Raises ComparisonError where there is not one, or it is no Python.
    """
    packages = [file.parent.name for file in folder.glob("*/__init__.py")]
    if len(packages) != 1:
        raise ComparisonError(f"{folder} holds {len(packages)} packages, and not one: {', '.join(packages)}")
    try:
        package = griffe.load(packages[0], search_paths=[folder], allow_inspection=False)
    except griffe.GriffeError as error:
        raise ComparisonError(f"{folder / packages[0]}: {error}; mend that module first") from None
    if not isinstance(package, griffe.Module):
        raise TypeError(package)
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
                yield f"{prefix}{name}", griffe.Attribute(name)
                continue
            yield f"{prefix}{name}", member
            if member.is_class:
                yield from _in_class(member, f"{prefix}{name}.", exports)


def _is_from_elsewhere(module: griffe.Module, member: Any) -> bool:
    """Whether a name is exported for another package, which is not read."""
    return member.is_alias and not member.target_path.startswith(f"{module.package.name}.")


def _in_class(cls: Any, prefix: str, exports: Collection[str]) -> Iterator[tuple[str, Any]]:
    for name, member in sorted(cls.all_members.items()):
        # What comes from a class that is public itself is told there; pytest alone calls a test.
        is_told = member.inherited and member.final_target.parent.name in exports
        if not is_told and not name.startswith("test_") and (name == "__init__" or not name.startswith("_")):
            yield f"{prefix}{name}", member


def surface(package: griffe.Module) -> str:
    """Write the public names down, a line each."""
    return "".join(f"{name}{_said_of(member)}\n" for name, member in public_names(package).items())


def changes(before: griffe.Module, after: griffe.Module) -> Iterator[Change]:
    """Go through what differs for those who use the layer."""
    old, new = (
        {f"{package.name}.{name}": member for name, member in public_names(package).items()}
        for package in (before, after)
    )
    for name, member in old.items():
        if name in new:
            yield from _changes_of(name, member, new[name])
        elif name.rpartition(".")[0] not in old.keys() - new.keys():  # the class says it for what it has
            yield Change(Kind.BREAKING, name, "is gone")
    for name in new.keys() - old.keys():
        if name.rpartition(".")[0] not in new.keys() - old.keys():
            yield Change(Kind.ADDITION, name, "is new")


def _changes_of(name: str, before: Any, after: Any) -> Iterator[Change]:
    if _kind(before) != _kind(after):
        yield Change(Kind.BREAKING, name, f"is {_kind(after)} now, and not {_kind(before)}")
    elif before.is_function:
        yield from arguments(name, _arguments(before), _arguments(after), _relate)
        yield from got(f"{name}()", _spelled(before.returns), _spelled(after.returns), _relate)
    elif before.is_class:
        lost = [str(base) for base in before.bases if str(base) not in map(str, after.bases)]
        yield from (Change(Kind.BREAKING, name, f"is no `{base}` any more") for base in lost)
    else:
        yield from got(name, _spelled(before.annotation), _spelled(after.annotation), _relate)


def _relate(before: str, after: str) -> Relation:
    return relation(before, after, {}, {})


def _kind(member: Any) -> str:
    if member.is_function:
        return "an async function" if "async" in member.labels else "a function"
    return "a class" if member.is_class else "an attribute"


def _spelled(annotation: Any) -> str:
    return "Any" if annotation is None else str(annotation)


def _arguments(function: Any) -> dict[str, Argument]:
    return {
        f"{_STARS.get(parameter.kind, '')}{parameter.name}": Argument(
            _spelled(parameter.annotation),
            "" if parameter.kind in _STARS else None if parameter.default is None else str(parameter.default),
            parameter.kind is ParameterKind.keyword_only or parameter.kind in _STARS,
        )
        for parameter in function.parameters
        if parameter.name not in ("self", "cls")
    }


def _said_of(member: Any) -> str:
    if member.is_class:
        return f": class({', '.join(map(str, member.bases))})"
    if not member.is_function:
        return f": {_spelled(member.annotation)}"
    parts: list[str] = []
    for name, argument in _arguments(member).items():
        if argument.by_name and not any(part.startswith("*") for part in parts):
            parts.append("*")
        parts.append(f"{name}: {argument.type}" + (f" = {argument.default}" if argument.default else ""))
    awaited = "async " if "async" in member.labels else ""
    return f": {awaited}({', '.join(parts)}) -> {_spelled(member.returns)}"
