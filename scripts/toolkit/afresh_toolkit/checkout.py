"""The SDK repository that a command works on: a folder whose pyproject.toml names its package in `[tool.afresh]`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import define


class CheckoutError(Exception):
    """There is no SDK repository here, or its pyproject.toml cannot be understood."""


@define(frozen=True)
class Checkout:
    """An SDK repository: its folder, and the name of the package of its hand-written layer."""

    root: Path
    package: str

    @classmethod
    def around(cls, folder: Path) -> "Checkout":
        """Return the repository that a folder is in; raises CheckoutError where it is in none."""
        start = folder.resolve()
        for root in (start, *start.parents):
            if (root / "pyproject.toml").is_file() and "afresh" in _tools(root / "pyproject.toml"):
                return cls.at(root)
        raise CheckoutError(
            f"{start} is not in an SDK repository: no pyproject.toml from here upwards has a table [tool.afresh]. "
            "Change into the repository, or make one with `afresh-toolkit new`"
        )

    @classmethod
    def at(cls, root: Path) -> "Checkout":
        """Return the repository in a folder; raises CheckoutError where it does not name its package."""
        settings = root / "pyproject.toml"
        said = _tools(settings).get("afresh")
        package = said.get("package") if isinstance(said, dict) else None
        if not isinstance(package, str) or not package.isidentifier():
            raise CheckoutError(
                f'{settings} does not name the SDK\'s package: add a line such as `package = "acme"` '
                "to its table [tool.afresh]"
            )
        return cls(root, package)

    @property
    def api(self) -> str:
        """The name of the generated package."""
        return f"{self.package}_api"

    @property
    def generated(self) -> Path:
        """The folder of the generated package."""
        return self.root / "generated" / self.api


def _tools(settings: Path) -> Mapping[str, Any]:
    try:
        content = tomllib.loads(settings.read_text(encoding="utf-8"))
    except OSError as error:
        raise CheckoutError(f"{settings} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise CheckoutError(f"{settings} is not valid TOML: {error}") from None
    tools = content.get("tool", {})
    return tools if isinstance(tools, dict) else {}
