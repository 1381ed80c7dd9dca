"""Chooses among the names that each of several things could have, so that no two have the same."""

from collections.abc import Collection, Mapping, Sequence


def choose(candidates: Mapping[str, Sequence[str]], taken: Collection[str] = ()) -> dict[str, str]:
    """Return a name for each thing: the first of its candidates that no other has, and that is not taken.

    All that would have one name go on to their next candidate, so that their order does not matter.
    Those that have none left get numbers, in the order of their keys.
    """
    level = dict.fromkeys(candidates, 0)
    while True:
        names = {key: found[level[key]] for key, found in candidates.items()}
        alike: dict[str, list[str]] = {}
        for key, name in names.items():
            alike.setdefault(name, []).append(key)
        stuck = [
            key
            for name, keys in alike.items()
            if len(keys) > 1 or name in taken
            for key in keys
            if level[key] + 1 < len(candidates[key])
        ]
        if not stuck:
            return _numbered(names, alike, taken)
        for key in stuck:
            level[key] += 1


def _numbered(names: dict[str, str], alike: Mapping[str, Sequence[str]], taken: Collection[str]) -> dict[str, str]:
    used = {*taken, *alike}
    for name, keys in sorted(alike.items()):
        for key in sorted(keys)[0 if name in taken else 1 :]:
            number = 2
            while f"{name}_{number}" in used:
                number += 1
            names[key] = f"{name}_{number}"
            used.add(names[key])
    return names
