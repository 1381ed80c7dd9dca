"""Python code for example values: written on one line where that fits, else with a line for each part."""

import json
from collections.abc import Iterable, Iterator, Mapping

from attrs import define

WIDTH = 88


@define(frozen=True)
class Brackets:
    """Parts in brackets: a call, a list or a dict. Each part has what stands before it, such as `title=`."""

    opening: str
    parts: tuple[tuple[str, "Code"], ...]
    closing: str

    @property
    def flat(self) -> str:
        """The code on one line."""
        inner = ", ".join(before + flat(part) for before, part in self.parts)
        return f"{self.opening}{inner}{self.closing}"


Code = str | Brackets


def call(name: str, arguments: Iterable[tuple[str, Code]]) -> Brackets:
    """Return a call with keyword arguments; one without a name is given by its place."""
    return Brackets(f"{name}(", tuple((f"{key}=" if key else "", value) for key, value in arguments), ")")


def in_list(items: Iterable[Code]) -> Brackets:
    """Return a list."""
    return Brackets("[", tuple(("", item) for item in items), "]")


def in_dict(items: Mapping[str, Code]) -> Brackets:
    """Return a dict."""
    return Brackets("{", tuple((f"{text(key)}: ", item) for key, item in items.items()), "}")


def flat(code: Code) -> str:
    """Return code on one line."""
    return code if isinstance(code, str) else code.flat


def lines(before: str, code: Code, after: str = "", indent: int = 0) -> Iterator[str]:
    """Break code into lines; `before` and `after` stand on its first and last line."""
    margin = " " * indent
    whole = f"{margin}{before}{flat(code)}{after}"
    if isinstance(code, str) or not code.parts or len(whole) <= WIDTH:
        yield whole
        return
    yield f"{margin}{before}{code.opening}"
    for name, part in code.parts:
        yield from lines(name, part, ",", indent + 4)
    yield f"{margin}{code.closing}{after}"


def text(value: str) -> str:
    """Write a text as code, with double quotes where it has none in it."""
    return json.dumps(value, ensure_ascii=False) if value.isprintable() and '"' not in value else repr(value)
