"""Imports modules that are named on its standard input, and writes those that fail: a program for itself.

To import a module runs no body of its functions, which take most of the time to compile, and which ruff has parsed. So
in large packages they are left out, but where compiling itself may fail: in what is nested deeply, and in what has an
escape sequence.
"""

import gc
import importlib
import json
import re
import sys
from collections.abc import Callable
from importlib.machinery import FileFinder, SourceFileLoader

_BODY = re.compile(
    rb"^(?P<head>(?P<indent>(?: {4})?+)(?:async )?+def "
    rb"(?:[^\n]*+(?<=:)\n|[^\n]*+(?<=\()\n(?:(?P=indent) ++[^\n]*+\n)++(?P=indent)\)[^\n]*+(?<=:)\n))"
    rb"(?:(?P=indent) ++[^\n]*+\n|\n)++",
    re.MULTILINE,
)
"""A function as ruff formats it: at the beginning of a line, or in a class."""

_WANTS_COMPILING = re.compile(rb"^ {40}|\\", re.MULTILINE)


class _Loader(SourceFileLoader):
    def get_data(self, path: str) -> bytes:
        """Return the source of a module without the bodies of its functions."""
        data = super().get_data(path)
        return without_bodies(data) if path.endswith(".py") else data


def without_bodies(source: bytes) -> bytes:
    """Return the source of a module, as ruff formats it, without what its import does not run."""
    if _WANTS_COMPILING.search(source):
        return source
    return _BODY.sub(rb"\g<head>\g<indent>    ...\n\n", source)


def _finding(folders: frozenset[str]) -> Callable[[str], FileFinder]:
    def find(folder: str) -> FileFinder:
        if folder not in folders:
            raise ImportError
        return FileFinder(folder, (_Loader, [".py"]))

    return find


def main(place: str, folders: str) -> None:
    """Import modules that are in a place; those in some folders without the bodies of their functions."""
    gc.disable()
    sys.path.insert(0, place)
    sys.path_hooks.insert(0, _finding(frozenset(json.loads(folders))))
    failures: dict[str, str] = {}
    for name in json.load(sys.stdin):
        try:
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001  (whatever it is, the module cannot be imported)
            failures[name] = f"{type(error).__name__}: {error}"
    json.dump(failures, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
