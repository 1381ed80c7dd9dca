"""What an OpenAPI description says, before any code is made of it: its operations, and whether it makes sense."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.document import Document

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""The methods that have a field of their own in a path item; `query` since OpenAPI 3.2."""

REDIRECTS = (301, 302, 303, 307, 308)
"""The statuses by which an answer leads to another place (RFC 9110, section 15.4)."""

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a method may be called (RFC 9110, section 5.6.2)."""


@define(frozen=True)
class DescribedOperation:
    """One operation as the description has it.

    `method` is in upper case and `path` a template (`/tasks/{taskId}`); `parameters` has the path item's parameters
    too, with every `$ref` followed, keyed by (location, name). `marks` are the tags that say something else than
    where it belongs (OpenAPI 3.2, `kind`).
    """

    method: str
    path: str
    pointer: Pointer
    data: dict[str, Any] = field(repr=False)
    parameters: dict[tuple[str, str], dict[str, Any]] = field(repr=False)
    marks: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Method and path, as messages name an operation: `GET /tasks`."""
        return f"{self.method} {self.path}"

    @property
    def tag(self) -> str:
        """The first tag that is no mark, which says where the operation's code goes; `default` where there is none."""
        tags = self.data.get("tags")
        return next(
            (tag for one in (tags if isinstance(tags, list) else ()) if (tag := str(one)) not in self.marks), "default"
        )


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping as it is, and anything else as an empty one: what is misplaced is reported elsewhere."""
    return value if isinstance(value, dict) else {}


def operations(document: Document) -> Iterator[DescribedOperation]:
    """Go through the operations in the order in which the description has them, but for those that are left out."""
    yield from _operations(document) if document.operations is None else document.operations


def settle(document: Document) -> None:
    """Note the operations of a description that does not change any more: they are gone through many times."""
    document.operations = tuple(_operations(document))


def _operations(document: Document) -> Iterator[DescribedOperation]:
    marks = _marks(document.content)
    for path, entry in mapping(mapping(document.content).get("paths")).items():
        for operation in operations_of(document, path, entry, ("paths", path), marks):
            if operation.name not in document.left_out:
                yield operation


def operations_of(
    document: Document, path: str, entry: Any, pointer: Pointer, marks: frozenset[str] = frozenset()
) -> Iterator[DescribedOperation]:
    """Go through the operations of a path item, which stands at a pointer, and may be a reference."""
    resolved, place = document.resolve(entry, pointer)
    item = {**mapping(resolved), **mapping(entry)}
    found: list[tuple[str, Pointer, Any]] = [(one.upper(), (one,), item[one]) for one in METHODS if one in item]
    if "additionalOperations" in item:
        others = mapping(item["additionalOperations"])
        found += [(method, ("additionalOperations", method), others[method]) for method in additional_methods(item)]
    for method, tokens, data in found:
        if isinstance(data, dict):
            parameters = _parameters(document, item, data)
            yield DescribedOperation(method, path, (*place, *tokens), data, parameters, marks)


def additional_methods(item: Any) -> list[str]:
    """Return the methods of a path item that have no field of their own (OpenAPI 3.2)."""
    others = mapping(mapping(item).get("additionalOperations"))
    return [method for method in others if TOKEN.fullmatch(method) and method.lower() not in item]


def _parameters(
    document: Document, item: dict[str, Any], operation: dict[str, Any]
) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for listed in (item.get("parameters"), operation.get("parameters")):  # the operation's own win
        for reference in listed if isinstance(listed, list) else ():
            parameter = mapping(document.resolve(reference)[0])
            found[str(parameter.get("in")), str(parameter.get("name"))] = parameter
    return found


def names_security(document: Document) -> bool:
    """Whether anything in a description asks for security."""
    asking = (document.content, *(operation.data for operation in operations(document)))
    return any(any(part.get("security") or ()) for part in asking)


def needs_token(document: Document, operation: DescribedOperation, *, is_asked_for: bool) -> bool | None:
    """Whether an operation needs a token; None where it takes one, and works without.

    An operation without security is public, and gets no token: `security: []`, or no `security` at all. Security with
    an empty alternative (`{}`) is optional. So is all security where the description asks for it nowhere
    (`is_asked_for`): such descriptions leave out what their servers ask for.
    """
    requirements = operation.data.get("security", document.content.get("security"))
    if requirements:
        return True if all(requirements) else None if any(requirements) else False
    return False if requirements is not None or is_asked_for else None


def success_answers(document: Document, operation: DescribedOperation) -> Iterator[tuple[dict[str, Any], Pointer]]:
    """Go through the answers with a status of 2xx, `$ref`s followed, each with its place."""
    for status, answer in mapping(operation.data.get("responses")).items():
        if status.startswith("2"):
            resolved, pointer = document.resolve(answer, (*operation.pointer, "responses", status))
            yield mapping(resolved), pointer


def check_version(document: Document) -> None:
    """Raise GenerationError where a document is no description of OpenAPI 3 or Swagger 2.0."""
    content = mapping(document.content)
    version = content.get("openapi")
    if isinstance(version, str | float) and str(version).startswith("3."):  # YAML takes 3.1 for a number
        return
    if "openapi" not in content and "swagger" in content:
        if is_swagger(content):
            return
        message = (
            f"this is a Swagger {content['swagger']} description; Swagger 2.0 and OpenAPI 3 are supported: convert it "
            "to one of them first"
        )
        raise GenerationError([Problem(message, document.place(("swagger",)))])
    said = "it does not say `openapi: 3.…` at its root" if version is None else f"`openapi` is {version!r}, not 3.…"
    raise GenerationError([Problem(f"not an OpenAPI 3 description: {said}", document.place(("openapi",)))])


def is_swagger(content: Any) -> bool:
    """Whether a description says that it is Swagger 2.0."""
    said = mapping(content)
    return "openapi" not in said and str(said.get("swagger")) in {"2", "2.0"}  # YAML takes 2.0 for a number


def leave_out(document: Document, names: Collection[str]) -> None:
    """Leave operations out, given as "METHOD /path"; raises GenerationError where there is no such operation."""
    there = {operation.name for operation in operations(document)}
    missing = [
        Problem(f"`leave-out` names {name}, which is no operation of this description", str(document.path))
        for name in names
        if name not in there
    ]
    if missing:
        raise GenerationError(missing)
    document.left_out = frozenset(names)


def check_path_items(document: Document) -> None:
    """Raise GenerationError where a path refers to something that is not there: its operations would be missing."""
    missing = [
        Problem(f"$ref of {path} leads nowhere: there is no {entry['$ref']} in this description", document.place(place))
        for path, entry in mapping(mapping(document.content).get("paths")).items()
        if isinstance(mapping(entry).get("$ref"), str)
        and not document.resolve(entry, place := ("paths", path, "$ref"))[0]
    ]
    if missing:
        raise GenerationError(missing)


def tag_descriptions(content: dict[str, Any]) -> dict[str, str]:
    """Return what the description says about each tag, by the tag's name."""
    said = {str(tag.get("name")): tag.get("description") or tag.get("summary") for tag in _tags(content)}
    return {name: words for name, words in said.items() if isinstance(words, str) and words}


def _marks(content: Any) -> frozenset[str]:
    """Return the tags of another kind than `nav`, such as `badge`: they do not say where an operation belongs."""
    return frozenset(str(tag.get("name")) for tag in _tags(content) if tag.get("kind") not in {None, "nav"})


def _tags(content: Any) -> list[dict[str, Any]]:
    listed = mapping(content).get("tags")
    return [mapping(tag) for tag in listed] if isinstance(listed, list) else []
