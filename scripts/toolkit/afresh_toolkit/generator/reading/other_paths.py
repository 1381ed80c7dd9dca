"""Paths that stand outside `paths`: those of `x-ms-paths` are read, and of others it is said that they are not."""

from afresh_toolkit.generator.reading.description import METHODS, mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied, Rule

PATHS_WITH_QUERY = Rule(
    "paths-with-query", "`x-ms-paths` has paths that differ in their query alone: they are read as those of `paths`."
)
UNREAD_PATHS = Rule(
    "unread-paths",
    "Nothing is made of operations outside `paths` and `webhooks`: move them there, in an overlay if need be.",
    is_warning=True,
)

_WITH_QUERY = "x-ms-paths"
_READ = frozenset({"paths", "webhooks", "x-webhooks", "components"})


def join_paths(document: Document, applied: Applied) -> None:
    """Put the paths of `x-ms-paths` among the others, and note the operations that stand anywhere else in the root."""
    content = document.content
    added = mapping(content.get(_WITH_QUERY))
    paths = mapping(content.setdefault("paths", {})) if added else {}
    for path in [path for path in added if path.startswith("/") and path not in paths]:
        place = (_WITH_QUERY, path)
        applied.note(PATHS_WITH_QUERY, ("paths", path))
        origin = document.origin(place)
        paths[path] = added.pop(path)
        document.came_from(paths, path, origin)
    for name, section in content.items():
        for path, item in mapping(section).items() if name not in _READ else ():
            if path.startswith("/") and any(method in METHODS for method in mapping(item)):
                applied.note(UNREAD_PATHS, (name, path))
