"""The parts of Swagger 2.0 that describe values: parameters, headers, schemas and security schemes."""

from typing import Any

from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.rules import Applied, Rule

ARRAY_FORMAT = Rule(
    "swagger-array-format",
    "OpenAPI 3 has no style for this collectionFormat in this place: the values are separated by commas, and those of "
    "an array in an array are JSON.",
    is_warning=True,
)

_BESIDE_SCHEMA = frozenset(
    {
        "$ref",
        "allowEmptyValue",
        "allowReserved",
        "collectionFormat",
        "content",
        "deprecated",
        "description",
        "example",
        "examples",
        "explode",
        "in",
        "name",
        "required",
        "schema",
        "style",
    }
)
"""What a parameter or a header has besides the keywords of its schema."""

STYLES: dict[str, dict[str, Any]] = {
    "csv": {"explode": False},
    "multi": {"style": "form", "explode": True},
    "pipes": {"style": "pipeDelimited", "explode": False},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "tsv": {"style": "tabDelimited", "explode": False},
}
"""How a query or a form has an array; OpenAPI has no name for the last one, but the generated package knows it."""

_FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}


def split(described: dict[str, Any]) -> dict[str, Any]:
    """Take the schema out of a parameter or header that has its keywords beside its own, and return it."""
    names = [name for name in described if name not in _BESIDE_SCHEMA and not name.startswith("x-")]
    schema = {name: described.pop(name) for name in [*names, *({"x-nullable"} & described.keys())]}
    return {**schema, **mapping(described.pop("schema", None))}


def upgrade_parameter(parameter: dict[str, Any], pointer: Pointer, applied: Applied) -> None:
    """Give a parameter, or a header, a schema and a style."""
    if parameter.keys() & {"$ref", "content"}:
        return
    said = parameter.pop("collectionFormat", None)
    if "schema" in parameter:
        return
    parameter["schema"] = schema = split(parameter)
    if schema.get("type") != "array":
        return
    if parameter.get("in") == "query":
        style = STYLES.get(str(said or "csv"))
        parameter.update(style or STYLES["csv"])
    else:
        style = STYLES["csv"] if said in (None, "csv") else None
    if style is None:
        applied.note(ARRAY_FORMAT, pointer)


def upgrade_schema(schema: dict[str, Any], pointer: Pointer, applied: Applied) -> None:
    """Write what only Swagger 2.0 has as OpenAPI 3.0 does."""
    if "x-nullable" in schema:
        schema.setdefault("nullable", schema.pop("x-nullable"))
    if isinstance(schema.get("discriminator"), str):
        schema["discriminator"] = {"propertyName": schema["discriminator"]}
    if schema.get("type") == "file":
        schema.update(type="string", format="binary")
    if "collectionFormat" in schema and schema.pop("collectionFormat") and schema.get("type") == "array":
        applied.note(ARRAY_FORMAT, pointer)


def upgrade_security_scheme(scheme: dict[str, Any]) -> None:
    """Write a security scheme as OpenAPI 3.0 does."""
    if scheme.get("type") == "basic":
        scheme.update(type="http", scheme="basic")
    elif scheme.get("type") == "oauth2" and "flow" in scheme:
        said = scheme.pop("flow")
        flow = {name: scheme.pop(name) for name in ("authorizationUrl", "tokenUrl") if name in scheme}
        scheme["flows"] = {_FLOWS.get(said, said): {**flow, "scopes": scheme.pop("scopes", None) or {}}}
