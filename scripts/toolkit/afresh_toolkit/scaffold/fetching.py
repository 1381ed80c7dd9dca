"""Brings a description along, from a file or a URL, with the files that it refers to."""

import json
from pathlib import Path

from attrs import define

from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.references.whole import read_description
from afresh_toolkit.generator.rules import Applied
from afresh_toolkit.syncing.fetching import download, is_url, read, referenced


@define(frozen=True)
class Fetched:
    """A description: its file's name and content, the files that it refers to, and what it comes to with its overlay.

    The files are by their paths from it.
    """

    file_name: str
    content: bytes
    referenced: dict[str, bytes]
    document: Document


def fetch(spec: str, overlay: Path | None, folder: Path) -> Fetched:
    """Read a description, and what it refers to. A download is put into `folder` for that.

    Raises FetchError where it cannot be had, and GenerationError where something is wrong with it.
    """
    path = Path(spec)
    if is_url(spec):
        content = download(spec).content
        path = folder / _file_name(content)
        path.write_bytes(content)
    else:
        content = read(spec)
    document, paths = read_description(Inputs(path, (overlay,) if overlay else ()), Applied())
    if document.unmatched:
        raise GenerationError(document.unmatched)
    return Fetched(_file_name(content), content, referenced(path, paths), document)


def _file_name(content: bytes) -> str:
    """Say what a description's file is called: JSON stays JSON, which is read many times faster than YAML."""
    try:
        json.loads(content)
    except (RecursionError, ValueError):
        return "openapi.yaml"
    return "openapi.json"
