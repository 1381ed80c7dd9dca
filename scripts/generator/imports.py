"""Takes away the imports that a rendered module does not need: templates name all that they may use.

ruff has the last word on it; but to take away what is plain to see costs it several times as much.
"""

import re

_IMPORT = re.compile(r"^(?:from \S+ )?import (?:\((?P<several>[^)]*)\)|(?P<few>.*))\n", re.MULTILINE)
_NAME = re.compile(r"[^\W\d]\w*")


def only_needed(code: str) -> str:
    """Return the code without those imports at its beginning whose names do not occur further down."""
    end = 0
    for found in _IMPORT.finditer(code):
        if code[end : found.start()].strip() and end:
            break
        end = found.end()
    used = set(_NAME.findall(code, end))
    return _IMPORT.sub(lambda found: _needed(found, used), code[:end]) + code[end:]


def _needed(statement: re.Match[str], used: set[str]) -> str:
    names = [name.strip() for name in (statement["several"] or statement["few"]).split(",") if name.strip()]
    left = [name for name in names if name in used or name == "annotations" or " as " in name]  # to be had from here
    if len(left) == len(names):
        return statement[0]
    before = statement[0].partition("import ")[0]
    return f"{before}import {', '.join(left)}\n" if left else ""
