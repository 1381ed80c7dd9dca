"""What is remembered of the last download, by fresh clones too: `sync.toml`, committed with the description."""

import json
import tomllib
from typing import Any

from attrs import define

FILE_NAME = "sync.toml"

_HEAD = """\
# Where the description was downloaded from, and what the server said of it. While that is what is committed, the
# server is only asked whether it has changed. scripts/sync writes this, on the branches that it makes.
"""


@define(frozen=True)
class Record:
    """Where a description is from, the hash of its bytes, and what to ask the server by."""

    url: str
    sha256: str
    etag: str | None = None
    last_modified: str | None = None

    @classmethod
    def read(cls, content: bytes | None) -> "Record | None":
        """Read a record; None where there is none that can be understood, which only makes for a whole download."""
        try:
            said: Any = tomllib.loads((content or b"").decode())
        except ValueError:
            return None
        values = [said.get(key) for key in ("url", "sha256", "etag", "last-modified")]
        if not all(isinstance(value, str) for value in values[:2]):
            return None
        return cls(*(value if isinstance(value, str) else None for value in values))  # type: ignore[arg-type]

    def write(self) -> bytes:
        """Write it as TOML."""
        values = {"url": self.url, "sha256": self.sha256, "etag": self.etag, "last-modified": self.last_modified}
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in values.items() if value]
        return (_HEAD + "".join(lines)).encode()
