"""The names of webhooks, and what the generator sees of them: an operation each, which answers with the payload."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import define
from openapi_python_client.strings import PythonIdentifier

from afresh_toolkit.generator.normalising.naming.places import Place
from afresh_toolkit.generator.normalising.naming.reserved import free
from afresh_toolkit.generator.normalising.naming.spelling import spelled
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.webhooks import DescribedWebhook
from afresh_toolkit.generator.rules import Rule

NOT_JSON = Rule("webhook-not-json", "A webhook whose body is not JSON is handed over as bytes, once it is verified.")

ANY_PLACE: Pointer = ("webhooks",)
"""Where messages place the union of all payloads."""

_TAKEN = frozenset(
    {
        "array",
        "cast",
        "datetime",
        "is_array",
        "is_object",
        "is_string",
        "json_object",
        "models",
        "parse",
        "parse_datetime",
    }
    | {"parse_uuid", "suppress", "unions"}
    | {"parse_base64", "parse_decimal", "parse_decimal_number", "parse_duration", "parse_integer", "parse_time"}
)
"""What the module `webhooks` has of its own."""


@define(frozen=True)
class ShownWebhook:
    """A webhook: what it is called in Python, and by what key it is found among all.

    `described` is None for what reads any of them.
    """

    attribute: str
    key: str
    described: DescribedWebhook | None


def name_webhooks(described: Sequence[DescribedWebhook], places: Mapping[str, Place]) -> Iterator[ShownWebhook]:
    """Name webhooks, no two alike; `places` are those of the operations, for callbacks of the same name."""
    attributes, keys = set(_TAKEN), set[str]()
    for one in described:
        said = re.sub(r"[^\w]+", "_", spelled(one.name)).strip("_")
        attribute, key = str(PythonIdentifier(said, "webhook_")), one.name
        if key in keys or attribute in attributes - _TAKEN:
            longer = places[one.caller.name].full if one.caller else one.operation.method
            key = f"{longer} {key}"
            attribute = str(PythonIdentifier(f"{longer}_{said}", "webhook_"))
        attribute = free(attribute, attributes)
        while key in keys:
            key += "_"
        attributes.add(attribute)
        keys.add(key)
        yield ShownWebhook(attribute, key, one)


def as_operation(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the generator sees."""
    answer = {"description": "", **({"content": content} if content else {})}
    return {"operationId": "webhook", "tags": ["webhooks"], "parameters": [], "responses": {"200": answer}}
