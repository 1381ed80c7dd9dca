"""What an OpenAPI description says, before any code is made of it: its operations, and whether it makes sense."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import define, field
from openapi_python_client.schema import OpenAPI
from pydantic import ValidationError

from generator.document import Document, Pointer, local_pointer
from generator.problems import GenerationError, Problem

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@define(frozen=True)
class DescribedOperation:
    """One operation as the description has it.

    `method` is in upper case and `path` a template (`/tasks/{taskId}`); `parameters` has the path item's parameters
    too, with every `$ref` followed, keyed by (location, name).
    """

    method: str
    path: str
    pointer: Pointer
    data: dict[str, Any] = field(repr=False)
    parameters: dict[tuple[str, str], dict[str, Any]] = field(repr=False)

    @property
    def name(self) -> str:
        """Method and path, as messages name an operation: `GET /tasks`."""
        return f"{self.method} {self.path}"

    @property
    def tag(self) -> str:
        """The first tag, which says where the operation's code goes; `default` where there is none."""
        tags = self.data.get("tags")
        return str(tags[0]) if isinstance(tags, list) and tags else "default"


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping as it is, and anything else as an empty one: what is misplaced is reported elsewhere."""
    return value if isinstance(value, dict) else {}


def operations(document: Document) -> Iterator[DescribedOperation]:
    """Go through the operations in the order in which the description has them."""
    for path, item in mapping(mapping(document.content).get("paths")).items():
        for method in METHODS:
            data = mapping(item).get(method)
            if isinstance(data, dict):
                pointer = ("paths", path, method)
                yield DescribedOperation(method.upper(), path, pointer, data, _parameters(document, item, data))


def _parameters(
    document: Document, item: dict[str, Any], operation: dict[str, Any]
) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for listed in (item.get("parameters"), operation.get("parameters")):  # the operation's own win
        for reference in listed if isinstance(listed, list) else ():
            parameter = mapping(document.resolve(reference)[0])
            found[str(parameter.get("in")), str(parameter.get("name"))] = parameter
    return found


def needs_token(document: Document, operation: DescribedOperation) -> bool | None:
    """Whether an operation has security; None where neither it nor the root of the description says anything.

    Security that asks for nothing is none: `[]`, or `[{}]`.
    """
    requirements = operation.data.get("security", document.content.get("security"))
    return None if requirements is None else any(requirements)


def success_answers(document: Document, operation: DescribedOperation) -> Iterator[tuple[dict[str, Any], Pointer]]:
    """Go through the answers with a status of 2xx, `$ref`s followed, each with its place."""
    for status, answer in mapping(operation.data.get("responses")).items():
        if status.startswith("2"):
            resolved, pointer = document.resolve(answer, (*operation.pointer, "responses", status))
            yield mapping(resolved), pointer


def validate(document: Document) -> OpenAPI:
    """Check the whole description, and return it as the generator's own model.

    Raises GenerationError with every problem found: no OpenAPI 3 document, a structure that OpenAPI does not allow, a
    `$ref` that leads nowhere, an operationId used twice.
    """
    _check_version(document)
    problems = [*_broken_references(document), *_repeated_operation_ids(document), *_repeated_paths(document)]
    try:
        model = OpenAPI.model_validate(document.content)
    except ValidationError as error:
        raise GenerationError([*_misplaced(document, error), *problems]) from None
    if problems:
        raise GenerationError(problems)
    return model


def _check_version(document: Document) -> None:
    content = mapping(document.content)
    version = content.get("openapi")
    if isinstance(version, str) and version.startswith("3."):
        return
    if "swagger" in content:
        message = (
            f"this is a Swagger {content['swagger']} description, which is not supported; "
            "convert it to OpenAPI 3 first (a converter such as swagger2openapi does it)"
        )
        raise GenerationError([Problem(message, document.place(("swagger",)))])
    said = "it does not say `openapi: 3.…` at its root" if version is None else f"`openapi` is {version!r}, not 3.…"
    raise GenerationError([Problem(f"not an OpenAPI 3 description: {said}", document.place(("openapi",)))])


def _misplaced(document: Document, error: ValidationError) -> list[Problem]:
    """Say in words what the generator's model of OpenAPI refuses; one problem a place, whatever the alternatives."""
    reasons: dict[Pointer, list[str]] = {}
    for detail in error.errors(include_url=False, include_input=False):
        pointer: Pointer = ()
        for step in detail["loc"]:  # names of alternatives stand between the keys; they are not in the document
            try:
                document.find((*pointer, str(step)))
            except LookupError:
                continue
            pointer = (*pointer, str(step))
        wanted = f"`{detail['loc'][-1]}` is missing" if detail["type"] == "missing" else detail["msg"]
        reasons.setdefault(pointer, []).append(wanted)
    return [
        Problem(
            f"`{pointer[-1] if pointer else '/'}` is not as OpenAPI has it: {'; or '.join(dict.fromkeys(texts))}",
            document.place(pointer),
        )
        for pointer, texts in reasons.items()
    ]


_PLAIN_DATA = frozenset({"example", "examples", "default", "enum", "const"})


def _broken_references(document: Document) -> Iterator[Problem]:
    for ref, pointer in _references(document.content, ()):
        target = local_pointer(ref)
        if target is None:
            message = f"$ref names another document, {ref}; only references within the description are supported"
            yield Problem(message, document.place(pointer))
            continue
        try:
            document.find(target)
        except LookupError:
            yield Problem(f"$ref leads nowhere: there is no {ref} in this description", document.place(pointer))


def _references(part: Any, pointer: Pointer) -> Iterator[tuple[str, Pointer]]:
    if isinstance(part, dict):
        if isinstance(ref := part.get("$ref"), str):
            yield ref, (*pointer, "$ref")
        # Under `properties` and the like, keys are names that the author chose, not OpenAPI's keywords.
        named = bool(pointer) and pointer[-1] in {"properties", "schemas", "patternProperties"}
        for key, value in part.items():
            if named or not (key in _PLAIN_DATA or key.startswith("x-")):
                yield from _references(value, (*pointer, key))
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from _references(value, (*pointer, str(index)))


def _repeated_operation_ids(document: Document) -> Iterator[Problem]:
    first: dict[str, DescribedOperation] = {}
    for operation in operations(document):
        name = operation.data.get("operationId")
        if not isinstance(name, str):
            continue
        earlier = first.setdefault(name, operation)
        if earlier is not operation:
            yield Problem(
                f"operationId {name!r} of {operation.name} is also that of {earlier.name} "
                f"({document.place((*earlier.pointer, 'operationId'))}); give one of them another",
                document.place((*operation.pointer, "operationId")),
            )


def _repeated_paths(document: Document) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path in mapping(mapping(document.content).get("paths")):
        earlier = first.setdefault(re.sub(r"\{[^}]*\}", "{}", path), path)
        if earlier != path:
            place = document.place(("paths", earlier))
            message = f"the path {path} is the same as {earlier} ({place}) but for the names in its braces"
            yield Problem(message, document.place(("paths", path)))


def tag_descriptions(content: dict[str, Any]) -> dict[str, str]:
    """Return what the description says about each tag, by the tag's name."""
    tags: Sequence[Any] = content.get("tags") or ()
    return {tag["name"]: tag["description"] for tag in tags if tag.get("description")}
