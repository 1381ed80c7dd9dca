"""The command line of `afresh-toolkit new`."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import evolve

from afresh_toolkit.generator.guessing.deciding import Decision, decide
from afresh_toolkit.generator.guessing.proposal import Proposal
from afresh_toolkit.generator.guessing.verdict import verdict_of
from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.inputs import HTTP
from afresh_toolkit.generator.reading.overlay import apply_overlay
from afresh_toolkit.generator.reading.source import Source
from afresh_toolkit.generator.rules import Applied
from afresh_toolkit.invocation import Invocation
from afresh_toolkit.scaffold.fetching import Fetched, fetch
from afresh_toolkit.scaffold.generating import record
from afresh_toolkit.scaffold.names import Names, check_name
from afresh_toolkit.scaffold.pinning import with_pin
from afresh_toolkit.scaffold.problems import ScaffoldError
from afresh_toolkit.scaffold.readme import readme, title_of
from afresh_toolkit.scaffold.record import Pinned, Record, hash_of
from afresh_toolkit.scaffold.steps import run_generator, say
from afresh_toolkit.scaffold.template import CI, LOCK, File, Sdk, delivered, formatted, given_once, lock
from afresh_toolkit.scaffold.update import update
from afresh_toolkit.scaffold.updating import write
from afresh_toolkit.scaffold.wheel import toolkit_wheel
from afresh_toolkit.syncing.fetching import FetchError


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status: 0 is done, 1 a problem, 2 wrong usage."""
    parser = _parser(invocation.name)
    options = parser.parse_args(arguments)
    if options.update and (
        options.spec or options.name or options.overlay or options.toolkit_from_index or options.http
    ):
        parser.error("--update goes alone, or with --ci: the repository knows its name and description")
    if not options.update and not (options.spec and options.name):
        parser.error("--spec and --name are needed for a new repository, or --update for one that is there")
    try:
        if options.update:
            return update(options.dest, options.ci)
        ci = options.ci or "github"
        _make(
            options.dest,
            options.spec,
            options.name,
            options.overlay,
            ci=ci,
            http=options.http or HTTP[0],
            from_index=options.toolkit_from_index,
        )
    except (FetchError, ScaffoldError) as error:
        print(f"{invocation.name}: {error}", file=sys.stderr)
        return 1
    except GenerationError as error:
        for problem in error.problems:
            print(f"{invocation.name}: {problem}", file=sys.stderr)
        print(
            f"{invocation.name}: nothing was made. Mend this in the description, or by an --overlay.", file=sys.stderr
        )
        return 1
    except OSError as error:
        print(f"{invocation.name}: {error.filename}: {error.strerror}; mend that, and run it again", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name,
        description="Makes a repository with the SDK of an API. --update renews one, as `afresh-toolkit update` does.",
    )
    parser.add_argument("dest", type=Path, metavar="DEST", help="the folder to make, or with --update the repository")
    parser.add_argument(
        "--spec", metavar="FILE|URL", help="the API's description, OpenAPI 3 or Swagger 2.0, in YAML or JSON"
    )
    parser.add_argument("--name", help="the name of the package, such as acme")
    parser.add_argument("--overlay", type=Path, metavar="FILE", help="what puts the description right")
    parser.add_argument("--ci", choices=CI, help="whose CI files to deliver; github, if you do not say")
    parser.add_argument("--http", choices=HTTP, help="the HTTP client library to build on; httpx, if you do not say")
    parser.add_argument(
        "--toolkit-from-index",
        action="store_true",
        help="leave the toolkit's wheel out: the team's package index has it",
    )
    parser.add_argument("--update", action="store_true", help="merge what is new in the template into DEST")
    return parser


