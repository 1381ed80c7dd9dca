"""Reads from the code of the hand-written layer what griffe does not tell: what yields, and the fields of classes."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import griffe
from griffe import ParameterKind

from afresh_toolkit.comparing.surface import ComparisonError

_ATTRS = frozenset({"attrs.define", "attrs.frozen", "attrs.mutable", "attr.define", "attr.frozen", "attr.mutable"}) | {
    "attr.s",
    "attr.attrs",
    "attr.dataclass",
}
_FIELDS = frozenset({"attrib", "field", "ib"})
_UNTOLD = "..."  # a default that is worked out


def check(folder: Path) -> None:
    """Raise ComparisonError where a module is no Python: griffe passes over those that it cannot read."""
    for file in sorted(folder.rglob("*.py")):
        try:
            _tree(file.read_bytes())
        except SyntaxError as error:
            raise ComparisonError(f"{file}:{error.lineno}: {error.msg}; mend that module first") from None
        except ValueError as error:
            raise ComparisonError(f"{file}: {error}; mend that module first") from None


def is_generator(function: Any) -> bool:
    """Whether a function yields."""
    definition = _definition(function)
    waiting: list[ast.AST] = [*getattr(definition, "body", ())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def add_constructors(module: griffe.Module) -> None:
    """Give the classes that attrs makes, and named tuples, the constructor that they have; griffe knows dataclasses."""
    for member in [*module.members.values()]:
        if member.is_alias:
            continue
        if isinstance(member, griffe.Module):
            add_constructors(member)
        elif isinstance(member, griffe.Class) and _has_fields(member) and "__init__" not in member.members:
            parameters = griffe.Parameters(griffe.Parameter("self"), *_inherited(member).values())
            constructor = griffe.Function("__init__", parameters=parameters, returns="None")
            member.set_member("__init__", constructor)


def is_frozen(cls: Any) -> bool:
    """Whether the attributes of a class cannot be set."""
    said = [str(decorator.value) for decorator in cls.decorators]
    return any(one.partition("(")[0].endswith("frozen") or "frozen=True" in one for one in said)


@cache
def _tree(source: bytes) -> ast.Module:
    return ast.parse(source)


def _definition(member: Any) -> ast.AST | None:
    """Return the code of a function or class; None where it has none, such as a constructor that is made."""
    if member.endlineno is None:
        return None
    nodes = ast.walk(_tree(Path(member.filepath).read_bytes()))
    return next((one for one in nodes if _is_at(one, member.name, member.endlineno)), None)


def _is_at(node: ast.AST, name: str, end: int) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    return node.name == name and node.end_lineno == end


def _has_fields(cls: griffe.Class) -> bool:
    is_tuple = any(str(base).rpartition(".")[2] == "NamedTuple" for base in cls.bases)
    return is_tuple or any(decorator.callable_path in _ATTRS for decorator in cls.decorators)


def _inherited(cls: griffe.Class) -> dict[str, griffe.Parameter]:
    """Return the fields of a class and of those that it comes from: these are first, unless they are written anew."""
    found: dict[str, griffe.Parameter] = {}
    for one in [*reversed(cls.mro()), cls]:
        if isinstance(one, griffe.Class) and _has_fields(one):
            for parameter in _fields(one):
                found.pop(parameter.name, None)
                found[parameter.name] = parameter
    return found


def _fields(cls: griffe.Class) -> Iterator[griffe.Parameter]:
    definition = _definition(cls)
    if not isinstance(definition, ast.ClassDef):
        return
    by_name = any("kw_only=True" in str(decorator.value) for decorator in cls.decorators)
    computed = {
        decorator.value.id
        for node in definition.body
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Attribute)
        and decorator.attr == "default"
        and isinstance(decorator.value, ast.Name)
    }
    for node in definition.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                type_ = ast.unparse(annotation)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value) if _is_field(value):
                type_ = "Any"
            case _:
                continue
        said = _said(value)
        if "ClassVar" in type_ or said.get("init") == "False":
            continue
        default = said.get("default") or (f"{said['factory']}()" if "factory" in said else None)
        kind = ParameterKind.keyword_only if by_name or "kw_only" in said else ParameterKind.positional_or_keyword
        alias = said.get("alias", repr(name.lstrip("_")))
        yield griffe.Parameter(
            str(ast.literal_eval(alias)),
            annotation=type_,
            kind=kind,
            default=_UNTOLD if name in computed else default,
        )


def _is_field(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in _FIELDS


def _said(value: ast.expr | None) -> dict[str, str]:
    """Return what is said of a field, by the names of what attrs takes."""
    if value is None:
        return {}
    if isinstance(value, ast.Call) and _is_field(value):
        return {keyword.arg or "": ast.unparse(keyword.value) for keyword in value.keywords}
    return {"default": ast.unparse(value)}
