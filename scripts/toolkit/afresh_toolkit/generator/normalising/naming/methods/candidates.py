"""What operations could be called: from the shortest name to one that tells each from all others."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from attrs import define

from afresh_toolkit.generator.normalising.naming.groups import DEFAULT
from afresh_toolkit.generator.normalising.naming.methods.operation_ids import Said
from afresh_toolkit.generator.normalising.naming.methods.path_names import Route
from afresh_toolkit.generator.normalising.naming.methods.shortening import distinct, is_long, shortened
from afresh_toolkit.generator.normalising.naming.words import (
    ACTIONS,
    Words,
    has,
    is_plural,
    singular,
    without,
    words_of,
)

_READING = frozenset({"fetch", "get", "read", "retrieve"})
_BESIDE_NOUNS = frozenset({"api", "endpoint", "endpoints", "resource", "service"})


@define(frozen=True)
class Named:
    """An operation with the parts that names are made of.

    `full` is what it is called in the whole description, `short` in its group, and `whole` its operationId as it is.
    `version` is what its path has before the part that operations are told apart by. `is_plural` is whether `short` had
    a noun that was a plural, and `once` is what it is with a noun taken out once. `shares_path` is whether another
    method of its path has the same full name.
    """

    route: Route
    version: Words
    group: Words
    full: Words
    short: Words
    whole: Words
    once: Words
    is_by_route: bool
    is_plural: bool
    shares_path: bool = False

    @property
    def methods(self) -> list[Words]:
        """What the method could be called, the shortest first."""
        parameters = self.route.last_parameters
        by_route = [self._by_method(self.short), (*self.short, *(("by", *parameters[-1]) if parameters else ()))]
        beside = by_route if self.is_by_route else [self.once, self.once]
        return [self.short, *beside, *self._longer(self.short, self.full)]

    @property
    def fulls(self) -> list[Words]:
        """What the operation could be called, the shortest first."""
        is_said = self.group == (DEFAULT,) or has(self.full, self.group)
        in_group = self.full if is_said else (*self.group, *self.full)
        return [self.full, self._by_method(self.full), *self._longer(in_group, in_group)]

    def _longer(self, name: Words, full: Words) -> list[Words]:
        last = self.whole or (self.route.operation.method.lower(), *words_of(self.route.operation.path))
        return [full, *self._told_apart(name), last]

    def _by_method(self, name: Words) -> Words:
        """Tell apart what two methods would be called alike of which the path says what is done, or which both update.

        The second of two is called by its method.
        """
        method = self.route.operation.method
        if not self.is_by_route:
            return name
        if method == "PATCH" and name[0] == "update":
            return ("patch", *name[1:])
        return (method.lower(), *name) if method != "POST" and name[0] in ACTIONS and name[0] not in _VERBS else name

    def _told_apart(self, name: Words) -> Iterator[Words]:
        """Add what tells one operation from another: more of the path, method, version, parameters, all of them."""
        method = () if self.is_by_route else (self.route.operation.method.lower(),)
        yield (*name, *method) if self.shares_path else name
        known = {singular(word) for word in (*name, *self.full, *self.group)}
        name = (*name, *(word for one in self.route.path for word in one.words if singular(word) not in known))
        yield name
        yield (*name, *method)
        yield (*name, *self.version)
        parameters, last = self.route.parameters, self.route.last_parameters
        some = ("by", *last[-1]) if last else ()
        every = ("by", *(word for one in parameters for word in one)) if parameters else ()
        yield (*name, *some)
        yield (*name, *every)
        yield (*name, *every, *self.version)
        yield (*name, *every, *method, *self.version)


_VERBS = frozenset({"create", "delete", "get", "list", "patch", "post", "update"})


def name_parts(route: Route, version: Words, group: str, said: Said | None) -> Named:
    """Find the parts of an operation's names; `said` is what its operationId says, if anything."""
    noun, identifier = words_of(group), route.operation.data.get("operationId")
    whole = words_of(identifier) if isinstance(identifier, str) else ()
    version = tuple(word for word in version if word.startswith("v")) or version
    if said is None:
        last = route.path[-1] if route.path else None
        has_plural = last is not None and not last.parameters and is_plural(last.words)
        full = whole if whole and not any(one.parameters for one in route.path) else route.name()
        short = route.name_in(noun)
        return Named(route, version, noun, full, short, whole, short, is_by_route=True, is_plural=has_plural)
    short, once, has_plural = _without_noun(said, noun)
    if short == (route.operation.method.lower(),) and len(route.name_in(noun)) == 1:
        short = route.name_in(noun)
    return Named(route, version, noun, said.words, short, whole, once, is_by_route=False, is_plural=has_plural)


def _without_noun(said: Said, noun: Words) -> tuple[Words, Words, bool]:
    """Take a group's noun out of what an operationId says, also twice: `UsersController_getUser`.

    Returns what is left, what is left where that is done once, and whether the noun was a plural.
    """
    if noun == (DEFAULT,):
        short = said.enough[said.controller :] or said.enough
        return short, short, False
    nouns = [noun, *([noun[:-1]] if len(noun) > 1 and noun[-1] in _BESIDE_NOUNS else [])]
    words, once, has_plural = said.enough, None, False
    for one in nouns:
        while found := without(words, one, is_again=once is not None):
            is_in_front = found[0] == words[-len(found[0]) :]
            if is_in_front and _is_part_of(one, said.namespace, words):
                break
            words, has_plural = found
            once = words if once is None else once
            if not is_in_front:
                return words, once, has_plural
    return words, once or words, has_plural


def _is_part_of(noun: Words, namespace: Words, words: Words) -> bool:
    """Whether a noun at the beginning is a part of another one, as `pull` is of `pull request stacks`."""
    return len(namespace) > len(noun) and words[: len(namespace)] == namespace


def method_candidates(ones: Mapping[str, Named], *, is_short: bool) -> dict[str, list[str]]:
    """Return what the methods of a group could be called."""
    if not is_short:
        return {key: joined([one.whole or one.full, *one.fulls]) for key, one in ones.items()}
    singles = {one.short for one in ones.values() if not one.is_plural}
    names = {key: [("list",), *one.methods[1:]] if _lists(one, singles) else one.methods for key, one in ones.items()}
    alike = any(is_long(each[0]) for each in names.values())
    offered = {key: shortened(names[key][0], one.group, one.route, alike=alike) for key, one in ones.items()}
    cuts = distinct(offered, names)
    return {key: joined([*cuts[key], *names[key]]) for key in ones}


def _lists(one: Named, singles: Collection[Words]) -> bool:
    """Whether an operation that reads some of what its group has is a list: its answer is one, or another reads one."""
    is_read = len(one.short) == 1 and one.short[0] in _READING and one.is_plural and one.route.operation.method == "GET"
    return is_read and one.route.is_about(one.group) and (one.route.is_list is True or one.short in singles)


def join(words: Words) -> str:
    """Return words as one name."""
    return "_".join(words)


def joined(names: Sequence[Words]) -> list[str]:
    """Return the words of each name as one."""
    return list(map(join, names))
