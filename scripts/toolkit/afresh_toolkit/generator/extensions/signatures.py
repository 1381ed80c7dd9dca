"""How webhooks are signed: what `x-webhook-signature` says, or the headers that a webhook declares."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define

from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.problems import Problem
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.webhooks import DescribedWebhook, webhooks

EXTENSION = "x-webhook-signature"
STANDARD = "standard-webhooks"
_STANDARD_HEADERS = frozenset({"webhook-id", "webhook-timestamp", "webhook-signature"})
_GITHUB_HEADER = "x-hub-signature-256"
_VALUES: Mapping[str, tuple[str, ...] | None] = {
    "algorithm": ("hmac-sha256",),
    "encoding": ("hex", "base64"),
    "header": None,
    "prefix": None,
    "secret": ("text", "base64"),
    "signed": None,
    "timestamp": None,
}


@define(frozen=True)
class Signing:
    """How a webhook is signed: `standard-webhooks`, or by an HMAC with options of its own, as code has them."""

    header: str | None = None
    options: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> str:
        """What the surface of the package says."""
        return (
            " ".join([self.header, *(f"{name}={value}" for name, value in self.options)]) if self.header else STANDARD
        )


def signing_of(document: Document) -> tuple[dict[Pointer, Signing], list[Problem]]:
    """Return how webhooks are signed, by their places; those of which nothing says it are not among them."""
    found: dict[Pointer, Signing] = {}
    problems: dict[str, Problem] = {}
    for webhook in webhooks(document):
        said, place = _said(document, webhook)
        if said is None:
            signing = _by_headers(webhook)
        else:
            wrong = list(_wrong(said))
            problems |= {one: Problem(f"`{EXTENSION}`: {one}", document.place(place)) for one in wrong}
            signing = None if wrong else _signing(said)
        if signing:
            found[webhook.operation.pointer] = signing
    return found, [*problems.values()]


def _said(document: Document, webhook: DescribedWebhook) -> tuple[Any, Pointer]:
    """Return what the extension says of a webhook: of itself, its path item, or of all."""
    place = webhook.operation.pointer
    item = document.find(place[:-1])
    for holder, where in ((webhook.operation.data, place), (item, place[:-1]), (document.content, ())):
        if EXTENSION in mapping(holder):
            return holder[EXTENSION], (*where, EXTENSION)
    return None, ()


def _wrong(said: Any) -> Iterator[str]:
    if said in (STANDARD, False):
        return
    if not isinstance(said, dict):
        yield f"it is {STANDARD}, false, or an object with a `header`; not {said!r}"
        return
    if not isinstance(said.get("header"), str):
        yield "`header` names the header that holds the signature"
    timestamp, signed = said.get("timestamp"), str(said.get("signed", "{body}")).lower()
    if isinstance(timestamp, str) and f"{{{timestamp.lower()}}}" not in signed:
        yield f"`signed` must have {{{timestamp}}} in it: else anybody could send a request again with another time"
    for name, value in said.items():
        wanted = _VALUES.get(name, ())
        if not isinstance(value, str) or (wanted is not None and value not in wanted):
            listed = f"is {' or '.join(wanted)}" if wanted else "is a text" if name in _VALUES else "is not known here"
            yield f"`{name}` {listed}; not {value!r}"


def _signing(said: Any) -> Signing | None:
    if said is False:
        return None
    if said == STANDARD:
        return Signing()
    options = ((name, said[name]) for name in sorted(said) if name not in {"algorithm", "header"})
    return Signing(said["header"], tuple(options))


def _by_headers(webhook: DescribedWebhook) -> Signing | None:
    headers = {name.lower(): name for where, name in webhook.operation.parameters if where == "header"}
    if headers.keys() >= _STANDARD_HEADERS:
        return Signing()
    if _GITHUB_HEADER in headers:
        return Signing(headers[_GITHUB_HEADER], (("prefix", "sha256="),))
    return None
