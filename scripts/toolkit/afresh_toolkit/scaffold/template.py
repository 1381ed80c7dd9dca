"""Which files of this repository a new one gets, and what differs in them.

What is about the sample API stays behind, and so does what measures this repository itself.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

from attrs import define

from afresh_toolkit.scaffold.names import OWN, Names

ROOT = Path(__file__).resolve().parents[4]
REPLACEMENTS = Path(__file__).parent / "files"
"""What stands there in place of files that are about the sample API, by the same paths."""

_FOLDERS = (".github", "custom", "scripts", "tests")
_FILES = (
    ".ci/run",
    ".gitattributes",
    ".gitignore",
    ".gitlab-ci.yml",
    "docs/calls.md",
    "docs/extending.md",
    "docs/installing.md",
    "docs/lifecycle.md",
    "docs/regenerate.md",
    "docs/releasing.md",
    "docs/sessions.md",
    "docs/syncing.md",
    "pyproject.toml",
    "requirements.lock",
)
_ONCE = ("LICENSE",)

_LEFT_OUT = (
    "scripts/bench",
    "scripts/benchmarks/*",
    "scripts/new-sdk",
    "scripts/toolkit/afresh_toolkit/scaffold/*",
    "tests/mutations/*",
    "tests/package_index.py",
    "tests/real_servers/*",
    "tests/repositories.py",
    "tests/at_once.py",
    "tests/drawn_out.py",
    "tests/fixtures/changes.yaml",
    "tests/fixtures/console.yaml",
    "tests/sandbox/*",
    "tests/shell.py",
    "tests/stress/*",
    "tests/test_bench.py",
    "tests/test_call_errors.py",
    "tests/test_console_*.py",
    "tests/test_deadlines.py",
    "tests/test_diff.py",
    "tests/test_generated_client.py",
    "tests/test_generated_lazy.py",
    "tests/test_generated_models.py",
    "tests/test_generation_check.py",
    "tests/test_generation_documents.py",
    "tests/test_generation_extensions.py",
    "tests/test_mutations.py",
    "tests/test_new_sdk*.py",
    "tests/test_proposal.py",
    "tests/test_proxies.py",
    "tests/test_publish*.py",
    "tests/test_typing.py",
    "tests/typing/*",
)
_SANDBOX = re.compile(r"^\s*(?:from|import) sandbox\b|\bsandbox: Sandbox\b|\bsandbox\.", re.MULTILINE)
"""What a test of tests/ has in it that needs the sample API's server."""


@define(frozen=True)
class File:
    """A file of the new repository."""

    content: bytes
    is_executable: bool = False


@define(frozen=True)
class Sdk:
    """What is put into the template: names, the API's title, and the name of its description's file."""

    names: Names
    title: str
    description: str


