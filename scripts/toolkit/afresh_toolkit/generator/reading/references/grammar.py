"""OpenAPI's own grammar, as far as code is made of it: which kind of object stands where in a description.

A kind in braces is a map whose values are of the kind, one in brackets a list of such. What has no kind here is not
looked at: an example, an extension, or what nothing is made of, such as links.
"""

from collections.abc import Mapping

from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import METHODS

BUNDLED = "x-bundled"
"""Where what other files hold is put for which OpenAPI has no components: by its kind, then by a name."""

_FIELDS: Mapping[str, Mapping[str, str]] = {
    "description": {
        "components": "components",
        "info": "info",
        "paths": "{path item}",
        "security": "[security requirement]",
        "servers": "[server]",
        "tags": "[tag]",
        "webhooks": "{path item}",
        "x-webhooks": "{path item}",
    },
    "components": {
        "callbacks": "{callback}",
        "headers": "{header}",
        "mediaTypes": "{media type}",
        "parameters": "{parameter}",
        "pathItems": "{path item}",
        "requestBodies": "{request body}",
        "responses": "{response}",
        "schemas": "{schema}",
        "securitySchemes": "{security scheme}",
    },
    "path item": {
        **dict.fromkeys(METHODS, "operation"),
        "additionalOperations": "{operation}",
        "parameters": "[parameter]",
        "servers": "[server]",
    },
    "operation": {
        "callbacks": "{callback}",
        "parameters": "[parameter]",
        "requestBody": "request body",
        "responses": "{response}",
        "security": "[security requirement]",
        "servers": "[server]",
        "tags": "[text]",
    },
    "parameter": {"content": "{media type}", "schema": "schema"},
    "header": {"content": "{media type}", "schema": "schema"},
    "request body": {"content": "{media type}"},
    "response": {"content": "{media type}", "headers": "{header}", "schema": "schema"},  # the schema: of Swagger 2.0
    "media type": {"encoding": "{encoding}", "itemSchema": "schema", "schema": "schema"},
    "security scheme": {"flows": "{flow}"},
    "flow": {"scopes": "{text}"},
    "schema": {
        **dict.fromkeys(
            (
                "additionalProperties",
                "contains",
                "contentSchema",
                "else",
                "if",
                "items",
                "not",
                "propertyNames",
                "then",
                "unevaluatedItems",
                "unevaluatedProperties",
            ),
            "schema",
        ),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), "[schema]"),
        **dict.fromkeys(("$defs", "definitions", "dependentSchemas", "patternProperties", "properties"), "{schema}"),
        "discriminator": "discriminator",
        "enum": "[value]",
        "required": "[text]",
    },
    "discriminator": {"defaultMapping": "schema name", "mapping": "{schema name}"},
}

SECTIONS = {
    "callback": "callbacks",
    "header": "headers",
    "media type": "mediaTypes",
    "parameter": "parameters",
    "path item": "pathItems",
    "request body": "requestBodies",
    "response": "responses",
    "schema": "schemas",
    "schema name": "schemas",
    "security scheme": "securitySchemes",
}
"""The components that stand for an object of a kind."""

REFERRING = frozenset({"parameter", "path item", "request body", "response", "security scheme"})
"""The kinds whose references stay references: who reads them follows them."""


def inner_kind(kind: str, key: str) -> str | None:
    """Return the kind of what stands under a key, or at an index, of something of a kind; None where that has none."""
    if kind == "callback":
        return None if key.startswith("x-") else "path item"
    if kind[0] not in "{[":
        return _FIELDS.get(kind, {}).get(key)
    is_extension = key.startswith("x-") and kind in {"{path item}", "{response}", "{flow}"}
    return None if is_extension else kind[1:-1]


def kind_of(pointer: Pointer) -> str | None:
    """Return the kind of what a pointer into a description names; None where the grammar has nothing there."""
    kind: str | None = "description"
    if pointer[:1] == (BUNDLED,):
        kind, pointer = pointer[1], pointer[3:]
    for token in pointer:
        kind = inner_kind(kind, token) if kind else None
    return kind
