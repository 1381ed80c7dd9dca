"""The words of names: how a text falls into them, and which of them mean the same."""

import re
from collections.abc import Sequence
from functools import cache

from openapi_python_client.strings import PythonIdentifier

Words = tuple[str, ...]

_IRREGULAR = {
    "aliases": "alias",
    "analyses": "analysis",
    "caches": "cache",
    "children": "child",
    "cookies": "cookie",
    "indices": "index",
    "movies": "movie",
    "people": "person",
    "series": "series",
    "sizes": "size",
    "species": "species",
}
_WITHOUT_PLURAL = frozenset(
    {"access", "always", "analytics", "as", "diagnostics", "does", "gas", "has", "is", "news", "yes"}
)
_NO_COLLECTIONS = frozenset({"credentials", "options", "preferences", "settings", "statistics", "stats"})
_SPLIT_WRONGLY = {
    re.compile(r"(?<![^_])o_auth(?:_?([12]))?(?![^_])"): r"oauth\1",
    re.compile(r"(?<![^_])v_(\d+)"): r"v\1",
    re.compile(r"(?<![^_])(v\d+)_(alpha|beta)_?(\d*)(?![^_])"): r"\1\2\3",
    re.compile(r"(?<![^_])(i|ur|ap)_((?<=i_)ds|(?<=ur_)ls|(?<=ap_)is)(?![^_])"): r"\1\2",
}
"""What openapi-python-client makes of `OAuth2`, `fooV1`, `V1alpha1` and `IDs`."""

PREPOSITIONS = frozenset({"at", "by", "for", "from", "in", "of", "on", "to", "with"})
_ARTICLES = frozenset({"a", "an", "the"})
_GENERIC = re.compile(r"api|rest|v\d+((alpha|beta)\d*)?")


def words_in_text(text: str) -> frozenset[str]:
    """Return the words that a text lists."""
    return frozenset(text.split())


ACTIONS = words_in_text(
    """
    accept acknowledge activate add analyse analyze append apply approve archive assign attach authenticate authorize
    backup block bulk bust calculate cancel challenge change check clean cleanup clear clone close compare complete
    compute confirm connect convert copy count create deactivate decline decode decrypt delete deny deploy detach
    disable disconnect dismiss downgrade download duplicate edit enable encode encrypt enroll evaluate exchange
    execute expire export fetch filter find finish fix flush follow forgot generate get grant has hide impersonate
    import increment initiate insert install introspect invalidate invite invoke is join leave like link list load
    lock login logoff logon logout lookup mark match merge migrate move mute notify open pause perform pin poll
    preview process publish purge push query quote re read reauthenticate rebuild recalculate recover redeem refresh
    regenerate register reindex reject release reload remove rename renew reorder replace reply republish request
    requeue rerun rescan resend reset resolve respond restart restore resume retrieve retry revert revoke rollback
    rotate run save scan search seek send set share show sign signin signoff signout signup skip sort split start stop
    submit subscribe suspend switch sync synchronize terminate test toggle transfer translate trigger unarchive
    unassign unblock undelete undo unfollow uninstall unlink unlock unmute unpin unpublish unregister unshare
    unsubscribe unsuspend update upgrade upload validate verify vote withdraw
    """
)
"""What a path ends in that says itself what is done: `/auth/refresh`, `/users/{id}/reset-password`."""


@cache
def words_of(text: str) -> Words:
    """Return the words of a text, in small letters."""
    said = str(PythonIdentifier(re.sub(r"[^\w.-]+", "_", text), ""))
    for wrong, right in _SPLIT_WRONGLY.items():
        said = wrong.sub(right, said)
    return tuple(word for word in said.split("_") if word)


@cache
def singular(word: str) -> str:
    """Return the singular of a word, as far as its end tells."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _WITHOUT_PLURAL or len(word) < 3:  # noqa: PLR2004  (no word so short has a plural)
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes", "uses")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def is_plural(words: Sequence[str]) -> bool:
    """Whether the last of some words is a plural, of things that one could have one by one."""
    return bool(words) and singular(words[-1]) != words[-1] and words[-1] not in _NO_COLLECTIONS


def in_singular(words: Sequence[str]) -> Words:
    """Return words with the last of them in the singular."""
    return (*words[:-1], singular(words[-1])) if words else ()


def is_generic(word: str) -> bool:
    """Whether a word says nothing but that this is an API, or of which version."""
    return bool(_GENERIC.fullmatch(word))


def same(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether words mean the same: in the plural or not, and however a number or abbreviation in them was split."""
    return _squashed(one) == _squashed(other)


def without(words: Sequence[str], noun: Sequence[str], *, is_again: bool = False) -> tuple[Words, bool] | None:
    """Take a noun out of words, with its article, and a preposition that would be left at the end.

    Where that is done again, the noun has to follow the verb, or a preposition that goes with it: `add_sub_issue` says
    more than `add_sub`. Returns what is left, and whether the noun was a plural; None where nothing is to be taken out,
    or nothing would be left.
    """
    place = _find(words, noun)
    if place is None:
        return None
    start, end = place
    before = words[: start - 1] if start and words[start - 1] in _ARTICLES else words[:start]
    is_last = end == len(words) and before and before[-1] in PREPOSITIONS
    if is_again and len(before) > 1 and not is_last:
        return None
    left = (*before, *words[end:])
    while len(left) > 1 and is_last and left[-1] in PREPOSITIONS:
        left = left[:-1]
    return (left, is_plural(words[:end])) if "_".join(left).isidentifier() else None


def has(words: Sequence[str], noun: Sequence[str]) -> bool:
    """Whether words have a noun in them."""
    return _find(words, noun) is not None


def _find(words: Sequence[str], noun: Sequence[str]) -> tuple[int, int] | None:
    wanted = _squashed(noun)
    for start in range(len(words) if wanted else 0):
        for end in range(start + 1, len(words) + 1):
            said = _squashed(words[start:end])
            if said == wanted:
                return start, end
            if len(said) > len(wanted):
                break
    return None


def _squashed(words: Sequence[str]) -> str:
    return "".join(map(singular, words))
