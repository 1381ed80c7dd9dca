"""Compares what users give, and what they get.

Whatever is newly required breaks; and so does a type that is narrower where users give it, or wider where they get it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import define

from afresh_toolkit.comparing.changes import Change, Kind
from afresh_toolkit.comparing.types import Relation, members, without

_MEANINGS_OF_NONE: dict[tuple[str | None, str | None], str] = {
    ("UNSET", "None"): "that it is left out",
    ("None", "UNSET"): "null",
}
"""What None means after a change from one default to another, both of which send nothing."""

Relate = Callable[[str, str], Relation]
"""Says how a type is to the one before."""


@define(frozen=True)
class Argument:
    """An argument of a function, or an attribute of a model; a default of None is none.

    `server_default` is what the server takes where nothing is given.
    """

    type: str
    default: str | None
    by_name: bool = False
    server_default: str | None = None
    by_position: bool = False


def given(subject: str, before: Argument, after: Argument, relate: Relate) -> Iterator[Change]:
    """Compare what users give for an argument."""
    if before.default is not None and after.default is None:
        yield Change(Kind.BREAKING, subject, "must be given now")
    elif before.default is None and after.default is not None:
        yield Change(Kind.ADDITION, subject, "may be left out now")
    elif before.default != after.default:
        said = f"is `{after.default}` by default, in place of `{before.default}`"
        meaning = _MEANINGS_OF_NONE.get((before.default, after.default))
        yield Change(Kind.BREAKING, subject, f"{said}: None means {meaning} now" if meaning else said)
    if before.server_default != after.server_default:
        # What the server falls back to is its own affair: it changes without any release, too.
        is_now, was = after.server_default or "nothing", before.server_default or "nothing"
        yield Change(Kind.FIX, subject, f"has the server's default `{is_now}` now, in place of `{was}`")
    old, new = _value(before, after), _value(after, before)
    match relate(old, new):
        case Relation.WIDER:
            yield Change(Kind.ADDITION, subject, f"takes `{new}` now, more than `{old}`")
        case Relation.NARROWER:
            yield Change(Kind.BREAKING, subject, f"takes `{new}` now, less than `{old}`")
        case Relation.OTHER:
            yield Change(Kind.BREAKING, subject, f"takes `{new}` now, in place of `{old}`")
        case Relation.SAME:
            pass


def _value(argument: Argument, other: Argument) -> str:
    """Return the type of what is given, without what stands for nothing where the other must be given."""
    value = without(argument.type, "Unset")
    is_optional = argument.default == "None" and other.default is None and "None" not in members(other.type)
    return without(value, "None") if is_optional else value


def got(subject: str, before: str, after: str, relate: Relate) -> Iterator[Change]:
    """Compare the types of what users get."""
    match relate(before, after):
        case Relation.NARROWER:
            yield Change(Kind.ADDITION, subject, f"is always `{after}` now, less than `{before}`")
        case Relation.WIDER:
            yield Change(Kind.BREAKING, subject, f"may be `{after}` now, more than `{before}`")
        case Relation.OTHER:
            yield Change(Kind.BREAKING, subject, f"is `{after}` now, in place of `{before}`")
        case Relation.SAME:
            pass


def arguments(
    name: str, before: Mapping[str, Argument], after: Mapping[str, Argument], relate: Relate
) -> Iterator[Change]:
    """Compare the arguments of a function."""
    for key, argument in before.items():
        subject = f"{name}({key})"
        if key not in after:
            yield Change(Kind.BREAKING, subject, "is gone")
            continue
        if after[key].by_name and not argument.by_name:
            yield Change(Kind.BREAKING, subject, "must be given by name now")
        if after[key].by_position and not argument.by_position:
            yield Change(Kind.BREAKING, subject, "must be given by its position now")
        yield from given(subject, argument, after[key], relate)
    positions = [key for key, argument in after.items() if not argument.by_name]
    last = max((index for index, key in enumerate(positions) if key in before and not before[key].by_name), default=-1)
    for key, argument in after.items():
        if key in before:
            continue
        change = new(f"{name}({key})", argument, is_given=True)
        if key in positions[: last + 1] and change.kind is not Kind.BREAKING:
            change = Change(Kind.BREAKING, change.subject, f"is new, and moves `{positions[last]}` to another position")
        yield change
    old_order, order = (
        [key for key, argument in one.items() if not argument.by_name and key in before and key in after]
        for one in (before, after)
    )
    if [key for key in order if key in old_order] != [key for key in old_order if key in order]:
        yield Change(Kind.BREAKING, name, f"takes {listed(order)} in this order now, not {listed(old_order)}")


def new(subject: str, argument: Argument, *, is_given: bool) -> Change:
    """Say what a new argument or attribute is, which users give, or only get."""
    if is_given and argument.default is None:
        return Change(Kind.BREAKING, subject, f"is new, and must be given: `{argument.type}`")
    return Change(Kind.ADDITION, subject, f"is new: `{argument.type}`")


def listed(names: Iterable[str]) -> str:
    """Put names into a sentence."""
    return ", ".join(f"`{name}`" for name in names) or "nothing"
