"""What a new repository is given: files of this one, and files of its own in `files`, with its names in them."""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import define
from ruff import find_ruff_bin  # type: ignore[import-untyped]

from afresh_toolkit.generator.reading.inputs import HTTP
from afresh_toolkit.scaffold.names import OWN, Names
from afresh_toolkit.scaffold.parts import HERE, PAGES, files_in, is_program, list_files, places
from afresh_toolkit.scaffold.pinning import with_pins

LOCK = "requirements.lock"
_MOVED = {
    "tests/sample/test_api.py": "tests/test_api.py",
    "tests/servers/canned.py": "tests/canned.py",
}
"""What has another place in a new repository, which has fewer tests."""
_LINK = re.compile(rf"\[([^]]+)\]\(({'|'.join(PAGES)})\.md[^)]*\)")
"""A link to a page that the toolkit shows."""

CI: Mapping[str, str | None] = {"github": ".github/", "gitlab": ".gitlab-ci.yml", "none": None}
"""What the paths of the CI files begin with, by the host that runs them."""


@define(frozen=True)
class File:
    """A file of the new repository."""

    content: bytes
    is_executable: bool = False


@define(frozen=True)
class Sdk:
    """What is put into the template: names, the API's title, the name of its description's file, and the host of CI.

    `ci` is None in repositories that were made when all of them were given the CI files of every host. `http` is the
    HTTP client library.
    """

    names: Names
    title: str
    description: str
    ci: str | None
    http: str = HTTP[0]


def delivered(sdk: Sdk, folder: Path) -> dict[str, File]:
    """Return what a repository is given, and given again whenever it is renewed, by paths.

    `folder` is an empty one, to work in: code is formatted there, since a new name has another length and order.
    """
    edits = _edits(sdk)
    for path, source in _sources().items():
        text = sdk.names.put_into(source.read_text(encoding="utf-8"))
        for pattern, replacement in edits.pop(path, {}).items():
            text, count = re.subn(pattern, lambda _, new=replacement: new, text, flags=re.MULTILINE)  # type: ignore[misc]
            if not count:
                raise AssertionError(f"{path} has nothing that matches {pattern!r}")
        if path.endswith(".md"):
            text = _LINK.sub(r"\1 (`.venv/bin/afresh-toolkit help \2`)", text)
        if _is_of_another_host(path, sdk.ci):
            continue
        if sdk.http != HTTP[0]:
            text = _with_imports_of(sdk.http, text)
        target = folder / sdk.names.put_into(_MOVED.get(path, path))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        target.chmod(0o755 if is_program(text.encode()) else 0o644)
    if edits:
        raise AssertionError(f"{', '.join(edits)}: not delivered, and edited")
    _format(folder, sdk.names.api)
    return dict(_files(folder))


def lock(sdk: Sdk) -> str:
    """Return the text of the lock file, but for the toolkit itself."""
    text = sdk.names.put_into((places()[1] / LOCK).read_text(encoding="utf-8"))
    if sdk.http == HTTP[0]:
        return text
    return with_pins(text, (HERE / sdk.http / LOCK).read_text(encoding="utf-8"))


def _with_imports_of(http: str, text: str) -> str:
    """Return a page, or the code of a test, with another HTTP client library."""
    text = re.sub(rf"^( *)import {HTTP[0]}$", rf"\1import {http} as {HTTP[0]}", text, flags=re.MULTILINE)
    return text.replace(f"'{HTTP[0]}[socks]'", f"'{http}[socks]'")


def given_once(sdk: Sdk) -> dict[str, File]:
    """Return what a repository is given when it is made, and is its team's from then on."""
    changelog = f"# Changelog\n\n## [Unreleased]\n\n### Added\n\n- The SDK of {sdk.title}.\n"
    return {"CHANGELOG.md": File(changelog.encode())}


def _is_of_another_host(path: str, ci: str | None) -> bool:
    return ci is not None and any(files and path.startswith(files) for host, files in CI.items() if host != ci)


def _sources() -> dict[str, Path]:
    root, others = places()
    found = {path: root / path for path in list_files(root)}
    found |= {path: others / path for path in files_in(others)}
    del found[LOCK]  # which is merged in another way
    return dict(sorted(found.items()))


