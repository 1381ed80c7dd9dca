"""The command line of `afresh-toolkit generate`."""

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import evolve
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from afresh_toolkit.generator.finishing import manifest
from afresh_toolkit.generator.normalising.file_names import is_device
from afresh_toolkit.generator.pointers import write_pointer
from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.inputs import AS_USUAL, FORMATS, HTTP, Inputs, Naming, ReferenceAt
from afresh_toolkit.generator.referencing import files
from afresh_toolkit.invocation import Invocation

if TYPE_CHECKING:
    from afresh_toolkit.generator.pipeline import Summary
    from afresh_toolkit.generator.pointers import Pointer
    from afresh_toolkit.generator.reading.document import Document


def _remedy(description: Path) -> str:
    return (
        f"Run ./scripts/generate. To change what is generated, change {description.name} or overlay.yaml; "
        "code of your own belongs in custom/."
    )


class Page(Protocol):
    """A page of the repository of which a part follows the API."""

    def stale(self, package: Path) -> str | None:
        """Say that the part is not as it was generated; None where it is."""

    def write(self, package: Path, summary: "Summary") -> str | None:
        """Write the part anew; returns what there is to say of it."""


def main(arguments: Sequence[str], invocation: Invocation, page_of: Callable[[Path], Page]) -> int:
    """Run the command; returns its exit status: 0 is done (or nothing to do), 1 a problem, 2 wrong usage.

    `page_of` gives the page of the repository in a folder.
    """
    gc.disable()  # nearly all that a run makes is needed to its end: to look for what is not takes a fifth of its time
    parser = _parser(invocation.name)
    options = parser.parse_args(arguments)
    if (options.output is None) != (options.spec is None) or (options.package is None) != (options.spec is None):
        parser.error("--spec, --output and --package go together")
    naming = Naming(short=not options.no_short_names, group_by_path=not options.no_group_by_path)
    of_code = {"frozen": options.frozen, "formats": frozenset(options.format), "http": options.http or HTTP[0]}
    others = (
        *(*options.overlay, *options.leave_out, *options.references),
        *(naming != AS_USUAL, options.frozen, options.format, options.http, options.reference),
    )
    if options.spec is None and any(others):
        parser.error(
            "--overlay, --leave-out, --references, --no-short-names, --no-group-by-path, --frozen, --format, --http "
            "and --reference go with --spec; the project has overlay.yaml and [tool.afresh]"
        )
    if options.check and options.rename is not None:
        parser.error("--check changes nothing, and --rename does")
    page = None
    try:
        if options.spec is None:
            checkout = invocation.checkout
            inputs, target = Inputs.of_project(_shown(checkout.root)), _shown(checkout.generated)
            page = page_of(checkout.root)
        else:
            overlays = tuple(_shown(overlay) for overlay in options.overlay)
            left_out = dict.fromkeys(options.leave_out, "--leave-out")
            inputs = Inputs(_shown(options.spec), overlays, left_out, tuple(options.references), naming, **of_code)
            target = _shown(options.output / options.package)
            if options.reference:
                layer = options.package.removesuffix("_api")
                inputs = evolve(inputs, reference=ReferenceAt(_shown(options.reference), layer))
        inputs = evolve(inputs, allow_unmatched=options.allow_unmatched)
        if options.check:
            return _check(invocation, inputs, target, page)
        return _generate(invocation, inputs, target, page, as_json=options.json, rename=options.rename)
    except GenerationError as error:
        for problem in error.problems:
            print(f"{invocation.name}: {problem}", file=sys.stderr)
        return 1


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name,
        description="Makes the typed package of a description: that of the repository in generated/, or another.",
    )
    parser.add_argument("--check", action="store_true", help="change nothing; fail where the package is not up to date")
    parser.add_argument("--json", action="store_true", help="print the report for machines")
    parser.add_argument("--spec", type=Path, metavar="FILE", help="the description to read")
    parser.add_argument("--output", type=Path, metavar="DIR", help="the folder to put the package into")
    parser.add_argument("--package", type=_package_name, metavar="NAME", help="the package's name")
    parser.add_argument(
        "--overlay", type=Path, action="append", default=[], metavar="FILE", help="an overlay for it; may be repeated"
    )
    parser.add_argument(
        "--allow-unmatched",
        action="store_true",
        help="warn of actions of overlays that match nothing any more, and go on without them",
    )
    parser.add_argument(
        "--leave-out",
        action="append",
        default=[],
        metavar="'METHOD /path'",
        help="an operation that is not to be generated; may be repeated",
    )
    parser.add_argument(
        "--references",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder besides the description's own that its $refs may lead to; may be repeated",
    )
    parser.add_argument(
        "--no-short-names",
        action="store_true",
        help="call methods by their whole operationIds, not by what sets them apart",
    )
    parser.add_argument(
        "--no-group-by-path", action="store_true", help="put all operations without a tag into one class"
    )
    parser.add_argument("--frozen", action="store_true", help="make models that cannot be changed, and have a hash")
    parser.add_argument(
        "--format",
        action="append",
        choices=FORMATS,
        default=[],
        help="a format whose values are to be of Python's type for it, not texts; may be repeated",
    )
    parser.add_argument("--http", choices=HTTP, help="the HTTP client library that the package uses")
    parser.add_argument(
        "--reference", type=Path, metavar="DIR", help="write the reference, too: the folder for its pages"
    )
    parser.add_argument(
        "--rename",
        nargs="*",
        metavar="'METHOD /path'",
        help="call operations as the description does now, also if they were released: those that are named, or all",
    )
    return parser


