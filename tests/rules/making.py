"""Generates the packages of all fixtures, side by side in one folder, and records what came of each."""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from attrs import define

from afresh_toolkit import generator
from afresh_toolkit.generator.finishing.formatting import format_code
from afresh_toolkit.generator.finishing.manifest import Manifest
from afresh_toolkit.generator.guessing.deciding import lifecycle_of
from afresh_toolkit.generator.guessing.keys import security_of
from afresh_toolkit.generator.interpreting import adjustments
from afresh_toolkit.generator.interpreting.interpretation import interpret
from afresh_toolkit.generator.limiting.described import write_limits
from afresh_toolkit.generator.normalising.normalise import normalise
from afresh_toolkit.generator.pipeline import recorded_operations
from afresh_toolkit.generator.pointers import Pointer, write_pointer
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.references.whole import read_description
from afresh_toolkit.generator.rules import Applied, Rule
from afresh_toolkit.generator.writing.package import Extensions, write_package

FIXTURES = Path(__file__).parent


@define
class Made:
    """A package, the rules that its description was read by, and the places where each was applied.

    `details` has what the report says of a place besides the rule's reason.
    """

    package: Path
    rules: Mapping[Rule, list[Pointer]]
    details: Mapping[tuple[Rule, Pointer], str]

    @property
    def record(self) -> str:
        """What there is to review."""
        return "\n".join([*self._applied(), *self._code()])

    def _applied(self) -> Iterator[str]:
        for rule, places in self.rules.items():
            yield f"{rule.name}{' (warning)' if rule.is_warning else ''}"
            for place in places:
                detail = self.details.get((rule, place))
                yield f"    #{write_pointer(place)}{f': {detail}' if detail else ''}"

    def _code(self) -> Iterator[str]:
        for file in sorted([*self.package.glob("models/*.py"), *self.package.glob("api/*/*.py")]):
            if file.name in {"__init__.py", "_index.py", "_tags.py"}:
                continue
            code = file.read_text(encoding="utf-8")
            code = code.partition("\n")[2]  # without the note that it is generated
            if file.match("api/*/*.py"):
                sent_and_read = code[code.index("def arguments(") : code.index("def _response(")]
                explained = code[code.index("def sync(") : code.index("    return sync_detailed(")]
                code = sent_and_read + explained
            yield f"\n--- {file.relative_to(self.package).as_posix()}\n\n{code.strip()}\n"


def known_rules() -> list[Rule]:
    """Return every rule that the generator has."""
    found = pkgutil.walk_packages(generator.__path__, f"{generator.__name__}.")
    modules = [import_module(module.name) for module in found]
    return sorted({one for module in modules for one in vars(module).values() if isinstance(one, Rule)}, key=str)


def descriptions() -> dict[str, Path]:
    """Return the descriptions by the names of their rules."""
    return {path.stem: path for path in sorted(FIXTURES.glob("*.yaml"))}


def package_name(rule: str) -> str:
    """Return the name of a fixture's package."""
    return f"{rule.replace('-', '_')}_api"


def make_all(folder: Path) -> dict[str, Made]:
    """Generate the package of every fixture, by the steps that `generator.pipeline` takes for one."""
    adjustments.make()
    made = {name: _write(path, folder / package_name(name)) for name, path in descriptions().items()}
    format_code(folder, *folder.iterdir())
    return made


def _write(description: Path, package: Path) -> Made:
    package.mkdir(parents=True)
    applied = Applied()
    document, _ = read_description(Inputs(description), applied)
    lifecycle, _ = lifecycle_of(document, applied)
    normalised = normalise(document, applied)
    interpretation = interpret(document, normalised, package.name, package)
    written = write_package(
        document,
        normalised,
        interpretation,
        Extensions(lifecycle, {}, security_of(document, lifecycle, applied)),
        applied,
        frozen=False,
        formats=(),
        http="httpx",
    )
    write_limits(package, document, normalised, written, applied)
    for module in written.modules:
        (package / module.path).parent.mkdir(parents=True, exist_ok=True)
        (package / module.path).write_bytes(module.code())
    Manifest({}, {}, recorded_operations(written.resources)).write(package)
    return Made(package, applied.by_name(), applied.details)