def _edits(sdk: Sdk) -> dict[str, Mapping[str, str]]:
    """Return what is replaced in which file, by patterns that must each be there. Names are new already."""
    about = _toml(f"A typed Python SDK for {sdk.title}, whose session renews itself")
    as_json: dict[str, Mapping[str, str]] = {}
    longer: dict[str, str] = {}
    if sdk.description != "openapi.yaml":
        as_json["scripts/generate"] = {r"openapi\.yaml": sdk.description}
    if len(sdk.names.package) > len(OWN):  # texts with the name in them may become too long, where code is broken anew
        long = '    "E501",     # the formatter breaks code; a text with the name in it may be longer\n'
        longer = {r'(?<=^ignore = \[\n)(?=    "COM812")': long}
    installed = {
        r" --editable \. --editable scripts/toolkit": " --editable .",
        r"--require-hashes -r requirements\.lock$": "--require-hashes --find-links scripts -r requirements.lock",
    }
    audited = {r"(?<=pip-audit )--strict ": ""}  # the toolkit is on no public index
    return {
        **as_json,
        ".github/workflows/ci.yml": {
            **installed,
            r"\n  (?:httpx2|real-servers):\n(?:    .*\n)+": "",
            r"(?<=-m pytest)(?: \\)?(?:\n +tests/.*)+": "",
            **audited,
        },
        ".gitlab-ci.yml": {
            **installed,
            r"^(?:httpx2|real-servers):\n(?:  .*\n)+\n": "",
            r"(?<=-m pytest)(?: \\)?(?:\n +tests/.*)+": "",
            **audited,
        },
        ".gitignore": {rf"^\.{folder}/\n": "" for folder in ("venv-bench", "venv-real-servers", "node-real-servers")},
        f"custom/{OWN}/__init__.py": {r'\A"""(?:.*\n)+?"""\n': f'"""{_docstring(sdk)}"""\n'},
        "pyproject.toml": {
            **longer,
            r"^description = .*$": f"description = {about}",
            r"/openapi\.yaml": f"/{sdk.description}",
            r"^dev = \[\n": 'dev = [\n    "afresh-toolkit",                   # what is behind scripts/\n',
            **_http_settings(sdk),
        },
        "tests/sample/test_api.py": {
            r"(?<=^from )servers\.": "",
            r"^from places import ROOT\n": "",
            r"^(?=GENERATED = )": "ROOT = Path(__file__).resolve().parents[1]\n",
        },
        "scripts/install": {
            **installed,
            r' scripts/toolkit/pyproject\.toml\)"  # their versions': ')"  # its version',
        },
    }


def _http_settings(sdk: Sdk) -> dict[str, str]:
    """Return what pyproject.toml has in another way for an HTTP client library that is not the usual one."""
    if sdk.http == HTTP[0]:
        return {}
    asked = tomllib.loads((HERE / sdk.http / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return {
        rf'^    "{HTTP[0]}>=.*",$': "".join(f'    "{one}",' for one in asked),
        rf'(?<="){HTTP[0]}(?="\])': sdk.http,
        rf"(?<=need\. ){HTTP[0]} ": f"{sdk.http} ",
        rf'^package = "{sdk.names.package}"$': f'package = "{sdk.names.package}"\nhttp = "{sdk.http}"',
    }


def _docstring(sdk: Sdk) -> str:
    title = "".join(c for c in sdk.title if c.isprintable()).replace("\\", "").replace('"', "'")
    return f"The typed Python SDK of {title}."


def _toml(text: str) -> str:
    """Write a text as TOML has it."""
    return json.dumps("".join(c for c in " ".join(text.split()) if c.isprintable()), ensure_ascii=False)


def _format(folder: Path, generated: str) -> None:
    """Sort imports and break lines as the new repository's own check wants it."""
    own = f'lint.isort.known-first-party = ["{generated}"]'  # which is not there yet
    _ruff(folder, "check", "--select", "I", "--fix", "--config", own, ".")
    _ruff(folder, "format", ".")


def formatted(folder: Path, markdown: str) -> str:
    """Break the lines of the code in a page as the check of the repository in a folder wants it."""
    command = [find_ruff_bin(), "format", "--quiet", "--no-cache", "--stdin-filename", "README.md", "-"]
    ran = subprocess.run(command, cwd=folder, input=markdown.encode(), capture_output=True, check=True)
    return ran.stdout.decode()


def _ruff(folder: Path, *command: str) -> None:
    subprocess.run([find_ruff_bin(), *command, "--quiet", "--no-cache"], cwd=folder, check=True)


def _files(folder: Path) -> Iterator[tuple[str, File]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield file.relative_to(folder).as_posix(), File(file.read_bytes(), bool(file.stat().st_mode & 0o100))
