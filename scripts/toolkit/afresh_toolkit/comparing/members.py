"""What a name of the hand-written layer is for those who use it."""

from collections.abc import Iterator
from typing import Any

import griffe
from griffe import ParameterKind

from afresh_toolkit.comparing.changes import Change, Kind
from afresh_toolkit.comparing.definitions import is_frozen, is_generator
from afresh_toolkit.comparing.signatures import Argument, arguments, got
from afresh_toolkit.comparing.types import Relation, relation
from afresh_toolkit.comparing.versions import kind_of

ELSEWHERE = "elsewhere"
"""The label of what comes from another package, which is not read."""

_STARS = {ParameterKind.var_positional: "*", ParameterKind.var_keyword: "**"}
_BY_NAME = {*_STARS, ParameterKind.keyword_only}
_MANAGERS = {
    "contextlib.contextmanager": "AbstractContextManager",
    "contextlib.asynccontextmanager": "AbstractAsyncContextManager",
}
_BOUND = frozenset({"classmethod", "staticmethod"})


def kind(member: Any) -> str:
    """Say what something is, in the way that it is used."""
    if ELSEWHERE in member.labels:
        return "something of another package"
    if member.is_function:
        return "an async function" if _is_awaited(member) else "a function"
    return "a class" if member.is_class else "an attribute"


def said_of(member: Any) -> str:
    """Write down what a member is."""
    if member.is_class:
        return f": class({', '.join(map(str, member.bases))})"
    if not member.is_function:
        return f": {_spelled(member.annotation)}"
    return f": {_signature(member)}"


def function_changes(name: str, before: Any, after: Any) -> Iterator[Change]:
    """Go through what differs between two functions, or their overloads."""
    if before.labels & _BOUND and not after.labels & _BOUND:
        yield Change(Kind.BREAKING, name, "is called on an instance now, and not on the class")
    if before.overloads:
        yield from _overload_changes(name, before.overloads, after.overloads or [after])
    else:
        yield from _signature_changes(name, before, after)


def class_changes(name: str, before: Any, after: Any) -> Iterator[Change]:
    """Go through what differs between two classes, but for what they have."""
    now = _ancestors(after)
    bases = [(str(base), _class_name(base)) for base in before.bases]
    lost = [said for said, base in bases if not base.startswith("_") and base not in now]
    yield from (Change(Kind.BREAKING, name, f"is no `{said}` any more") for said in lost)
    if _maker(before) != _maker(after):  # else it is among the names
        old, new = _constructor(before), _constructor(after)
        if old is not None and new is not None:
            yield from arguments(f"{name}.__init__", old, new, _relate)


def attribute_changes(name: str, before: Any, after: Any) -> Iterator[Change]:
    """Go through what differs between two attributes or properties, or what two names stand for."""
    if _is_set(before) and not _is_set(after):
        yield Change(Kind.BREAKING, name, "can only be read now, and not set")
    yield from got(name, _spelled(_inner(before.annotation)), _spelled(_inner(after.annotation)), _relate)
    old, new = _alias(before), _alias(after)
    if old and new and _relate(old, new) is not Relation.SAME:
        yield Change(Kind.BREAKING, name, f"stands for `{new}` now, and not for `{old}`")


def is_to_be_implemented(member: Any, cls_before: Any, cls: Any) -> bool:
    """Whether those who implement a class must have a member that is new in it."""
    is_protocol = all(any(_class_name(base) == "Protocol" for base in one.bases) for one in (cls_before, cls))
    return is_protocol or "abstractmethod" in member.labels


def _relate(before: str, after: str) -> Relation:
    return relation(before, after, {}, {})


def _spelled(annotation: Any) -> str:
    return "Any" if annotation is None else str(annotation)


def _inner(annotation: Any) -> Any:
    """Return an annotation without `Final` or `ClassVar` around it."""
    if _class_name(annotation or "") not in {"ClassVar", "Final"}:
        return annotation
    return annotation.slice if isinstance(annotation, griffe.ExprSubscript) else None


def _class_name(base: Any) -> str:
    """Return the name of a class, without the module and the arguments that stand with it."""
    return str(base).partition("[")[0].rpartition(".")[2]


def _is_awaited(function: Any) -> bool:
    is_async = "async" in function.labels and not _manager(function)
    return is_async and not is_generator(function)


def _manager(function: Any) -> str | None:
    paths = (decorator.callable_path for decorator in function.decorators)
    return next((_MANAGERS[path] for path in paths if path in _MANAGERS), None)


def _returned(function: Any) -> str:
    manager, returns = _manager(function), function.returns
    if manager is None:
        return _spelled(returns)
    if not isinstance(returns, griffe.ExprSubscript):
        return f"{manager}[Any]"
    within = returns.slice
    return f"{manager}[{within.elements[0] if isinstance(within, griffe.ExprTuple) else within}]"


