"""Makes the files of a package: fills in their templates, formats what is new, and imports what that may break."""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import define

from afresh_toolkit.generator.finishing.beside import beside
from afresh_toolkit.generator.finishing.checks import import_modules
from afresh_toolkit.generator.finishing.earlier import Earlier
from afresh_toolkit.generator.finishing.formatting import format_code
from afresh_toolkit.generator.writing.modules import Module

_FEW_MODELS = 100
"""To make so few in a process of their own takes longer than to make them."""

_IMPORT = re.compile(r"^from (\.+)([\w.]*) import (?:\(([^)]*)\)|(.*))", re.MULTILINE)


@define(frozen=True)
class Made:
    """What was made: the hashes of the modules by their paths, before they were formatted and afterwards."""

    unformatted: Mapping[str, str]
    formatted: Mapping[str, str]


@define
class _File:
    """A file that was written; `imports` are the paths that it may import, which are not looked for in a new one."""

    path: str
    unformatted: str
    is_new: bool
    imports: Sequence[str] = ()
    formatted: str = ""


def make(package: Path, modules: Sequence[Module], earlier: Earlier) -> Made:
    """Make the files of a package; raises GenerationError where one is no valid Python, or cannot be imported."""
    models = [module for module in modules if module.path.startswith("models/")]
    if len(models) > _FEW_MODELS:
        others = [module for module in modules if not module.path.startswith("models/")]
        with beside(partial(_write_portion, package, models, earlier)) as written_models:
            files = _write(package, others, earlier)
            files += [_File(*said) for said in written_models()]
    else:
        files = _write(package, modules, earlier)
    import_modules(package, *(package / path for path in _to_import(files, earlier)))
    return Made({file.path: file.unformatted for file in files}, {file.path: file.formatted for file in files})


def _write_portion(package: Path, modules: Sequence[Module], earlier: Earlier) -> list[tuple[Any, ...]]:
    files = _write(package, modules, earlier)
    return [(file.path, file.unformatted, file.is_new, file.imports, file.formatted) for file in files]


def _write(package: Path, modules: Sequence[Module], earlier: Earlier) -> list[_File]:
    """Write modules, and format those that no earlier run has formatted."""
    files: list[_File] = []
    for module in modules:
        code, target = module.code(), package / module.path
        unformatted = sha256(code).hexdigest()
        known = earlier.find(module.path, unformatted)
        if target.parent != package:
            target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(code if known is None else known)
        if known is None:
            files.append(_File(module.path, unformatted, is_new=True))
        else:
            imports = list(_imported(module.path, code.decode()))
            formatted = earlier.formatted[module.path]
            files.append(_File(module.path, unformatted, is_new=False, imports=imports, formatted=formatted))
    new = [file for file in files if file.is_new]
    format_code(package, *(package / file.path for file in new))
    for file in new:
        file.formatted = sha256((package / file.path).read_bytes()).hexdigest()
    return files


def _to_import(files: Sequence[_File], earlier: Earlier) -> list[str]:
    """Return the paths of what has to be imported: what is new, and what may import something of another make now."""
    changed = {file.path for file in files if file.is_new}
    changed |= earlier.unformatted.keys() - {file.path for file in files}
    return [file.path for file in files if file.is_new or not changed.isdisjoint(file.imports)]


def _imported(path: str, code: str) -> Iterator[str]:
    """Go through the paths that a module may import from the package when it is imported itself."""
    for dots, name, several, few in _IMPORT.findall(code):
        folder = posixpath.dirname(path)
        for _ in dots[1:]:
            folder = posixpath.dirname(folder)
        named = posixpath.join(folder, *name.split(".")) if name else folder
        yield from _paths(named)
        for imported in (several or few).split(","):
            yield from _paths(posixpath.join(named, imported.strip()))


def _paths(module: str) -> Collection[str]:
    return f"{module}.py", posixpath.join(module, "__init__.py")
