"""Where things are in the reference, and links to them."""

import re
from collections.abc import Iterable, Mapping
from functools import partial

from attrs import define, field

from afresh_toolkit.generator.referencing.markdown import code, slug
from afresh_toolkit.generator.writing.codec import STRING_LITERAL
from afresh_toolkit.generator.writing.resources import Resource

INDEX = "README.md"
MODELS = "models.md"
ERRORS = "errors.md"
SIGNING_IN = "signing-in.md"
_TAKEN = frozenset({"readme", "index", "models", "errors", "manifest"})
"""Names of pages that a tag cannot have."""

_PARTS = re.compile(rf"(?P<text>{STRING_LITERAL})|(?P<union> \| )|(?P<name>[A-Za-z_][\w.]*)|(?P<other>[^\w'\"|]+|.)")


def page_of(resource: Resource) -> str:
    """Return the page of a tag."""
    return f"{resource.module}-operations.md" if resource.module in _TAKEN else f"{resource.module}.md"


@define
class Links:
    """Links from one page of the reference to others.

    `models` has the page and the anchor of each class, no two of which differ in nothing but upper and lower case.
    `operations` has the page, the anchor and the name of each method, by "METHOD /path".
    """

    models: Mapping[str, tuple[str, str]]
    operations: Mapping[str, tuple[str, str, str]]
    _types: dict[tuple[str, str], str] = field(factory=dict)

    @classmethod
    def to(cls, resources: Iterable[Resource], models: Mapping[str, str]) -> "Links":
        """Return the links to the methods of some resources, and to models, given with their pages."""
        operations: dict[str, tuple[str, str, str]] = {}
        for resource in resources:
            for method in resource.methods:
                name = f"{resource.attribute}.{method.name}"
                operations.setdefault(method.operation.key, (page_of(resource), slug(name), name))
        return cls({name: (page, slug(name)) for name, page in models.items()}, operations)

    def type(self, annotation: str, page: str) -> str:
        """Return a type as Markdown, in which models are links; unions have words, as `|` would end a table's cell."""
        key = annotation, page
        if key not in self._types:
            self._types[key] = _joined(_PARTS.sub(partial(self._part, page), annotation))
        return self._types[key]

    def _part(self, page: str, found: re.Match[str]) -> str:
        if found["union"]:
            return "\0 or \0"
        name = found["name"]
        name = name.removeprefix("models.") if name else ""
        if name in self.models:
            target, anchor_ = self.models[name]
            return f"\0[`{name}`]({'' if target == page else target}#{anchor_})\0"
        return f"\1{found[0]}\1"

    def operation(self, key: str, page: str) -> str:
        """Return a link to an operation."""
        target, anchor_, name = self.operations[key]
        return f"[`{name}`]({'' if target == page else target}#{anchor_})"


def _joined(marked: str) -> str:
    """Put what is code and stands together into one pair of backticks."""
    parts = marked.replace("\1\1", "").split("\0")
    return "".join(code(part.strip("\1")) if part.startswith("\1") else part for part in parts)