def _signature(function: Any) -> str:
    parts: list[str] = []
    by_position = False
    for name, argument in _arguments(function).items():
        if by_position and not argument.by_position:
            parts.append("/")
        by_position = argument.by_position
        if argument.by_name and not name.startswith("*") and not any(part.startswith("*") for part in parts):
            parts.append("*")
        parts.append(f"{name}: {argument.type}" + (f" = {argument.default}" if argument.default else ""))
    if by_position:
        parts.append("/")
    awaited = "async " if _is_awaited(function) else ""
    return f"{awaited}({', '.join(parts)}) -> {_returned(function)}"


def _signature_changes(name: str, before: Any, after: Any) -> Iterator[Change]:
    if not name.endswith(("__exit__", "__aexit__")):  # which `with` alone calls
        yield from arguments(name, _arguments(before), _arguments(after), _relate)
    yield from got(f"{name}()", _returned(before), _returned(after), _relate)


def _overload_changes(name: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    """Go through the overloads: what one took must be taken by one that gives the same."""
    kept: list[Any] = []
    for old in before:
        ways = [([*_signature_changes(name, old, new)], new) for new in after]
        changes, new = min(ways, key=lambda way: (kind_of(way[0]), len(way[0])))
        if kind_of(changes) is Kind.BREAKING:
            yield Change(Kind.BREAKING, name, f"has no overload `{_signature(old)}` any more")
        else:
            kept.append(new)
            yield from changes
    yield from (
        Change(Kind.ADDITION, name, f"has the overload `{_signature(one)}`, too") for one in after if one not in kept
    )


def _arguments(function: Any) -> dict[str, Argument]:
    is_bound = function.parent is not None and function.parent.is_class and "staticmethod" not in function.labels
    found: dict[str, Argument] = {}
    for parameter in [*function.parameters][1 if is_bound else 0 :]:
        options = _options(function, parameter)
        if options is not None:
            found |= options
            continue
        found[f"{_STARS.get(parameter.kind, '')}{parameter.name}"] = Argument(
            _spelled(parameter.annotation),
            "" if parameter.kind in _STARS else None if parameter.default is None else str(parameter.default),
            by_name=parameter.kind in _BY_NAME,
            by_position=parameter.kind is ParameterKind.positional_only,
        )
    return found


def _options(function: Any, parameter: Any) -> dict[str, Argument] | None:
    """Return the keys of `**options: Unpack[Options]` as arguments; None for other parameters."""
    annotation = parameter.annotation
    is_unpacked = isinstance(annotation, griffe.ExprSubscript) and _class_name(annotation) == "Unpack"
    if parameter.kind is not ParameterKind.var_keyword or not is_unpacked:
        return None
    try:
        options: Any = function.modules_collection[annotation.slice.canonical_path]
        classes = [*reversed(options.mro()), options]
    except (KeyError, ValueError, griffe.GriffeError):
        return None
    found: dict[str, Argument] = {}
    for one in classes:
        is_total = str(one.keywords.get("total", "True")) != "False"
        for name, member in one.members.items():
            if member.is_attribute:
                must = _class_name(member.annotation)
                is_given = must == "Required" or (is_total and must != "NotRequired")
                is_marked = must in {"NotRequired", "Required"}
                type_ = member.annotation.slice if is_marked else member.annotation
                found[name] = Argument(_spelled(type_), None if is_given else "...", by_name=True)
    return found


def _constructor(cls: Any) -> dict[str, Argument] | None:
    """Return what a constructor takes; None where a class of another package has it."""
    if "__init__" in cls.all_members:
        return _arguments(cls.all_members["__init__"])
    is_known = all(len(one.resolved_bases) == len(one.bases) for one in (cls, *cls.mro()))
    return {} if is_known else None


def _maker(cls: Any) -> str | None:
    """Return the name of the class that has the constructor."""
    return next((one.name for one in (cls, *cls.mro()) if "__init__" in one.members), None)


def _ancestors(cls: Any) -> set[str]:
    return {_class_name(base) for one in (cls, *cls.mro()) for base in one.bases}


def _is_set(member: Any) -> bool:
    """Whether users can set an attribute."""
    if member.parent is None or not member.parent.is_class or is_frozen(member.parent):
        return False
    if "property" in member.labels:
        return bool(member.labels & {"cached", "writable"})
    return _class_name(member.annotation or "") != "Final"


def _alias(member: Any) -> str | None:
    """Return the type that a name stands for; None where it is no such name."""
    value = member.value
    is_type = isinstance(value, griffe.ExprBinOp | griffe.ExprName | griffe.ExprSubscript)
    return str(value) if is_type and member.name[0].isupper() and not member.name.isupper() else None
