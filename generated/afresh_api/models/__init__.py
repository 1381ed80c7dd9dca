# Written by scripts/generate from the description of the API: changes made here are lost.
"""The models of the API, each in a module of its own: `NewTask` in `new_task`.

Each is imported when it is first asked for, so that none costs those who do not use it. Type checkers and editors find
them in __init__.pyi.
"""

import re
from importlib import import_module
from typing import Any

_ODD: dict[str, str] = {}
"""The modules that are called otherwise."""


def __getattr__(name: str) -> Any:
    if name == "__all__":  # who asks for it, for a `*` or to document them, goes on to look for each
        return [name for name in _names() if name in globals() or __getattr__(name)]
    module = _ODD.get(name) or "_".join(word for word in re.split("([A-Z]?[a-z]+)", name) if word).lower()
    path = f"{__name__}.{module}"
    try:
        value = getattr(import_module(path), name)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), "__all__", *_names()})


def _names() -> list[str]:
    from ._index import NAMES

    return list(NAMES)
