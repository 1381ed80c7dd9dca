"""The names of the classes of the generated package: no two alike, nor alike in the names of their modules."""

from functools import cache

from openapi_python_client.strings import ClassName, PythonIdentifier, pascal_case

from afresh_toolkit.generator.normalising.file_names import LONGEST_MODEL, file_name
from afresh_toolkit.generator.normalising.naming.reserved import PACKAGE_NAMES

PREFIX = "field_"
"""What openapi-python-client puts before a name that Python does not allow."""

CLASSES = "#/components/schemas/"
"""How a reference to a class begins."""

IN_PLACE = "InPlaceEnum"
"""How the name begins that an enum has for the generator alone: its values are written out where it stands."""

ALIASES = f"{IN_PLACE}Aliases"
"""The name of a model, for the generator alone, whose properties are the type aliases."""

_LONGEST = 100
_LONGEST_OPERATION = 200
"""Bytes of the name of a class, and of what an operation's functions are called."""


@cache  # the names of a place are tried more than once
def class_name(parent: str, name: str) -> str:
    """Return the name for what is called `name` inside of `parent`, or alone where that is empty."""
    chosen = _stable(_cut(_stable(f"{pascal_case(parent)}{pascal_case(name)}" if parent else name), _LONGEST))
    return f"The{chosen}" if chosen.startswith(IN_PLACE) else f"{chosen}Model" if chosen in PACKAGE_NAMES else chosen


def operation_name(name: str) -> str:
    """Return the name of an operation, cut where that of its module would be too long."""
    module = PythonIdentifier(name, PREFIX)
    return name if len(module.encode()) <= _LONGEST_OPERATION else _cut(module, _LONGEST_OPERATION)


def _cut(name: str, most: int) -> str:
    """Return so many bytes of a name, and no part of a character."""
    return name.encode()[:most].decode(errors="ignore")


class ClassNames:
    """Gives out names, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def is_free(self, wanted: str) -> bool:
        """Whether nothing has the name."""
        return _file(wanted) not in self._taken

    def take(self, wanted: str) -> str:
        """Return the name, with a number where it is taken."""
        chosen, number = wanted, 1
        while _file(chosen) in self._taken:
            number += 1
            chosen = _stable(f"{wanted}_{number}" if wanted[-1].isdigit() else f"{wanted}{number}")
        self._taken.add(_file(chosen))
        return chosen


def _stable(name: str) -> str:
    """Return the name as openapi-python-client writes it, which it must not change when it writes it again."""
    said = str(ClassName(name.rsplit("/", maxsplit=1)[-1] or "model", PREFIX))
    return str(ClassName(said, PREFIX))


@cache
def _file(name: str) -> str:
    return file_name(PythonIdentifier(name, PREFIX), LONGEST_MODEL).casefold()
