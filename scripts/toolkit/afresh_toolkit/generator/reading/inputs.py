"""What a package is made from.

In the project that is openapi.yaml or openapi.json, overlay.yaml where there is one, and `[tool.afresh]` in
pyproject.toml.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.reading.released import is_released


@define(frozen=True)
class Naming:
    """How methods and their groups are named.

    `short` is whether methods are called without what their operationIds repeat, and `group_by_path` whether operations
    without tags are grouped by their paths.
    """

    short: bool = True
    group_by_path: bool = True


AS_USUAL = Naming()

HTTP = ("httpx", "httpx2")
"""The HTTP client libraries that a package can use; the first where nothing is said."""


@define(frozen=True)
class ReferenceAt:
    """The folder for the pages of a reference, and the package of the client that they show.

    Without such a package, there is to be none, and pages that were generated earlier go.
    """

    folder: Path
    layer: str | None


@define(frozen=True)
class Inputs:
    """A description, the overlays for it in their order, and the operations to leave out, each with the reason.

    `references` are folders besides the description's own that its `$ref`s may lead to. `is_released` is whether those
    who use the package may rely on the names that it has. `allow_unmatched` is whether actions of overlays may have
    nothing to act upon. `frozen` is whether models cannot be changed, and can be hashed;
    `formats` are those whose values are of Python's types for them, `Decimal` for one, and not the texts that JSON has.
    `reference` says where the reference goes; None where nothing is known of one.
    `http` is the HTTP client library that the package uses.
    """

    description: Path
    overlays: tuple[Path, ...] = ()
    leave_out: Mapping[str, str] = field(factory=dict)
    references: tuple[Path, ...] = ()
    naming: Naming = AS_USUAL
    is_released: bool = True
    allow_unmatched: bool = False
    frozen: bool = False
    formats: frozenset[str] = frozenset()
    reference: ReferenceAt | None = None
    http: str = HTTP[0]

    @classmethod
    def of_project(cls, root: Path) -> "Inputs":
        """Return the inputs of the project in a folder; raises GenerationError where its settings are wrong."""
        overlay = root / "overlay.yaml"
        overlays = (overlay,) if overlay.exists() else ()
        left_out, references, naming, others = _settings(root / "pyproject.toml")
        return cls(_description(root), overlays, left_out, references, naming, is_released(root), **others)


def _description(root: Path) -> Path:
    as_yaml, as_json = root / "openapi.yaml", root / "openapi.json"
    if as_yaml.exists() and as_json.exists():
        raise GenerationError([Problem(f"there is {as_yaml.name}, too: keep one of them", str(as_json))])
    return as_json if as_json.exists() else as_yaml


def _settings(settings: Path) -> tuple[dict[str, str], tuple[Path, ...], Naming, dict[str, Any]]:
    try:
        content: Any = tomllib.loads(settings.read_text(encoding="utf-8"))
    except OSError as error:
        raise GenerationError([Problem(f"cannot be read: {error.strerror}", str(settings))]) from None
    except ValueError as error:
        raise GenerationError([Problem(f"not valid TOML: {error}", str(settings))]) from None
    said = content.get("tool", {}).get("afresh", {})
    problems = [
        Problem(f"[tool.afresh] has {name!r}; its settings are {_listed(_SETTINGS)}", str(settings))
        for name in said
        if name not in _SETTINGS
    ]
    listed = said.get("leave-out", {})
    if not isinstance(listed, dict) or not all(isinstance(reason, str) and reason for reason in listed.values()):
        example = '"GET /legacy" = "gone in June"'
        problems.append(
            Problem(f"[tool.afresh.leave-out] has operations, each with the reason: {example}", str(settings))
        )
    folders = said.get("references", [])
    if not isinstance(folders, list) or not all(isinstance(folder, str) and folder for folder in folders):
        problems.append(Problem('`references` is a list of folders: references = ["../shared"]', str(settings)))
    problems += [
        Problem(f"`{name}` is true or false: {name} = {str(not default).lower()}", str(settings))
        for name, default in _SWITCHES.items()
        if not isinstance(said.get(name, default), bool)
    ]
    formats = said.get("formats", {})
    if not isinstance(formats, dict) or not all(
        name in FORMATS and isinstance(formats[name], bool) for name in formats
    ):
        problem = (
            f"`formats` says of some of {_listed(FORMATS)} whether they are asked for: formats = {{ decimal = true }}"
        )
        problems.append(Problem(problem, str(settings)))
    http = said.get("http", HTTP[0])
    if http not in HTTP:
        problems.append(Problem(f'`http` is {_listed(HTTP, "or")}: http = "{HTTP[-1]}"', str(settings)))
    if problems:
        raise GenerationError(problems)
    short, by_path, frozen, has_reference = (said.get(name, default) for name, default in _SWITCHES.items())
    others = {
        "frozen": frozen,
        "formats": frozenset(name for name, is_asked in formats.items() if is_asked),
        "reference": ReferenceAt(settings.parent / REFERENCE, str(said.get("package")) if has_reference else None),
        "http": http,
    }
    return dict(listed), tuple(settings.parent / folder for folder in folders), Naming(short, by_path), others


REFERENCE = "docs/reference"
"""Where a project has its reference."""

_SWITCHES = {"short-names": True, "group-by-path": True, "frozen": False, "reference": True}
_SETTINGS = ("package", "leave-out", "references", "formats", "http", *_SWITCHES)
FORMATS = ("decimal", "time", "duration", "byte", "int64")
"""The formats that Python has types for, which can be asked for."""


def _listed(names: Sequence[str], joined_by: str = "and") -> str:
    *others, last = (f"`{name}`" for name in names)
    return f"{', '.join(others)} {joined_by} {last}"
