"""The command `afresh-toolkit update`: brings what is new in the template into a repository that was made from it."""

import argparse
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import evolve

from afresh_toolkit.generator.reading.inputs import HTTP
from afresh_toolkit.invocation import Invocation
from afresh_toolkit.scaffold.names import Names
from afresh_toolkit.scaffold.parts import is_program
from afresh_toolkit.scaffold.pinning import Wheel, wheels, with_pin
from afresh_toolkit.scaffold.problems import ScaffoldError
from afresh_toolkit.scaffold.record import Pinned, Record, hash_of
from afresh_toolkit.scaffold.steps import run_generator, say
from afresh_toolkit.scaffold.template import CI, LOCK, File, delivered, lock
from afresh_toolkit.scaffold.updating import Changes, carry_out, compare, write
from afresh_toolkit.scaffold.wheel import toolkit_wheel

_UNKNOWN = "was changed here before it was committed as it was given, and stays as it is: compare it by hand"


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status: 0 is done, 1 a problem or a conflict, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog=invocation.name,
        description="Merges what is new in the template into a repository. What its team changed is kept.",
    )
    parser.add_argument(
        "repository", nargs="?", type=Path, metavar="DIR", help="the repository; by default the one that is around here"
    )
    parser.add_argument("--ci", choices=CI, help="change the host whose CI files it has")
    options = parser.parse_args(arguments)
    try:
        return update(options.repository or invocation.checkout.root, options.ci)
    except ScaffoldError as error:
        print(f"{invocation.name}: {error}", file=sys.stderr)
    except OSError as error:
        print(f"{invocation.name}: {error.filename}: {error.strerror}; mend that, and run it again", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def update(root: Path, ci: str | None = None) -> int:
    """Renew a repository; returns 1 where both changed the same lines of a file, and 0 otherwise.

    `ci` is the host whose CI files it is to have from now on; None keeps what it was given.
    """
    record = Record.read(root)
    sdk = evolve(record.sdk, http=_http(root), ci=record.sdk.ci if ci is None else ci)
    say("Making what the template would give now …")
    with TemporaryDirectory() as temporary:
        now = delivered(sdk, Path(temporary))
    with TemporaryDirectory() as temporary:
        wheel = toolkit_wheel(Path(temporary))
    text = with_pin(lock(sdk), wheel)
    before, after = _with_lock(root, record, now, text, wheel)
    _name_settings(root, record.sdk.names)
    unknown = _with_given(root, record, before, after)
    changes = compare(root, before, {path: file for path, file in after.items() if path not in unknown})
    changes.kept |= dict.fromkeys(unknown, _UNKNOWN)
    carry_out(root, changes)
    _join_settings(root, record.sdk.names)
    said = _renew_wheel(root, wheel, record.pinned)
    given = {path: file.content for path, file in now.items() if path not in changes.theirs}
    hashes = {path: hash_of(content) for path, content in given.items()}
    merged = {path: content for path, content in given.items() if not _is(root / path, content)}
    Record(sdk, hashes, Pinned(wheel.version, hash_of(text.encode())), merged).write(root)
    _report(changes, said)
    if changes.conflicts:
        print(f"{root}: resolve the conflicts, then run ./scripts/generate and ./scripts/test.")
        return 1
    run_generator(root)
    print(f"{root}: up to date with the template. Next: look at the changes, and run ./scripts/test")
    return 0


def _http(root: Path) -> str:
    """Return the HTTP client library that a repository has chosen."""
    settings = root / "pyproject.toml"
    said = tomllib.loads(settings.read_text(encoding="utf-8")) if settings.is_file() else {}
    http: str = said.get("tool", {}).get("afresh", {}).get("http", HTTP[0])
    if http not in HTTP:
        raise ScaffoldError(f'{settings}: `http` in [tool.afresh] is "{HTTP[0]}" or "{HTTP[1]}"')
    return http


def _with_lock(
    root: Path, record: Record, now: dict[str, File], text: str, wheel: Wheel
) -> tuple[dict[str, File], dict[str, File]]:
    """Return what was given and what is to be given, the lock file among them.

    Where the team has locked anew, its lock file gets the toolkit's line alone.
    """
    before: dict[str, File] = {}
    after = {**now, LOCK: File(text.encode())}
    place = root / LOCK
    if record.pinned is None or not place.is_file():
        before.setdefault(LOCK, File(b""))
        return before, after
    current = place.read_bytes()
    before[LOCK] = File(current)
    if hash_of(current) != record.pinned.lock:
        after[LOCK] = File(with_pin(current.decode(), wheel).encode())
    return before, after


def _with_given(root: Path, record: Record, before: dict[str, File], after: Mapping[str, File]) -> list[str]:
    """Add the other files to what was given; returns those that were changed, and whose text as given is unknown."""
    unknown = []
    for path in record.hashes:
        if path in after and _is(root / path, after[path].content):  # an update was cut short
            before[path] = after[path]
            continue
        text = record.text(root, path)
        if text is not None:
            before[path] = File(text, is_program(text))
        elif (root / path).is_file():
            unknown.append(path)
        else:
            before[path] = File(b"")
    return unknown


def _is(place: Path, content: bytes) -> bool:
    return place.is_file() and place.read_bytes() == content


def _renew_wheel(root: Path, wheel: Wheel, pinned: Pinned | None) -> list[str]:
    """Put the toolkit's wheel in the place of the one that is there; returns what there is to say of it."""
    there = wheels(root)
    path = f"scripts/{wheel.name}"
    if not there and pinned is not None:
        if pinned.toolkit == wheel.version:
            return []
        return [f"the package index must have {wheel.name}, or put it into scripts/: requirements.lock names it"]
    if [file.name for file in there] == [wheel.name] and there[0].read_bytes() == wheel.content:
        return []
    write(root, path, File(wheel.content))
    for file in there:
        if file.name != wheel.name:
            file.unlink()
    return [f"renewed   {path}"]


def _name_settings(root: Path, names: Names) -> None:
    """Call the table of the team's settings what the toolkit calls it: it had the package's name before."""
    settings = root / "pyproject.toml"
    if not settings.is_file():
        return
    text = settings.read_text(encoding="utf-8")
    renamed = re.sub(rf"^\[tool\.{names.package}(?=[.\]])", "[tool.afresh", text, flags=re.MULTILINE)
    if renamed != text:
        write(root, "pyproject.toml", File(renamed.encode()))


def _join_settings(root: Path, names: Names) -> None:
    """Make one table of the team's settings and the template's, where both have come to be there."""
    settings = root / "pyproject.toml"
    if not settings.is_file():
        return
    text = settings.read_text(encoding="utf-8")
    tables = list(re.finditer(r"^\[tool\.afresh\].*\n", text, re.MULTILINE))
    line = f'package = "{names.package}"\n'
    if len(tables) > 1 and text.count(line) == 1:
        theirs = next(table for table in tables if not text.startswith(line, table.end()))
        ours = next(table for table in tables if table is not theirs)
        joined = f"{theirs[0]}{line}"
        text = text.replace(f"{ours[0]}{line}", "", 1)
        write(root, "pyproject.toml", File(text.replace(theirs[0], joined, 1).encode()))


def _report(changes: Changes, said: list[str]) -> None:
    for path in sorted(changes.written.keys() - {*changes.merged, *changes.conflicts}):
        print(f"renewed   {path}")
    for path in changes.merged:
        print(f"merged    {path}")
    for path in changes.removed:
        print(f"removed   {path}")
    for path, reason in changes.kept.items():
        print(f"kept      {path}: {reason}")
    for line in said:
        print(line)
    for path in changes.conflicts:
        print(f"CONFLICT  {path}: both changed the same lines; choose between the marked versions")
