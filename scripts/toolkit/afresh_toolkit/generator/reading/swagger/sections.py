"""The root of a Swagger 2.0 description: its sections move to the places that they have in OpenAPI 3.0."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define

from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied, Rule

SWAGGER = Rule("swagger-2", "A Swagger 2.0 description is read as the OpenAPI 3.0 description that says the same.")

_SECTIONS = {
    "definitions": "schemas",
    "parameters": "parameters",
    "responses": "responses",
    "securityDefinitions": "securitySchemes",
}

_TEMPLATE = "x-ms-parameterized-host"
"""A host with variables, as descriptions of Azure have it: a `hostTemplate`, and what may stand in it."""


@define(frozen=True)
class Defaults:
    """What the root says for every operation: media types, and where the API is.

    `variables` are those of the host, where it is a template. `has_scheme` says whether the host begins with one, by
    itself or by its first variable.
    """

    consumes: list[str]
    produces: list[str]
    host: str
    base_path: str
    variables: dict[str, dict[str, Any]]
    has_scheme: bool

    def servers(self, schemes: Iterable[str]) -> list[dict[str, Any]]:
        """Return the servers for some schemes, https first; without schemes, the URL leaves the scheme open."""
        return [
            {"url": url, **({"variables": self.variables} if self.variables else {})} for url in self._urls(schemes)
        ]

    def _urls(self, schemes: Iterable[str]) -> list[str]:
        if not self.host:
            return [self.base_path or "/"] if self.base_path else []
        if self.has_scheme:
            return [f"{self.host}{self.base_path}"]
        own, _, host = self.host.rpartition("://")  # where it should not have a scheme, but often has
        names = sorted(dict.fromkeys([*schemes] or [own] * bool(own)), key=lambda scheme: scheme != "https")
        starts = [f"{scheme}:" for scheme in names] or [""]
        return [f"{start}//{host}{self.base_path}" for start in starts]


def move_sections(document: Document, applied: Applied) -> Defaults:
    """Move the sections of the root, and return what it says for every operation."""
    content: dict[str, Any] = document.content
    applied.note(SWAGGER, ())
    template = mapping(content.pop(_TEMPLATE, None))
    variables = _variables(document, template)
    document.came_from(content, "openapi", document.origin(("swagger",)))
    components = content.setdefault("components", {})
    for old, new in _SECTIONS.items():
        if old in content:
            origin = document.origin((old,))
            section = content.pop(old)
            components[new] = {**section, **mapping(components.get(new))} if isinstance(section, dict) else section
            document.came_from(components, new, origin)
            document.sections[old] = ("components", new)
    content["openapi"] = "3.0.3"
    content.pop("swagger")
    defaults = Defaults(
        texts(content.pop("consumes", None)),
        texts(content.pop("produces", None)),
        str(template.get("hostTemplate") or content.get("host") or "").rstrip("/"),
        f"/{str(content.pop('basePath', None) or '').strip('/')}".rstrip("/"),
        variables,
        has_scheme="hostTemplate" in template and template.get("useSchemePrefix") is False,
    )
    content.pop("host", None)
    _list_servers(document, defaults, content)
    return defaults


def _variables(document: Document, template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the variables of a host, as OpenAPI 3.0 has them."""
    listed = template.get("parameters")
    made: dict[str, dict[str, Any]] = {}
    for said in listed if isinstance(listed, list) else ():
        parameter = mapping(document.resolve(said)[0])
        if isinstance(name := parameter.get("name"), str):
            made[name] = {key: parameter[key] for key in ("default", "description", "enum") if key in parameter}
    return made


def _list_servers(document: Document, defaults: Defaults, content: dict[str, Any]) -> None:
    place = _TEMPLATE if defaults.variables else "host" if defaults.host else "basePath"
    origin = document.origin((place,))
    servers = defaults.servers(texts(content.pop("schemes", None)))
    if servers and "servers" not in content:
        content["servers"] = servers
        document.came_from(content, "servers", origin)


def texts(said: Any) -> list[str]:
    """Return the texts of a list, or the one text that stands for it; of anything else, none."""
    if isinstance(said, str):
        return [said]
    return [one for one in said if isinstance(one, str)] if isinstance(said, list) else []


def of_operation(operation: Mapping[str, Any], name: str, otherwise: list[str]) -> list[str]:
    """Return the media types of an operation, which has its own or else those of the root."""
    return texts(operation[name]) if name in operation else otherwise
