"""The console imports what a command needs, and no more: it is to start at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

import afresh

HELP = {"_client", "_calls", "_session.session", "_stores", "_console.session", "_console.calls"}
"""The modules of the layer that only those need who are signed in, or call something."""


def imported(*arguments: str) -> set[str]:
    """Return the modules of the layer that a command has imported."""
    program = (
        f"import sys; sys.argv[1:] = {arguments}\n"
        "from afresh._console.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*(name.removeprefix('afresh.') for name in sys.modules if name.startswith('afresh.')), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(ran.stderr.splitlines()[-1].split())


def test_the_help_imports_nothing_that_calls_or_signs_in() -> None:
    assert not HELP & imported("--help")


@pytest.mark.parametrize("arguments", [("call",), ("call", "tasks"), ("call", "tasks", "list", "--help")])
def test_lists_and_the_help_of_methods_import_no_client(arguments: tuple[str, ...]) -> None:
    assert not (HELP - {"_console.calls", "_stores"}) & imported(*arguments)


def test_public_names_are_there_and_no_others() -> None:
    for name in afresh.__all__:
        assert getattr(afresh, name) is not None
        assert name in dir(afresh)
    with pytest.raises(AttributeError, match="module 'afresh' has no attribute 'httpx'"):
        getattr(afresh, "httpx")  # noqa: B009 - type checkers know that there is none
