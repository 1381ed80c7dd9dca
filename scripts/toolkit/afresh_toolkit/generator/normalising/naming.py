"""The names of resources and their methods."""

import keyword
import re
from collections import Counter
from collections.abc import Mapping

CLIENT_ATTRIBUTES = frozenset(
    {"aclose", "api", "close", "from_env", "http", "login", "logout", "session", "tokens", "with_options"},
)
"""What a client that offers the resources as its own attributes has besides them."""

PACKAGE_NAMES = frozenset(
    {"AbstractAsyncContextManager", "AbstractContextManager", "Any", "AsyncCaller", "AsyncIterator", "AsyncPages"}
    | {"AsyncResources", "AsyncStreamed", "AuthenticatedClient", "BaseModel", "BinaryBody", "Caller", "Client", "File"}
    | {"FileTypes", "Iterator", "Literal", "Mapping", "Operation", "Pages", "Paging", "Resources", "Response", "Self"}
    | {"Sequence", "Streamed", "Streaming", "UNSET", "UUID", "UnexpectedStatus", "Unset"}
)
"""What the generated modules import or define; a model of such a name is called `…Model` instead."""

MODEL_ATTRIBUTES = frozenset({"additional_keys", "additional_properties", "from_dict", "to_dict"})
"""What every model has besides its properties."""


def module_name(model: str) -> str:
    """Return the name of a model's module, as the generated models/__init__.py has it unless told otherwise."""
    return "_".join(word for word in re.split("([A-Z]?[a-z]+)", model) if word).lower()


def resource_name(tag: str) -> str:
    """Return the attribute under which a client offers a tag's operations; `tag` is in snake_case."""
    return f"{tag}_" if tag in CLIENT_ATTRIBUTES else tag


def method_names(tag: str, operations: Mapping[str, str], recorded: Mapping[str, str]) -> dict[str, str]:
    """Choose the method names of a resource.

    `operations` has, by "METHOD /path", the name of each operation's module, which is its full name in snake_case, and
    `recorded` the names that an earlier run gave, which stay. A full name loses the tag's noun (`list_tasks` in `tasks`
    is `list`), unless nothing would be left or two operations would be called the same: those keep their full names.
    """
    full = {key: name.rstrip("_") for key, name in operations.items()}  # a method may be called as a builtin is
    chosen = {key: recorded[key] for key in operations if key in recorded}
    short = {key: _without_noun(name, tag) for key, name in full.items() if key not in chosen}
    wanted = Counter(short.values())
    taken = set(chosen.values())
    for key, name in short.items():
        others = {other_name for other, other_name in full.items() if other != key}
        unique = wanted[name] == 1 and name not in taken and name not in others
        chosen[key] = name if unique else free(full[key], set(chosen.values()))
    return {key: _identifier(chosen[key]) for key in operations}


def free(name: str, taken: set[str]) -> str:
    """Return a name that is not taken."""
    while name in taken:
        name += "_"
    return name


def _identifier(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _without_noun(name: str, tag: str) -> str:
    words = name.split("_")
    noun = [_singular(word) for word in tag.split("_")]
    for start in range(len(words) - len(noun) + 1):
        if [_singular(word) for word in words[start : start + len(noun)]] == noun:
            rest = "_".join(words[:start] + words[start + len(noun) :])
            return rest if rest.isidentifier() else name
    return name


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes", "uses")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
