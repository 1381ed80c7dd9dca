"""Puts the pages of a site together: those of the repository, with links that lead to pages of the site."""

import os.path
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from attrs import define

from afresh_toolkit.documenting.diagrams import draw_all

INDEX = "index.md"
LAYER = "client.rst"
CHANGES = "CHANGELOG.md"
REFERENCE = "docs/reference"

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"^<!--.*?-->\n*", re.DOTALL | re.MULTILINE)


@define(frozen=True)
class Page:
    """A page: its path in the site, its title, and its first sentence."""

    path: str
    title: str
    summary: str


@define(frozen=True)
class Sources:
    """The pages of a site, in their order."""

    title: str
    guide: list[Page]
    reference: list[Page]


def put_together(root: Path, package: str, folder: Path) -> Sources:
    """Put the pages of a repository into a folder, and say what there is."""
    pages = {"README.md": INDEX, **{path: path for path in _pages(root)}}
    texts = {path: (root / path).read_text(encoding="utf-8") for path in pages}
    listed = texts["README.md"].partition("\n## Documentation\n")[2] or texts["README.md"]
    ordered = _in_order(listed, [path for path in pages if re.fullmatch(r"docs/[^/]+\.md", path)])
    reference = _in_order(
        texts.get(f"{REFERENCE}/README.md", ""), [path for path in pages if path.startswith(f"{REFERENCE}/")], REFERENCE
    )
    for path, target in pages.items():
        text = draw_all(_with_links(_COMMENT.sub("", texts[path]), path, pages))
        _write(folder / target, text)
    for image in (*(root / "docs").glob("*.svg"), *(root / "docs").glob("*.json")):
        shutil.copy(image, folder / "docs")
    title = _title(texts["README.md"])
    _write(folder / LAYER, _layer(package))
    sources = Sources(title, [_page(p, texts[p]) for p in ordered], [_page(p, texts[p]) for p in reference])
    with (folder / INDEX).open("a", encoding="utf-8") as index:
        index.write(_contents(sources, has_changes=CHANGES in pages))
    return sources


def _pages(root: Path) -> list[str]:
    found = [*(root / "docs").glob("*.md"), *(root / REFERENCE).glob("*.md"), *root.glob(CHANGES)]
    return sorted(file.relative_to(root).as_posix() for file in found)


def _in_order(text: str, paths: list[str], folder: str = "") -> list[str]:
    """Return paths in the order in which a page links to them, and then the others; the page itself comes first."""
    linked = [os.path.normpath(Path(folder, target.partition("#")[0])) for _, _, target in _LINK.findall(text)]
    own = f"{folder}/README.md"
    rank = {path: index for index, path in reversed(list(enumerate([own, *linked])))}
    return sorted(paths, key=lambda path: (rank.get(path, len(rank)), path))


def _with_links(text: str, path: str, pages: dict[str, str]) -> str:
    """Let links lead to pages of the site; those to other files of the repository are left out."""

    def replace(match: re.Match[str]) -> str:
        mark, said, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        wanted, hash_, anchor = target.partition("#")
        place = os.path.normpath(Path(path).parent / wanted)
        if mark or place.endswith(".json"):
            return match[0]
        if place not in pages:
            return said
        here = Path(pages[path]).parent
        return f"[{said}]({os.path.relpath(pages[place], here)}{hash_}{anchor})"

    parts: list[str] = []
    at = 0
    for fence in _FENCE.finditer(text):
        parts += [_LINK.sub(replace, text[at : fence.start()]), fence[0]]
        at = fence.end()
    return "".join([*parts, _LINK.sub(replace, text[at:])])


def _page(path: str, text: str) -> Page:
    body = _COMMENT.sub("", text).partition("\n")[2]
    first = next((block for block in body.split("\n\n") if re.match(r"\s*[A-Z*]", block)), "")
    plain = " ".join(_LINK.sub(r"\2", first).split())
    return Page(path, _title(text), plain.partition(". ")[0].rstrip("."))


def _title(text: str) -> str:
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else "Documentation"


def _layer(package: str) -> str:
    title = f"Classes of {package}"
    return f"{title}\n{'=' * len(title)}\n\n.. automodule:: {package}\n   :members:\n   :imported-members:\n"


def _contents(sources: Sources, *, has_changes: bool) -> str:
    """Return the table of contents that the navigation is made of."""
    parts = {
        "Guide": [page.path for page in sources.guide],
        "Reference": [*[page.path for page in sources.reference], LAYER],
        "Project": [f"What changed <{CHANGES}>"] if has_changes else [],
    }
    return "".join(_toctree(caption, paths) for caption, paths in parts.items() if paths)


def _toctree(caption: str, paths: list[str]) -> str:
    return "\n".join(["", "```{toctree}", ":hidden:", ":maxdepth: 1", f":caption: {caption}", "", *paths, "```", ""])


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")


def markdown_pages(folder: Path) -> Iterator[str]:
    """Go through the pages in a folder of sources that are Markdown."""
    yield from sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.md"))
