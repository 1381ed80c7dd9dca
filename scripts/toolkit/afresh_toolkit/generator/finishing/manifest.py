"""The manifest of a generated package: what it was made from, its operations' names, and a hash of every file.

It lets `--check` tell in a moment whether the package is what it should be, and keeps method names from changing.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

from attrs import asdict, define, field

from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.inputs import AS_USUAL, HTTP, Inputs

FILE_NAME = "manifest.json"
FORMAT = 1
_TOOLKIT = Path(__file__).parents[2]


@define(frozen=True)
class Manifest:
    """What manifest.json holds.

    `inputs` are the hashes of what was asked for and of the generator's own sources, and the versions of the tools;
    `referenced` has the hashes of other files that the description names, by their paths from there; `operations`, by
    "METHOD /path", the operation's `module`, its `resource`, the method's `name` and, where it pages, how; `files` the
    hash of every other file of the package; `readme` that of the part of the README that was made with it, and
    `reference` those of the pages of the reference.
    """

    inputs: Mapping[str, str]
    referenced: Mapping[str, str] = field(factory=dict)
    operations: Mapping[str, Mapping[str, str]] = field(factory=dict)
    files: Mapping[str, str] = field(factory=dict)
    readme: str | None = None
    reference: Mapping[str, str] | None = None

    @classmethod
    def read(cls, package: Path) -> "Manifest | None":
        """Read the manifest of a package; None where there is none that can be understood."""
        try:
            content: Any = json.loads((package / FILE_NAME).read_bytes())
        except (OSError, ValueError):
            return None
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            return None
        parts = [content.get(name, {}) for name in ("inputs", "referenced", "operations", "files")]
        if not all(isinstance(part, dict) for part in parts):
            return None
        reference = content.get("reference")
        pages = reference if isinstance(reference, dict) else None
        return cls(parts[0], parts[1], parts[2], parts[3], content.get("readme"), pages)

    def write(self, package: Path) -> None:
        """Write the manifest into a package."""
        said = {key: value for key, value in asdict(self).items() if value is not None}
        text = json.dumps({"format": FORMAT, **said}, indent=2, ensure_ascii=False) + "\n"
        (package / FILE_NAME).write_text(text, encoding="utf-8", newline="\n")


def hashes_of(inputs: Inputs) -> dict[str, str]:
    """Return what a package is made from; raises GenerationError where a file cannot be read."""
    overlays = {f"overlay {path.name}": hash_of(path) for path in inputs.overlays}
    left_out = {"leave-out": sha256(repr(sorted(inputs.leave_out)).encode()).hexdigest()} if inputs.leave_out else {}
    naming = {} if inputs.naming == AS_USUAL else {"names": repr(inputs.naming)}
    return {
        "description": hash_of(inputs.description),
        **overlays,
        **left_out,
        **naming,
        **({"models": "frozen"} if inputs.frozen else {}),
        **({"reference": inputs.reference.layer} if inputs.reference and inputs.reference.layer else {}),
        **({"formats": " ".join(sorted(inputs.formats))} if inputs.formats else {}),
        **({"http": inputs.http} if inputs.http != HTTP[0] else {}),
        "generator": _hash_of_sources(),
        "openapi-python-client": version("openapi-python-client"),
        "ruff": version("ruff"),
    }


def hash_of(file: Path) -> str:
    """Return the hash of a file; raises GenerationError where it cannot be read."""
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise GenerationError([Problem(f"cannot be read: {error.strerror}", str(file))]) from None


def file_hashes(package: Path, known: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Return the hash of every file of a package, but for the manifest and what Python has compiled.

    `known` are those that need not be worked out any more.
    """
    return {
        (name := file.relative_to(package).as_posix()): known.get(name) or sha256(file.read_bytes()).hexdigest()
        for file in sorted(package.rglob("*"))
        if file.is_file() and file.name != FILE_NAME and "__pycache__" not in file.parts
    }


def differences(package: Path, manifest: Manifest) -> list[str]:
    """Say which files of a package are not as the manifest has them."""
    found = file_hashes(package)
    names = sorted({*found, *manifest.files})
    return [
        f"{name} is {_difference(found.get(name), manifest.files.get(name))}"
        for name in names
        if found.get(name) != manifest.files.get(name)
    ]


def _difference(found: str | None, recorded: str | None) -> str:
    if recorded is None:
        return "not one of the generated files"
    return "missing" if found is None else "not as it was generated"


def _hash_of_sources() -> str:
    total = sha256()
    for file in _sources():
        total.update(f"{file.relative_to(_TOOLKIT).as_posix()}\0".encode())
        total.update(sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _sources() -> Iterable[Path]:
    yield from sorted((_TOOLKIT / "generator").rglob("*.py"))
    yield from sorted((_TOOLKIT / "templates").glob("*.jinja"))
