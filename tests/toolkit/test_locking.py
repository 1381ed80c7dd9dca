"""`scripts/lock`: which hashes a lock file has."""

from __future__ import annotations

import tomllib

from afresh_toolkit.locking import with_hashes_of

FILES = """\
lock-version = "1.0"

[[packages]]
name = "fast"
sdist = { url = "https://index.example/fast-2.0.tar.gz", hashes = { sha256 = "aa" } }
wheels = [
    { url = "https://index.example/fast-2.0-cp311-cp311-manylinux_2_17_x86_64.whl", hashes = { sha256 = "b1" } },
    { name = "fast-2.0-cp39-abi3-win_amd64.whl", url = "https://index.example/1", hashes = { sha256 = "b2" } },
    { url = "https://index.example/fast-2.0-cp314-cp314-musllinux_1_2_aarch64.whl", hashes = { sha256 = "b3" } },
    { url = "https://index.example/fast-2.0-pp311-pypy311_pp73-macosx_10_15_x86_64.whl", hashes = { sha256 = "c1" } },
    { url = "https://index.example/fast-2.0-cp314-cp314-ios_13_0_arm64_iphoneos.whl", hashes = { sha256 = "c2" } },
    { url = "https://index.example/fast-2.0-cp311-cp311-manylinux_2_31_s390x.whl", hashes = { sha256 = "c3" } },
    { url = "https://index.example/fast-2.0-cp314-cp314t-musllinux_1_2_x86_64.whl", hashes = { sha256 = "c4" } },
]

[[packages]]
name = "plain"
sdist = { url = "https://index.example/plain-1.0.tar.gz", hashes = { sha256 = "d0" } }
wheels = [{ path = "scripts/plain-1.0-py2.py3-none-any.whl", hashes = { sha256 = "dd" } }]
"""

LOCK = """\
elsewhere==1.0 \\
    --hash=sha256:ee \\
    --hash=sha256:ff
fast[extra]==2.0 ; python_full_version < '3.15' \\
    --hash=sha256:aa \\
    --hash=sha256:b1 \\
    --hash=sha256:b2 \\
    --hash=sha256:b3 \\
    --hash=sha256:c0 \\
    --hash=sha256:c1 \\
    --hash=sha256:c2 \\
    --hash=sha256:c3 \\
    --hash=sha256:c4
plain==1.0 \\
    --hash=sha256:d0 \\
    --hash=sha256:dd
"""


def test_hashes_are_those_of_files_that_can_be_installed() -> None:
    """Among those that go are c0, of a wheel that uv does not list: it is for an older Python."""
    assert with_hashes_of(tomllib.loads(FILES), LOCK) == (
        "elsewhere==1.0 \\\n    --hash=sha256:ee \\\n    --hash=sha256:ff\n"
        "fast[extra]==2.0 ; python_full_version < '3.15' \\\n"
        "    --hash=sha256:aa \\\n    --hash=sha256:b1 \\\n    --hash=sha256:b2 \\\n    --hash=sha256:b3\n"
        "plain==1.0 \\\n    --hash=sha256:dd\n"
    )
