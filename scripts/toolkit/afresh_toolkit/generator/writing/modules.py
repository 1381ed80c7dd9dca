"""A file of the package that is not written yet: which template makes it, and out of what."""

from collections.abc import Mapping
from typing import Any

from attrs import define
from jinja2 import Template

from afresh_toolkit.generator.writing.imports import only_needed


@define(frozen=True)
class Module:
    """A file, by its path in the package."""

    path: str
    template: Template
    values: Mapping[str, Any]

    def code(self) -> bytes:
        """Return what is to be in the file, unformatted."""
        return only_needed(self.template.render(**self.values)).encode()
