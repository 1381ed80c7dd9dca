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


@define(frozen=True)
class Defaults:
    """What the root says for every operation: media types, and where the API is."""

    consumes: list[str]
    produces: list[str]
    host: str
    base_path: str

    def servers(self, schemes: Iterable[str]) -> list[dict[str, str]]:
        """Return the servers for some schemes, https first; without schemes, the URL leaves the scheme open."""
        if not self.host:
            return [{"url": self.base_path or "/"}] if self.base_path else []
        own, _, host = self.host.rpartition("://")  # where it should not have a scheme, but often has
        names = sorted(dict.fromkeys([*schemes] or [own] * bool(own)), key=lambda scheme: scheme != "https")
        starts = [f"{scheme}:" for scheme in names] or [""]
        return [{"url": f"{start}//{host}{self.base_path}"} for start in starts]


def move_sections(document: Document, applied: Applied) -> Defaults:
    """Move the sections of the root, and return what it says for every operation."""
    content: dict[str, Any] = document.content
    applied.note(SWAGGER, ())
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
        str(content.pop("host", None) or "").rstrip("/"),
        f"/{str(content.pop('basePath', None) or '').strip('/')}".rstrip("/"),
    )
    _list_servers(document, defaults, content)
    return defaults


def _list_servers(document: Document, defaults: Defaults, content: dict[str, Any]) -> None:
    origin = document.origin(("host",) if defaults.host else ("basePath",))
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
