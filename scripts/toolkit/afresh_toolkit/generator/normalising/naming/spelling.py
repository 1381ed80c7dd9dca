"""Spells what Python's names cannot have, and what tells two names apart: operators, signs and brackets."""

import re
from functools import cache

_OPERATORS = {
    "<=": "lte",
    ">=": "gte",
    "!=": "ne",
    "<>": "ne",
    "==": "eq",
    "<": "lt",
    ">": "gt",
    "!": "not",
    "=": "eq",
    "~": "like",
}
_AT_THE_END = re.compile(rf"(?<=[\w\]])({'|'.join(map(re.escape, _OPERATORS))})$")
_SIGNED = re.compile(r"^([+-])(\d+)")
_SIGNS = {"+": "plus", "-": "minus"}
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_INSIDE = re.compile(r"\[([^\[\]]+)\]")


@cache  # many properties have the same name
def spelled(name: str) -> str:
    """Return the name of a parameter or property with words for an operator at its end, its sign and its brackets.

    `StartTime<` is `StartTime_lt`, `+1` is `plus_one`, and `metadata[key]` is `metadata_key`. `ids[]` stays so.
    """
    name = _AT_THE_END.sub(lambda found: f"_{_OPERATORS[found[1]]}", name)
    name = _SIGNED.sub(lambda found: f"{_SIGNS[found[1]]}_{_number(found[2])}", name)
    return _INSIDE.sub(r"_\1", name)


def _number(digits: str) -> str:
    return _DIGITS[int(digits)] if len(digits) == 1 else digits