def _package_name(name: str) -> str:
    if not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{name!r} is no name for a Python package")
    if is_device(name):
        raise argparse.ArgumentTypeError(f"{name!r} is the name of a device on Windows, where no package can have it")
    return name


def _shown(path: Path) -> Path:
    """Return a path as messages should show it: relative where that is shorter."""
    absolute = path.resolve()
    return Path(os.path.relpath(absolute)) if absolute.is_relative_to(Path.cwd()) else absolute


def _check(invocation: Invocation, inputs: Inputs, target: Path, page: Page | None) -> int:
    reasons = _stale(inputs, target, page)
    for reason in reasons:
        print(f"{invocation.name}: {reason}", file=sys.stderr)
    if reasons:
        print(f"{invocation.name}: {target} is not up to date. {_remedy(inputs.description)}", file=sys.stderr)
        return 1
    print(f"{target} is up to date.")
    return 0


def _stale(inputs: Inputs, target: Path, page: Page | None) -> list[str]:
    """Say in what the package is not what the inputs and the generator would make."""
    recorded = manifest.Manifest.read(target)
    if recorded is None:
        return [f"{target / manifest.FILE_NAME} is missing or damaged"]
    wanted = manifest.hashes_of(inputs)
    names = {
        "description": str(inputs.description),
        "generator": "the generator of afresh-toolkit",
        "leave-out": "what is left out",
        "names": "how operations are named",
        "reference": "whether there is a reference",
        **{f"overlay {overlay.name}": str(overlay) for overlay in inputs.overlays},
    }
    changed = [
        names.get(name, name) for name in {**wanted, **recorded.inputs} if wanted.get(name) != recorded.inputs.get(name)
    ]
    changed += [
        str(file)
        for path, recorded_hash in recorded.referenced.items()
        if not (file := inputs.description.parent / path).exists() or manifest.hash_of(file) != recorded_hash
    ]
    about = page.stale(target) if page else None
    at = inputs.reference
    return [
        *(f"{name} has changed since {target} was made" for name in changed),
        *(f"{target}/{difference}" for difference in manifest.differences(target, recorded)),
        *(files.differences(at.folder, recorded.reference or {}) if at else ()),
        *([about] if about else []),
    ]


