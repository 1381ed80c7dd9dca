"""The groups of operations, each a class: by their tags, or by their paths where tags tell nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence

from openapi_python_client.strings import PythonIdentifier

from afresh_toolkit.generator.normalising.naming.paths import Segment, fixed
from afresh_toolkit.generator.normalising.naming.words import is_generic, is_plural, words_of
from afresh_toolkit.generator.reading.description import DescribedOperation

DEFAULT = "default"


def groups(
    described: Sequence[DescribedOperation], paths: Mapping[str, Sequence[Segment]], *, by_path: bool
) -> dict[str, str]:
    """Return the group of each operation, by method and path; `paths` are without what all of them share.

    Those without a tag are grouped by the first part of their path, if `by_path` and they are most of all operations.
    A part such as `/health` that only one of them has makes no group; nor do any, if most operations were alone.
    """
    tags = {operation.name: group_of(operation.tag) for operation in described}
    untagged = [operation.name for operation in described if not tags[operation.name]]
    if by_path and len(untagged) * 2 > len(described):
        heads = {name: _head(paths[name]) for name in untagged}
        sizes = Counter(heads.values())
        alone = [name for name, head in heads.items() if sizes[head] == 1]
        if len(alone) * 2 <= len(untagged):
            tags.update(heads, **{name: "" for name in alone if not is_plural(words_of(heads[name]))})
    return {name: tag or DEFAULT for name, tag in tags.items()}


def group_of(tag: str) -> str:
    """Return the group of a tag, without the word controller; empty where the tag tells nothing."""
    words = words_of(tag)
    if not words or words == (DEFAULT,) or all(map(is_generic, words)):
        return ""
    without_controller = words[:-1] if len(words) > 1 and words[-1] == "controller" else words
    name = "_".join(without_controller)
    return tag if name == PythonIdentifier(tag, "tag").rstrip("_") else name


def _head(path: Sequence[Segment]) -> str:
    return next(("_".join(words) for words in fixed(path)), "")
