"""What an SDK is called, in all the places where it is."""

import keyword
import re
import sys
from importlib.metadata import packages_distributions

from attrs import define

from afresh_toolkit.generator.normalising.file_names import is_device
from afresh_toolkit.scaffold.parts import places
from afresh_toolkit.scaffold.problems import ScaffoldError

OWN = "afresh"
LONGEST = 30
"""Characters: with more, lines of code would become too long."""

_PATTERN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_OWN_NAMES = re.compile(rf"{OWN}-sdk|(?<!\[tool\.){OWN}(?![-_]toolkit)|{OWN.title()}|{OWN.upper()}")
"""What is replaced: all but the names of the toolkit, and of its table in pyproject.toml."""
_FOLDERS = ("scripts", "tests")


@define(frozen=True)
class Names:
    """The names of an SDK, after that of its package."""

    package: str

    @property
    def api(self) -> str:
        """The generated package."""
        return f"{self.package}_api"

    @property
    def distribution(self) -> str:
        """What is installed."""
        return f"{self.package.replace('_', '-')}-sdk"

    @property
    def prefix(self) -> str:
        """What the environment variables begin with."""
        return f"{self.package.upper()}_"

    @property
    def title(self) -> str:
        """The name in prose."""
        return self.package.replace("_", " ").title()

    def put_into(self, text: str) -> str:
        """Replace the names of this repository's own SDK."""
        new = {
            f"{OWN}-sdk": self.distribution,
            OWN: self.package,
            OWN.title(): self.title,
            OWN.upper(): self.package.upper(),
        }
        return _OWN_NAMES.sub(lambda match: new[match[0]], text)


def check_name(name: str) -> Names:
    """Return the names of an SDK; raises ScaffoldError where the package cannot be called so."""
    if not _PATTERN.fullmatch(name) or keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise ScaffoldError(
            f"{name!r} is no name for a Python package: use small letters, digits and single underscores, "
            "such as --name acme"
        )
    if is_device(name):
        raise ScaffoldError(f"{name!r} is the name of a device on Windows, where no folder can have it: choose another")
    if len(name) > LONGEST:
        raise ScaffoldError(f"{name!r} is longer than {LONGEST} characters: choose a shorter name")
    names = Names(name)
    taken = {**_taken(), OWN: "the package of this repository"}
    for package in (name, names.api):
        if package in taken:
            raise ScaffoldError(f"{package!r} is {taken[package]} already: choose another name, such as {name}_client")
    return names


def _taken() -> dict[str, str]:
    """Return the names under which something else can be imported, with what it is."""
    own = {
        path.stem: "a module of scripts/ or tests/" for folder in _FOLDERS for path in (places()[1] / folder).iterdir()
    }
    installed = {
        module: f"a module of {distributions[0]}" for module, distributions in packages_distributions().items()
    }
    return {**own, **installed, **dict.fromkeys(sys.stdlib_module_names, "a module of Python itself")}