def _generate(
    invocation: Invocation,
    inputs: Inputs,
    target: Path,
    page: Page | None,
    *,
    as_json: bool,
    rename: Sequence[str] | None,
) -> int:
    started = time.monotonic()
    if rename is None and not _stale(inputs, target, page):
        print(
            json.dumps({"package": str(target), "unchanged": True})
            if as_json
            else f"{target} is up to date; nothing to do."
        )
        return 0
    if page is None and target.exists() and manifest.Manifest.read(target) is None:
        raise GenerationError(
            [Problem("is in the way, and was not made by scripts/generate; remove it first", str(target))]
        )
    console = Console(stderr=True)

    @contextmanager
    def step(doing: str) -> Iterator[None]:
        if console.is_terminal:
            with Live(f"{doing} …", console=console, auto_refresh=False, transient=True):  # needs no thread
                yield
        else:
            console.print(f"{doing} …", highlight=False)
            yield

    from afresh_toolkit.generator.pipeline import generate  # noqa: PLC0415  (takes most of a second, which --check does without)

    summary = generate(inputs, target, step, rename)
    if page is not None and (said := page.write(target, summary)):
        print(f"{invocation.name}: {said}", file=sys.stderr)
    seconds = time.monotonic() - started
    if as_json:
        print(json.dumps(_as_json(summary, target, seconds), indent=2))
        return 0
    _show(invocation, summary, console)
    print(f"{target}: {summary.operations} operations, {summary.models} models, in {seconds:.1f} seconds.")
    prefix = f"{target.name.removesuffix('_api').upper()}_"
    print("\n".join([*summary.verdict.lines(prefix), *summary.lists.lines()]))
    return 0


def _show(invocation: Invocation, summary: "Summary", console: Console) -> None:
    """Lay out by which rules the description was read, and what in it wants mending."""
    if summary.rules:
        table = Table(box=None, header_style="bold", title="Normalised for the generator", title_justify="left")
        table.add_column("places", justify="right")
        table.add_column("rule", no_wrap=True)
        table.add_column("reason")
        for rule, places in summary.rules.items():
            table.add_row(str(len(places)), rule.name, rule.reason)
        console.print(table)
    if summary.left_out:
        table = Table(box=None, header_style="bold", title="Left out", title_justify="left")
        table.add_column("operation", no_wrap=True)
        table.add_column("reason")
        for operation, reason in summary.left_out.items():
            table.add_row(escape(operation), escape(reason))
        console.print(table)
    if summary.kept:
        names = Table(
            box=None,
            header_style="bold",
            title="Names that stay; --rename takes the description's",
            title_justify="left",
        )
        for column in ("operation", "is called", "in the description"):
            names.add_column(column, no_wrap=True)
        for operation, (kept, wanted) in summary.kept.items():
            names.add_row(escape(operation), kept, wanted)
        console.print(names)
    for problem in summary.document.unmatched:
        print(f"{invocation.name}: warning: {problem}", file=sys.stderr)
    for rule, place in summary.warnings:
        said = f"{summary.reason(rule, place)} ({rule.name})"
        print(f"{invocation.name}: warning: {_place(summary.document, place)}: {said}", file=sys.stderr)


def _as_json(summary: "Summary", target: Path, seconds: float) -> dict[str, object]:
    return {
        "package": str(target),
        "operations": summary.operations,
        "models": summary.models,
        "seconds": round(seconds, 2),
        "left_out": dict(summary.left_out),
        "kept_names": {key: {"name": kept, "described": wanted} for key, (kept, wanted) in summary.kept.items()},
        "rules": {rule.name: {"places": len(at), "reason": rule.reason} for rule, at in summary.rules.items()},
        "warnings": [
            {"place": _place(summary.document, place), "rule": rule.name, "message": summary.reason(rule, place)}
            for rule, place in summary.warnings
        ],
        "unmatched": [str(problem) for problem in summary.document.unmatched],
        "session": summary.verdict.data(),
        "lists": summary.lists.data(),
    }


def _place(document: "Document", pointer: "Pointer") -> str:
    # Not the line: to find it takes reading a large description once more, which is for errors.
    origin = document.origin(pointer)
    return f"{origin.source.path}#{write_pointer(origin.pointer)}"
