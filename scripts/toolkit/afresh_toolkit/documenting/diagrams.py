"""Draws the sequence diagrams of pages as SVG, in the colours of the page: the site runs no outside script for it.

A page has them as Mermaid, which git hosts draw themselves. What is no sequence diagram stays as code.
"""

import re
import textwrap
from collections.abc import Iterator
from html import escape

_BLOCK = re.compile(r"^```mermaid\nsequenceDiagram\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PARTICIPANT = re.compile(r"participant (\w+)(?: as (.+))?")
_MESSAGE = re.compile(r"(\w+)(--?>>)(\w+): (.+)")
_NOTE = re.compile(r"Note over (\w+)(?:,\w+)?: (.+)")

_COLUMN, _ROW, _TOP, _LINE = 190, 44, 56, 18
_STROKE = 'stroke="currentColor"'
_WIDEST = 26
"""Characters of a line of text between two participants."""


def draw_all(text: str) -> str:
    """Return a page with its sequence diagrams drawn."""
    return _BLOCK.sub(lambda block: _drawn(block[1]) or block[0], text)


def _drawn(source: str) -> str | None:
    names: dict[str, str] = {}
    steps: list[tuple[str, ...]] = []
    for line in filter(None, map(str.strip, source.splitlines())):
        if found := _PARTICIPANT.fullmatch(line):
            names[found[1]] = found[2] or found[1]
        elif found := _MESSAGE.fullmatch(line):
            steps.append((found[2], found[1], found[3], found[4]))
        elif found := _NOTE.fullmatch(line):
            steps.append(("note", found[1], found[1], found[2]))
        else:
            return None
    if not names or any(one not in names for step in steps for one in step[1:3]):
        return None
    return "\n".join(_svg(names, steps))


def _svg(names: dict[str, str], steps: list[tuple[str, ...]]) -> Iterator[str]:
    at = {name: _COLUMN // 2 + index * _COLUMN for index, name in enumerate(names)}
    parts: list[str] = []
    y = _TOP
    for kind, first, last, said in steps:
        reach = max(1, abs(at[first] - at[last]) // _COLUMN)
        lines = [one for part in said.split("<br/>") for one in textwrap.wrap(part, _WIDEST * reach)]
        y += _ROW + _LINE * (len(lines) - 1)
        parts += _step(kind, at[first], at[last], lines, y)
    height, width = y + 30, _COLUMN * len(names) + 40
    told = "; ".join(f"{names[a]} to {names[b]}: {said}" for kind, a, b, said in steps if kind != "note")
    yield (
        f'<svg class="sequence" role="img" viewBox="0 0 {width} {height}" width="{width}" '
        'xmlns="http://www.w3.org/2000/svg" font-size="13" fill="currentColor" stroke="none">'
    )
    yield f"<title>{escape(told.replace('<br/>', ' '))}</title>"
    for name, said in names.items():
        x = at[name]
        yield f'<line x1="{x}" y1="40" x2="{x}" y2="{height - 8}" {_STROKE} stroke-dasharray="3 4" opacity="0.5"/>'
        yield f'<rect x="{x - 75}" y="8" width="150" height="32" rx="4" fill="none" {_STROKE}/>'
        yield f'<text x="{x}" y="29" text-anchor="middle">{escape(said)}</text>'
    yield from parts
    yield "</svg>"


def _step(kind: str, start: int, end: int, lines: list[str], y: int) -> Iterator[str]:
    """Draw an arrow to the right, to the left or to itself, or a note; its text stands above it, or inside."""
    dashes = ' stroke-dasharray="5 4"' if kind.startswith("--") else ""
    middle, anchor = (start + end) // 2, "middle"
    if kind == "note":
        height = _LINE * len(lines) + 8
        yield f'<rect x="{start - 92}" y="{y - height + 6}" width="184" height="{height}" fill="none" {_STROKE}/>'
    elif start == end:
        middle, anchor = start + 8, "start"
        yield f'<path d="M{start} {y + 4} h26 v10 h-22" fill="none" stroke="currentColor"{dashes}/>'
        yield f'<path d="M{start + 2} {y + 14} l8 -4 v8 z"/>'
    else:
        tip, back = (end - 1, -8) if end > start else (end + 1, 8)
        yield f'<line x1="{start}" y1="{y + 6}" x2="{tip}" y2="{y + 6}" stroke="currentColor"{dashes}/>'
        yield f'<path d="M{tip} {y + 6} l{back} -4 v8 z"/>'
    for index, line in enumerate(reversed(lines)):
        yield f'<text x="{middle}" y="{y - _LINE * index}" text-anchor="{anchor}">{escape(line)}</text>'
