"""The names of operations by their methods and paths, where no operationId says more."""

import re
from collections.abc import Collection, Sequence

from attrs import define

from afresh_toolkit.generator.normalising.naming.paths import Segment
from afresh_toolkit.generator.normalising.naming.words import (
    ACTIONS,
    Words,
    has,
    in_singular,
    is_plural,
    same,
    without,
    words_in_text,
)
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping

_VERBS = {"DELETE": "delete", "GET": "get", "PATCH": "update", "POST": "create", "PUT": "update"}
_ASKED = words_in_text(
    """
    authenticate authorize calculate check compare confirm convert download evaluate export fetch find generate get
    has introspect is list login logoff logon logout lookup poll refresh scan search seek show signin signout
    translate unsubscribe validate verify
    """
)
"""The words for what is done that GET asks for; others are nouns there: `/imports`, `/link`."""

_DELETED = words_in_text(
    """
    cancel clear delete detach disconnect leave logout purge remove reset revoke unfollow unlink unsubscribe
    """
)
"""Those that DELETE asks for."""

_KEYS = words_in_text(
    """
    code email guid handle hash id identifier ids key login name nr number pk reference sha slug token uid username
    uuid
    """
)
"""What a parameter ends in that names one of many."""

_PARAMETER_NEXT = re.compile(r"/\{")
_LONGEST = 36
"""Characters of the nouns of a name; of more, only the last two are said."""


@define(frozen=True)
class Route:
    """A method and a path, which is without what all paths share.

    `is_list` is whether the answer is a list, None where that is not known, and `has_members` whether other paths go on
    with a parameter behind it.
    """

    operation: DescribedOperation
    path: Sequence[Segment]
    is_list: bool | None
    has_members: bool

    @property
    def parameters(self) -> list[Words]:
        """All parameters of the path."""
        return [one for part in self.path for one in part.parameters]

    @property
    def last_parameters(self) -> list[Words]:
        """The parameters behind the last fixed part."""
        return self._parameters(max((index for index, one in enumerate(self.path) if one.words), default=-1))

    def name(self) -> Words:
        """Return a name by the whole path."""
        return self._name(0)

    def name_in(self, group: Words) -> Words:
        """Return a name for a group of operations, whose words say what the path is about up to them."""
        name = self._name(self._behind(group))
        found = without(name, group)
        return found[0] if found else name

    def is_about(self, group: Words) -> bool:
        """Whether the path says nothing more of what a group is about, or does not name it."""
        start = self._behind(group)
        return not start or not any(one.words for one in self.path[start:])

    def _behind(self, group: Words) -> int:
        """Return the index behind the part that is called like a group; 0 where there is none."""
        return next((index + 1 for index, one in enumerate(self.path) if one.words and same(one.words, group)), 0)

    def _name(self, start: int) -> Words:
        nouns = [self._noun(index) for index in range(start, len(self.path)) if self.path[index].words]
        if len("_".join(word for words in nouns for word in words)) > _LONGEST:
            nouns = nouns[-2:]
        verb = self._verb(start, nouns)
        if verb == "create" and nouns:
            nouns[-1] = in_singular(nouns[-1])
        return (*([verb] if verb else []), *(word for words in nouns for word in words), *self._choice())

    def _noun(self, index: int) -> Words:
        """Return the words of a part, in the singular where a parameter says which one."""
        words, parameters = self.path[index].words, self._parameters(index)
        return in_singular(words) if any(_is_key(one, words) for one in parameters) else words

    def _parameters(self, index: int) -> list[Words]:
        found: list[Words] = []
        for one in self.path[index + 1 :]:
            if one.words:
                break
            found += one.parameters
        return found

    def _choice(self) -> Words:
        """Say by what a GET chooses, where its path ends in a parameter that is no key: `/reports/{type}`."""
        last = max((index for index, one in enumerate(self.path) if one.words), default=-1)
        parameters = self._parameters(last)
        is_choice = len(parameters) == 1 and last >= 0 and not _is_key(parameters[0], self.path[last].words)
        return ("by", *parameters[0]) if is_choice and self.operation.method == "GET" else ()

    def _verb(self, start: int, nouns: Sequence[Words]) -> str:
        """Return the verb; empty where the path says it."""
        method = self.operation.method
        path = self.path[start:]
        ends_fixed = not path or bool(path[-1].words and not path[-1].parameters)
        if nouns and self._is_said(method, path, nouns):
            return ""
        has_plural = bool(self.path) and is_plural(self.path[-1].words)
        is_list = (has_plural or not nouns) if self.is_list else (has_plural and self.is_list is None)
        if method == "GET" and ends_fixed and is_list:
            return "list"
        if method == "POST" and not (ends_fixed and self._creates(path)):
            return "post"
        return _VERBS.get(method, method.lower())

    def _is_said(self, method: str, path: Sequence[Segment], nouns: Sequence[Words]) -> bool:
        said: Collection[str] = {"GET": _ASKED, "DELETE": _DELETED}.get(method, ACTIONS)
        begins = len(nouns) > 1 and bool(path[0].words) and bool(path[1].words) and nouns[0][0] in said
        is_collection = self.has_members and is_plural(nouns[-1])
        return begins or (nouns[-1][0] in said and not is_collection)

    def _creates(self, path: Sequence[Segment]) -> bool:
        """Whether a POST makes one of those that its path ends in."""
        last = self.path[-1] if self.path else None
        if last is None or self.has_members or "201" in mapping(self.operation.data.get("responses")):
            return last is not None
        is_of_one = len(path) > 1 and not path[-2].words
        return is_plural(last.words) and (not path or is_of_one)


def _is_key(parameter: Words, noun: Words) -> bool:
    """Whether a parameter says which one of some: by its name, or by what they are called."""
    if parameter == ("api", "key"):
        return False
    return not parameter or parameter[-1] in _KEYS or has(parameter, noun) or has(parameter, noun[-1:])


def collections(paths: Collection[str]) -> frozenset[str]:
    """Return the paths behind which others go on with a parameter, each without a slash at its end."""
    return frozenset(path[: match.start()] for path in paths for match in _PARAMETER_NEXT.finditer(path))
