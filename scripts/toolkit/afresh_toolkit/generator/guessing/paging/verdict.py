"""What a person has to know of the lists after a run: which continue from page to page, and what of that is a guess."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define

from afresh_toolkit.generator.extensions.pagination import KEY, Pagination
from afresh_toolkit.generator.guessing.paging.guess import Guess

HEAD = "The lists:"
FEW = 5
"""So many operations of a kind are named."""


@define(frozen=True)
class Lists:
    """The verdict on lists; all of it by "METHOD /path".

    Attributes:
        kinds: How those continue whose methods go through all pages.
        guessed: The guesses that are used.
        unsure: Why it is not known how others continue, that look like it.
        held: The guesses that are not used, since the operation was released without pages.
    """

    kinds: Mapping[str, str]
    guessed: Mapping[str, Guess]
    unsure: Mapping[str, str]
    held: Mapping[str, Guess]

    @classmethod
    def of(cls, guesses: Mapping[str, Guess], used: Mapping[str, Pagination], held: frozenset[str]) -> "Lists":
        """Return the verdict on guesses, of which those among `used` came to something."""
        guessed = {key: guess for key, guess in guesses.items() if key in used and used[key].is_guess}
        kept = {key: guess for key, guess in guesses.items() if key in held and guess.content}
        unsure = {
            key: guess.reason if not guess.content else f"it looks like it {guess.reason}, which no model has"
            for key, guess in guesses.items()
            if key not in used and key not in kept
        }
        return cls({key: one.kind for key, one in used.items()}, guessed, unsure, kept)

    def lines(self) -> Iterator[str]:
        """Say it to a person."""
        if not self.guessed and not self.unsure and not self.held:
            return
        yield HEAD
        said = len(self.kinds) - len(self.guessed)
        if said:
            yield f"  said      {said} by `{KEY}`"
        for why, keys in _by(self.guessed, lambda key, guess: f"{self.kinds[key]}, {guess.reason}"):
            yield f"  guess     {why}: {_few(keys)}"
        for why, keys in _by(self.unsure, lambda _, reason: reason):
            yield f"  unsure    {why}: {_few(keys)}"
        if self.held:
            yield f"  released  as single pages, and so they stay, though they look like lists: {_few([*self.held])}"
        yield f"  change    `{KEY}` of the operation in overlay.yaml; `{KEY}: false` makes it a single page"

    def data(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "paged": {key: {"kind": kind, "guessed": key in self.guessed} for key, kind in self.kinds.items()},
            "guesses": {key: {"reason": one.reason, KEY: one.content} for key, one in self.guessed.items()},
            "unsure": dict(self.unsure),
            "held": {key: {"reason": one.reason, KEY: one.content} for key, one in self.held.items()},
        }


def _by(found: Mapping[str, Any], reason: Any) -> Iterator[tuple[str, list[str]]]:
    by_reason: dict[str, list[str]] = {}
    for key, one in found.items():
        by_reason.setdefault(reason(key, one), []).append(key)
    yield from by_reason.items()


def _few(keys: list[str]) -> str:
    more = f" and {len(keys) - FEW} more" if len(keys) > FEW else ""
    return ", ".join(keys[:FEW]) + more
