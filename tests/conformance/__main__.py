"""Generates the documents that are named, or all in ../shared/specs, tries every operation, and prints a table."""

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from afresh._calls.streaming import Stream
from afresh_toolkit.conformance.calling import Package
from afresh_toolkit.conformance.schemas import Schemas
from afresh_toolkit.conformance.trial import Outcome, run
from afresh_toolkit.generator.reading.description import operations
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.references.whole import read_description
from afresh_toolkit.generator.rules import Applied

ROOT = Path(__file__).resolve().parents[2]
SPECS = ROOT.parent / "shared" / "specs"


def main() -> int:
    """Run the command; its exit status is 1 where less than 99 % conform."""
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__)
    parser.add_argument("documents", nargs="*", type=Path, metavar="DOCUMENT")
    parser.add_argument("--causes", type=int, default=12, metavar="N", help="how many causes to show of each document")
    parser.add_argument(
        "--made", type=Path, metavar="DIR", help="where to keep the packages; those there are not remade"
    )
    options = parser.parse_args()
    documents = options.documents or sorted(path for path in SPECS.glob("*.*") if path.suffix in {".yaml", ".json"})
    console = Console(width=160, highlight=False)
    if not documents:
        console.print(f"There are no descriptions in {SPECS}.")
        return 0
    table = Table("document", "operations", "requests conform", "answers come back", box=None)
    causes: dict[str, Counter[str]] = {}
    totals = Counter[str]()
    with tempfile.TemporaryDirectory() as temporary:
        for path in documents:
            outcomes = try_document(path, options.made or Path(temporary))
            if outcomes is None:
                table.add_row(path.stem, "not generated", "", "")
                continue
            sent = sum(not outcome.requests and not outcome.unmade_requests for outcome in outcomes)
            back = sum(not outcome.answers and not outcome.unmade_answers for outcome in outcomes)
            totals += Counter(all=len(outcomes), sent=sent, back=back)
            table.add_row(path.stem, str(len(outcomes)), *(_share(part, len(outcomes)) for part in (sent, back)))
            causes[path.stem] = Counter(
                f"{kind}: {cause}"
                for outcome in outcomes
                for kind, found in (
                    ("request", outcome.requests + outcome.unmade_requests),
                    ("answer", outcome.answers + outcome.unmade_answers),
                )
                for cause in found
            )
    table.add_row(
        "all", str(totals["all"]), _share(totals["sent"], totals["all"]), _share(totals["back"], totals["all"])
    )
    console.print(table)
    for name, counted in causes.items():
        for cause, count in counted.most_common(options.causes):
            console.print(f"{name}  {count:4}  {cause}", markup=False, soft_wrap=True)
    return int(min(totals["sent"], totals["back"]) < 0.99 * totals["all"])


def try_document(path: Path, folder: Path) -> list[Outcome] | None:
    """Generate a document's package and try its operations; None where it is not generated."""
    name = f"{path.stem}_api".replace("-", "_")
    if not (folder / name).exists():
        command = [str(ROOT / "scripts" / "generate"), "--spec", str(path), "--output", str(folder), "--package", name]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            sys.stderr.write(made.stderr)
            return None
    sys.path.insert(0, str(folder))
    document, _ = read_description(Inputs(path), Applied())
    package, schemas = Package(folder, name, Stream), Schemas(document.content)
    return [run(package, schemas, described) for described in operations(document)]


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.1%})" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
