"""What a package is made from.

In the project that is openapi.yaml or openapi.json, overlay.yaml where there is one, and `[tool.afresh]` in
pyproject.toml.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.problems import GenerationError, Problem


@define(frozen=True)
class Inputs:
    """A description, the overlays for it in their order, and the operations to leave out, each with the reason.

    `references` are folders besides the description's own that its `$ref`s may lead to.
    """

    description: Path
    overlays: tuple[Path, ...] = ()
    leave_out: Mapping[str, str] = field(factory=dict)
    references: tuple[Path, ...] = ()

    @classmethod
    def of_project(cls, root: Path) -> "Inputs":
        """Return the inputs of the project in a folder; raises GenerationError where its settings are wrong."""
        overlay = root / "overlay.yaml"
        overlays = (overlay,) if overlay.exists() else ()
        left_out, references = _settings(root / "pyproject.toml")
        return cls(_description(root), overlays, left_out, references)


def _description(root: Path) -> Path:
    as_yaml, as_json = root / "openapi.yaml", root / "openapi.json"
    if as_yaml.exists() and as_json.exists():
        raise GenerationError([Problem(f"there is {as_yaml.name}, too: keep one of them", str(as_json))])
    return as_json if as_json.exists() else as_yaml


def _settings(settings: Path) -> tuple[dict[str, str], tuple[Path, ...]]:
    try:
        content: Any = tomllib.loads(settings.read_text(encoding="utf-8"))
    except OSError as error:
        raise GenerationError([Problem(f"cannot be read: {error.strerror}", str(settings))]) from None
    except ValueError as error:
        raise GenerationError([Problem(f"not valid TOML: {error}", str(settings))]) from None
    said = content.get("tool", {}).get("afresh", {})
    problems = [
        Problem(f"[tool.afresh] has {name!r}; its settings are `package`, `leave-out` and `references`", str(settings))
        for name in said
        if name not in {"package", "leave-out", "references"}
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
    if problems:
        raise GenerationError(problems)
    return dict(listed), tuple(settings.parent / folder for folder in folders)