def delivered(sdk: Sdk, folder: Path) -> dict[str, File]:
    """Return what a repository is given, and given again whenever it is renewed, by paths.

    `folder` is an empty one, to work in: code is formatted there, since a new name has another length and order.
    """
    for path, source in _sources().items():
        text = sdk.names.put_into(source.read_text(encoding="utf-8"))
        for pattern, replacement in _edits(sdk).get(path, {}).items():
            text, count = re.subn(pattern, lambda _, new=replacement: new, text, flags=re.MULTILINE)  # type: ignore[misc]
            if count != 1:
                raise AssertionError(f"{path} has {count} places that match {pattern!r}, and not one")
        target = folder / sdk.names.put_into(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        target.chmod(source.stat().st_mode & 0o777)
    _format(folder, sdk.names.api)
    return dict(_files(folder))


def given_once(sdk: Sdk) -> dict[str, File]:
    """Return what a repository is given when it is made, and is its team's from then on."""
    texts = {path: sdk.names.put_into((ROOT / path).read_text(encoding="utf-8")) for path in _ONCE}
    texts["CHANGELOG.md"] = f"# Changelog\n\n## [Unreleased]\n\n### Added\n\n- The SDK of {sdk.title}.\n"
    return {path: File(text.encode()) for path, text in texts.items()}


def _sources() -> dict[str, Path]:
    found = {path: ROOT / path for path in _FILES}
    for folder in _FOLDERS:
        for file in _walk(ROOT / folder):
            path = file.relative_to(ROOT).as_posix()
            if not any(fnmatch(path, pattern) for pattern in _LEFT_OUT) and not _needs_sandbox(file):
                found[path] = file
    found |= {file.relative_to(REPLACEMENTS).as_posix(): file for file in _walk(REPLACEMENTS)}
    return dict(sorted(found.items()))


def _walk(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file


def _needs_sandbox(file: Path) -> bool:
    return (
        file.suffix == ".py"
        and file.is_relative_to(ROOT / "tests")
        and bool(_SANDBOX.search(file.read_text(encoding="utf-8")))
    )


def _edits(sdk: Sdk) -> Mapping[str, Mapping[str, str]]:
    """Return what is replaced in which file, by patterns that must each be there once. Names are new already."""
    about = _toml(f"A typed Python SDK for {sdk.title}, whose session renews itself")
    as_json: dict[str, Mapping[str, str]] = {}
    longer: dict[str, str] = {}
    if sdk.description != "openapi.yaml":
        as_json["scripts/generate"] = {r"openapi\.yaml": sdk.description}
    if len(sdk.names.package) > len(OWN):  # texts with the name in them may become too long, where code is broken anew
        long = '    "E501",     # the formatter breaks code; a text with the name in it may be longer\n'
        longer = {r'(?<=^ignore = \[\n)(?=    "COM812")': long}
    return {
        **as_json,
        ".github/workflows/ci.yml": {r"\n  real-servers:\n(?:    .*\n)+": ""},
        ".gitlab-ci.yml": {r"^real-servers:\n(?:  .*\n)+\n": ""},
        ".gitignore": {r"^\.venv-bench/\n": "", r"^\.venv-real-servers/\n": ""},
        "pyproject.toml": {
            **longer,
            r"^description = .*$": f"description = {about}",
            r"^keywords = .*$": 'keywords = ["openapi", "sdk", "httpx"]',
            r"^# What scripts/bench needs(?:.*\n)+?\]\n": "",
            r"^# What tests/real_servers needs(?:.*\n)+?\]\n": "",
            r"/openapi\.yaml": f"/{sdk.description}",
            r'^"tests/typing/\*\*" = \[\n(?:.*\n)*?\]\n': "",
            r'^"tests/real_servers/applications/\*\*" = \[\n(?:.*\n)*?\]\n': "",
            r"^exclude = \[\n(?:    .*\n)+\]\n(?=mypy_path)": "",
            r"^\[\[tool\.mypy\.overrides\]\]\n(?:.+\n)+\n": "",
            r"^log_level = .*$": 'log_level = "DEBUG"',
            r"^\[tool\.coverage\.run\]\n(?:.+\n)+\n\[tool\.coverage\.report\]\n(?:.+\n)+": "",
        },
        "scripts/explore": {
            r"^# --mutations .*\n": "",
            r"^if (?:.*\n)+?fi\n": "",
        },
        "scripts/lock": {
            r": for \.venv, and for those of scripts/bench\n# and of the real servers\.": ".\n#",
            r"^lock --group bench .*\n": "",
            r"^lock --group real-servers .*\n": "",
        },
        "tests/made.py": {r"^OPENAPI = .*\n": ""},
    }


def _toml(text: str) -> str:
    """Write a text as TOML has it."""
    return json.dumps("".join(c for c in " ".join(text.split()) if c.isprintable()), ensure_ascii=False)


def _format(folder: Path, generated: str) -> None:
    """Sort imports and break lines as the new repository's own check wants it."""
    own = f'lint.isort.known-first-party = ["{generated}"]'  # which is not there yet
    _ruff(folder, "check", "--select", "I", "--fix", "--config", own, ".")
    _ruff(folder, "format", ".")


def format_file(file: Path) -> None:
    """Break the lines of a file, such as those of the code in a README, as its repository's own check wants it."""
    _ruff(file.parent, "format", file.name)


def _ruff(folder: Path, *command: str) -> None:
    subprocess.run([sys.executable, "-m", "ruff", *command, "--quiet", "--no-cache"], cwd=folder, check=True)


def _files(folder: Path) -> Iterator[tuple[str, File]]:
    for file in _walk(folder):
        yield file.relative_to(folder).as_posix(), File(file.read_bytes(), bool(file.stat().st_mode & 0o100))
