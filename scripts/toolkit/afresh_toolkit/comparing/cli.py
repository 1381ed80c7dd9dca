"""The command line of `afresh-toolkit diff`."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.version import Version
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from afresh_toolkit.comparing import base, custom
from afresh_toolkit.comparing.changelog import with_entry
from afresh_toolkit.comparing.changes import Change, Kind
from afresh_toolkit.comparing.comparison import compare
from afresh_toolkit.comparing.surface import ComparisonError
from afresh_toolkit.comparing.versions import kind_of, next_version
from afresh_toolkit.invocation import Invocation

_STYLES = {Kind.BREAKING: "red", Kind.ADDITION: "green", Kind.FIX: "default"}
_VERSION = re.compile(r"""(?ms)(^\[project\](?:(?!^\[).)*?^version\s*=\s*)(?:"[^"\n]*"(?!")|'[^'\n]*'(?!'))""")


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status: 0 is done, 1 a problem, 2 wrong usage."""
    parser = _parser(invocation.name)
    options = parser.parse_args(arguments)
    if options.record and options.base is not None:
        parser.error("--record writes down what is there, and compares with no BASE")
    os.chdir(invocation.checkout.root)  # so that messages name files from there
    try:
        if options.record:
            _record(Path())
        else:
            _diff(Path(), options.base, is_to_write=options.write)
    except ComparisonError as error:
        print(f"{invocation.name}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{invocation.name}: {error.filename}: {error.strerror}; mend that, and run it again", file=sys.stderr)
        return 1
    return 0


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name,
        description="Says what changed for those who use the SDK, and which version that takes.",
    )
    parser.add_argument(
        "base",
        nargs="?",
        metavar="BASE",
        help="a revision, or a released version such as 1.2.0; without it, the last release that has a tag",
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--write", action="store_true", help="write the entry of CHANGELOG.md, and the version in pyproject.toml"
    )
    mode.add_argument("--record", action="store_true", help="write custom/surface.txt, the public names of custom/")
    return parser


def _record(root: Path) -> None:
    file = root / "custom" / custom.FILE_NAME
    file.write_text(custom.surface(custom.load(root / "custom")), encoding="utf-8", newline="\n")
    print(f"{file}: written.")


def _diff(root: Path, name: str | None, *, is_to_write: bool) -> None:
    revision = base.last_release(root) if name is None else base.resolve(root, name)
    with TemporaryDirectory() as temporary:
        before = Path(temporary)
        base.extract(root, revision, before)
        try:
            changes = compare(before, root)
        except ComparisonError as error:
            raise ComparisonError(str(error).replace(str(before), f"{revision}:").replace(":/", ":")) from None
        last = base.version_of(before)
    _show(changes, revision)
    kind, current = kind_of(changes), base.version_of(root)
    needed = next_version(last, kind)
    # A pre-release leads up to its version.
    version = current if current > last and Version(current.base_version) >= needed else needed
    print(f"{kind.name.lower()}: {last} → {needed} or later; pyproject.toml has {current}.")
    if not is_to_write:
        if version != current:
            print(f"scripts/diff {revision} --write makes it {needed}.")
        return
    later = max((one for one in base.releases(root) if one > last and not one.is_prerelease), default=None)
    if later is not None:
        raise ComparisonError(f"{later} is released already, after {last}: --write goes with the last release alone")
    project, changelog = root / "pyproject.toml", root / "CHANGELOG.md"
    versioned = _with_version(project, version)
    entered = with_entry(_read(changelog), version, datetime.now(UTC).date(), last, changes)
    _write(changelog, entered)
    _write(project, versioned)
    print(f"CHANGELOG.md and pyproject.toml have {version} now: read the entry, and put it into your own words.")


def _with_version(file: Path, version: Version) -> str:
    text, count = _VERSION.subn(rf'\g<1>"{version}"', _read(file), count=1)
    if not count:
        raise ComparisonError(f'{file} has no line `version = "…"` in [project]: set it to {version} by hand')
    return text


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ComparisonError(f"{file} is not UTF-8 at byte {error.start}; mend that, and run it again") from None


def _write(file: Path, text: str) -> None:
    """Write a file with the line endings that it has."""
    newline = "\r\n" if b"\r\n" in file.read_bytes() else "\n"
    file.write_text(text, encoding="utf-8", newline=newline)


def _show(changes: list[Change], revision: str) -> None:
    if not changes:
        print(f"Nothing has changed since {revision} for those who use it.")
        return
    console = Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 1000)
    table = Table(box=None, header_style="bold", title=escape(f"Since {revision}"), title_justify="left")
    table.add_column("class", no_wrap=True)
    table.add_column("of")
    table.add_column("change")
    for change in changes:
        style = _STYLES[change.kind]
        table.add_row(f"[{style}]{change.kind.name.lower()}[/]", escape(change.subject), escape(change.said))
    console.print(table)
