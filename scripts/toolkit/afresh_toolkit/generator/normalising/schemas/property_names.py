"""The names under which the generator sees the properties of a schema."""

from collections.abc import Iterable

from openapi_python_client.strings import PythonIdentifier

from afresh_toolkit.generator.normalising.class_names import PREFIX
from afresh_toolkit.generator.normalising.invisible import note_name
from afresh_toolkit.generator.normalising.naming.spelling import spelled
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.rules import Applied, Rule

PROPERTY_NAME = Rule("property-name", "Properties whose names are the same in Python are numbered there.")


def shown_names(names: Iterable[str], pointer: Pointer, type_names: frozenset[str], applied: Applied) -> dict[str, str]:
    """Return the names under which the generator sees properties: their own, where it can tell them apart.

    Args:
        names: The properties of a schema.
        pointer: Where the schema stands.
        type_names: The names that no attribute may have, or it would hide a type from annotations.
        applied: Where the rules that are applied are noted.
    """
    shown = {name: name for name in names}
    attributes: dict[str, list[str]] = {}
    for name in shown:
        note_name(name, (*pointer, "properties", name), applied)
        attributes.setdefault(PythonIdentifier(spelled(name), PREFIX), []).append(name)
    for attribute, group in attributes.items():
        if len(group) == 1:
            if spelled(group[0]) != group[0] and attribute not in shown:
                shown[group[0]] = attribute
            continue
        closest = {PythonIdentifier(name, PREFIX, skip_snake_case=True) for name in group}
        if (
            len(closest) == len(group)
            and closest.isdisjoint(type_names)
            and not (closest & attributes.keys()) - {attribute}
        ):
            continue
        applied.note(PROPERTY_NAME, (*pointer, "properties", group[1]))
        number = 1
        for name in group[1:]:
            number += 1
            while f"{attribute}_{number}" in attributes or f"{attribute}_{number}" in shown:
                number += 1
            shown[name] = f"{attribute}_{number}"
    return shown
