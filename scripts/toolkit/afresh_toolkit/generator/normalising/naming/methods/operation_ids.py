"""What operationIds say, without what frameworks write into them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from attrs import define

from afresh_toolkit.generator.normalising.naming.paths import Segment, fixed, segments, words_in
from afresh_toolkit.generator.normalising.naming.words import (
    ACTIONS,
    Words,
    is_generic,
    same,
    words_in_text,
    words_of,
)
from afresh_toolkit.generator.reading.description import METHODS, DescribedOperation

_METHODS = [method for method in METHODS if method != "query"]  # a verb like any other
_METHOD = "|".join(_METHODS)
_SPRINGFOX = re.compile(rf"Using(?:{_METHOD})(?:_\d+)?$", re.IGNORECASE)
_INDEX = re.compile(r"\[\d+\]$")  # NestJS, where a function has several paths
_NUMBERED = re.compile(r"(?P<base>.*[^\W\d_])_\d+$")
_NSWAG_NUMBERED = re.compile(r"(?P<base>[A-Z]\w*_[A-Z]\w*[a-z])\d+$")
_CONTROLLER = re.compile(r"(?<=\w)[-_ ]?controllers?(?=[_.@:/#-])", re.IGNORECASE)
_MODULE = re.compile(
    r"(?P<module>[a-z0-9_]+_(?:apis?|views?|endpoints?|routes?|routers?|handlers?)_)(?P<function>[a-z0-9_]+)"
)
_WHERE = re.compile(r"[./:#@]")
_ACTIONS_OF_DRF = {"GET": {"list", "retrieve"}, "POST": {"create"}}
"""What drf-spectacular calls a method where a view does not say it."""


@define(frozen=True)
class Said:
    """What an operationId says.

    `enough` are those of its words that are enough where the path's last words are what is done, and `controller` how
    many words of it name the controller that the function is in. `namespace` are the words of its first part, where it
    has parts: `pull request stacks` of `pull-request-stacks/list`.
    """

    words: Words
    enough: Words
    controller: int
    namespace: Words = ()


@define(frozen=True)
class Ids:
    """All operationIds of a description.

    `modules` are those that django-ninja puts before functions' names. `are_routes` is whether operationIds are made of
    methods and paths; `paths_in_front` whether each begins with its path, as those of Litestar do, and
    `methods_behind` whether each ends with its method, as those of flask-openapi3 do.
    """

    all: frozenset[str]
    modules: frozenset[str]
    are_routes: bool
    paths_in_front: bool
    methods_behind: bool

    @classmethod
    def of(cls, described: Iterable[DescribedOperation]) -> "Ids":
        """Read those of a description's operations."""
        said = [
            (operation, words_of(one), words_of(operation.path))
            for operation in described
            if isinstance(one := operation.data.get("operationId"), str)
        ]
        ids = frozenset(str(operation.data["operationId"]) for operation, _, _ in said)
        modules = [match for one in ids if (match := _MODULE.fullmatch(one)) and one.partition("_")[0] not in _VERBS]
        functions = {words[:-1] for _, words, _ in said}
        return cls(
            all=ids,
            modules=frozenset(one["module"] for one in modules if one["function"].partition("_")[0] in _VERBS),
            are_routes=any("{" in one.path and words in _routes(one, path) for one, words, path in said),
            paths_in_front=any("{" in one.path for one, _, _ in said)
            and all(len(words) > len(path) and words[: len(path)] == path for _, words, path in said),
            methods_behind=len(functions) == len(said)
            and any(not _VERBS.isdisjoint(words) for words in functions)
            and all(words[-1:] == (one.method.lower(),) for one, words, _ in said),
        )


def read(
    operation: DescribedOperation, path: Sequence[Segment], servers: Sequence[Sequence[Segment]], ids: Ids
) -> Said | None:
    """Return what the operationId of an operation says; None where it is made of method and path, or not there.

    `path` is without what all paths share, and `servers` are the paths of the servers.
    """
    said = operation.data.get("operationId")
    whole = words_of(said) if isinstance(said, str) else ()
    if not isinstance(said, str) or not whole:
        return None
    paths = list(_spellings(operation, path, servers))
    if ids.are_routes and any(
        same(whole, route) for one in (*paths, _fixed(path)) for route in _routes(operation, one)
    ):
        return None
    bare = _bare(said, ids)
    controller = _CONTROLLER.search(bare) if "controller" not in operation.path.lower() else None
    where = words_of(bare[: controller.start()]) if controller else ()
    words = _without_route(said, paths) or words_of(_CONTROLLER.sub("", bare) if controller else bare)
    if ids.paths_in_front:
        words = whole[len(words_of(operation.path)) :]
    elif ids.methods_behind and words == whole:
        words = _without_end(whole[:-1], segments(operation.path))
    words = _without_generic(words, said, operation.path, servers) or whole
    first, *others = _WHERE.split(said)
    return Said(
        words,
        _without_action(words, operation.method, path),
        len(where) if words[: len(where)] == where else 0,
        words_of(first) if others else (),
    )


