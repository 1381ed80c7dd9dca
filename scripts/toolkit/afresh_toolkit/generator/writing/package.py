"""Writes the files of the package, out of the toolkit's templates."""

from collections.abc import Collection, Iterable, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

from attrs import define, field
from jinja2 import StrictUndefined
from openapi_python_client import Project
from openapi_python_client.parser.properties import LiteralEnumProperty
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.strings import PythonIdentifier

from afresh_toolkit.generator.extensions.lifecycle_code import TokenLifecycle
from afresh_toolkit.generator.extensions.pagination import Pagination
from afresh_toolkit.generator.extensions.signatures import Signing
from afresh_toolkit.generator.guessing.keys import Security
from afresh_toolkit.generator.interpreting.interpretation import Interpretation
from afresh_toolkit.generator.normalising.naming.groups import group_of
from afresh_toolkit.generator.normalising.naming.reserved import module_name
from afresh_toolkit.generator.normalising.normalise import Normalised
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.description import names_security, operations, tag_descriptions
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied
from afresh_toolkit.generator.writing import codec
from afresh_toolkit.generator.writing.aliases import Alias, build_alias
from afresh_toolkit.generator.writing.models import Model, build_model, text
from afresh_toolkit.generator.writing.modules import Module
from afresh_toolkit.generator.writing.operations.operation import Operation, OperationBuilder
from afresh_toolkit.generator.writing.operations.routes import routes
from afresh_toolkit.generator.writing.read_only import ReadOnly, read_only
from afresh_toolkit.generator.writing.resources import Resource, build_resources
from afresh_toolkit.generator.writing.servers import default_url, list_servers
from afresh_toolkit.generator.writing.surface import FILE_NAME, surface
from afresh_toolkit.generator.writing.unions.union_code import Unions
from afresh_toolkit.generator.writing.webhooks import Webhooks, build_webhooks
from afresh_toolkit.generator.writing.wording.docstrings import docstring, sections
from afresh_toolkit.generator.writing.wording.prose import with_summary

_TEMPLATES = Path(__file__).parents[2] / "templates"
_SAME_FOR_ALL = (
    *(
        "base_model",
        "client",
        "decoding",
        "deprecation",
        "errors",
        "faking",
        "formats",
        "http",
        "introspection",
        "operation",
        "paging",
        "styles",
        "types",
    ),
    *("unions", "values"),
)


@define(frozen=True)
class Extensions:
    """What our own extensions of OpenAPI say: the token lifecycle, and the operations that page, by "METHOD /path".

    `security` is what operations ask for besides tokens, and `signing` how webhooks are signed, by their places.
    """

    lifecycle: TokenLifecycle | None
    paginations: Mapping[str, Pagination]
    security: Security
    signing: Mapping[Pointer, Signing] = field(factory=dict)

    @property
    def token_operations(self) -> set[str]:
        """The operations of the token lifecycle, as "METHOD /path"."""
        calls = self.lifecycle.calls if self.lifecycle else ()
        return {f"{call.method} {call.path}" for call in calls}


@define(frozen=True)
class Written:
    """What is to be in the package, and what it is made of.

    `modules` are its files, of which none is in its folder yet. `enums` are the values of each enum that has a name,
    and what is said of it.
    """

    resources: list[Resource]
    modules: list[Module]
    models: list[Model]
    aliases: list[Alias]
    enums: Mapping[str, tuple[list[str | int], str]]
    webhooks: Webhooks | None


