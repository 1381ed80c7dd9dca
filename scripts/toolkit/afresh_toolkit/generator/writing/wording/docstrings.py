"""Docstrings out of the description's own words."""

import re
import textwrap
from functools import cache

from openapi_python_client.strings import safe_for_docstring

from afresh_toolkit.generator.writing.wording.prose import has_blocks

LINE_LENGTH = 120
_UNSAFE = re.compile(r'[\x00-\x08\x0b-\x1f\x7f-\x9f\\]|"""')
"""What may need an escape; to look at each character takes long."""

_BARE_QUOTE = re.compile(r'(?<!\\)(?:\\\\)*"\Z')
"""A quote at the end that no backslash escapes."""


@cache  # the same words stand at a method and at several functions
def docstring(text: str, indent: int = 0) -> str:
    """Return a whole docstring, quotes included, for code that is indented by so many columns.

    Lines that are too long are wrapped; what hangs below an indented line is indented once more. Nothing in the text
    can end the docstring or be taken for an escape sequence.
    """
    lines: list[str] = []
    if re.match(r"\s*\w+:\n ", text):
        lines.append("")  # what is indented below the first line would not be told from what is level with it
    for line in _safe(text.strip()):
        width = LINE_LENGTH - indent - (6 if not lines else 0)
        lines += [line.rstrip()] if len(line) <= width else _wrapped(line, width)
    if lines and _BARE_QUOTE.search(lines[-1]):
        lines[-1] = f'{lines[-1][:-1]}\\"'
    margin = " " * indent
    body = "\n".join(f"{margin}{line}" if line else "" for line in lines).strip(" ")
    return f'"""{body}\n{margin}"""' if len(lines) > 1 else f'"""{body}"""'


def _safe(text: str) -> list[str]:
    return (safe_for_docstring(text) if _UNSAFE.search(text) else text).expandtabs().splitlines()


def _wrapped(line: str, width: int) -> list[str]:
    lead = len(line) - len(line.lstrip())
    if line.startswith("|", lead):  # the row of a table
        return [line.rstrip()]
    quoted = f"{' ' * lead}> " if line.startswith("> ", lead) else None
    hanging = quoted or " " * (lead + 4 if lead else 0)
    return textwrap.wrap(line, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


def sections(*parts: str) -> str:
    """Join the parts of a docstring that are not empty with empty lines."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def section(title: str, entries: list[tuple[str, str]]) -> str:
    """Return a section such as Args, with an entry a line; the empty string without entries."""
    if not entries:
        return ""
    return "\n".join([f"{title}:", *(f"    {name}: {_entry(text)}" for name, text in entries)])


def _entry(text: str) -> str:
    """Return the words of an entry: on one line where they are prose, else with their lines indented below it."""
    if not has_blocks(text):
        return " ".join(text.split())
    first, *others = text.strip().splitlines()
    return "\n".join([first, *(f"        {line}".rstrip() for line in others)])
