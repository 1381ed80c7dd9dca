"""The description's own words for docstrings: with a summary in one sentence, and sentences that end."""

import re

_BLOCK = re.compile(r"\s*(?:[-*+•]\s|\d+[.)]\s|```|~~~|#|>|\||={3,}|-{3,})")
"""The beginning of a line that is no prose: of a list, code, a heading, a quotation, a table or a rule."""

_FULL_WIDTH = "\u3002\uff01\uff1f"
"""The ideographic full stop, and the exclamation and question marks beside it."""

_CLOSING = "\"'\u2019\u201d)\\]`*_"
_OPENING = "\"'\u2018\u201c(\\[`*_"
_END = re.compile(rf"[.!?\u2026][{_CLOSING}]*(?=\s+[{_OPENING}]*[^\Wa-z_])|[{_FULL_WIDTH}]")
"""Where a sentence ends, and another may begin."""

_ABBREVIATED = re.compile(
    r"(?:^|[\s(\[\"'])(?:[a-z]|[a-z]\.[a-z]|al|approx|cf|deprecated|dr|etc|fig|inc|incl|ltd|max|min|mr|mrs|ms|no|nos|resp|st|vs)\.$",
    re.IGNORECASE,
)
_FINISHED = re.compile(rf"[.!?\u2026:;,{_FULL_WIDTH}\uff1a][{_CLOSING}]*$")
_LINE_OF_ITS_OWN = 60
"""Characters of a line that may be a sentence though nothing ends it, where the next one begins in upper case."""


def with_summary(text: str) -> str:
    """Return a text whose first line is a summary in one sentence; what else there is stands below it."""
    lines = text.strip().splitlines()
    if not lines:
        return ""
    if heading := re.match(r"#+\s+(.*?)\s*#*$", lines[0]):
        lines[0] = heading[1]
        lines.insert(1, "")
    elif _BLOCK.match(lines[0]):
        return text.strip()
    count = _lines_of_prose(lines)
    paragraph, rest = " ".join(line.strip() for line in lines[:count]), "\n".join(lines[count:]).rstrip()
    end = _first_end(paragraph)
    summary, more = paragraph[:end], paragraph[end:].strip()
    below = rest if not more else f"{more}\n\n{rest}" if _BLOCK.match(rest) else f"{more}\n{rest}"
    return "\n\n".join(part.strip("\n") for part in (finished(summary), below) if part.strip())


def finished(text: str) -> str:
    """Return a text with a full stop at its end, unless a sentence ends there already, or there is no prose."""
    text = text.strip()
    last = text[text.rfind("\n") + 1 :]
    is_prose = last and not _FINISHED.search(last) and not ("\n" in text and _BLOCK.match(last))
    return f"{text}." if is_prose else text


def sentences(*parts: str) -> str:
    """Join the parts that are not empty, each of one sentence or more."""
    said = [finished(part) for part in parts if part.strip()]
    joined = ""
    for part in said:
        is_below = _BLOCK.match(joined[joined.rfind("\n") + 1 :]) and "\n" in joined
        joined += ("\n\n" if is_below else " ") + part if joined else part
    return joined


def has_blocks(text: str) -> bool:
    """Whether there is more than prose in a text, so that its lines must stay as they are."""
    return any(_BLOCK.match(line) for line in text.splitlines()[1:])


def _lines_of_prose(lines: list[str]) -> int:
    """Return how many lines the first paragraph has."""
    for index, line in enumerate(lines[1:], 1):
        before = lines[index - 1]
        is_of_its_own = (
            len(before) < _LINE_OF_ITS_OWN and line[:1].isupper() and not re.search(r"[,;:–—-]\s*$|[.!?]\s*$", before)
        )
        if not line.strip() or _BLOCK.match(line) or is_of_its_own:
            return index
    return len(lines)


def _first_end(paragraph: str) -> int:
    """Return where the first sentence of a paragraph ends."""
    for found in _END.finditer(paragraph):
        sentence = paragraph[: found.end()]
        is_inside = sentence.count("`") % 2 or sentence.count("(") > sentence.count(")")
        if not is_inside and not _ABBREVIATED.search(sentence):
            return found.end()
    return len(paragraph)
