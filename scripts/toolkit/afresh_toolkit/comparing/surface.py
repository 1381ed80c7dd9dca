"""Reads the public surface of a generated package, as `generator.writing.surface` writes it down."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import define, field

from afresh_toolkit.comparing.signatures import Argument

_NAMED = re.compile(r"(?P<name>\*\*|\w+): (?P<rest>.+)")
_KEYS = "keys."
"""Before the names of keys, which stand beside the lifecycle."""

_SIGNS = ("as ", "with ", "-> ", "! ")


class ComparisonError(Exception):
    """What should be compared cannot be; says where, and what to do."""


@define
class Operation:
    """A method of a resource; `request` is its "METHOD /path", `function` the module of the functions for it.

    `needs` are the alternatives of what it must be called with: `a token`, keys, or both.
    """

    request: str
    function: str = ""
    needs: tuple[str, ...] = ()
    arguments: dict[str, Argument] = field(factory=dict)
    returns: str = "None"
    errors: str = "None"


@define
class Webhook:
    """A request that the API sends: what the description calls it, what it holds, and how it is signed."""

    called: str
    payload: str = "None"
    signed: str = ""


@define
class Surface:
    """All of it, by names; a model's attributes are by theirs, and `**` stands for those that are not described.

    `aliases` has the types in each union that has a name.
    """

    operations: dict[str, Operation] = field(factory=dict)
    models: dict[str, dict[str, Argument]] = field(factory=dict)
    enums: dict[str, list[str]] = field(factory=dict)
    aliases: dict[str, list[str]] = field(factory=dict)
    lifecycle: dict[str, str] = field(factory=dict)
    keys: dict[str, str] = field(factory=dict)
    webhooks: dict[str, Webhook] = field(factory=dict)

    @classmethod
    def read(cls, file: Path) -> "Surface":
        """Read the file; raises ComparisonError where it is missing, or not what scripts/generate writes."""
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise ComparisonError(f"{file}: {error.strerror}; scripts/generate writes it") from None
        surface = cls()
        for number, lines in _entries(text):
            try:
                surface._add(lines[0], lines[1:])
            except ValueError:
                raise ComparisonError(f"{file}:{number}: not understood; run scripts/generate") from None
        return surface

    def _add(self, head: str, lines: Sequence[str]) -> None:
        kind, _, name = head.partition(" ")
        match kind:
            case "operation":
                name, request = name.split(": ", 1)
                self.operations[name] = _operation(request, lines)
            case "model":
                self.models[name] = dict(map(_argument, lines))
            case "enum":
                self.enums[name] = [*lines]
            case "alias":
                self.aliases[name] = [*lines]
            case "webhook":
                name, called = name.split(": ", 1)
                said = dict(line.split(" ", 1) for line in lines)
                self.webhooks[name] = Webhook(called, said.get("->", "None"), said.get("signed", ""))
            case "lifecycle":
                for key, _, value in (line.partition(": ") for line in lines):
                    into = self.keys if key.startswith(_KEYS) else self.lifecycle
                    into[key.removeprefix(_KEYS)] = value
            case _:
                raise ValueError(head)


def _entries(text: str) -> Iterator[tuple[int, list[str]]]:
    """Go through the entries, with the number of the first line of each."""
    lines = [*text.splitlines(), ""]
    start = 0
    for index, line in enumerate(lines):
        if not line or line.startswith("#"):
            if index > start:
                yield start + 1, [lines[start], *(one.removeprefix("    ") for one in lines[start + 1 : index])]
            start = index + 1


def _operation(request: str, lines: Sequence[str]) -> Operation:
    operation = Operation(request)
    by_name = False
    for line in lines:
        sign = next((sign for sign in _SIGNS if line.startswith(sign)), "")
        said = line.removeprefix(sign)
        match sign:
            case "as ":
                operation.function = said
            case "with ":
                operation.needs = tuple(said.split(" or "))
            case "-> ":
                operation.returns = said
            case "! ":
                operation.errors = said
            case _ if line == "*":
                by_name = True
            case _:
                name, argument = _argument(line, by_name=by_name)
                operation.arguments[name] = argument
    return operation


def _argument(line: str, *, by_name: bool = False) -> tuple[str, Argument]:
    found = _NAMED.fullmatch(line)
    if not found:
        raise ValueError(line)
    declared, _, server_default = _split(found["rest"], "  # ")
    type_, is_given, default = _split(declared, " = ")
    return found["name"], Argument(type_, default if is_given else None, by_name, server_default or None)


def _split(text: str, sign: str) -> tuple[str, bool, str]:
    """Split after the type, or the type with its default: the sign may stand within the quotes of either, too."""
    for match in re.finditer(sign, text):
        before = text[: match.start()]
        if _is_code(f"x: {before}"):
            return before, True, text[match.end() :]
    return text, False, ""


def _is_code(text: str) -> bool:
    try:
        compile(text, "", "exec")
    except SyntaxError:
        return False
    return True