def _routes(operation: DescribedOperation, path: Words) -> set[Words]:
    method = operation.method.lower()
    return {(method, *path), (*path, method)} if path else set()


def _fixed(path: Sequence[Segment]) -> Words:
    return tuple(word for words in fixed(path) for word in words)


def _spellings(
    operation: DescribedOperation, path: Sequence[Segment], servers: Sequence[Sequence[Segment]]
) -> Iterator[Words]:
    """Go through the words that a path may have in an operationId, the longest first."""
    whole = words_of(operation.path)
    yield from sorted(((*words_in(server), *whole) for server in servers), key=len, reverse=True)
    yield whole
    yield words_in(path)


def _without_route(said: str, paths: Sequence[Words]) -> Words:
    """Take off what FastAPI and flask-openapi3 put behind a function's name: its path, and a method of its route."""
    *words, method = words_of(said)
    if method not in _METHODS:
        return ()
    for path in paths:
        rest, behind = words[: len(words) - len(path)], words[len(words) - len(path) :]
        if rest and tuple(behind) == path and (path or said.lower().endswith(f"__{method}")):
            return tuple(rest)
    return ()


def _without_end(words: Words, path: Sequence[Segment]) -> Words:
    """Take off the end of a path, as flask-openapi3 writes it behind a function: `get_book__int_bid_`."""
    said = "_".join(words)
    for start in range(len(path)):
        parts = [group for one in path[start:] for group in (one.words, *one.parameters) if group]
        spelled = "_".join(f"(?:{_CONVERTERS})?{'_'.join(part)}" for part in parts)
        if match := re.fullmatch(f"(?P<function>.+?)_{spelled}", said):
            return tuple(match["function"].split("_"))
    return words


_CONVERTERS = "(?:any|float|int|path|string|uuid)_"


def _bare(said: str, ids: Ids) -> str:
    """Take off the numbers that tell methods of one name apart, springfox's methods, and modules."""
    said = _SPRINGFOX.sub("", _INDEX.sub("", said)) or said
    for pattern in (_NUMBERED, _NSWAG_NUMBERED):
        match = pattern.fullmatch(said)
        if match and match["base"] in ids.all:
            said = match["base"]
    module = max((one for one in ids.modules if said.startswith(one)), key=len, default="")
    return said.removeprefix(module) or said


_VERBS = words_in_text(
    """
    add create delete download fetch find get list login logout patch post put read register remove retrieve search
    set update upload
    """
)
"""What a function's name begins with that django-ninja puts behind its module: `shop_api_list_orders`."""


def _without_generic(words: Words, said: str, path: str, servers: Sequence[Sequence[Segment]]) -> Words:
    """Take off `api_v1_` in front, or `_v1` behind, where the path begins so, or where it is said as a place."""
    beginnings = [segments(path), *servers, *([Segment(words_of(part), ())] for part in _WHERE.split(said)[:-1])]
    known = {word for one in beginnings for part in takewhile(_is_generic, one) for word in part.words}
    start = next((index for index, word in enumerate(words) if not (is_generic(word) and word in known)), 0)
    is_versioned = len(words) - start > 1 and words[-1] in known and words[-1].startswith("v")
    return words[start : -1 if is_versioned else None]


def _is_generic(part: Segment) -> bool:
    return part.is_generic


def _without_action(words: Words, method: str, path: Sequence[Segment]) -> Words:
    """Take off drf-spectacular's word for the method, where the path ends in what is done: `/token/refresh`."""
    *rest, action = words
    parts, of_path = fixed(path), _fixed(path)
    is_of_path = bool(rest) and tuple(rest) == of_path[-len(rest) :] and parts[-1][0] in ACTIONS
    return tuple(rest) if is_of_path and action in _ACTIONS_OF_DRF.get(method, ()) else words
