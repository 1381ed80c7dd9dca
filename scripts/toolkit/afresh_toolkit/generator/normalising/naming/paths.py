"""What paths say: their fixed words and their parameters, and the beginning that all of them share."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from attrs import define

from afresh_toolkit.generator.normalising.naming.words import Words, is_generic, words_of

_PARAMETER = re.compile(r"\{([^{}]*)\}")
_FORMAT = re.compile(r"\.(json|xml|csv|html|yaml)$|\.?\{format\}$")
_MOST = 0.8
"""The share of all operations below a beginning from which on it tells none of them from another."""


@define(frozen=True)
class Segment:
    """A part of a path between slashes: its fixed words, and the words of each of its parameters."""

    words: Words
    parameters: tuple[Words, ...]

    @property
    def is_generic(self) -> bool:
        """Whether it says nothing but that this is an API, or of which version."""
        return bool(self.words) and not self.parameters and all(map(is_generic, self.words))


def segments(path: str) -> list[Segment]:
    """Return the parts of a path; `/search:all` and `/chat.post` have two each."""
    texts = [text for part in _FORMAT.sub("", path).split("/") for text in re.split(r"(?<=[\w}])[.:](?=\w)", part)]
    found = [
        Segment(words_of(_PARAMETER.sub("_", text)), tuple(map(words_of, _PARAMETER.findall(text)))) for text in texts
    ]
    return [one for one in found if one.words or one.parameters]


def server_prefixes(servers: object) -> list[list[Segment]]:
    """Return the paths of the servers that a description names, without those that are empty."""
    urls = [one.get("url") for one in servers if isinstance(one, dict)] if isinstance(servers, list) else []
    paths = [segments(urlsplit(_PARAMETER.sub("x", url)).path) for url in urls if isinstance(url, str)]
    return [path for path in paths if path]


def shared_prefix(paths: Iterable[Sequence[Segment]]) -> tuple[Segment, ...]:
    """Return the beginning that nearly all paths share, and that tells none of them from another.

    No path ends within it, or with one parameter more: `/users` of `/users` and `/users/{id}` is what they are about.
    """
    below = list(paths)
    shared: list[Segment] = []
    total = len(below)
    while below:
        depth = len(shared)
        heads = Counter(path[depth] for path in below if len(path) > depth)
        head, count = max(heads.items(), key=lambda item: (item[1], item[0].words), default=(None, 0))
        inside = [path for path in below if len(path) > depth and path[depth] == head]
        if head is None or count <= _MOST * total or (head.words and any(_is_resource(path, depth) for path in inside)):
            break
        shared.append(head)
        below = inside
    return tuple(shared) if total > 1 else ()


def _is_resource(path: Sequence[Segment], depth: int) -> bool:
    rest = path[depth + 1 :]
    return not path[depth].is_generic and not any(one.words for one in rest)


def without_prefix(path: Sequence[Segment], shared: Sequence[Segment]) -> list[Segment]:
    """Return what follows the shared beginning, and the words for API and version, unless nothing would be left."""
    rest = list(path[len(shared) :] if tuple(path[: len(shared)]) == tuple(shared) else path)
    start = next((index for index, one in enumerate(rest) if not one.is_generic), len(rest))
    if any(one.words for one in rest[start:]):
        return rest[start:]
    return rest if any(one.words for one in rest) else list(path)


def fixed(path: Sequence[Segment]) -> list[Words]:
    """Return the words of each part that has some."""
    return [one.words for one in path if one.words]


def words_in(path: Sequence[Segment]) -> Words:
    """Return all words of a path, those of parameters too."""
    return tuple(word for one in path for group in (one.words, *one.parameters) for word in group)