def write_package(
    document: Document,
    normalised: Normalised,
    interpretation: Interpretation,
    extensions: Extensions,
    applied: Applied,
    *,
    frozen: bool,
    formats: Collection[str],
    http: str,
) -> Written:
    """Work out what is in the files of the package, whose folder the interpretation's settings name.

    `frozen` is whether models cannot be changed, and `formats` are those that Python has types for. `http` is the name
    of the HTTP client library. Unions whose alternatives are alike are noted as applied rules. Raises GenerationError
    where the code of an operation cannot be written.
    """
    project = _Package(openapi=interpretation.data, config=interpretation.config, custom_template_path=_TEMPLATES)
    project.env.undefined = StrictUndefined
    project.env.getattr = getattr  # type: ignore[assignment, method-assign]  # jinja's own takes a key where there is no attribute
    import_httpx = "import httpx" if http == "httpx" else f"import {http} as httpx"
    project.env.globals.update(
        docstring=docstring, sections=sections, frozen=frozen, formats=formats, import_httpx=import_httpx
    )
    unions = Unions(normalised.unions, interpretation.models)
    left_out = read_only(interpretation.models, normalised.unions)
    built = _build(document, interpretation, extensions, unions, left_out)
    said = tag_descriptions(document.content).items()
    tags = {str(PythonIdentifier(group_of(tag) or tag, "tag")): words for tag, words in said}
    names = {key: place.method for key, place in normalised.places.all.items()}
    resources = build_resources(built, tags, names, extensions.token_operations)
    project.write_base(document, extensions.lifecycle, extensions.security)
    project.write_operations(built, resources)
    webhooks = build_webhooks(normalised.webhooks, interpretation.webhooks, extensions.signing, unions, applied)
    project.write_webhooks(webhooks)
    project.write_names(interpretation.aliases)
    aliases = [build_alias(name, prop) for name, prop in interpretation.aliases.items()]
    models = project.write_models(unions, aliases, left_out)
    written = Written(resources, project.modules, models, aliases, project.enums, webhooks)
    project.write_surface(written, extensions)
    unions.note_not_told(applied)
    return written


def _build(
    document: Document, interpretation: Interpretation, extensions: Extensions, unions: Unions, left_out: ReadOnly
) -> list[Operation]:
    asks_for_security = names_security(document)
    asked = extensions.security.operations
    builder = OperationBuilder(
        document, interpretation.config, unions, routes(document.content), asks_for_security, asked, left_out.to_send
    )
    built: list[Operation] = []
    problems: list[Problem] = []
    for described in operations(document):
        endpoint = interpretation.endpoints[described.name]
        try:
            built.append(builder.build(described, endpoint, extensions.paginations.get(described.name)))
        except GenerationError as error:
            problems += error.problems
    problems += _overwritten(document, built)
    if problems:
        raise GenerationError(problems)
    return built


def _overwritten(document: Document, built: Iterable[Operation]) -> list[Problem]:
    """Find operations whose modules would be the same file."""
    first: dict[tuple[str, str], Operation] = {}
    pairs = [
        (operation, earlier)
        for operation in built
        if (earlier := first.setdefault((operation.folder, operation.module), operation)) is not operation
    ]
    pointers = {described.name: described.pointer for described in operations(document)} if pairs else {}
    return [
        Problem(
            f"{operation.key} and {earlier.key} ({document.place(pointers[earlier.key])}) would both be "
            f"{operation.folder}/{operation.module}.py; give one of them another operationId",
            document.place(pointers[operation.key]),
        )
        for operation, earlier in pairs
    ]


