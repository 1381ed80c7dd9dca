"""The course of a release, from what is committed to what is on the index."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import define
from pypi_simple import DistributionPackage
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_exponential

from afresh_toolkit.publishing import repository, trial
from afresh_toolkit.publishing.address import IndexAddress
from afresh_toolkit.publishing.building import Build, build, check_backend, check_same
from afresh_toolkit.publishing.credentials import Access
from afresh_toolkit.publishing.fitting import check_version
from afresh_toolkit.publishing.index import Index
from afresh_toolkit.publishing.problems import PublishError
from afresh_toolkit.publishing.project import Project, is_in_changelog
from afresh_toolkit.publishing.sbom import write_sbom
from afresh_toolkit.publishing.steps import Steps
from afresh_toolkit.publishing.subject import SDK, Subject
from afresh_toolkit.publishing.uploading import upload

_HELP = "afresh-toolkit help releasing"
LONGEST_WAIT = 60
"""Seconds that an index has to list what it was given: some keep lists for a while."""


@define(frozen=True)
class Released:
    """What was released: its source tree, and its files, with the bill of materials as the last."""

    project: Project
    source: Path
    files: tuple[Path, ...]


def release(
    root: Path,
    address: IndexAddress,
    access: Access,
    folder: Path,
    steps: Steps,
    *,
    subject: Subject,
    is_rehearsal: bool = False,
) -> Released:
    """Publish what is committed of a subject in a repository to an index, working in an empty folder.

    A rehearsal needs no heading in the changelog, since it makes no release. Raises PublishError where something is in
    the way; the index then has what it had, but for files that were uploaded whole.
    """
    source = folder / "one" / "source"
    with steps.step("Looking at what is committed"):
        repository.check_clean(root)
        repository.export(root, source)
        project = Project.read(subject.in_tree(source))
        check_backend(source / "requirements.lock")
        _check_changelog(subject, source, project, steps, is_needed=not is_rehearsal)
        if subject is SDK:
            repository.check_generated(source)
    with Index(address.simple, access.reading) as index:
        with steps.step(f"Asking {address.simple.url} for releases of {project.name}"):
            releases = index.files_of(project.name)
            if index.fallback:
                steps.say(
                    f"it sends those who ask for what it lacks to {index.fallback}: see `afresh-toolkit help releasing`"
                )
        with steps.step(f"Building {project.name} {project.version}, twice"):
            built = _build(root, subject, source, folder)
        with steps.step("Comparing it with what is on the index"):
            (folder / "there").mkdir()
            missing = _missing(project, built, releases.get(project.version, ()), index, folder / "there")
            if subject is SDK:
                last = check_version(project, releases, index, source, folder / "last")
                steps.say(f"the last release is {last}, and the version fits" if last else "it is the first release")
        sbom = built.wheel.with_name(f"{built.sdist.name.removesuffix('.tar.gz')}.cdx.json")
        with steps.step("Trying the wheel in a fresh environment"):
            python = trial.make_environment(source, subject, folder / "trial")
            trial.install(python, project, built.wheel.parent)
            steps.say(subject.try_out(python, source))
            write_sbom(python, subject.in_tree(source), sbom)
        for file in missing:
            with steps.step(f"Uploading {file.name} to {address.upload.url}"):
                _upload(file, project, index, address, access, folder)
        with steps.step("Downloading it again, and comparing it"):
            _verify(project, built, index, folder)
    return Released(project, source, (*built.files, sbom))


def _check_changelog(subject: Subject, source: Path, project: Project, steps: Steps, *, is_needed: bool) -> None:
    if is_in_changelog(subject.in_tree(source), project.version):
        return
    problem = f"{Path(subject.folder, 'CHANGELOG.md')} has no heading `## [{project.version}]`"
    if is_needed:
        begun = " (./scripts/diff --write begins it, but for the first release)" if subject is SDK else ""
        raise PublishError(f"{problem}: write what is new under it{begun}, commit that, and run this again")
    steps.say(f"{problem}, which a release needs")


def _build(root: Path, subject: Subject, source: Path, folder: Path) -> Build:
    built = build(subject.in_tree(source), folder / "one" / "dist")
    again = folder / "other" / "source"
    repository.export(root, again)
    check_same(built, build(subject.in_tree(again), folder / "other" / "dist"))
    return built


def _missing(
    project: Project, built: Build, there: Sequence[DistributionPackage], index: Index, folder: Path
) -> list[Path]:
    """Return which files the index lacks: both, or one where an upload was interrupted.

    Raises PublishError where it has this version already, or another by the same name.
    """
    ours = {file.name: file for file in built.files}
    for package in there:
        if package.filename not in ours:
            raise PublishError(f"{project} is on the index already, as {package.filename}: {_what_next(project)}")
        _check_content(project, ours.pop(package.filename), index.download(package, folder))
    if not ours:
        raise PublishError(f"{project} is on the index already, as it is here: {_what_next(project)}")
    return list(ours.values())


def _what_next(project: Project) -> str:
    return (
        "what was released stays as it is. Set the next version, and commit it: ./scripts/diff --write does, once "
        f"v{project.version} has its tag"
    )


def _check_content(project: Project, ours: Path, theirs: Path) -> None:
    content, there = ours.read_bytes(), theirs.read_bytes()
    if content == there:
        return
    if content.startswith(there):
        raise PublishError(
            f"the index has only the first {len(there)} of {len(content)} bytes of {ours.name}, as an upload that was "
            "cut leaves it: delete that file there, and run this again"
        )
    raise PublishError(f"the index has another {ours.name}, made of something else: {_what_next(project)}")


def _upload(  # noqa: PLR0917
    file: Path, project: Project, index: Index, address: IndexAddress, access: Access, folder: Path
) -> None:
    problem = upload(file, address.upload, access.uploading)
    if problem is None:
        return
    try:  # perhaps it was the answer that was lost
        package = _on_index(project, index).get(file.name)
    except PublishError:
        raise PublishError(problem) from None
    if package is None:
        raise PublishError(problem)
    _check_content(project, file, index.download(package, folder / "there"))


def _on_index(project: Project, index: Index) -> Mapping[str, DistributionPackage]:
    return {package.filename: package for package in index.files_of(project.name).get(project.version, ())}


def _verify(project: Project, built: Build, index: Index, folder: Path) -> None:
    """Raise PublishError where the index does not give out what was built."""
    names = {file.name for file in built.files}
    waiting = Retrying(
        retry=retry_if_result(lambda there: not names <= there.keys()),
        stop=stop_after_delay(LONGEST_WAIT),
        wait=wait_exponential(multiplier=0.1, max=5),
    )
    try:
        there = waiting(_on_index, project, index)
    except RetryError:
        raise PublishError(
            f"the index took {project}, but does not list it after {LONGEST_WAIT} seconds: see whether --upload-url is "
            "the same index, and run this again, which uploads what is missing"
        ) from None
    for file in built.files:
        _check_content(project, file, index.download(there[file.name], folder / "there"))
