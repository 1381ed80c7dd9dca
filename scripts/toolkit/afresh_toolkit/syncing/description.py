"""Tells a new description from the committed one."""

import json
from collections.abc import Mapping
from enum import Enum
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.depth import deep
from afresh_toolkit.syncing.differences import is_same
from afresh_toolkit.syncing.fetching import NotModified, download, is_url, read, shown
from afresh_toolkit.syncing.problems import SyncError
from afresh_toolkit.syncing.record import FILE_NAME, Record
from afresh_toolkit.syncing.repository import Repository


@define(frozen=True)
class Committed:
    """The description that is committed, and the hashes of the files that it refers to, by their paths from it."""

    name: str
    content: bytes
    referenced: Mapping[str, str] = field(factory=dict)
    record: Record | None = None

    @classmethod
    def of(cls, repository: Repository) -> "Committed":
        """Read it; raises SyncError where there is none, or there are two."""
        names = ("openapi.yaml", "openapi.json")
        found = {name: content for name in names if (content := repository.show(name)) is not None}
        if len(found) != 1:
            raise SyncError(f"{' and '.join(found) or 'no openapi.yaml'} is committed here: commit one description")
        ((name, content),) = found.items()
        manifest, record = repository.show(repository.manifest), repository.show(FILE_NAME)
        return cls(name, content, _referenced(manifest), Record.read(record))

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return sha256(self.content).hexdigest()


@define(frozen=True)
class Incoming:
    """A description that is not the committed one: where it is from, and what to remember of that.

    `file` is None where it was downloaded, `record` where nothing is to be remembered.
    """

    content: bytes
    source: str
    file: Path | None = None
    record: Record | None = None


class Unchanged(Enum):
    """How a description is the committed one; the value completes a sentence that its name begins."""

    BYTES = "is unchanged"
    CONTENT = "says what it said, in another form or order"


def fetch(spec: str, committed: Committed) -> Incoming | Unchanged:
    """Return the description at a URL or in a file, or how it is the committed one.

    Raises SyncError or FetchError where it cannot be had, or could not be committed by its name.
    """
    incoming = _from_url(spec, committed) if is_url(spec) else _from_file(spec, committed)
    if incoming is None:
        return Unchanged.BYTES
    if committed.name == "openapi.json":
        try:
            json.loads(incoming.content)
        except ValueError as error:
            raise SyncError(
                f"{incoming.source} is no JSON ({error}), which {committed.name} must be: name the description's JSON"
            ) from None
    if incoming.content != committed.content and _says_the_same(committed, incoming):
        return Unchanged.CONTENT
    return incoming


def parsed(name: str, content: bytes) -> Any:
    """Return what a description of a name holds; None where it cannot be read."""
    from afresh_toolkit.generator.reading.source import Source  # noqa: PLC0415  (takes a tenth of a second)

    with TemporaryDirectory() as temporary:
        file = Path(temporary, name)
        file.write_bytes(content)
        try:
            return Source.read(file).content
        except GenerationError:
            return None


def _says_the_same(committed: Committed, incoming: Incoming) -> bool:
    """Whether nothing but the form of a description has changed, or the order of its properties."""
    folder = incoming.file.parent if incoming.file else None
    if folder and any(_hash(folder / path) != recorded for path, recorded in committed.referenced.items()):
        return False
    before = parsed(committed.name, committed.content)
    with deep():
        return before is not None and is_same(before, parsed(committed.name, incoming.content))


def _from_url(url: str, committed: Committed) -> Incoming | None:
    record = committed.record
    is_known = record is not None and (record.url, record.sha256) == (url, committed.sha256)
    asked_by = {"etag": record.etag, "last_modified": record.last_modified} if record and is_known else {}
    try:
        new = download(url, **asked_by)
    except NotModified:
        return None
    if new.content == committed.content:
        return None
    if shown(url) != url:  # a query may hold a secret, which must not be committed
        return Incoming(new.content, shown(url))
    now = Record(url, sha256(new.content).hexdigest(), new.etag, new.last_modified)
    return Incoming(new.content, url, record=now)


def _from_file(spec: str, committed: Committed) -> Incoming | None:
    content = read(spec)
    file = Path(spec).absolute()
    if content == committed.content and all(
        _hash(file.parent / path) == recorded for path, recorded in committed.referenced.items()
    ):
        return None
    return Incoming(content, file.name, file)


def _hash(file: Path) -> str | None:
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None


def _referenced(manifest: bytes | None) -> dict[str, str]:
    try:
        said: Any = json.loads(manifest or b"{}")
    except ValueError:  # the generator will tell
        return {}
    return dict(said.get("referenced", {}))
