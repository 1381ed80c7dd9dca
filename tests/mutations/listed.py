"""The bugs, as `lists/` has them. Each list is a TOML file, with a table for each bug.

    module = "_calls/retrying.py"     # in custom/afresh
    tests = ["test_retries.py"]       # in tests/, the likeliest first

    [no-429]                          # its name
    old = " == HTTPStatus.TOO_MANY_REQUESTS"
    new = " == HTTPStatus.CONFLICT"
    why = "A call that is answered 429 is not made again."

`old` stands in the module once, or once in the function or class that `within` names. `by` names the test that is
likely to find the bug. `survives` says why no test can find it, where none can.
"""

from __future__ import annotations

import ast
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen
from attrs.validators import and_, instance_of, min_len, optional

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LISTS: Final = Path(__file__).parent / "lists"
LAYER: Final = Path("custom/afresh")

_is_text: Final = and_(instance_of(str), min_len(1))


def _as_tuple(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(texts)


@frozen
class Mutation:
    """One line made wrong.

    Attributes:
        area: The name of its list.
        name: Its name there.
        module: The file, in the hand-written layer.
        tests: The files of tests that have to find it, the likeliest first.
        old: What stands there.
        new: What must not stand there.
        why: What goes wrong with it.
        within: The function or class in which `old` stands once; None for the whole module.
        by: The test that is likely to find it.
        survives: Why no test can find it; None where one has to.
    """

    area: str
    name: str
    module: str = field(validator=_is_text)
    tests: tuple[str, ...] = field(converter=_as_tuple, validator=min_len(1))
    old: str = field(validator=_is_text)
    new: str = field(validator=instance_of(str))
    why: str = field(validator=_is_text)
    within: str | None = field(default=None, validator=optional(_is_text))
    by: str | None = field(default=None, validator=optional(_is_text))
    survives: str | None = field(default=None, validator=optional(_is_text))

    def __str__(self) -> str:
        return f"{self.area}.{self.name}"

    @property
    def path(self) -> Path:
        """The module's file, from the root of the project."""
        return LAYER / self.module

    def put_into(self, source: str) -> str:
        """Return the text of the module with the bug in it.

        Raises:
            ValueError: What it replaces does not stand there once, or no program is left.
        """
        begin, end = (0, len(source)) if self.within is None else _place(source, self.within)
        count = source.count(self.old, begin, end)
        if count != 1:
            place = f" within {self.within}" if self.within else ""
            raise ValueError(f"{self}: {self.old!r} stands {count} times in {self.module}{place}, and not once")
        at = source.index(self.old, begin, end)
        mutated = source[:at] + self.new + source[at + len(self.old) :]
        try:
            ast.parse(mutated)
        except SyntaxError as error:
            raise ValueError(f"{self}: no program is left of {self.module}: {error}") from None
        return mutated


def read(folder: Path = LISTS) -> list[Mutation]:
    """Read all lists."""
    return [mutation for path in sorted(folder.glob("*.toml")) for mutation in _read(path)]


def _read(path: Path) -> Iterator[Mutation]:
    with path.open("rb") as file:
        document: dict[str, Any] = tomllib.load(file)
    common = {key: document.pop(key) for key in ("module", "tests")}
    for name, table in document.items():
        try:
            yield Mutation(path.stem, name, **{**common, **table})
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path.name}, [{name}]: {error}") from None


def _place(source: str, name: str) -> tuple[int, int]:
    """Return where a function or class begins and ends, by its dotted name."""
    found = _parsed(source).body
    node: ast.stmt | None = None
    for part in name.split("."):
        named = [it for it in found if isinstance(it, _NAMED) and it.name == part]
        if len(named) != 1:
            raise ValueError(f"there are {len(named)} functions or classes {name}, and not one")
        node, found = named[0], named[0].body
    assert node is not None
    assert node.end_lineno is not None
    lines = source.splitlines(keepends=True)
    return len("".join(lines[: node.lineno - 1])), len("".join(lines[: node.end_lineno]))


@lru_cache(maxsize=1)
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
