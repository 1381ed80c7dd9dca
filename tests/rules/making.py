"""Generates the packages of all fixtures, side by side in one folder, and records what came of each."""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from attrs import define

import generator
from generator import adjustments
from generator.bundling import bundle
from generator.document import Document
from generator.formatting import format_code
from generator.interpretation import interpret
from generator.lifecycle import compile_lifecycle
from generator.manifest import Manifest
from generator.normalise import normalise
from generator.package import Extensions, write_package
from generator.pipeline import recorded_operations
from generator.pointers import Pointer, write_pointer
from generator.rules import Applied, Rule

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
            if file.name in {"__init__.py", "_index.py"}:
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
    names = [module.name for module in pkgutil.iter_modules(generator.__path__) if module.name != "__main__"]
    modules = [import_module(f"generator.{name}") for name in names]
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
    made = {name: _write(Document.read(path), folder / package_name(name)) for name, path in descriptions().items()}
    format_code(folder, *folder.iterdir())
    return made


def _write(document: Document, package: Path) -> Made:
    applied = Applied()
    bundle(document, applied)
    lifecycle, _ = compile_lifecycle(document, applied)
    normalised = normalise(document, applied)
    interpretation = interpret(document, normalised, package.name, package)
    resources = write_package(
        document,
        normalised,
        interpretation,
        Extensions(lifecycle, {}),
        applied,
        recorded={},
        when_all_but_models=lambda: None,
    )
    Manifest({}, {}, recorded_operations(resources)).write(package)
    return Made(package, applied.by_name(), applied.details)
