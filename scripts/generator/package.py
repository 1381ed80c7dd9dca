"""Writes the package: what openapi-python-client read from the description, through the templates in scripts/templates."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from attrs import define
from jinja2 import StrictUndefined
from openapi_python_client import Project
from openapi_python_client.config import ClassOverride, Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError, ParseError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import LiteralEnumProperty
from openapi_python_client.schema import OpenAPI
from openapi_python_client.strings import ClassName, PythonIdentifier, snake_case

from generator import codec
from generator.description import DescribedOperation, operations, tag_descriptions
from generator.docstrings import docstring, sections
from generator.document import Document
from generator.lifecycle import TokenLifecycle
from generator.models import build_model, find_discriminators, text
from generator.naming import method_names, resource_name
from generator.operations import PACKAGE_NAMES, Operation, build_operation
from generator.pagination import Pagination
from generator.problems import GenerationError, Problem

TEMPLATES = Path(__file__).parent.parent / "templates"


@define(frozen=True)
class Method:
    """A method of a resource."""

    name: str
    operation: Operation
    module_alias: str

    def returns(self, prefix: str) -> str:
        """Return the annotation of what the method returns; `prefix` is "Async" in the asynchronous class."""
        if self.operation.is_stream:
            return f"Abstract{prefix}ContextManager[httpx.Response]"
        if self.operation.paging:
            return f"{prefix}Pages[{self.operation.paging.page}, {self.operation.paging.item}]"
        return self.operation.success_annotation

    @property
    def docstring(self) -> str:
        """The docstring, which says what the caller makes of other answers."""
        returned = f"Returns:\n    {self.operation.returns}"
        if self.operation.is_stream:
            returned += (
                "\n    It is a context manager, whose answer is read as it arrives, for example with `iter_bytes`."
            )
        if self.operation.paging:
            returned += "\n    Iterate over it for the items of all pages, or over its `pages()` for a page at a time."
        failures = [f"        {status}: {' '.join(said.split())}" for status, said in self.operation.failures]
        raised = ["Raises:", "    APIError: The SDK's error for a status that is not 2xx; described are", *failures]
        return sections(
            self.operation.docstring,
            self.operation.arguments_section,
            "" if self.operation.success_annotation == "None" else returned,
            "\n".join(raised) if failures else "",
        )


@define(frozen=True)
class Resource:
    """A tag's operations as methods of one class."""

    attribute: str
    module: str
    name: str
    description: str
    methods: list[Method]


@define(frozen=True)
class Written:
    """What was written: the resources with their methods, the number of models, and what the generator warned of."""

    resources: list[Resource]
    models: int
    warnings: list[Problem]


def configuration(document: Document, package: str, output: Path) -> Config:
    """Return the generator's settings."""
    config = Config.from_sources(
        ConfigFile(literal_enums=True, package_name_override=package, post_hooks=[]),
        meta_type=MetaType.NONE,
        document_source=document.path,
        file_encoding="utf-8",
        overwrite=True,
        output_path=output,
    )
    for name in PACKAGE_NAMES:
        override = {"class_name": f"{name}Model", "module_name": f"{snake_case(name)}_model"}
        config.class_overrides[name] = ClassOverride.model_validate(override)
    return config


def write_package(  # noqa: PLR0913  (what the parts of the pipeline found out before)
    document: Document,
    model: OpenAPI,
    *,
    output: Path,
    package: str,
    lifecycle: TokenLifecycle | None,
    paginations: Mapping[str, Pagination],
    recorded: Mapping[str, Mapping[str, str]],
) -> Written:
    """Write the package into `output`, unformatted.

    `recorded` has the operations of an earlier run's manifest. Raises GenerationError where an operation of the
    description would be missing, with the generator's reasons.
    """
    config = configuration(document, package, output)
    # A model that is validated already passes the generator's own validation as it is.
    data = GeneratorData.from_dict(cast("dict[str, Any]", model), config=config)
    if isinstance(data, GeneratorError):
        raise GenerationError([Problem(f"{data.header}: {data.detail}", str(document.path))])
    project = _Package(openapi=data, config=config, custom_template_path=TEMPLATES)
    return project.write(document, lifecycle, paginations, recorded)


