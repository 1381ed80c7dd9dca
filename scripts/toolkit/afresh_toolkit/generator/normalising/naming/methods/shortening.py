"""Cuts names that are too long to read: what the group, the path and its parameters say already goes first."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import define

from afresh_toolkit.generator.normalising.naming.methods.cuts import (
    STEPS,
    phrase_starts,
    without_adjectives,
    without_parameters,
    without_said,
)
from afresh_toolkit.generator.normalising.naming.methods.path_names import Route
from afresh_toolkit.generator.normalising.naming.words import Words

LONG = 40
"""Characters from which on a name is cut."""


@define(frozen=True)
class Cut:
    """A shorter form of a name, with its `loss`: the step that led to it, and how many forms came before."""

    words: Words
    loss: tuple[int, int]


def is_long(words: Words) -> bool:
    """Whether a name is to be cut."""
    return len("_".join(words)) >= LONG


def shortened(words: Words, group: Words, route: Route, *, alike: bool) -> list[Cut]:
    """Return shorter forms of a long name: first those that are short enough, from the least cut to the most.

    Where names of a group are to be `alike`, a short one has no adjectives either.
    """
    if not is_long(words):
        found = without_adjectives(words, group, route)
        return [Cut(one, (STEPS.index(without_adjectives), 1)) for one in found if alike and one != words]
    cuts = list(_cuts(words, group, route))
    short = [one for one in cuts if not is_long(one.words)]
    return [*short, *reversed(cuts[: len(cuts) - len(short)])]


def distinct(offered: Mapping[str, Sequence[Cut]], taken: Mapping[str, Sequence[Words]]) -> dict[str, list[Words]]:
    """Return the cuts of each operation that no other is called by, or called like with a phrase more.

    `taken` are the names that operations could have without a cut. Of two that a cut would make alike, the one that
    loses less has it; where both lose as much, none has.
    """
    owners: dict[Words, list[tuple[tuple[int, int], str]]] = {}
    for key, cuts in offered.items():
        for one in cuts:
            owners.setdefault(one.words, []).append((one.loss, key))
    for key, names in taken.items():
        for name in names:
            owners.setdefault(name, []).append(((-1, 0), key))
        for start in phrase_starts(names[0]):
            owners.setdefault(names[0][:start], []).append(((STEPS.index(without_said), 0), key))
    return {
        key: [one.words for one in cuts if _is_owned(owners[one.words], one.loss, key)] for key, cuts in offered.items()
    }


def _is_owned(owners: Sequence[tuple[tuple[int, int], str]], loss: tuple[int, int], key: str) -> bool:
    return all(owner == key or other > loss for other, owner in owners)


def _cuts(words: Words, group: Words, route: Route) -> Iterator[Cut]:
    """Go through the forms that the steps lead to: of all of them, and where others need what one of them takes out."""
    for left_out in (None, without_said, without_parameters):
        form, count = words, 0
        for index, step in enumerate(STEPS):
            for found in step(form, group, route) if is_long(form) and step is not left_out else ():
                if len(found) > 1 and found != form and "_".join(found).isidentifier():
                    form, count = found, count + 1
                    yield Cut(form, (index, count))
