"""The whole of generation: read, write, format, check, swap in."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from attrs import define

from generator import manifest
from generator.checks import import_all
from generator.description import check_version
from generator.document import Document, Pointer
from generator.formatting import format_package
from generator.interpretation import interpret
from generator.lifecycle import compile_lifecycle
from generator.normalise import normalise
from generator.package import Extensions, write_package
from generator.pagination import compile_pagination
from generator.problems import GenerationError
from generator.references import check_references
from generator.resources import Resource
from generator.rules import Rule
from generator.swap import swap_in, workplace

Step = Callable[[str], AbstractContextManager[object]]
"""Says what is being done, for as long as the context lasts."""


@define(frozen=True)
class Summary:
    """What was made: how many operations and models, and at which places which rule was applied."""

    operations: int
    models: int
    rules: Mapping[Rule, list[Pointer]]

    @property
    def warnings(self) -> list[tuple[Rule, Pointer]]:
        """What is wrong in the description and made types poorer."""
        return [(rule, place) for rule, places in self.rules.items() if rule.is_warning for place in places]


def generate(description: Path, target: Path, step: Step) -> Summary:
    """Make the package `target` of a description; the folder's name is the package's.

    Raises GenerationError with every problem found. Whatever is raised, the folder is then as it was before.
    """
    with step(f"Reading {description}"):
        document = Document.read(description)
        check_version(document)
        check_references(document)
        extensions = _compile(document)
    recorded = manifest.Manifest.read(target)
    with workplace(target) as folder:
        package = folder / "new" / target.name
        package.mkdir(parents=True)
        with step(f"Writing {target.name}"):
            normalised = normalise(document)
            interpretation = interpret(document, normalised, target.name, package)
            earlier = recorded.operations if recorded else {}
            resources = write_package(document, normalised, interpretation, extensions, earlier)
        with step("Formatting it"):
            format_package(package)
        with step("Importing every module"):
            import_all(package.parent, package.name)
        made_from = manifest.inputs(document.source)
        manifest.Manifest(made_from, recorded_operations(resources), manifest.file_hashes(package)).write(package)
        swap_in(package, target, folder)
    return Summary(len(interpretation.endpoints), len(interpretation.data.models), normalised.applied.by_name())


def _compile(document: Document) -> Extensions:
    lifecycle, problems = compile_lifecycle(document)
    paginations, more = compile_pagination(document)
    if problems or more:
        raise GenerationError([*problems, *more])
    return Extensions(lifecycle, paginations)


def recorded_operations(resources: Iterable[Resource]) -> dict[str, dict[str, str]]:
    """Return where each operation went, by "METHOD /path", as the manifest has it."""
    return {
        method.operation.key: {
            "module": f"{method.operation.tag}.{method.operation.module}",
            "resource": resource.attribute,
            "name": method.name,
        }
        for resource in resources
        for method in resource.methods
    }
