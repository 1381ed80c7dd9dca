"""The reference of a package: its pages, what they say of each operation, and where their links lead."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import TYPE_CHECKING

from attrs import frozen

from afresh_toolkit.generator.pipeline import generate
from afresh_toolkit.generator.reading.inputs import Inputs, ReferenceAt
from afresh_toolkit.scaffold.names import Names
from places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

REFERENCE = ROOT / "docs" / "reference"


@frozen
class Shown:
    """What a page shows of an operation."""

    name: str
    request: str
    sync: str
    asynchronous: str
    console: str


def shown(folder: Path) -> list[Shown]:
    """Return what the pages in a folder show of each operation."""
    sections = [part for text in pages(folder).values() for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]]
    return [_shown(section) for section in sections if "```http" in section]


def _shown(section: str) -> Shown:
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    (request,) = (code for language, code in blocks if language == "http")
    (console,) = (code for language, code in blocks if language == "console")
    _, sync, asynchronous = (code for language, code in blocks if language == "python")
    command = console.removeprefix("$ ").replace("\\\n", "")
    return Shown(section.partition("\n")[0], request.rstrip("\n"), sync, asynchronous, command)


def pages(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.md"))}


def broken_links(texts: Mapping[str, str]) -> Iterator[str]:
    """Find the links between pages that lead nowhere."""
    anchors = {name: set(_anchors(text)) for name, text in texts.items()}
    for name, text in texts.items():
        for target in re.findall(r"\]\(([^)]*)\)", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)):
            page, _, anchor = target.partition("#")
            if not re.match("https?:|mailto:", target) and (
                (page or name) not in texts or (anchor and anchor not in anchors[page or name])
            ):
                yield f"{name}: {target}"


def _anchors(text: str) -> Iterator[str]:
    """Go through the anchors that a git host makes of headings, and those that stand there."""
    yield from re.findall(r'<a id="([^"]+)">', text)
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def make_reference(description: str, folder: Path, name: str = "small") -> dict[str, str]:
    """Generate the package of a description, and its reference; return the pages."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "openapi.yaml"
    file.write_text(description, encoding="utf-8")
    inputs = Inputs(file, reference=ReferenceAt(folder / "reference", name))
    generate(inputs, folder / f"{name}_api", nullcontext)
    return pages(folder / "reference")


def put_layer(folder: Path, name: str) -> None:
    """Put the client of a package beside it, as a new repository gets it."""
    names, source = Names(name), ROOT / "custom" / "afresh"
    for file in source.rglob("*.py"):
        target = folder / name / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(names.put_into(file.read_text(encoding="utf-8")), encoding="utf-8")
