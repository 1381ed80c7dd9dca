"""Markdown that looks the same on a git host and on the site, out of the description's own words."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from html import escape

_CODE = re.compile(r"(?P<ticks>`+)(?P<code>[^`]+?)(?P=ticks)")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_HEADING = re.compile(r"\s*#{1,6}\s+(.*?)\s*#*\s*$")
_LINK = re.compile(r"!?\[(?P<text>[^\[\]]*)\]\((?P<target>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)[^()]*\)")
_REFERENCE = re.compile(r"^\s{0,3}\[[^\]]+\]:\s")
_RULE = re.compile(r"\s*(?:=+|-{2,})\s*$")


@cache  # the same words stand at several operations
def prose(text: str) -> str:
    """Return words of the description for a page.

    Headings become bold lines, since the headings of a page are its operations. Links that lead to other pages of the
    description's own site are left out, and nothing is taken for HTML.
    """
    lines: list[str] = []
    is_code = False
    for line in text.strip().splitlines():
        is_fence = _FENCE.match(line) is not None
        is_code = is_code != is_fence
        if is_code or is_fence:
            lines.append(line.rstrip())
        elif found := _HEADING.match(line):
            lines += ["", f"**{_inline(found[1])}**", ""]
        elif _RULE.match(line) and lines and lines[-1].strip() and not lines[-1].startswith("|"):
            lines.append("")  # it would make a heading of the line above
        elif not _REFERENCE.match(line):
            lines.append(_inline(line.rstrip()))
    if is_code:
        lines.append("```")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


@cache
def cell(text: str) -> str:
    """Return words of the description for the cell of a table: on one line."""
    lines = [_without_block(line) for line in text.splitlines() if not _FENCE.match(line)]
    joined = " ".join(" ".join(lines).split())
    return _outside_code(joined, lambda plain: _escaped(plain).replace("|", r"\|"), _code_in_cell)


def summary(text: str) -> str:
    """Return the first line of a text, for the cell of a table."""
    return cell(text.strip().partition("\n")[0])


def code(text: str) -> str:
    """Return code within a line, also within a table."""
    return _code_in_cell(text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; the empty string without rows."""
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fenced(language: str, text: str) -> str:
    """Return a block of code."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def blocks(*parts: str) -> str:
    """Join the parts that are not empty with empty lines."""
    return "\n\n".join(part for part in parts if part)


def slug(heading: str) -> str:
    """Return the anchor of a heading, as git hosts and the site make it of letters, digits and underscores."""
    return re.sub(r"[^\w-]", "", heading.lower())


def _inline(line: str) -> str:
    return _outside_code(line, _escaped, lambda text: f"`` {text} ``" if "`" in text else f"`{text}`")


def _outside_code(text: str, change: Callable[[str], str], change_code: Callable[[str], str]) -> str:
    parts: list[str] = []
    at = 0
    for found in _CODE.finditer(text):
        parts += [change(text[at : found.start()]), change_code(found["code"].strip())]
        at = found.end()
    return "".join([*parts, change(text[at:])])


def _escaped(text: str) -> str:
    return _TAG.sub("&lt;", _LINK.sub(_link, text))


def _link(found: re.Match[str]) -> str:
    """Return a link as it is where it leads to the web, and else its text."""
    is_image = found[0].startswith("!")
    return found[0] if re.match(r"(?:https?://|mailto:)", found["target"]) and not is_image else found["text"]


def _code_in_cell(text: str) -> str:
    if "|" in text or "`" in text:
        return f"<code>{escape(text, quote=False).replace('|', '&#124;')}</code>"
    return f"`{text}`"


def _without_block(line: str) -> str:
    heading = _HEADING.match(line)
    return f"**{heading[1]}**" if heading and heading[1] else line.strip()
