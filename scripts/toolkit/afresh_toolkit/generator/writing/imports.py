"""Takes away the imports that a rendered module does not need: templates name all that they may use.

ruff has the last word on it; but to take away what is plain to see costs it several times as much.
"""

import re

_IMPORT = re.compile(r"^(?:from \S+ )?import (?:\((?P<several>[^)]*)\)|(?P<few>.*))\n", re.MULTILINE)


def only_needed(code: str) -> str:
    """Return the code without those imports at its beginning whose names do not occur further down."""
    end = 0
    for found in _IMPORT.finditer(code):
        if code[end : found.start()].strip() and end:
            break
        end = found.end()
    rest = code[end:]
    return _IMPORT.sub(lambda found: _needed(found, rest), code[:end]) + rest


def _needed(statement: re.Match[str], code: str) -> str:
    names = [name.strip() for name in (statement["several"] or statement["few"]).split(",") if name.strip()]
    is_from = statement[0].startswith("from ")
    left = [
        name
        for name in names
        if name == "annotations" or (is_from and " as " in name) or _occurs(name.rpartition(" as ")[2], code)
    ]
    if len(left) == len(names):
        return statement[0]
    before = statement[0].partition("import ")[0]
    return f"{before}import {', '.join(left)}\n" if left else ""


def _occurs(name: str, code: str) -> bool:
    """Whether a name is there, but for where it is an attribute's, or an argument's."""
    start = code.find(name)  # nearly all that are not needed are nowhere, which is quick to see
    while start >= 0:
        end = start + len(name)
        before, behind = code[start - 1 : start], code[end : end + 1]
        if not (_is_part(before) or before == "." or _is_part(behind) or behind == "="):
            return True
        start = code.find(name, end)
    return False


def _is_part(character: str) -> bool:
    return character.isalnum() or character == "_"
