"""The functions of a package that write parameters: the reference shows what they write."""

import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from afresh_toolkit.generator.writing.modules import Module

_NAME = "_package_of_the_reference"
_NEEDED = frozenset(
    f"{name}.py" for name in ("base_model", "errors", "formats", "introspection", "styles", "types", "unions", "values")
)


def styles_of(modules: Iterable[Module]) -> Any:
    """Return the module `styles` of a package that is not there yet."""
    with TemporaryDirectory() as folder:
        for module in modules:
            if module.path in _NEEDED:
                Path(folder, module.path).write_bytes(module.code())
        package = ModuleType(_NAME)
        package.__path__ = [folder]
        sys.modules[_NAME] = package
        try:
            return import_module(f"{_NAME}.styles")
        finally:
            for name in [name for name in sys.modules if name.partition(".")[0] == _NAME]:
                del sys.modules[name]
