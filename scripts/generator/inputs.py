"""What a package is made from.

In the project that is openapi.yaml, overlay.yaml where there is one, and `[tool.afresh]` in pyproject.toml.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import define, field

from generator.problems import GenerationError, Problem


@define(frozen=True)
class Inputs:
    """A description, the overlays for it in their order, and the operations to leave out, each with the reason."""

    description: Path
    overlays: tuple[Path, ...] = ()
    leave_out: Mapping[str, str] = field(factory=dict)

    @classmethod
    def of_project(cls, root: Path) -> "Inputs":
        """Return the inputs of the project in a folder; raises GenerationError where its settings are wrong."""
        overlay = root / "overlay.yaml"
        overlays = (overlay,) if overlay.exists() else ()
        return cls(root / "openapi.yaml", overlays, _left_out(root / "pyproject.toml"))


def _left_out(settings: Path) -> dict[str, str]:
    try:
        content: Any = tomllib.loads(settings.read_text(encoding="utf-8"))
    except OSError as error:
        raise GenerationError([Problem(f"cannot be read: {error.strerror}", str(settings))]) from None
    except ValueError as error:
        raise GenerationError([Problem(f"not valid TOML: {error}", str(settings))]) from None
    said = content.get("tool", {}).get("afresh", {})
    problems = [
        Problem(f"[tool.afresh] has {name!r}; the only setting is `leave-out`", str(settings))
        for name in said
        if name != "leave-out"
    ]
    listed = said.get("leave-out", {})
    if not isinstance(listed, dict) or not all(isinstance(reason, str) and reason for reason in listed.values()):
        example = '"GET /legacy" = "gone in June"'
        problems.append(
            Problem(f"[tool.afresh.leave-out] has operations, each with the reason: {example}", str(settings))
        )
    if problems:
        raise GenerationError(problems)
    return dict(listed)
