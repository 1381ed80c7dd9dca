"""What openapi-python-client makes of a description, and that no operation is missing from it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from attrs import define
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError, ParseError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema import OpenAPI
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonIdentifier

from afresh_toolkit.generator.normalising.class_names import ALIASES, PREFIX
from afresh_toolkit.generator.normalising.naming.reserved import MODEL_ATTRIBUTES
from afresh_toolkit.generator.normalising.normalise import Normalised, Shown
from afresh_toolkit.generator.normalising.webhooks import ANY_PLACE
from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.document import Document


@define(frozen=True)
class Interpretation:
    """What the generator read: its `data`, and the endpoint of every operation by "METHOD /path".

    `aliases` are the unions that have a name, by these names. `webhooks` are the endpoints that stand for webhooks.
    """

    data: GeneratorData
    config: Config
    endpoints: dict[str, Endpoint]
    aliases: dict[str, PropertyProtocol]
    webhooks: list[Endpoint]

    @property
    def models(self) -> dict[str, ModelProperty]:
        """The models, by the names of their classes."""
        return {str(model.class_info.name): model for model in self.data.models}


def interpret(document: Document, normalised: Normalised, package: str, output: Path) -> Interpretation:
    """Let the generator read the view that was made for it.

    Raises GenerationError where it leaves an operation out, with its reasons for each.
    """
    config = _configuration(document, normalised, package, output)
    data = _read(document, normalised, config)
    aliases = _aliases(data, normalised)
    _describe_properties(data, normalised)
    _rename_properties(data, config, normalised.property_names)
    made = {_index(endpoint.path.get_untrusted_value()): endpoint for endpoint in _endpoints(data)}
    reasons = _reasons(data)
    endpoints: dict[str, Endpoint] = {}
    missing: list[Problem] = []
    for index, operation in enumerate(normalised.operations):
        endpoint = made.get(index)
        why = reasons.get(index, [])
        if endpoint is None or why:
            said = "; ".join(why) or "openapi-python-client gives no reason"
            problem = f"{operation.name} cannot be generated: {said}"
            missing.append(Problem(problem, document.place(operation.pointer)))
            continue
        _name_parameters(endpoint, normalised.parameters[index])
        endpoints[operation.name] = endpoint
    webhooks: list[Endpoint] = []
    for index, webhook in enumerate(normalised.webhooks, len(normalised.operations)):
        if index in made and index not in reasons:
            webhooks.append(made[index])
            continue
        said = "; ".join(reasons.get(index, ())) or "openapi-python-client gives no reason"
        place = document.place(webhook.described.operation.pointer if webhook.described else ANY_PLACE)
        missing.append(Problem(f"the webhook {webhook.key} cannot be generated: {said}", place))
    missing += [Problem(_reason(error), _place(document, normalised, error)) for error in data.errors]
    if missing:
        raise GenerationError([*missing, Problem(_REMEDY)])
    return Interpretation(data, config, endpoints, aliases, webhooks)


_REMEDY = (
    "No client was made, since it would lack operations. Mend the description in these places, by an overlay where it "
    "is not yours to change; or list an operation under [tool.afresh.leave-out] in pyproject.toml."
)


def _read(document: Document, normalised: Normalised, config: Config) -> GeneratorData:
    try:
        model = OpenAPI.model_validate(_with_aliases(normalised))
        # A model that is validated already passes the generator's own validation as it is.
        data = GeneratorData.from_dict(cast("dict[str, Any]", model), config=config)
    except Exception as error:  # whatever breaks inside the generator, its user needs to know where
        message = f"openapi-python-client breaks on this description: {type(error).__name__}: {error}"
        raise GenerationError([Problem(message, str(document.path))]) from error
    if isinstance(data, GeneratorError):
        raise GenerationError([Problem(f"{data.header}: {data.detail}", str(document.path))])
    return data


def _with_aliases(normalised: Normalised) -> dict[str, Any]:
    """Return the view of the description with a class whose properties are the aliases: a union alone has no name."""
    content, aliases = normalised.content, normalised.aliases
    if not aliases:
        return content
    holder = {"type": "object", "properties": {**aliases}, "required": [*aliases]}
    return {**content, "components": {"schemas": {**content["components"]["schemas"], ALIASES: holder}}}


def _aliases(data: GeneratorData, normalised: Normalised) -> dict[str, PropertyProtocol]:
    """Take the aliases out of what was read."""
    found: dict[str, PropertyProtocol] = {}
    for model in [model for model in data.models if model.class_info.name == ALIASES]:
        data.models.remove(model)
        for prop in model.required_properties or ():
            name = prop.name.get_untrusted_value()
            found[name] = prop
            said = normalised.aliases[name].get("description")
            prop.description = UntrustedString(said) if said else None
    return found


def _configuration(document: Document, normalised: Normalised, package: str, output: Path) -> Config:
    return Config.from_sources(
        ConfigFile(
            literal_enums=True,
            package_name_override=package,
            post_hooks=[],
            field_prefix=PREFIX,
            content_type_overrides=dict(normalised.media_types),
        ),
        meta_type=MetaType.NONE,
        document_source=document.path,
        file_encoding="utf-8",
        overwrite=True,
        output_path=output,
    )


def _describe_properties(data: GeneratorData, normalised: Normalised) -> None:
    """Give properties the words that are said about them: the generator forgets those beside a reference."""
    for model in data.models:
        shown = normalised.content["components"]["schemas"][str(model.class_info.name)].get("properties", {})
        for prop in (*(model.required_properties or ()), *(model.optional_properties or ())):
            said = shown[prop.name.get_untrusted_value()].get("description")
            if said:
                prop.description = UntrustedString(said)


def _rename_properties(data: GeneratorData, config: Config, names: Mapping[str, Mapping[str, str]]) -> None:
    """Give properties back the names that they have in JSON, and let none take the name of what every model has."""
    for model in data.models:
        true_names = names.get(str(model.class_info.name), {})
        for prop in (*(model.required_properties or ()), *(model.optional_properties or ())):
            true_name = true_names.get(prop.name.get_untrusted_value())
            if true_name is not None:
                prop.name = UntrustedString(true_name)
            if prop.python_name in MODEL_ATTRIBUTES:
                prop.set_python_name(UntrustedString(f"{prop.python_name}_"), config, skip_snake_case=True)


def _name_parameters(endpoint: Endpoint, names: Mapping[str, Shown]) -> None:
    """Give parameters back the names that they have on the wire, and the ones that were chosen for Python."""
    for _, prop in endpoint.iter_all_parameters():
        shown = names[prop.name.get_untrusted_value()]
        prop.name = UntrustedString(shown.name)
        prop.python_name = PythonIdentifier(shown.attribute, PREFIX, skip_snake_case=True)


def _endpoints(data: GeneratorData) -> Iterator[Endpoint]:
    for collection in data.endpoint_collections_by_tag.values():
        yield from collection.endpoints


def _index(path: str) -> int:
    """Return the place of an operation among all, from the path that the generator sees."""
    return int(path.split("/")[1])


def _reasons(data: GeneratorData) -> dict[int, list[str]]:
    """Return what the generator says against operations, by their places among all."""
    found: dict[int, list[str]] = {}
    for collection in data.endpoint_collections_by_tag.values():
        for error in collection.parse_errors:
            path = re.search(r"WARNING parsing [A-Z]+ /(\d+)", error.header)
            if path is not None:
                found.setdefault(int(path[1]), []).append(_reason(error))
    return found


def _reason(error: ParseError) -> str:
    text = " ".join((error.detail or error.header).split())
    return re.sub(r"<\S+UntrustedString object at \w+>", "…", text)  # how it shows the description's own words


def _place(document: Document, normalised: Normalised, error: ParseError) -> str:
    """Find the component that an error names; the file alone where it names none."""
    named = re.search(r"/components/schemas/(\w+)", f"{error.header} {error.detail}")
    pointer = normalised.origins.get(named[1]) if named else None
    return document.place(pointer) if pointer else str(document.path)
