"""Components that are called like the classes of packages: `io.k8s.api.core.v1.Pod`, `model.Account`, `Shop.Order`."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from afresh_toolkit.generator.normalising.naming.choosing import choose

_QUALIFIED = re.compile(r"(?:[A-Za-z_][\w-]*\.)+[A-Z]\w*")


def unqualified(names: Iterable[str]) -> dict[str, str]:
    """Return what each component is called: its last part, with as many of those before it as tell it from others.

    A name that goes on behind a component's, as that of a nested class does, stays as it is; so does one whose first
    part is written like a class, and begins no other name.
    """
    known = {*names}
    parts = {name: name.split(".") for name in known if _QUALIFIED.fullmatch(name)}
    parts = {name: one for name, one in parts.items() if known.isdisjoint(_beginnings(one))}
    firsts = Counter(one[0] for one in parts.values())
    parts = {name: one for name, one in parts.items() if one[0][0].islower() or firsts[one[0]] > 1}
    candidates = {
        name: ["_".join(parts[name][start:]) for start in reversed(range(len(parts[name])))]
        if name in parts
        else [name]
        for name in known
    }
    chosen = choose({name: [_comparable(one) for one in found] for name, found in candidates.items()})
    return {
        name: next((one for one in found if _comparable(one) == chosen[name]), found[-1])
        for name, found in candidates.items()
    }


def _beginnings(parts: Sequence[str]) -> list[str]:
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _ends(parts: Sequence[str]) -> list[str]:
    """Return the last part, the last two, and so on."""
    return ["_".join(parts[start:]) for start in reversed(range(len(parts)))]


def _comparable(name: str) -> str:
    return name.replace("_", "").casefold()
