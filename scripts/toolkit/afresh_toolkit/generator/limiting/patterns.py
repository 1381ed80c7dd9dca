"""Regular expressions of JSON Schema, which are those of ECMA-262, as Python's `re` has them."""

import re
import warnings

_TOKEN = re.compile(
    r"\\k<\w+>|\\u\{|\\[pPc]|\\.|\[\^?\]?|\]|\(\?<(?![=!])|\$|.",
    re.DOTALL,
)
_BEYOND = frozenset({r"\p", r"\P", r"\c", r"\u{"})


def as_python(pattern: str) -> str | None:
    """Translate a pattern, for `re.search` with `re.ASCII`; None where that is beyond Python."""
    made: list[str] = []
    in_class = False
    for token in _TOKEN.findall(pattern):
        if token in _BEYOND:
            return None
        made.append(_translated(token, in_class=in_class))
        ends = token[-1] == "]" and token[0] != "\\"
        in_class = not ends if in_class else token in {"[", "[^"}
    translated = "".join(made)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # what Python may take for a set within a set one day
            re.compile(translated, re.ASCII)
    except (re.error, FutureWarning, OverflowError, RecursionError):
        return None
    return translated


def _translated(token: str, *, in_class: bool) -> str:
    if in_class:
        return "".join(rf"\{one}" if one == "[" else one for one in token)
    if token.startswith(r"\k<"):
        return f"(?P={token[3:-1]})"
    return {"$": r"\Z", "(?<": "(?P<", "[]": r"(?!)", "[^]": r"[\s\S]"}.get(token, token)
