"""The public surface of the package as a text: what those who use it rely on, and what scripts/diff compares.

An entry starts at the left, and what is said of it is indented:

    operation tasks.create: POST /tasks     a method of a resource, and what it asks for
        as tasks.create_task                the module, in `api`, of the functions that do the same
        with a token                        what it must be called with; nothing where that is missing
        body: NewTask                       an argument; those after `*` are given by name only, in any order
        *
        limit: int | Unset = UNSET  # 20    an argument that may be left out, and what the server then takes
        -> Task                             what it returns, `!` what its errors hold
    model NewTask                           a class; its attributes are arguments of the constructor, meant to be named
    enum TaskStatus                         the values of a Literal
    alias Entry                             the types of a union that has a name
    webhook task_done: task.done            a webhook, with what it holds and how it is signed; `parse: *` reads any
    lifecycle                               what the description says about tokens, and the keys that the client takes
                                            (`keys.api_key: str`): operations are then called `with api_key or a token`

Types are spelled as in Python.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from afresh_toolkit.generator.extensions.lifecycle_code import TokenLifecycle
from afresh_toolkit.generator.guessing.keys import Security
from afresh_toolkit.generator.writing.aliases import Alias
from afresh_toolkit.generator.writing.models import Model
from afresh_toolkit.generator.writing.operations.operation import Operation
from afresh_toolkit.generator.writing.resources import Method, Resource
from afresh_toolkit.generator.writing.webhooks import Webhooks

FILE_NAME = "surface.txt"
_CLIENT_VARIABLES = {"$clientId": "client_id", "$clientSecret": "client_secret"}
_HEAD = """\
# The public surface of {package}, by which scripts/diff tells what a change does to those who use it.
# Written by scripts/generate from the description of the API: changes made here are lost.
"""


def surface(
    package: str,
    resources: Iterable[Resource],
    models: Iterable[Model],
    enums: Mapping[str, Sequence[str | int]],
    lifecycle: TokenLifecycle | None,
    *,
    aliases: Iterable[Alias],
    security: Security,
    webhooks: Webhooks | None,
) -> str:
    """Write the surface down; the order of things does not depend on the run."""
    methods = {f"{resource.attribute}.{method.name}": method for resource in resources for method in resource.methods}
    entries = [
        (
            "lifecycle",
            [*_lifecycle(lifecycle), *(f"keys.{name}: {key.annotation}" for name, key in security.keys.items())],
        ),
        *(
            (f"operation {name}: {method.operation.key}", _operation(method, security))
            for name, method in sorted(methods.items())
        ),
        *((f"model {name}", _model(model)) for name, model in sorted((model.name, model) for model in models)),
        *((f"enum {name}", map(repr, values)) for name, values in sorted(enums.items())),
        *((f"alias {name}", members) for name, members in sorted((alias.name, alias.members) for alias in aliases)),
        *(
            (
                f"webhook {one.name}: {one.key}",
                [f"-> {one.annotation}", *([f"signed {one.signed}"] if one.signed else [])],
            )
            for one in (webhooks.all if webhooks else ())
        ),
    ]
    parts = ("\n".join([head, *(f"    {line}" for line in lines)]) for head, lines in entries)
    return "\n".join([_HEAD.format(package=package), *(f"{part}\n" for part in parts)])


def _operation(method: Method, security: Security) -> Iterator[str]:
    operation = method.operation
    yield f"as {operation.folder}.{operation.module}"
    if needs := needs_of(operation, security):
        yield f"with {' or '.join(needs)}"
    for argument in operation.at("path"):
        yield _argument(argument.declaration, argument.server_default)
    if operation.body:
        yield operation.body.argument.declaration
    if operation.keyword_arguments:
        yield "*"
    for argument in operation.keyword_arguments:
        yield _argument(argument.declaration, argument.server_default)
    yield f"-> {method.returns('')}"
    if operation.answers.error_annotation != "None":
        yield f"! {operation.answers.error_annotation}"


def needs_of(operation: Operation, security: Security) -> list[str]:
    """Return what an operation must be called with: one of these; nothing where it works without."""
    if not operation.security:
        return []
    needs = [" and ".join(_named(one, security)) for one in operation.schemes] or ["a token"]
    return list(dict.fromkeys(needs))


def _named(schemes: Iterable[str], security: Security) -> Iterable[str]:
    """Return the schemes that are needed together; those that the token of the session serves are `a token`."""
    return dict.fromkeys("a token" if name in security.by_token else name for name in schemes)


def _argument(declaration: str, server_default: str | None) -> str:
    return declaration if server_default is None else f"{declaration}  # {server_default}"


def _model(model: Model) -> Iterator[str]:
    for field in model.fields:
        declaration = f"{field.name}: {field.annotation}" + (f" = {field.default}" if field.default else "")
        yield _argument(declaration, field.server_default)
    if model.additional.annotation != "Any":
        yield f"**: {model.additional.annotation}"


def _lifecycle(lifecycle: TokenLifecycle | None) -> Iterator[str]:
    if lifecycle is None:
        return
    yield f"client: {_client(lifecycle)}"
    for name, call in (("login", lifecycle.login), ("refresh", lifecycle.refresh), ("logout", lifecycle.logout)):
        if call:
            yield f"{name}: {call.name}"
    if lifecycle.authorization:
        yield f"authorize: {' '.join(lifecycle.authorization.token.grants)}"
    if lifecycle.carrier:
        yield f"sends: {lifecycle.carrier.where} {lifecycle.carrier.path[0]}"
    if lifecycle.login:
        yield from (f"login.{credential.key}" for credential in lifecycle.login.credentials)
        if lifecycle.login.grants:
            yield f"grants: {' '.join(lifecycle.login.grants)}"


def _client(lifecycle: TokenLifecycle) -> str:
    """Say how calls tell who the client is; what they send in places of their own is named."""
    sent = " ".join(str(placement.value) for call in lifecycle.calls for placement in call.send)
    placed = [name for variable, name in _CLIENT_VARIABLES.items() if variable in sent]
    return " ".join(placed) if placed and lifecycle.client == "none" else lifecycle.client
