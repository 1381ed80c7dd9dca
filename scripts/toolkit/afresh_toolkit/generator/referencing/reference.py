"""All pages of a reference."""

from collections.abc import Iterator

from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.referencing.links import ERRORS, INDEX, MODELS, SIGNING_IN, Links, page_of
from afresh_toolkit.generator.referencing.mark import MARK
from afresh_toolkit.generator.referencing.markdown import blocks, prose, summary, table
from afresh_toolkit.generator.referencing.pages.errors import ErrorPage
from afresh_toolkit.generator.referencing.pages.models import ModelPages, pages_of, webhooks_page
from afresh_toolkit.generator.referencing.pages.signing_in import SigningInPage
from afresh_toolkit.generator.referencing.pages.tags import TagPages
from afresh_toolkit.generator.referencing.subject import Subject

WEBHOOKS = "webhooks-of-the-api.md"


def write_reference(subject: Subject) -> dict[str, str]:
    """Return the pages by the names of their files."""
    return {name: f"{MARK}\n\n{text}\n" for name, text in _pages(subject)}


def _pages(subject: Subject) -> Iterator[tuple[str, str]]:
    resources = subject.written.resources
    models = pages_of(subject.written)
    links = Links.to(resources, models)
    tags = TagPages(subject, links)
    webhooks = webhooks_page(subject, links, WEBHOOKS)
    rows = [
        (f"[{resource.attribute}]({page_of(resource)})", str(len(resource.methods)), summary(resource.description))
        for resource in resources
    ]
    others = [
        f"- [Signing in]({SIGNING_IN}): how it is done, and which operations need what",
        f"- [Errors]({ERRORS}): what is raised when",
        *([f"- [Models]({MODELS}): what is sent and returned"] if models else []),
        *([f"- [Webhooks]({WEBHOOKS}): what the API sends by itself"] if webhooks else []),
    ]
    title = " ".join(str(mapping(subject.document.content.get("info")).get("title") or "the API").split())
    yield (
        INDEX,
        blocks(
            f"# Reference of {prose(title)}",
            f"Each tag of the API is an attribute of `{subject.layer}.Client`, and each operation a method of it.",
            table(("tag", "operations", "description"), rows),
            "\n".join(others),
        ),
    )
    for resource in resources:
        yield page_of(resource), tags.write(resource)
    yield from ModelPages(subject, links, models).write() if models else ()
    yield ERRORS, ErrorPage(subject, links).write()
    yield SIGNING_IN, SigningInPage(subject, links).write()
    if webhooks:
        yield WEBHOOKS, webhooks
