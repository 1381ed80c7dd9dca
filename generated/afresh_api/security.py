# Written by scripts/generate from the description of the API: changes made here are lost.
"""What the operations ask for besides the token of the session: the API's security schemes (`keys` of a client)."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, TypedDict

Security: TypeAlias = tuple[tuple[str, ...], ...]
"""The schemes of one of these alternatives are needed, all of them. An empty one needs nothing."""


class Scheme(NamedTuple):
    """A security scheme: where its key goes, the name there, and the environment variables without their prefix."""

    place: Literal["header", "query", "cookie", "basic", "bearer"]
    name: str
    variables: tuple[str, ...]


class Keys(TypedDict, total=False):
    """The keys of a client, by the names of the security schemes."""


SCHEMES: dict[str, Scheme] = {}
"""Those that a client takes a key for."""

BY_TOKEN: frozenset[str] = frozenset(())
"""Those that the token of the session serves."""

UNSERVED: dict[str, str] = {}
"""The kinds of those that a client cannot send by itself."""

USUAL: Security = ()
"""What most operations ask for."""

TOKEN_CALLS: dict[str, Security] = {}
"""What the calls that deal in tokens ask for besides those, by method and path."""
