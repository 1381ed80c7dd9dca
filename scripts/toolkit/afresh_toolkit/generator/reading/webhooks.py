"""The requests that an API sends by itself: webhooks, and the callbacks of operations."""

from collections.abc import Iterator
from typing import Any

from attrs import define

from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, operations, operations_of
from afresh_toolkit.generator.reading.document import Document


@define(frozen=True)
class DescribedWebhook:
    """A request that the API sends: the name that it has in the description, and the operation that answers it.

    `caller` is the operation whose callback it is; None for a webhook.
    """

    name: str
    operation: DescribedOperation
    caller: DescribedOperation | None = None


def webhooks(document: Document) -> Iterator[DescribedWebhook]:
    """Go through the webhooks, then the callbacks; a callback that several operations share is there once."""
    for section in ("webhooks", "x-webhooks"):
        yield from _named(document, document.content.get(section), (section,), None)
    seen: set[int] = set()
    for caller in operations(document):
        for name, said in mapping(caller.data.get("callbacks")).items():
            callback, place = document.resolve(said, (*caller.pointer, "callbacks", name))
            for one in _named(document, callback, place, caller):
                if id(one.operation.data) not in seen:
                    seen.add(id(one.operation.data))
                    yield DescribedWebhook(name, one.operation, caller)


def _named(
    document: Document, items: Any, pointer: Pointer, caller: DescribedOperation | None
) -> Iterator[DescribedWebhook]:
    for name, item in mapping(items).items():
        if not name.startswith("x-"):
            for operation in operations_of(document, name, item, (*pointer, name)):
                yield DescribedWebhook(name, operation, caller)
