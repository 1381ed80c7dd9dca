"""What `scripts/diff` says of changes in the hand-written layer, by small pieces of code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from afresh_toolkit.comparing import custom
from afresh_toolkit.comparing.surface import ComparisonError

if TYPE_CHECKING:
    from pathlib import Path

IMPORTS = """\
import abc
import attrs
from attrs import field
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Optional, Protocol, TypedDict, Unpack, overload

__all__ = ["A", "Alias", "K", "f"]

"""
YIELDS = "async def f() -> AsyncIterator[int]:\n    yield 1"
MANAGES = "@contextmanager\ndef f() -> Iterator[int]:\n    yield 1"
OVERLOADS = "@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(a: str) -> str: ...\ndef f(a): ...\n"
OPTIONS = "class _O(TypedDict, total=False):\n    a: int\n    b: str\n\ndef f(**options: Unpack[_O]) -> None: ...\n"


def package(root: Path, **modules: str) -> Path:
    """Write a package `acme`, and return its folder."""
    (root / "acme").mkdir(parents=True)
    for name, text in modules.items():
        (root / "acme" / f"{name}.py").write_text(text, encoding="utf-8")
    return root


def said(before: str, after: str, root: Path) -> list[str]:
    """Return the changes between two layers that consist of one module."""
    old, new = (
        custom.load(package(root / name, __init__=IMPORTS + text)) for name, text in (("old", before), ("new", after))
    )
    return sorted(f"{change.kind.name.lower()} {change}" for change in {*custom.changes(old, new)})


def in_class(text: str, bases: str = "", decorator: str = "") -> str:
    """Return a class K with what is said of it."""
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return f"{decorator}\nclass K{bases}:\n    '''K.'''\n{lines}"


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("def f(a: Optional[str]): ...", "def f(a: str | None): ...", []),
        (
            "def f(a, b=1): ...",
            "def f(a, n=0, b=1): ...",
            ["breaking `acme.f(n)` is new, and moves `b` to another position"],
        ),
        ("def f(a, b=1): ...", "def f(a, b=1, n=0): ...", ["addition `acme.f(n)` is new: `Any`"]),
        ("def f(a): ...", "def f(a, /): ...", ["breaking `acme.f(a)` must be given by its position now"]),
        ("def f(self): ...", "def f(): ...", ["breaking `acme.f(self)` is gone"]),
        (
            YIELDS,
            YIELDS.replace("yield 1", "return g()"),
            ["breaking `acme.f` is an async function now, and not a function"],
        ),
        (YIELDS, "def f() -> AsyncIterator[int]:\n    return g()", []),
        (
            MANAGES,
            MANAGES.replace("@contextmanager\n", ""),
            ["breaking `acme.f()` is `Iterator[int]` now, in place of `AbstractContextManager[int]`"],
        ),
        (MANAGES, "def f() -> AbstractContextManager[int]: ...", []),
        (
            OVERLOADS,
            OVERLOADS.replace("str", "bytes"),
            [
                "addition `acme.f` has the overload `(a: bytes) -> bytes`, too",
                "breaking `acme.f` has no overload `(a: str) -> str` any more",
            ],
        ),
        (OVERLOADS, OVERLOADS.replace("def f(a): ...", "def f(a: int | str) -> int | str: ..."), []),
        (OVERLOADS, OVERLOADS.replace("a: str", "a: str, b: int = 1"), ["addition `acme.f(b)` is new: `int`"]),
        (OPTIONS, OPTIONS.replace("    b: str\n", ""), ["breaking `acme.f(b)` is gone"]),
        (OPTIONS, OPTIONS.replace("    b: str\n", "    b: str\n    c: int\n"), ["addition `acme.f(c)` is new: `int`"]),
        ("class A: ...\nclass K(A): ...", "class A: ...\nclass _M(A): ...\nclass K(_M): ...", []),
        ("class A: ...\nclass K(A): ...", "class A: ...\nclass K: ...", ["breaking `acme.K` is no `A` any more"]),
        ("class _A: ...\nclass K(_A): ...", "class K: ...", []),
        (
            "class K:\n    x: int",
            "from httpx import Auth as K",
            ["breaking `acme.K` is something of another package now, and not a class"],
        ),
        (
            "def __getattr__(name): ...",
            "A = Alias = f = 1",
            ["breaking `acme.K` is gone"],
        ),
        (
            "Alias = int | str",
            "Alias = int",
            ["breaking `acme.Alias` stands for `int` now, and not for `int | str`"],
        ),
    ],
)
def test_a_change_of_a_module(before: str, after: str, changes: list[str], tmp_path: Path) -> None:
    assert said(before, after, tmp_path) == changes


READ = "@property\ndef x(self) -> int: ..."
SET = f"{READ}\n@x.setter\ndef x(self, value: int) -> None: ..."
ENTERED = "def __enter__(self): ...\ndef __exit__(self, *_): ..."
NO_MORE = ["breaking `acme.K.x` can only be read now, and not set"]
ABSTRACT = "@abc.abstractmethod\ndef x(self): ..."
TO_HAVE = ["breaking `acme.K.y` is new, and those who implement the class must have it"]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("x: int = 1", READ, NO_MORE),
        (SET, READ, NO_MORE),
        ("x: int = 1", "x: Final[int] = 1", NO_MORE),
        (READ, "x: int = 1", []),
        (
            "@classmethod\ndef x(cls): ...",
            "def x(self): ...",
            ["breaking `acme.K.x` is called on an instance now, and not on the class"],
        ),
        ("@staticmethod\ndef x(cls): ...", "@staticmethod\ndef x(): ...", ["breaking `acme.K.x(cls)` is gone"]),
        ("def x(self): ...", "@classmethod\ndef x(cls): ...", []),
        (ENTERED, "", ["breaking `acme.K.__enter__` is gone", "breaking `acme.K.__exit__` is gone"]),
        ("class O:\n    x: int", "class O: ...", ["breaking `acme.K.O.x` is gone"]),
        ("", "def __init__(self, a): ...", ["breaking `acme.K.__init__(a)` is new, and must be given: `Any`"]),
        ("", "def __init__(self, a=1): ...", ["addition `acme.K.__init__(a)` is new: `Any`"]),
        ("def __init__(self): ...", "", []),
        (ABSTRACT, f"{ABSTRACT}\n{ABSTRACT.replace('x', 'y')}", TO_HAVE),
    ],
)
def test_a_change_of_a_class(before: str, after: str, changes: list[str], tmp_path: Path) -> None:
    assert said(in_class(before), in_class(after), tmp_path) == changes


def test_a_protocol_asks_for_more(tmp_path: Path) -> None:
    before, after = "def x(self): ...", "def x(self): ...\ndef y(self): ..."
    assert said(in_class(before, "(Protocol)"), in_class(after, "(Protocol)"), tmp_path) == TO_HAVE


@pytest.mark.parametrize(
    ("bases", "decorator"),
    [("", "@dataclass"), ("", "@attrs.define"), ("", "@attrs.frozen()"), ("(NamedTuple)", "")],
)
def test_the_fields_of_a_class_are_arguments(bases: str, decorator: str, tmp_path: Path) -> None:
    old, new = (in_class(fields, bases, decorator) for fields in ("a: int\nb: int = 1", "a: int\nb: int\nc: int = 2"))
    assert said(old, new, tmp_path) == [
        "addition `acme.K.__init__(c)` is new: `int`",
        "addition `acme.K.c` is new",
        "breaking `acme.K.__init__(b)` must be given now",
    ]


GONE = "breaking `acme.K.__init__(a)` is gone"
LEFT_OUT = "addition `acme.K.__init__(a)` may be left out now"


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("a: int = field(default=1)", "a: int = field(default=1, init=False)", [GONE]),
        ("_a: int", "a: int", ["addition `acme.K.a` is new"]),
        (
            "_a: int",
            "_a: int = field(alias='b')",
            [GONE, "breaking `acme.K.__init__(b)` is new, and must be given: `int`"],
        ),
        ("a: int", "a: int = field(kw_only=True)", ["breaking `acme.K.__init__(a)` must be given by name now"]),
        ("a: int", "a: int = field(factory=int)", [LEFT_OUT]),
        ("a: int", "a: int = field()\n@a.default\ndef _(self): ...", [LEFT_OUT]),
    ],
)
def test_what_attrs_says_of_fields(before: str, after: str, changes: list[str], tmp_path: Path) -> None:
    assert said(in_class(before, "", "@attrs.define"), in_class(after, "", "@attrs.define"), tmp_path) == changes


def test_a_class_that_is_frozen_can_be_read_alone(tmp_path: Path) -> None:
    changes = ["breaking `acme.K.x` can only be read now, and not set"]
    assert said(in_class("x: int", "", "@attrs.define"), in_class("x: int", "", "@attrs.frozen"), tmp_path) == changes


def test_a_name_that_is_handed_on_from_another_package(tmp_path: Path) -> None:
    init = 'from ._private import Auth\n\n__all__ = ["Auth"]\n'
    package(tmp_path, __init__=init, _private="from httpx import Auth\n")
    assert custom.surface(custom.load(tmp_path)) == "Auth: Any\n"


def test_a_star_brings_the_names_along(tmp_path: Path) -> None:
    init = 'from ._private import *\n\n__all__ = ["a"]\n'
    package(tmp_path, __init__=init, _private='__all__ = ["a"]\n\n\ndef a(*b, c, **d) -> None: ...\n')
    assert custom.surface(custom.load(tmp_path)) == "a: (*b: Any, c: Any, **d: Any) -> None\n"


@pytest.mark.parametrize("text", ["\ndef (:\n", "\n\0"])
def test_a_public_module_that_is_no_python(text: str, tmp_path: Path) -> None:
    package(tmp_path, __init__="", testing=text)
    with pytest.raises(ComparisonError, match=r"acme/testing\.py.*; mend that module first"):
        custom.load(tmp_path)
