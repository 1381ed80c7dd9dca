"""The toolkit's own line in a repository's lock file, and its wheel."""

import re
from hashlib import sha256
from pathlib import Path

from attrs import define

from afresh_toolkit.locking import pins

DISTRIBUTION = "afresh-toolkit"
WHEELS = "afresh_toolkit-*.whl"
_PIN = re.compile(rf"^{DISTRIBUTION}==.*\n(?:    --hash=.*\n)+", re.MULTILINE)


@define(frozen=True)
class Wheel:
    """The wheel of a version of the toolkit."""

    name: str
    content: bytes

    @property
    def version(self) -> str:
        """The version of the toolkit."""
        return self.name.split("-")[1]

    @property
    def pin(self) -> str:
        """The line of a lock file that allows this wheel alone."""
        return f"{DISTRIBUTION}=={self.version} \\\n    --hash=sha256:{sha256(self.content).hexdigest()}\n"


def with_pin(lock: str, wheel: Wheel) -> str:
    """Return a lock file with the line of a wheel, in place of another version's, or where the alphabet wants it."""
    pinned, count = _PIN.subn(lambda _: wheel.pin, lock)
    if count:
        return pinned
    later = (found for found in re.finditer(r"^[a-z0-9].*", lock, re.MULTILINE) if found[0] > DISTRIBUTION)
    place = next((found.start() for found in later), len(lock))
    return f"{lock[:place]}{wheel.pin}{lock[place:]}"


def with_pins(lock: str, others: str) -> str:
    """Return a lock file with the packages of another one that it does not have yet."""
    return "".join(pin for _, pin in sorted((pins(others) | pins(lock)).items()))


def wheels(root: Path) -> list[Path]:
    """Return the toolkit's wheels that a repository has."""
    return sorted((root / "scripts").glob(WHEELS))
