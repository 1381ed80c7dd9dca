"""HTML in the description's words, as the Markdown that docstrings are written in."""

import re
from functools import cache
from html import unescape

_TOKEN = re.compile(
    r"(?P<code>```.*?```|`[^`\n]+`)|<!--.*?-->|<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>\s[^<>]*)?/?>",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""(href|alt|title)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-z][a-z0-9]*|#\d+|#x[0-9a-f]+);", re.IGNORECASE)

_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "var": "*", "cite": "*"} | dict.fromkeys(
    ("code", "kbd", "samp", "tt"), "`"
)
"""Elements within a line, and the marks around them in Markdown."""

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "caption", "dt", "summary"})
_PLAIN = frozenset({"font", "small", "span", "sub", "sup", "u"})
_BLOCKS = frozenset(
    {"blockquote", "center", "dd", "details", "div", "dl", "hr", "ol", "p", "section", "table", "tbody", "thead", "ul"}
)
_PAIRED = frozenset({*_MARKS, *_HEADINGS, *_PLAIN, "a", "pre"})
"""Elements that end somewhere: where they do not, the text has something else in angle brackets."""

_SINGLE = frozenset({"br", "img", "li", "td", "th", "tr"})


@cache  # the same words stand in several places
def as_markdown(text: str) -> str:
    """Return a text with Markdown in place of HTML.

    What is in angle brackets and no element of HTML stays as it is, and so does what stands in code.
    """
    if "<" not in text:
        return _ENTITY.sub(_character, text) if "&" in text else text
    ended = {found["name"].lower() for found in _TOKEN.finditer(text) if found["end"]}
    known = {*_BLOCKS, *_SINGLE, *(_PAIRED & ended)}
    writer = _Writer()
    at = 0
    for found in _TOKEN.finditer(text):
        name = (found["name"] or "").lower()
        if name and name not in known:
            continue
        writer.text(_ENTITY.sub(_character, text[at : found.start()]))
        at = found.end()
        if found["code"]:
            writer.text(found["code"])
        elif found["end"]:
            writer.close(name)
        elif name:
            writer.open(name, found["attributes"] or "")
    writer.text(_ENTITY.sub(_character, text[at:]))
    return writer.written()


def _character(entity: re.Match[str]) -> str:
    return unescape(entity[0]).replace("\xa0", " ")


class _Writer:
    """Writes Markdown as elements begin and end."""

    def __init__(self) -> None:
        self._open: list[tuple[str, str]] = [("", "")]  # the elements around, each with what it leads to
        self._parts: list[list[str]] = [[]]  # what is in each of them so far
        self._lists: list[int | None] = []  # the lists around; the number of the last item where they are numbered

    def text(self, text: str) -> None:
        parts = self._parts[-1]
        if not parts or parts[-1].endswith("\n"):
            text = text if self._is_in("pre") else text.lstrip(" \t")
        if text:
            parts.append(text)

    def open(self, name: str, attributes: str) -> None:
        if name in _PAIRED:
            if not (self._is_in("pre") or (self._is_in("code") and name in _MARKS)) or name == "pre":
                self._open.append((name, _attributes(attributes).get("href", "")))
                self._parts.append([])
        elif name in {"ul", "ol"}:
            self._lists.append(0 if name == "ol" else None)
            self._break("\n" if len(self._lists) > 1 else "\n\n")
        elif name == "li":
            self._break("\n")
            self._parts[-1].append(f"{'  ' * (len(self._lists) - 1)}{self._bullet()} ")
        elif name == "br":
            self._break("\n", is_more=True)
        elif name == "img":
            self.text(_attributes(attributes).get("alt", ""))
        elif name in {"td", "th"}:
            self._parts[-1].append("| ")
        elif name == "tr":
            self._break("\n")
        elif not (self._lists and name in {"p", "div"}):
            self._break("\n\n")

    def close(self, name: str) -> None:
        if name in {"ul", "ol"}:
            if self._lists:
                self._lists.pop()
            self._break("\n" if self._lists else "\n\n")
        elif name in {"td", "th"}:
            self._parts[-1].append(" ")
        elif name in _BLOCKS and not (self._lists and name in {"p", "div"}):
            self._break("\n\n")
        elif name in _PAIRED and self._is_in(name):
            while self._open[-1][0] != name:
                self._end()
            self._end()

    def written(self) -> str:
        while len(self._open) > 1:
            self._end()
        lines = "".join(self._parts[0]).splitlines()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()

    def _is_in(self, name: str) -> bool:
        kinds = {"code", "kbd", "samp", "tt"} if name == "code" and self._open[-1][0] != "code" else {name}
        return any(one in kinds for one, _ in self._open)

    def _end(self) -> None:
        name, target = self._open.pop()
        whole = "".join(self._parts.pop())
        inner = whole.strip()
        if not inner:
            self.text(whole)
            return
        before, after = whole[: len(whole) - len(whole.lstrip())], whole[len(whole.rstrip()) :]
        if name == "pre":
            self._break("\n\n")
            self._parts[-1].append(f"```\n{whole.strip(chr(10))}\n```\n\n")
        elif name in _HEADINGS:
            self._break("\n\n")
            self._parts[-1].append(f"**{inner}**\n\n")
        elif name == "a":
            is_said = not target or target == inner or target.startswith("#")
            self.text(f"{before}{inner if is_said else f'[{inner}]({target})'}{after}")
        else:
            mark = "^" if name == "sup" else _MARKS.get(name, "")
            self.text(f"{before}{mark}{inner}{'' if name == 'sup' else mark}{after}")

    def _bullet(self) -> str:
        if not self._lists or (number := self._lists[-1]) is None:
            return "-"
        self._lists[-1] = number + 1
        return f"{number + 1}."

    def _break(self, wanted: str, *, is_more: bool = False) -> None:
        """End the line, or the paragraph, unless that was done already."""
        parts = self._parts[-1]
        while parts and not parts[-1].strip(" \t"):
            parts.pop()
        if not parts:
            return
        parts[-1] = parts[-1].rstrip(" \t")
        has = len(parts[-1]) - len(parts[-1].rstrip("\n"))
        parts.append(wanted if is_more else "\n" * max(0, len(wanted) - has))


def _attributes(said: str) -> dict[str, str]:
    return {name.lower(): unescape(one or two or three) for name, one, two, three in _ATTRIBUTE.findall(said)}
