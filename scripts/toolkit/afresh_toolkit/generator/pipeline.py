"""The whole of generation: read, overlay, bundle, normalise, write, format, check, swap in."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs import define

from afresh_toolkit.generator.extensions.lifecycle_code import TokenLifecycle
from afresh_toolkit.generator.extensions.pagination import compile_pagination
from afresh_toolkit.generator.extensions.signatures import signing_of
from afresh_toolkit.generator.finishing import earlier, manifest
from afresh_toolkit.generator.finishing.beside import beside
from afresh_toolkit.generator.finishing.making import make
from afresh_toolkit.generator.finishing.swap import swap_in, workplace
from afresh_toolkit.generator.guessing.deciding import decide
from afresh_toolkit.generator.guessing.keys import security_of
from afresh_toolkit.generator.guessing.paging.guess import guess_paging
from afresh_toolkit.generator.guessing.paging.verdict import Lists
from afresh_toolkit.generator.guessing.verdict import Verdict, verdict_of
from afresh_toolkit.generator.interpreting import adjustments
from afresh_toolkit.generator.interpreting.interpretation import interpret
from afresh_toolkit.generator.limiting.described import write_limits
from afresh_toolkit.generator.normalising.naming.places import Place
from afresh_toolkit.generator.normalising.normalise import normalise
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.depth import deep
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.references.whole import read_description
from afresh_toolkit.generator.referencing import files
from afresh_toolkit.generator.referencing.reference import write_reference
from afresh_toolkit.generator.referencing.subject import Subject
from afresh_toolkit.generator.rules import Applied, Rule
from afresh_toolkit.generator.writing.package import Extensions, write_package
from afresh_toolkit.generator.writing.resources import Resource

_INSTALL = "install it, in a repository by `.venv/bin/afresh-toolkit lock` and ./scripts/install"

Step = Callable[[str], AbstractContextManager[object]]
"""Says what is being done, for as long as the context lasts."""


@define(frozen=True)
class Summary:
    """What was made: how many operations and models, at which places which rule was applied, and what was left out.

    `details` has what there is to say about a rule at a place besides the rule's reason. `verdict` says how the session
    lives, and `lists` how lists continue; `document` and `lifecycle` are what they are about. `kept` says what
    operations are called still, and what the description calls them, by "METHOD /path".
    """

    operations: int
    models: int
    rules: Mapping[Rule, list[Pointer]]
    left_out: Mapping[str, str]
    details: Mapping[tuple[Rule, Pointer], str]
    verdict: Verdict
    lists: Lists
    document: Document
    lifecycle: TokenLifecycle | None
    kept: Mapping[str, tuple[str, str]]

    def reason(self, rule: Rule, place: Pointer) -> str:
        """Say why a rule was applied at a place."""
        detail = self.details.get((rule, place))
        return f"{rule.reason.removesuffix('.')}: {detail}." if detail else rule.reason

    @property
    def warnings(self) -> list[tuple[Rule, Pointer]]:
        """What is wrong in the description and made types poorer."""
        return [(rule, place) for rule, places in self.rules.items() if rule.is_warning for place in places]


@deep()
def generate(inputs: Inputs, target: Path, step: Step, rename: Collection[str] | None = None) -> Summary:
    """Make the package `target`; the folder's name is the package's.

    Operations that were released keep their names, but for those of `rename`, as "METHOD /path"; all, if it is empty.
    Raises GenerationError with every problem found. Whatever is raised, the folder is then as it was before.
    """
    if find_spec(inputs.http) is None:
        raise GenerationError([Problem(f"`http` is {inputs.http}, which is not installed here: {_INSTALL}")])
    adjustments.make()
    applied = Applied()
    made_from = manifest.hashes_of(inputs)
    with step(f"Reading {inputs.description}"):
        document, referenced = read_description(inputs, applied)
        if document.unmatched and not inputs.allow_unmatched:
            raise GenerationError(document.unmatched)
        recorded = _recorded(inputs, target, rename)
        held = frozenset(key for key, entry in recorded.items() if "pages" not in entry)
        guesses = guess_paging(document)
        sure = {key: guess.content for key, guess in guesses.items() if guess.content and key not in held}
        extensions, verdict = _compile(document, applied, sure)
    with workplace(target) as folder:
        package = folder / "new" / target.name
        package.mkdir(parents=True)
        with step(f"Writing {target.name}"):
            normalised = normalise(document, applied, inputs.naming, recorded, inputs.formats)
            interpretation = interpret(document, normalised, target.name, package)
            written = write_package(
                document,
                normalised,
                interpretation,
                extensions,
                applied,
                frozen=inputs.frozen,
                formats=inputs.formats,
                http=inputs.http,
            )
            write_limits(package, document, normalised, written, applied)
        with step("Formatting and importing it"):
            layer = inputs.reference.layer if inputs.reference else None
            subject = partial(
                Subject,
                package=target.name,
                document=document,
                normalised=normalised,
                interpretation=interpretation,
                written=written,
                extensions=extensions,
            )
            with beside(lambda: write_reference(subject(layer)) if layer else {}) as written_pages:
                made = make(package, written.modules, earlier.Earlier.read(target, made_from))
                pages = written_pages()
        hashes = manifest.file_hashes(package, made.formatted)
        places = recorded_operations(written.resources)
        described = files.hashes_of(pages) or None
        manifest.Manifest(made_from, referenced, places, hashes, reference=described).write(package)
        before = manifest.Manifest.read(target)
        recorded_pages = (before.reference if before else None) or {}
        if inputs.reference:
            files.refuse_foreign(inputs.reference.folder, pages, recorded_pages)
        earlier.write(package, made_from, made.unformatted, made.formatted)
        swap_in(package, target, folder)
    if inputs.reference:
        files.put(inputs.reference.folder, pages, recorded_pages)
    return Summary(
        len(interpretation.endpoints),
        len(interpretation.data.models),
        applied.by_name(),
        inputs.leave_out,
        applied.details,
        verdict,
        Lists.of(
            guesses, {key: extensions.paginations[key] for key, place in places.items() if "pages" in place}, held
        ),
        document,
        extensions.lifecycle,
        {key: _said(*places) for key, places in normalised.places.kept.items()},
    )


def _recorded(inputs: Inputs, target: Path, rename: Collection[str] | None) -> Mapping[str, Mapping[str, str]]:
    """Return the recorded places that are to stay; raises GenerationError where one to rename is not among them."""
    earlier = manifest.Manifest.read(target)
    if earlier is None or not inputs.is_released or (rename is not None and not rename):
        return {}
    unknown = [key for key in rename or () if key not in earlier.operations]
    if unknown:
        raise GenerationError(
            [Problem(f"--rename names {key}, which is no operation of it", str(target)) for key in unknown]
        )
    return {key: entry for key, entry in earlier.operations.items() if key not in (rename or ())}


def _said(kept: Place, wanted: Place) -> tuple[str, str]:
    """Return what is called differently: the method, or else the module of its functions."""
    return (kept.call, wanted.call) if kept.call != wanted.call else (f"api.{kept.module}", f"api.{wanted.module}")


def _compile(
    document: Document, applied: Applied, guesses: Mapping[str, Mapping[str, Any]]
) -> tuple[Extensions, Verdict]:
    decision, problems = decide(document, applied)
    paginations, more = compile_pagination(document, guesses)
    signing, others = signing_of(document)
    if problems or more or others:
        raise GenerationError([*problems, *more, *others])
    security = security_of(document, decision.lifecycle, applied)
    return Extensions(decision.lifecycle, paginations, security, signing), verdict_of(document, decision)


def recorded_operations(resources: Iterable[Resource]) -> dict[str, dict[str, str]]:
    """Return where each operation went, and how it pages, by "METHOD /path", as the manifest has it."""
    return {
        method.operation.key: {
            "module": f"{method.operation.folder}.{method.operation.module}",
            "resource": resource.attribute,
            "name": method.name,
            **({"pages": paging.kind} if (paging := method.operation.paging) else {}),
        }
        for resource in resources
        for method in resource.methods
        if method.stream is None or not method.stream.is_beside
    }
