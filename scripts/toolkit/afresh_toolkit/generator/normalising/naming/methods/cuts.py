"""The steps by which a long name is cut, from the one that loses least to the one that loses most."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise

from afresh_toolkit.generator.normalising.naming.methods.path_names import Route
from afresh_toolkit.generator.normalising.naming.paths import words_in
from afresh_toolkit.generator.normalising.naming.words import ACTIONS, PREPOSITIONS, Words, same, singular

Step = Callable[[Words, Words, Route], Iterator[Words]]
"""Goes through shorter forms of a name. It is given the name's words, those of its group, and its route."""

_VERBS = frozenset({*ACTIONS, "get", "list", "patch", "put", "write"})
_LOOSE = frozenset({"by", "for", "in", "of", "on"})
"""The prepositions of phrases that say where and for whom, not what: `add_users_to_group` is no `add_users`."""

_FILLERS = frozenset({"data", "details", "information", "instance", "object", "operation"})
_IN_A_WORD = {("authenticated", "user"): "me", ("create", "or", "update"): "upsert", ("current", "user"): "me"}
_ABBREVIATIONS = {
    "administrator": "admin",
    "application": "app",
    "authentication": "auth",
    "authorization": "auth",
    "configuration": "config",
    "credential": "cred",
    "database": "db",
    "directory": "dir",
    "document": "doc",
    "environment": "env",
    "identifier": "id",
    "information": "info",
    "organisation": "org",
    "organization": "org",
    "parameter": "param",
    "project": "proj",
    "reference": "ref",
    "repository": "repo",
    "specification": "spec",
    "temporary": "temp",
}


def without_parameters(words: Words, _group: Words, route: Route) -> Iterator[Words]:
    """Take the parameters out of a name that spells the path: `issuer_issuer_ref_role` beside `{issuer_ref}`."""
    start = _verb(words) + 1
    spelled = [
        (word, not index)
        for one in route.path
        for index, part in enumerate((one.words, *one.parameters))
        for word in part
    ]
    rest = iter(spelled)
    found = [next((one for one in rest if one[0] == word), None) for word in words[start:]]
    if all(found):
        yield (*words[:start], *(one[0] for one in found if one and one[1]))


def without_adjectives(words: Words, _group: Words, route: Route) -> Iterator[Words]:
    """Take out words that only say that there is a parameter: `namespaced` beside `{namespace}`."""
    said = {f"{'_'.join(one)}{end}" for one in route.parameters for end in ("d", "ed")}
    yield (words[0], *(word for word in words[1:] if word not in said))


def _abbreviated(words: Words, _group: Words, route: Route) -> Iterator[Words]:
    """Abbreviate words as the path does: `org` for `organization` beside `/orgs/{org}`."""
    said = set(map(singular, words_in(route.path)))
    usual = {word: short for word in words if (short := _ABBREVIATIONS.get(singular(word))) in said and short}
    yield tuple(f"{usual[word]}{'s' * (singular(word) != word)}" if word in usual else word for word in words)


def _without_group(words: Words, group: Words, _route: Route) -> Iterator[Words]:
    """Take out what the group says: `apps_v1.get_apps_v1_scale`, `server_keys.delete_server_web_key`."""
    whole = "".join(group)
    for start in range(1, len(words)):
        if len(group) > 1 and "".join(words[start:]).startswith(whole):
            yield (*words[:start], *_behind(words[start:], len(whole)))
            return
    for size in range(len(group), 1, -1):
        runs = [group[first : first + size] for first in range(len(group) - size + 1)]
        for start in range(1, len(words) - size):
            is_said = any(same(words[start : start + size], run) for run in runs)
            if is_said and words[start - 1] not in PREPOSITIONS:
                yield (*words[:start], *words[start + size :])
                return


def _behind(words: Words, count: int) -> Iterator[str]:
    """Go through words without their first characters."""
    for word in words:
        if count < len(word):
            yield word[count:]
        count = max(count - len(word), 0)


def _without_name(words: Words, group: Words, route: Route) -> Iterator[Words]:
    """Take out the group with a name before it that the path does not have: `get_github_billing_usage_report`."""
    said = {word for one in route.path for word in one.words}
    for index in range(2, len(words) - 1):
        before, behind = words[index - 1], words[index + 1]
        is_name = before not in said and before not in _VERBS and {before, behind}.isdisjoint(PREPOSITIONS)
        if is_name and same(words[index : index + 1], group):
            yield (*words[: index - 1], *words[index + 1 :])
            return


def _without_repetition(words: Words, _group: Words, _route: Route) -> Iterator[Words]:
    """Say once what is said before the verb and again behind it: `plugins_catalog_read_plugin_version`."""
    verb = _verb(words)
    behind = set(map(singular, words[verb:]))
    before = [word for word in words[:verb] if singular(word) not in behind]
    while before and before[-1] in PREPOSITIONS:
        before.pop()
    yield (*before, *words[verb:])


def _without_filler(words: Words, _group: Words, _route: Route) -> Iterator[Words]:
    """Take off a last word that says nothing: `_operation`."""
    if words[-1] in _FILLERS and words[-2] not in PREPOSITIONS:
        yield words[:-1]