class _Package(Project):
    """openapi-python-client's project, with the files that we want in it."""

    def write(
        self,
        document: Document,
        lifecycle: TokenLifecycle | None,
        paginations: Mapping[str, Pagination],
        recorded: Mapping[str, Mapping[str, str]],
    ) -> Written:
        self.env.undefined = StrictUndefined
        self.env.globals["docstring"] = docstring
        self.env.globals["sections"] = sections
        warnings = _account(document, self.openapi)
        discriminators = find_discriminators(document, self.config)
        built = self._operations(document, paginations, discriminators)
        tags = {str(PythonIdentifier(tag, "tag")): said for tag, said in tag_descriptions(document.content).items()}
        resources = [
            _resource(tag, [operation for operation in built if operation.tag == tag], tags.get(tag, ""), recorded)
            for tag in dict.fromkeys(operation.tag for operation in built)
        ]
        title = self.openapi.title.get_untrusted_value()
        self._file("__init__.py", "package_init.py.jinja", title=title, description=text(self.openapi.description))
        for name in ("client", "errors", "operation", "types", "values"):
            self._file(f"{name}.py", f"{name}.py.jinja")
        self._file("lifecycle.py", "lifecycle.py.jinja", lifecycle=lifecycle)
        (self.package_dir / "py.typed").touch()
        self._write_models(discriminators)
        self._write_operations(built, resources)
        self._write_resources(resources)
        return Written(resources, len(self.openapi.models), warnings)

    def _file(self, path: str, template: str, **values: Any) -> None:
        target = self.package_dir / path
        target.parent.mkdir(parents=True, exist_ok=True)
        rendered = self.env.get_template(template).render(**values)
        target.write_text(rendered, encoding="utf-8", newline="\n")

    def _operations(
        self, document: Document, paginations: Mapping[str, Pagination], discriminators: codec.Discriminators
    ) -> list[Operation]:
        models = {str(model.class_info.name): model for model in self.openapi.models}
        endpoints = _endpoints(self.openapi)
        built: list[Operation] = []
        problems: list[Problem] = []
        for described in operations(document):
            try:
                operation = build_operation(
                    document,
                    described,
                    endpoints[_shape(described)],
                    config=self.config,
                    discriminators=discriminators,
                    models=models,
                    pagination=paginations.get(described.name),
                )
            except GenerationError as error:
                problems += error.problems
            else:
                built.append(operation)
        problems += _overwritten(document, built)
        if problems:
            raise GenerationError(problems)
        return built

    def _write_models(self, discriminators: codec.Discriminators) -> None:
        names: dict[str, str] = {}
        for model in self.openapi.models:
            view = build_model(model, discriminators)
            self._file(f"models/{view.module}.py", "model.py.jinja", model=view)
            names[view.name] = view.module
        for enum in self.openapi.enums:
            if isinstance(enum, LiteralEnumProperty):
                name, module = str(enum.class_info.name), str(enum.class_info.module_name)
                values = sorted(enum.values, key=lambda value: (str(type(value)), value))
                self._file(
                    f"models/{module}.py",
                    "literal_enum.py.jinja",
                    name=name,
                    values=values,
                    description=text(enum.description),
                )
                names[name] = module
        self._file("models/__init__.py", "models_init.py.jinja", names=dict(sorted(names.items())))

    def _write_operations(self, built: Sequence[Operation], resources: Iterable[Resource]) -> None:
        self._file("api/__init__.py", "api_init.py.jinja")
        for resource in resources:
            self._file(f"api/{resource.module}/__init__.py", "endpoint_init.py.jinja", resource=resource)
        for operation in built:
            self._file(f"api/{operation.tag}/{operation.module}.py", "endpoint_module.py.jinja", operation=operation)

    def _write_resources(self, resources: list[Resource]) -> None:
        self._file("resources/__init__.py", "resources_init.py.jinja", resources=resources)
        for resource in resources:
            self._file(
                f"resources/{resource.module}.py", "resource.py.jinja", resource=resource, spelled=_Spelling(resource)
            )


