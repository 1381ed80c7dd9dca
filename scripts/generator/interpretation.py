"""What openapi-python-client makes of a description, and that no operation is missing from it."""

import re
from pathlib import Path
from typing import Any, cast

from attrs import define
from openapi_python_client.config import ClassOverride, Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError, ParseError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.schema import OpenAPI
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import snake_case

from generator.description import DescribedOperation, mapping, operations
from generator.document import Document, parse_pointer
from generator.naming import MODEL_ATTRIBUTES, PACKAGE_NAMES
from generator.problems import GenerationError, Problem


@define(frozen=True)
class Interpretation:
    """What the generator read: its `data`, the endpoint of every operation by "METHOD /path", and its warnings."""

    data: GeneratorData
    config: Config
    endpoints: dict[str, Endpoint]
    warnings: list[Problem]

    @property
    def models(self) -> dict[str, ModelProperty]:
        """The models, by the names of their classes."""
        return {str(model.class_info.name): model for model in self.data.models}


def interpret(document: Document, model: OpenAPI, package: str, output: Path) -> Interpretation:
    """Let the generator read a description that is known to be valid.

    Raises GenerationError where it leaves an operation out, with its reasons for each.
    """
    config = _configuration(document, package, output)
    try:
        # A model that is validated already passes the generator's own validation as it is.
        data = GeneratorData.from_dict(cast("dict[str, Any]", model), config=config)
    except Exception as error:  # whatever breaks inside the generator, its user needs to know where
        message = f"openapi-python-client breaks on this description: {type(error).__name__}: {error}"
        raise GenerationError([Problem(message, str(document.path))]) from error
    if isinstance(data, GeneratorError):
        raise GenerationError([Problem(f"{data.header}: {data.detail}", str(document.path))])
    _rename_properties(data, config)
    made = _by_shape(data)
    endpoints: dict[str, Endpoint] = {}
    missing: list[Problem] = []
    warnings: list[Problem] = []
    for operation in operations(document):
        place = document.place(operation.pointer)
        reasons = _reasons(data, operation)
        endpoint = made.get(_shape(operation.method, operation.path))
        if endpoint is None or _lacks_success(operation, endpoint):
            why = "; ".join(reasons) or "openapi-python-client gives no reason"
            missing.append(Problem(f"{operation.name} cannot be generated: {why}", place))
        else:
            endpoints[operation.name] = endpoint
            warnings += [Problem(f"{operation.name}: {reason}", place) for reason in reasons]
    warnings += [Problem(f"{error.header.strip()} {_reason(error)}", _place(document, error)) for error in data.errors]
    if missing:
        remedy = "No client was made, since it would lack operations: mend the description in these places."
        raise GenerationError([*missing, *warnings, Problem(remedy)])
    return Interpretation(data, config, endpoints, warnings)


def _configuration(document: Document, package: str, output: Path) -> Config:
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


def _rename_properties(data: GeneratorData, config: Config) -> None:
    """Let no property take the name of what every model has."""
    for model in data.models:
        for prop in (*(model.required_properties or ()), *(model.optional_properties or ())):
            if prop.python_name in MODEL_ATTRIBUTES:
                prop.set_python_name(UntrustedString(f"{prop.python_name}_"), config, skip_snake_case=True)


def _by_shape(data: GeneratorData) -> dict[tuple[str, str], Endpoint]:
    return {
        _shape(endpoint.method, endpoint.path.get_untrusted_value()): endpoint
        for collection in data.endpoint_collections_by_tag.values()
        for endpoint in collection.endpoints
    }


def _shape(method: str, path: str) -> tuple[str, str]:
    """Leave the names in the braces out: the generator changes them to those of its parameters."""
    return method.lower(), re.sub(r"\{[^}]*\}", "{}", path)


def _reasons(data: GeneratorData, operation: DescribedOperation) -> list[str]:
    return [
        _reason(error)
        for collection in data.endpoint_collections_by_tag.values()
        for error in collection.parse_errors
        if f" {operation.name} within " in error.header
    ]


def _lacks_success(operation: DescribedOperation, endpoint: Endpoint) -> bool:
    """Whether the generator left an answer out that means success: what the operation is called for would be lost."""
    described = {status for status in mapping(operation.data.get("responses")) if status.startswith("2")}
    return bool(described - {response.status_code.pattern for response in endpoint.responses})


def _reason(error: ParseError) -> str:
    text = " ".join((error.detail or error.header).split())
    return re.sub(r"<\S+UntrustedString object at \w+>", "…", text)  # how it shows the description's own words


def _place(document: Document, error: ParseError) -> str:
    """Find the component that an error names; the file alone where it names none."""
    named = re.search(r"/components/\w+/[^\s'\"]+", f"{error.header} {error.detail}")
    return document.place(parse_pointer(named[0].rstrip(":"))) if named else str(document.path)
