"""The names of generated files and folders: such as every system can have, and short enough for all paths.

Windows keeps some names for devices, in any folder and with any ending, and allows for 260 characters in a whole path.
"""

import re
from hashlib import sha256

LONGEST_TAG = 40
LONGEST_OPERATION = 56
LONGEST_MODEL = 80
"""Characters of the names of a tag's folder, an operation's module, and a model's: no path in a package has 110."""

_MOST_BYTES = 200
"""Of a name: few systems allow for more than 255, of which Python's own files need some."""

_DEVICE = re.compile(r"(aux|con|nul|prn|(com|lpt)[0-9])_*", re.IGNORECASE)
_HASHED = 8


def is_device(name: str) -> bool:
    """Whether Windows keeps a name for a device."""
    return bool(_DEVICE.fullmatch(name)) and not name.endswith("_")


def file_name(name: str, longest: int) -> str:
    """Return the name of the file, or folder, for what has this name in Python; no two names have the same.

    One that is too long is cut after a word, and ends in a hash of the whole.
    """
    if _DEVICE.fullmatch(name):
        return f"{name}_"
    if len(name) <= longest and len(name.encode()) <= _MOST_BYTES:
        return name
    room = longest - _HASHED - 1
    cut = name.encode()[: _MOST_BYTES - _HASHED - 1].decode(errors="ignore")[:room]
    words = cut.rpartition("_")[0]
    cut = words if len(words) > room // 2 else cut
    return f"{cut.rstrip('_')}_{sha256(name.encode()).hexdigest()[:_HASHED]}"