def _resource(
    tag: str, built: list[Operation], description: str, recorded: Mapping[str, Mapping[str, str]]
) -> Resource:
    attribute = resource_name(tag)
    earlier = {key: names["name"] for key, names in recorded.items() if names["resource"] == attribute}
    names = method_names(tag, {operation.key: operation.module for operation in built}, earlier)
    methods = [
        Method(
            names[operation.key],
            operation,
            # A parameter of the same name would hide the module.
            module_alias=f"{operation.module}_operation"
            if any(argument.name == operation.module for argument in operation.all_arguments)
            else operation.module,
        )
        for operation in built
    ]
    return Resource(attribute, tag, str(ClassName(tag, "Tag")), description, methods)


class _Spelling:
    """Spells annotations inside a resource's class, where a method named `list` hides the type."""

    def __init__(self, resource: Resource) -> None:
        self._hidden = {method.name for method in resource.methods}
        self._own = {resource.name, f"Async{resource.name}"}
        self.models = {
            cls.name: cls
            for method in resource.methods
            for cls in method.operation.imports
            if cls.name not in self._own
        }

    def __call__(self, annotation: str) -> str:

        def spell(match: re.Match[str]) -> str:
            name = match[0]
            if name in self._own:
                return f"models.{name}"
            return f"builtins.{name}" if name in self._hidden and name in _BUILTINS else name

        return re.sub(r"'[^']*'|\"[^\"]*\"|(?<![\w.])[A-Za-z_]\w*", spell, annotation)


_BUILTINS = frozenset({"bool", "bytes", "dict", "float", "int", "list", "object", "str"})


def _shape(operation: DescribedOperation) -> tuple[str, str]:
    """Return method and path without the names in its braces: the generator changes those."""
    return operation.method.lower(), _without_names(operation.path)


def _without_names(path: str) -> str:

    return re.sub(r"\{[^}]*\}", "{}", path)


def _endpoints(data: GeneratorData) -> dict[tuple[str, str], Endpoint]:
    return {
        (endpoint.method, _without_names(endpoint.path.get_untrusted_value())): endpoint
        for collection in data.endpoint_collections_by_tag.values()
        for endpoint in collection.endpoints
    }


def _account(document: Document, data: GeneratorData) -> list[Problem]:
    """Return what the generator warned of; raises GenerationError where an operation is missing from what it made."""
    endpoints = _endpoints(data)
    errors = [error for collection in data.endpoint_collections_by_tag.values() for error in collection.parse_errors]
    missing: list[Problem] = []
    warnings: list[Problem] = []
    for operation in operations(document):
        place = document.place(operation.pointer)
        reasons = [_reason(error) for error in errors if f" {operation.name} within " in error.header]
        if _shape(operation) not in endpoints:
            missing.append(
                Problem(f"{operation.name} cannot be generated: {'; '.join(reasons) or 'no reason given'}", place)
            )
        else:
            warnings += [Problem(f"{operation.name}: {reason}", place) for reason in reasons]
    warnings += [Problem(f"{error.header.strip()} {_reason(error)}", str(document.path)) for error in data.errors]
    if missing:
        remedy = Problem("no client was made: mend the description there, so that no operation is missing from it")
        raise GenerationError([*missing, *warnings, remedy])
    return warnings


def _reason(error: ParseError) -> str:
    return " ".join((error.detail or error.header).split())


def _overwritten(document: Document, built: Iterable[Operation]) -> list[Problem]:
    """Find operations whose modules would be the same file."""
    pointers = {operation.name: operation.pointer for operation in operations(document)}
    first: dict[tuple[str, str], Operation] = {}
    problems = []
    for operation in built:
        earlier = first.setdefault((operation.tag, operation.module), operation)
        if earlier is not operation:
            message = (
                f"{operation.key} and {earlier.key} ({document.place(pointers[earlier.key])}) would both be "
                f"{operation.tag}/{operation.module}.py; give one of them another operationId"
            )
            problems.append(Problem(message, document.place(pointers[operation.key])))
    return problems
