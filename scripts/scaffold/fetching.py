"""Brings a description along, from a file or a URL, with the files that it refers to."""

import json
import os
from pathlib import Path

import httpx
from attrs import define

from generator.document import Document
from generator.inputs import Inputs
from generator.pipeline import read_description
from generator.rules import Applied
from scaffold.problems import ScaffoldError

TIMEOUT = 60
LARGEST = 100_000_000
"""Bytes of a download: no description is larger."""


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

    Raises ScaffoldError where it cannot be had, and GenerationError where something is wrong with it.
    """
    content = _download(spec) if _is_url(spec) else _read(spec)
    path = Path(spec)
    if _is_url(spec):
        path = folder / _file_name(content)
        path.write_bytes(content)
    document, paths = read_description(Inputs(path, (overlay,) if overlay else ()), Applied())
    for other in paths:
        if Path(os.path.normpath(other)).parts[0] == "..":
            raise ScaffoldError(f"--spec {spec} refers to {other}, outside of its folder: bundle it into one file")
    referenced = {other: (path.parent / other).read_bytes() for other in paths}
    return Fetched(_file_name(content), content, referenced, document)


def _is_url(spec: str) -> bool:
    return spec.startswith(("http://", "https://"))


def _read(spec: str) -> bytes:
    try:
        return Path(spec).read_bytes()
    except OSError as error:
        raise ScaffoldError(
            f"--spec {spec}: {error.strerror}; name a file with an OpenAPI 3 description, or its URL"
        ) from None


def _download(url: str) -> bytes:
    remedy = "see whether the address is right, or download it yourself and name the file"
    content = bytearray()
    try:
        with httpx.stream("GET", url, timeout=TIMEOUT, follow_redirects=True) as response:
            if not response.is_success:
                raise ScaffoldError(f"--spec {url}: the server answers {response.status_code}; {remedy}")
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > LARGEST:
                    raise ScaffoldError(f"--spec {url}: it has more than {LARGEST} bytes; {remedy}")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ScaffoldError(f"--spec {url}: {error or type(error).__name__}; {remedy}") from None
    return bytes(content)


def _file_name(content: bytes) -> str:
    """Say what a description's file is called: JSON stays JSON, which is read many times faster than YAML."""
    try:
        json.loads(content)
    except (RecursionError, ValueError):
        return "openapi.yaml"
    return "openapi.json"
