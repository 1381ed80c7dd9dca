"""What a repository was given: which files, with which hashes, and their text, which merging starts from.

`sdk.toml` says it for those who read it, and the archive beside it holds the text. So the boundary is plain: what is
not in `[delivered]` is the team's own.
"""

import io
import json
import lzma
import tarfile
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import define, field

from afresh_toolkit.scaffold.names import Names
from afresh_toolkit.scaffold.parts import pack
from afresh_toolkit.scaffold.problems import ScaffoldError
from afresh_toolkit.scaffold.template import CI, File, Sdk

FILE_NAME = "sdk.toml"
ARCHIVE = ".sdk-delivered.tar.bz2"
FORMER_ARCHIVE = ".sdk-delivered.tar.xz"

_NOT_KEPT = "tests/"
"""What is not merged: it is replaced where it is as it was given."""

_HEAD = f"""\
# What this repository was given by the template that it was made from: its names, and the hash (SHA-256) of each file.
# Renewing it from there replaces the files that are still as they were given, and merges into the others, starting
# from their text in {ARCHIVE}, which has all but the tests. Files that are not listed are never touched.
# Commit both; edit neither.
"""


@define(frozen=True)
class Pinned:
    """The version of the toolkit, and the hash of the lock file that names it, as they were given last."""

    toolkit: str
    lock: str


@define(frozen=True)
class Record:
    """What a repository is, and the files that it was given last, by their paths.

    `others` has the hashes of files whose text is not kept. `pinned` is None in a repository that was made when the
    toolkit was not a distribution yet: its files are among the others.
    """

    sdk: Sdk
    files: dict[str, File]
    pinned: Pinned | None
    others: dict[str, str] = field(factory=dict)

    @classmethod
    def read(cls, root: Path) -> "Record":
        """Read a repository's record; raises ScaffoldError where there is none, or it was damaged."""
        try:
            content: Any = tomllib.loads((root / FILE_NAME).read_text(encoding="utf-8"))
            ci = content.get("ci")
            if ci is not None and ci not in CI:
                raise ValueError(f"it has the CI of {ci!r}")  # noqa: TRY301
            sdk = Sdk(Names(content["name"]), content["title"], content["description"], ci)
            hashes: dict[str, str] = dict(content["delivered"])
            pinned = Pinned(content["toolkit"], content["lock"]) if "toolkit" in content else None
            archive = root / ARCHIVE if pinned else root / FORMER_ARCHIVE
            files = _unpack(archive.read_bytes())
        except FileNotFoundError as error:
            raise ScaffoldError(
                f"{root} has no {Path(error.filename).name}: only what `afresh-toolkit new` has made can be updated"
            ) from None
        except (EOFError, KeyError, OSError, TypeError, ValueError, lzma.LZMAError, tarfile.TarError) as error:
            said = " ".join(str(error).split())
            raise ScaffoldError(f"{root / FILE_NAME} or {ARCHIVE} is damaged: restore them ({said})") from None
        if {path: hashes.pop(path, None) for path in files} != _hashes(files):
            raise ScaffoldError(
                f"{root / FILE_NAME} does not go with {archive.name}: restore both from the same commit"
            )
        return cls(sdk, files, pinned, hashes)

    def write(self, root: Path) -> None:
        """Write the record into a repository."""
        texts = {path: file for path, file in self.files.items() if not path.startswith(_NOT_KEPT)}
        (root / ARCHIVE).write_bytes(pack({path: file.content for path, file in texts.items()}))
        (root / FORMER_ARCHIVE).unlink(missing_ok=True)
        values = {"name": self.sdk.names.package, "title": self.sdk.title, "description": self.sdk.description}
        if self.sdk.ci is not None:
            values["ci"] = self.sdk.ci
        if self.pinned is not None:
            values |= {"toolkit": self.pinned.toolkit, "lock": self.pinned.lock}
        lines = [
            _HEAD,
            *(f"{name} = {_toml(value)}" for name, value in values.items()),
            "",
            "[delivered]",
            *(f"{_toml(path)} = {_toml(hash_)}" for path, hash_ in _hashes(self.files).items()),
        ]
        (root / FILE_NAME).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _hashes(files: dict[str, File]) -> dict[str, str]:
    return {path: sha256(file.content).hexdigest() for path, file in sorted(files.items())}


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _unpack(packed: bytes) -> dict[str, File]:
    files: dict[str, File] = {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for entry in archive:
            content = archive.extractfile(entry)
            if content is not None:
                files[entry.name] = File(content.read(), bool(entry.mode & 0o100))
    return files
