"""The command `afresh-toolkit lock`: pins what pyproject.toml asks for, with hashes, for every Python and platform.

The hashes are those of the wheels that CPython can use on 64-bit Linux, macOS and Windows, and of the source
distributions of packages that have no wheel for all machines: elsewhere, and for free-threaded Python, pip builds
those. Many packages have a hundred wheels.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from uv import find_uv_bin

from afresh_toolkit.children import run
from afresh_toolkit.invocation import Invocation

OLDEST = "3.11"
"""The Python from which on the pins hold."""

_INTERPRETERS = ("cp", "py")
_PLATFORM = re.compile(r"any|macosx_.*|win_(?:amd64|arm64)|(?:many|musl)?linux.*_(?:x86_64|aarch64)")
_HASH = re.compile(r" \\\n    --hash=sha256:(\w+)")
_PIN = re.compile(r"^([\w.-]+).*\n(?:    .*\n)*", re.MULTILINE)


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status: 0 is done, 1 a problem, 2 wrong usage."""
    options = _parser(invocation.name).parse_args(arguments)
    root = invocation.checkout.root
    also = [root / "scripts" / "toolkit" / "pyproject.toml"]  # where the repository has the toolkit's sources itself
    asking: list[str | Path] = [options.pyproject, *(file.relative_to(root) for file in also if file.is_file())]
    if options.requirements:
        asking = [options.requirements]
    else:
        asking += ["--group", f"{options.pyproject}:{options.group}"]
    command = [
        *(find_uv_bin(), "pip", "compile", "--quiet", "--generate-hashes", "--universal", "--python-version", OLDEST),
        *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
        "--no-strip-extras",  # pip wants the hash of `coverage[toml]` named so, where a package depends on that
        *("--output-file", options.output, *asking),
        *(("--find-links", "scripts") if any(root.glob("scripts/*.whl")) else ()),
        *(("--upgrade",) if options.upgrade else ()),
    ]
    ran = run(command, root, stderr=None)
    if ran.returncode:
        print(f"{invocation.name}: {options.output} stays as it was: mend what uv says", file=sys.stderr)
        return 1
    lock = root / options.output
    text = lock.read_text(encoding="utf-8")
    files = _list_files(root, options.output)
    if files is None:
        print(f"{invocation.name}: {options.output} has more hashes than it needs: run it again", file=sys.stderr)
        return 1
    pinned = with_hashes_of(files, text)
    if options.besides:
        others = pins((root / options.besides).read_text(encoding="utf-8"))
        pinned = "".join(pin for name, pin in pins(pinned).items() if name not in others)
    lock.write_text(pinned, encoding="utf-8", newline="\n")
    print(f"{options.output} is locked.")
    return 0


def _list_files(root: Path, lock: Path) -> dict[str, Any] | None:
    """Return what uv knows of the files behind a lock file, as PEP 751 has it; None where uv fails."""
    with TemporaryDirectory() as temporary:
        listed = Path(temporary, "pylock.toml")
        command = [
            *(find_uv_bin(), "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST, "--no-deps"),
            *("--format", "pylock.toml", "--output-file", listed, lock),
            *(("--find-links", "scripts") if any(root.glob("scripts/*.whl")) else ()),
        ]
        return None if run(command, root, stderr=None).returncode else tomllib.loads(listed.read_text(encoding="utf-8"))


def with_hashes_of(files: dict[str, Any], lock: str) -> str:
    """Return a lock file without the hashes of wheels for other Pythons, or for rare machines."""
    known = {sha256 for package in files["packages"] for _, sha256 in _files(package)}
    wanted = {sha256 for package in files["packages"] for sha256 in _wanted(package)}

    def choose(pin: re.Match[str]) -> str:
        hashes = _HASH.findall(pin[0])
        if not known.intersection(hashes):  # uv does not say which files they are of
            return pin[0]
        return _HASH.sub(lambda found: found[0] if found[1] in wanted else "", pin[0])

    return re.sub(rf"^\S.*?(?:{_HASH.pattern})+", choose, lock, flags=re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """Return the lines of a lock file that pin a package, by its name."""
    found: dict[str, str] = {}
    for pin in _PIN.finditer(lock):
        found[pin[1]] = found.get(pin[1], "") + pin[0]  # one may have several versions, by markers
    return found


def _files(package: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and the hash of each file of a package."""
    for file in (*([package["sdist"]] if "sdist" in package else ()), *package.get("wheels", ())):
        place = file.get("name") or file.get("url") or file.get("path")
        yield str(place).rpartition("/")[2], file["hashes"]["sha256"]


def _wanted(package: dict[str, Any]) -> Iterator[str]:
    """Yield the hashes of the files of a package that are installed somewhere."""
    files = list(_files(package))
    has_wheel_for_all = any(name.endswith("-none-any.whl") for name, _ in files)
    for name, sha256 in files:
        try:
            tags = parse_wheel_filename(name)[3]
        except InvalidWheelFilename:
            if not has_wheel_for_all:
                yield sha256
        else:
            if any(_is_wanted(tag) for tag in tags):
                yield sha256


def _is_wanted(tag: Tag) -> bool:
    is_free_threaded = tag.abi.startswith("cp") and tag.abi.endswith("t")
    return (
        tag.interpreter.startswith(_INTERPRETERS)
        and not is_free_threaded
        and _PLATFORM.fullmatch(tag.platform) is not None
    )


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name, description="Pins what pyproject.toml asks for, with hashes, for every Python and platform."
    )
    parser.add_argument("--upgrade", action="store_true", help="move to the newest versions")
    parser.add_argument("--group", default="dev", metavar="NAME", help="the dependency group to pin; dev by default")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("requirements.lock"),
        metavar="FILE",
        help="the lock file, from the repository's folder; requirements.lock by default",
    )
    parser.add_argument(
        "--requirements",
        type=Path,
        metavar="FILE",
        help="pin what this file asks for, from the repository's folder, alone",
    )
    parser.add_argument(
        "--besides",
        type=Path,
        metavar="FILE",
        help="leave out the packages that this lock file has",
    )
    parser.add_argument(
        "--pyproject",
        type=Path,
        default=Path("pyproject.toml"),
        metavar="FILE",
        help="what asks for it, from the repository's folder; pyproject.toml by default",
    )
    return parser