def _make(dest: Path, spec: str, name: str, overlay: Path | None, *, ci: str, http: str, from_index: bool) -> None:
    started = time.monotonic()
    names = check_name(name)
    target = dest.absolute()
    if dest.is_file() or (dest.is_dir() and any(dest.iterdir())):
        raise ScaffoldError(f"{dest} is there already, and not empty: name a new folder")
    if not target.parent.is_dir():
        raise ScaffoldError(f"{target.parent} is no folder: make it first")
    if overlay is not None and not overlay.is_file():
        raise ScaffoldError(f"--overlay {overlay} is no file: name an OpenAPI Overlay")
    with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as temporary:
        new = Path(temporary, "new")
        new.mkdir()
        say(f"Reading {spec} …")
        fetched = fetch(spec, overlay, Path(temporary))
        sdk = Sdk(names, title_of(fetched.document), fetched.file_name, ci, http)
        _fill(new, sdk, fetched, overlay, from_index=from_index)
        if target.is_dir():
            target.rmdir()
        new.rename(target)
    print(f"{dest}: made in {time.monotonic() - started:.1f} seconds. Next: cd {dest} && ./scripts/test")
    print("Commit it before you change a file: a later update merges from what was committed.")


def _fill(new: Path, sdk: Sdk, fetched: Fetched, overlay: Path | None, *, from_index: bool) -> None:
    """Put all that belongs to it into the folder of a new repository."""
    document = fetched.document
    decision, problems = decide(document, Applied())
    if problems:
        raise GenerationError(problems)
    names = sdk.names
    own = {sdk.description: fetched.content, **fetched.referenced}
    if overlay is not None:
        own["overlay.yaml"] = overlay.read_bytes()
    proposal = decision.proposal if decision.proposal and decision.proposal.is_any else None
    # Beside an overlay that was given, since nobody but its author should change that.
    guessed_into = "overlay.proposed.yaml" if overlay else "overlay.yaml"
    if proposal is not None:
        own[guessed_into] = proposal.overlay().encode()
    say("Copying the hand-written layer, scripts, pages and tests …")
    files = delivered(sdk, new)
    if taken := files.keys() & own.keys():
        raise ScaffoldError(f"the description refers to {min(taken)}, which the repository has for itself: rename it")
    for path, content in own.items():
        write(new, path, File(content))
    for path, file in given_once(sdk).items():
        write(new, path, file)
    lists = run_generator(new)
    if proposal is not None and overlay is None:
        decision = _guessed(document, proposal, new / guessed_into)
    about = readme(sdk, document, decision.lifecycle, new / "generated" / names.api, from_index=from_index)
    write(new, "README.md", File(formatted(new, about).encode()))
    with TemporaryDirectory() as temporary:
        wheel = toolkit_wheel(Path(temporary))
    text = with_pin(lock(sdk), wheel)
    write(new, LOCK, File(text.encode()))
    if not from_index:
        write(new, f"scripts/{wheel.name}", File(wheel.content))
    hashes = {path: hash_of(file.content) for path, file in files.items()}
    Record(sdk, hashes, Pinned(wheel.version, hash_of(text.encode()))).write(new)
    record(new, new / "generated" / names.api)
    _report(names, document, decision, overlay)
    print(lists, end="")


def _report(names: Names, document: Document, decision: Decision, overlay: Path | None) -> None:
    """Say how the session lives, and what of a guess the overlay that was given lacks."""
    print("\n".join(verdict_of(document, decision).lines(names.prefix)))
    if decision.proposal is not None and decision.proposal.is_any and overlay is not None:
        print(f"{overlay.name} says nothing about it: take over from overlay.proposed.yaml what is right.")


def _guessed(document: Document, proposal: Proposal, overlay: Path) -> Decision:
    """Return what is decided with a guess that was written into an overlay, with the reasons for the guess."""
    apply_overlay(document, Source.read(overlay))
    decision, _ = decide(document, Applied())
    reasons = {purpose: choice.reasons for purpose, choice in proposal.choices.items()}
    return evolve(decision, reasons=reasons, open_=proposal.open_, file=overlay.name)