class _Package(Project):
    """openapi-python-client's project, with the files that we want in it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.modules: list[Module] = []

    def write_base(self, document: Document, lifecycle: TokenLifecycle | None, security: Security) -> None:
        """Write what is the same for every description, or nearly so."""
        title = self.openapi.title.get_untrusted_value()
        self._file("__init__.py", "package_init.py.jinja", title=title, description=text(self.openapi.description))
        for name in _SAME_FOR_ALL:
            self._file(f"{name}.py", f"{name}.py.jinja")
        self._file("lifecycle.py", "lifecycle.py.jinja", lifecycle=lifecycle)
        self._file("security.py", "security.py.jinja", security=security)
        self._file("servers.py", "servers.py.jinja", servers=list_servers(document), default=default_url(document))
        if lifecycle and lifecycle.login and lifecycle.login.grants:
            self._file("grants.py", "grants.py.jinja", grants=lifecycle.login.grants)
        (self.package_dir / "py.typed").touch()

    def write_names(self, aliases: Iterable[str]) -> None:
        """Write what finds a model, or a union, by its name."""
        modules = {str(one.name): str(one.module_name) for one in (*self._classes(), *map(codec.alias_class, aliases))}
        odd = {name: module for name, module in sorted(modules.items()) if module_name(name) != module}
        self._file("models/__init__.py", "models_init.py.jinja", odd=odd)
        self._file("models/_index.py", "models_index.py.jinja", names=sorted(modules))

    def write_models(self, unions: Unions, aliases: Iterable[Alias], left_out: ReadOnly) -> list[Model]:
        """Write a module for each model, enum and alias, and what type checkers see of them; return the models."""
        built = [build_model(prop, unions, left_out) for prop in unions.models.values()]
        for model in built:
            self._file(f"models/{model.module}.py", "model.py.jinja", model=model)
        for enum in self._enums():
            name, module = str(enum.class_info.name), str(enum.class_info.module_name)
            said = with_summary(text(enum.description))
            self._file(f"models/{module}.py", "literal_enum.py.jinja", name=name, values=enum.values, said=said)
        for alias in aliases:
            self._file(f"models/{alias.module}.py", "alias.py.jinja", alias=alias)
        named = (codec.alias_class(alias.name) for alias in aliases)
        classes = sorted((*self._classes(), *named), key=attrgetter("name"))
        self._file("models/_tags.py", "models_tags.py.jinja", tags=unions.tags())
        self._file("models/__init__.pyi", "models_init.pyi.jinja", classes=classes)
        return built

    def write_surface(self, written: Written, extensions: Extensions) -> None:
        """Write down what those who use the package rely on."""
        text = surface(
            self.package_dir.name,
            written.resources,
            written.models,
            {name: values for name, (values, _) in written.enums.items()},
            extensions.lifecycle,
            aliases=written.aliases,
            security=extensions.security,
            webhooks=written.webhooks,
        )
        (self.package_dir / FILE_NAME).write_text(text, encoding="utf-8", newline="\n")

    @property
    def enums(self) -> dict[str, tuple[list[str | int], str]]:
        """The enums that have a name: their values, and what is said of them."""
        return {
            str(enum.class_info.name): (sorted(enum.values, key=repr), with_summary(text(enum.description)))
            for enum in self._enums()
        }

    def _classes(self) -> list[Class]:
        return [*(model.class_info for model in self.openapi.models), *(enum.class_info for enum in self._enums())]

    def _enums(self) -> list[LiteralEnumProperty]:
        enums = (enum for enum in self.openapi.enums if isinstance(enum, LiteralEnumProperty))
        return [enum for enum in enums if codec.has_name(enum)]

    def write_operations(self, built: Iterable[Operation], resources: Iterable[Resource]) -> None:
        """Write a module for each operation, and one for each resource."""
        self._file("api/__init__.py", "api_init.py.jinja")
        for operation in built:
            self._file(f"api/{operation.folder}/{operation.module}.py", "endpoint_module.py.jinja", operation=operation)
        for resource in resources:
            self._file(f"api/{resource.module}/__init__.py", "endpoint_init.py.jinja", resource=resource)
            self._file(f"resources/{resource.module}.py", "resource.py.jinja", resource=resource)
        self._file("resources/__init__.py", "resources_init.py.jinja", resources=resources)
        self._file("fakes.py", "fakes.py.jinja", resources=resources)

    def write_webhooks(self, webhooks: Webhooks | None) -> None:
        """Write the module of the webhooks, where there are any."""
        if webhooks:
            self._file("signatures.py", "signatures.py.jinja")
            self._file("webhooks.py", "webhooks.py.jinja", webhooks=webhooks)

    def _file(self, path: str, template: str, **values: Any) -> None:
        self.modules.append(Module(path, self.env.get_template(template), values))