def without_said(words: Words, group: Words, route: Route) -> Iterator[Words]:
    """Take off a last phrase whose nouns are parameters, or of the group: `_for_organization` beside `{org}`.

    Where that does not do, say in each phrase only what the parameters say: `_for_self_hosted_runner`.
    """
    known = [*route.parameters, group, *((one,) for one in group)]
    phrases = _phrases(words)
    said = [_said(phrase, known) for phrase in phrases]
    start = words[: len(words) - sum(map(len, phrases))]
    if phrases and said[-1]:
        yield _without_participle((*start, *chain(*phrases[:-1])))
    if any(said):
        yield (*start, *chain(*(short or phrase for phrase, short in zip(phrases, said, strict=True))))


def _said(phrase: Words, known: Sequence[Words]) -> Words:
    """Return a phrase with as much of its nouns as is known; empty where one of them is not."""
    found: Words = phrase[:1]
    for noun in _nouns(phrase[1:]):
        ends = (noun[start:] for start in range(len(noun)))
        end = next((end for end in ends if any(_is_called(end, one) for one in known)), ())
        if not end:
            return ()
        found = (*found, *(("and",) if len(found) > 1 else ()), *end)
    return found


def _nouns(words: Words) -> Iterator[Words]:
    start = 0
    for index, word in enumerate((*words, "and")):
        if word == "and":
            yield words[start:index]
            start = index + 1


def _is_called(noun: Words, parameter: Words) -> bool:
    """Whether a parameter is called like a noun, or shorter: `authServerId` for `authorization_server`."""
    return len(noun) <= len(parameter) and all(
        word == other or (min(len(word), len(other)) > 2 and (word.startswith(other) or other.startswith(word)))  # noqa: PLR2004
        for word, other in zip(map(singular, noun), map(singular, parameter), strict=False)
    )


def _without_participle(words: Words) -> Words:
    """Take off what went with a phrase that is gone: `packages_owned` of `packages_owned_by_user`."""
    is_participle = len(words) > 2 and words[-1].endswith("ed") and words[-2] not in {"are", "is"}  # noqa: PLR2004
    return words[:-1] if is_participle else words


def _in_a_word(words: Words, _group: Words, _route: Route) -> Iterator[Words]:
    """Say in a word what has one: `upsert` for `create_or_update`."""
    for said, word in _IN_A_WORD.items():
        for start in range(len(words) - len(said) + 1):
            if words[start : start + len(said)] == said:
                words = (*words[:start], word, *words[start + len(said) :])
                yield words


def _without_noun_of_all(words: Words, _group: Words, _route: Route) -> Iterator[Words]:
    """Leave out what all of is meant: `list_pods_for_all_namespaces`."""
    if words[-3:-1] == ("for", "all"):
        yield words[:-1]


def _without_front(words: Words, _group: Words, route: Route) -> Iterator[Words]:
    """Take off what stands before the verb, where what is behind it spells the path: `enterprise_stub_write_mfa`."""
    verb, path = _verb(words), words_in(route.path)
    before, phrases = words[:verb], _phrases(words[:verb])
    begins_fixed = bool(route.path and route.path[0].words)
    if before and begins_fixed and set(path).isdisjoint(before) and _is_in_order(words[verb + 1 :], path):
        yield words[verb:]
    elif phrases:
        yield (*before[: -len(phrases[-1])], *words[verb:])


def _without_phrase(words: Words, _group: Words, _route: Route) -> Iterator[Words]:
    """Take off the last phrase: `_in_currently_playing_track`."""
    phrases = _phrases(words)
    if phrases and phrases[-1][0] in _LOOSE:
        yield words[: -len(phrases[-1])]


def _without_place(words: Words, _group: Words, route: Route) -> Iterator[Words]:
    """Take the first parts of the path out of a name that spells it, one by one."""
    spelled = [word for one in route.path for word in one.words]
    verb, *nouns = words
    while route.path and len(nouns) > len(route.path[-1].words) + 1 and _is_in_order(nouns, spelled):
        nouns = nouns[1:]
        yield (verb, *nouns)


STEPS: tuple[Step, ...] = (
    without_parameters,
    without_adjectives,
    _abbreviated,
    _without_group,
    _without_name,
    _without_repetition,
    _without_filler,
    without_said,
    _in_a_word,
    _without_noun_of_all,
    _without_front,
    _without_phrase,
    _without_place,
)


def phrase_starts(words: Words) -> Iterator[int]:
    """Return the indices of the prepositions behind what a name is about."""
    return (index for index, word in enumerate(words[:-1]) if index > 1 and word in PREPOSITIONS)


def _phrases(words: Words) -> list[Words]:
    return [words[start:end] for start, end in pairwise([*phrase_starts(words), len(words)])]


def _verb(words: Words) -> int:
    return next((index for index, word in enumerate(words) if word in _VERBS), 0)


def _is_in_order(words: Sequence[str], others: Sequence[str]) -> bool:
    rest = iter(others)
    return all(any(word == other for other in rest) for word in words)
