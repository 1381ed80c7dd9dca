"""Texts that match a regular expression."""

import re
from importlib import import_module
from random import Random
from typing import Any

parser: Any = import_module("re._parser")  # private, but the only one there is

_CLASSES = {"CATEGORY_DIGIT": "0123456789", "CATEGORY_WORD": "abcXYZ019", "CATEGORY_SPACE": " "}
_ANY = "abcXYZ019"


def text(pattern: str, random: Random, *, shortest: int = 0) -> str | None:
    """Make a text that matches; None where that is beyond this module."""
    try:
        parsed = parser.parse(pattern)
    except (re.error, OverflowError):
        return None
    for extra in (0, 1, 2, shortest, 2 * shortest):
        made = "".join(_write(parsed, random, extra))
        if len(made) >= shortest and re.search(pattern, made):
            return made
    return None


def _write(parsed: Any, random: Random, extra: int) -> list[str]:
    return [_one(str(kind), value, random, extra) for kind, value in parsed]


def _one(kind: str, value: Any, random: Random, extra: int) -> str:
    match kind:
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL":
            return next(character for character in _ANY if ord(character) != value)
        case "ANY":
            return random.choice(_ANY)
        case "IN":
            return _from_set(value, random)
        case "BRANCH":
            return "".join(_write(random.choice(value[1]), random, extra))
        case "SUBPATTERN":
            return "".join(_write(value[-1], random, extra))
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inner = value
            return "".join("".join(_write(inner, random, 0)) for _ in range(min(least + extra, int(most))))
    return ""


def _from_set(items: Any, random: Random) -> str:
    is_negated = str(items[0][0]) == "NEGATE"
    allowed = "".join(_members(items[is_negated:]))
    if is_negated:
        return random.choice([character for character in _ANY + "-_" if character not in allowed] or ["~"])
    return random.choice(allowed or _ANY)


def _members(items: Any) -> list[str]:
    found: list[str] = []
    for kind, value in items:
        match str(kind):
            case "LITERAL":
                found.append(chr(value))
            case "RANGE":
                found.append("".join(map(chr, range(value[0], min(value[1], value[0] + 60) + 1))))
            case "CATEGORY":
                found.append(_CLASSES.get(str(value), _ANY))
    return found
