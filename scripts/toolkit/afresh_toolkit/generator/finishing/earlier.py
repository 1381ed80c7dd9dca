"""What an earlier run has formatted: a module whose code is the same again is taken as it came out then.

The record is in the package's `__pycache__`, as what Python has compiled: it is not committed, goes away with the
package, and can be removed at any time. Only a run of the same generator, with the same ruff, goes by it.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import define, field

FILE_NAME = "afresh-unformatted.json"
_MAKERS = ("generator", "openapi-python-client", "ruff")
"""What a manifest names by which the same code may come out in another way."""


@define(frozen=True)
class Earlier:
    """The package as an earlier run has left it.

    `unformatted` has the hash of the code of each of its modules before it was formatted, and `formatted` that of what
    came out; both are empty where nothing is known.
    """

    package: Path
    unformatted: Mapping[str, str] = field(factory=dict)
    formatted: Mapping[str, str] = field(factory=dict)

    @classmethod
    def read(cls, package: Path, made_from: Mapping[str, str]) -> "Earlier":
        """Read the record of a package, if it is by the same makers as what is to be made now."""
        try:
            record: Any = json.loads((package / "__pycache__" / FILE_NAME).read_bytes())
        except (OSError, ValueError):
            return cls(package)
        if not isinstance(record, dict) or record.get("by") != _makers(made_from):
            return cls(package)
        return cls(package, record["unformatted"], record["formatted"])

    def find(self, path: str, unformatted: str) -> bytes | None:
        """Return the module at a path as it was formatted, if its code had this hash before, and nobody changed it."""
        if self.unformatted.get(path) != unformatted:
            return None
        try:
            code = (self.package / path).read_bytes()
        except OSError:
            return None
        return code if sha256(code).hexdigest() == self.formatted.get(path) else None


def write(
    package: Path, made_from: Mapping[str, str], unformatted: Mapping[str, str], formatted: Mapping[str, str]
) -> None:
    """Write the record of a new package, with the hashes of its modules before they were formatted and afterwards.

    Those afterwards are not taken from the manifest: git may bring back that of another package, and not this record.
    """
    folder = package / "__pycache__"
    folder.mkdir(exist_ok=True)
    record = {"by": _makers(made_from), "unformatted": dict(unformatted), "formatted": dict(formatted)}
    (folder / FILE_NAME).write_text(json.dumps(record), encoding="utf-8")


def _makers(made_from: Mapping[str, str]) -> dict[str, str]:
    return {name: made_from[name] for name in _MAKERS}
