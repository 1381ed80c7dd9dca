"""What stands for something that is absent: `UNSET` where null is another value, else None.

Packages of former toolkits have `UNSET` everywhere. To know that once is enough for those who use them.
"""

from collections.abc import Mapping

from attrs import define, evolve

from afresh_toolkit.comparing.changes import Change, Kind
from afresh_toolkit.comparing.signatures import Argument
from afresh_toolkit.comparing.surface import Surface
from afresh_toolkit.comparing.types import members, without


@define(frozen=True)
class Renewed:
    """A surface with None in place of `UNSET` where the surface after it has None; `places` are where that is."""

    surface: Surface
    places: list[str]

    def changes(self) -> list[Change]:
        """Say it to those who use the package."""
        if not self.places:
            return []
        number = f"{len(self.places)} places, such as" if len(self.places) > 1 else "one place,"
        said = (
            f"no longer stands for what is absent in {number} `{min(self.places)}`, since null is not described there: "
            "give None, and write `is None`, where it was `UNSET`"
        )
        return [Change(Kind.BREAKING, "UNSET", said)]


def renewed(before: Surface, after: Surface) -> Renewed:
    """Return the surface before with None where the surface after has it."""
    places: list[str] = []
    operations = dict(before.operations)
    for name in before.operations.keys() & after.operations.keys():
        old, new = before.operations[name].arguments, after.operations[name].arguments
        found = {key: _argument(argument) for key, argument in old.items() if _is_renewed(argument, new.get(key))}
        operations[name] = evolve(operations[name], arguments=_replaced(old, found))
        places += [f"{name}({key})" for key in found]
    models = dict(before.models)
    for name in before.models.keys() & after.models.keys():
        attributes, new = before.models[name], after.models[name]
        found = {
            key: _attribute(attribute)
            for key, attribute in attributes.items()
            if _is_renewed(attribute, new.get(key)) and "None" not in members(attribute.type)
        }
        models[name] = _replaced(attributes, found)
        places += [f"{name}.{key}" for key in found]
    return Renewed(evolve(before, operations=operations, models=models), places)


def _is_renewed(before: Argument, after: Argument | None) -> bool:
    return after is not None and (before.default, after.default) == ("UNSET", "None")


def _argument(argument: Argument) -> Argument:
    return evolve(argument, type=without(argument.type, "Unset"), default="None")


def _attribute(attribute: Argument) -> Argument:
    """Return an attribute that may be None; one that is read-only and required is never absent when it is read."""
    is_optional = "Unset" in members(attribute.type)
    value = without(attribute.type, "Unset")
    return evolve(attribute, type=f"{value} | None" if is_optional else value, default="None")


def _replaced(all_: Mapping[str, Argument], some: Mapping[str, Argument]) -> dict[str, Argument]:
    return {name: some.get(name, argument) for name, argument in all_.items()}
