"""The whole of generation: read, compile what the description says about tokens and pages, write, format, check, swap in."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from attrs import define

from generator import manifest
from generator.checks import import_all
from generator.description import validate
from generator.document import Document
from generator.formatting import format_package
from generator.lifecycle import compile_lifecycle
from generator.package import Written, write_package
from generator.pagination import compile_pagination
from generator.problems import GenerationError, Problem
from generator.swap import swap_in, workplace

Step = Callable[[str], AbstractContextManager[object]]
"""Says what is being done, for as long as the context lasts."""


@define(frozen=True)
class Summary:
    """What was made."""

    operations: int
    models: int
    warnings: list[Problem]


def generate(description: Path, target: Path, step: Step) -> Summary:
    """Make the package `target` of a description; its folder's name is the package's.

    Raises GenerationError with every problem found; the folder is then as it was before.
    """
    with step(f"Reading {description}"):
        document = Document.read(description)
        model = validate(document)
        lifecycle, problems = compile_lifecycle(document)
        paginations, more = compile_pagination(document)
        if problems or more:
            raise GenerationError([*problems, *more])
    recorded = manifest.Manifest.read(target)
    with workplace(target) as folder:
        package = folder / "new" / target.name
        package.mkdir(parents=True)
        with step("Writing the package"):
            written = write_package(
                document,
                model,
                output=package,
                package=target.name,
                lifecycle=lifecycle,
                paginations=paginations,
                recorded=recorded.operations if recorded else {},
            )
        with step("Formatting it"):
            format_package(package)
        with step("Importing every module"):
            import_all(package.parent, package.name)
        record(written, document, package)
        swap_in(package, target, folder)
    operations = sum(len(resource.methods) for resource in written.resources)
    return Summary(operations, written.models, written.warnings)


def record(written: Written, document: Document, package: Path) -> None:
    """Write the manifest of a finished package."""
    operations = {
        method.operation.key: {
            "module": f"{method.operation.tag}.{method.operation.module}",
            "resource": resource.attribute,
            "name": method.name,
        }
        for resource in written.resources
        for method in resource.methods
    }
    made = manifest.Manifest(manifest.inputs(document.source), operations, manifest.file_hashes(package))
    made.write(package)
