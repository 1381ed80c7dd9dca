"""What the documents say: examples run, commands exist and take their options, links and files lead somewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from afresh._environment import variables
from examples import API, SANDBOX, read, run_examples
from lifecycles import lifecycle_of, live_by
from made import SCRIPT, make
from places import ROOT
from places import TESTS as TESTS_FOLDER
from servers.sign_in_server import DESCRIPTION, ask, led_to, signing_in
from shell import Terminal, environment, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.process import Sandbox

PAGES = ["README.md", *sorted(page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").glob("*.md"))]
CALLS, COMMAND_LINE, DEVELOPING = "docs/calls.md", "docs/command-line.md", "docs/developing.md"
EXTENDING, LIFECYCLE, REGENERATE, SESSIONS, TESTING = (
    f"docs/{name}.md" for name in ("extending", "lifecycle", "regenerate", "sessions", "testing")
)
TESTS = sorted(set(re.findall(r"`(test_\w+\.py)(?:::(\w+))?`", read(DEVELOPING))))
FILES = sorted(
    {
        (page, path)
        for page in PAGES
        for path in re.findall(r"`((?:custom|docs|generated|scripts|tests)/[\w./-]+)`", read(page))
    }
)


def blocks(page: str, language: str) -> list[str]:
    """Give the code of a page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", read(page), re.DOTALL | re.MULTILINE)


def test_the_examples_of_calls_do_what_they_say(sandbox: Sandbox, tmp_path: Path) -> None:
    errors, models, retries, answers, lists, many, files, streams, mocks, over_aiohttp, own = run_examples(
        CALLS, sandbox, tmp_path, {}
    )
    assert (over_aiohttp, own) == ("50\n", "ada\n")
    assert errors.startswith("404 GET ")
    assert "body/title None" in errors
    assert models == "Write again\n"
    assert retries == "ada\n"
    assert answers == "201 application/json Seen\n200 2\ntext/event-stream task_created\nb'trace=true'\n"
    assert many.splitlines()[0] == "no task True 404"
    assert many.endswith(" done\n")
    assert mocks == "Mocked\nmissing a required argument: 'body'\n"
    assert lists == "20 False\n"
    assert files.endswith("110000 of 110000\n")
    assert streams == "task_created\nstatus_changed\ntask_created True\nstatus_changed True\n"


def test_the_examples_of_testing_do_what_they_say(sandbox: Sandbox, tmp_path: Path) -> None:
    first, times, tokens = run_examples(TESTING, sandbox, tmp_path, {})
    assert first == "Write tests\n2\n404\nRun tests\n{'status': 'open'}\n"
    assert times == "2\n"
    assert tokens == "1\nsign in again\n"


def test_the_examples_of_sessions_do_what_they_say(sandbox: Sandbox, tmp_path: Path) -> None:
    stored, device, shared = run_examples(SESSIONS, sandbox, tmp_path, {}, without="Authorization")
    assert (stored, device, shared) == ("ada\n", "", "ada\n200\n")
    assert (tmp_path / "session.json").exists()


def test_the_examples_of_signing_in_by_a_browser_do_what_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_by(DESCRIPTION, tmp_path, monkeypatch)
    monkeypatch.setenv("BROWSER", "a browser")
    monkeypatch.setattr("webbrowser.open", lambda url: ask(led_to(url)))
    own, web = (code for code in blocks(SESSIONS, "python") if "Authorization" in code)
    with signing_in(client_id="my-program") as server:
        exec(compile(own.replace(API, server.url), SESSIONS, "exec"), {})
        assert server.shown[0]["scope"] == "tasks"
        assert server.redeemed[0]["grant_type"] == "authorization_code"
    with signing_in(client_id="my-app", client_secret="known to my-app") as server:
        names: dict[str, Any] = {}
        exec(compile(web.replace(API, server.url), SESSIONS, "exec"), names)
        user: dict[str, Any] = {}
        names["end"](user, led_to(names["begin"](user)))
        assert user["tokens"].access_token == server.access


def test_the_examples_of_extending_do_what_they_say(sandbox: Sandbox, tmp_path: Path) -> None:
    method, header, both, signed, key, traced, logged, deployments, other, store, contract, in_process = run_examples(
        EXTENDING, sandbox, tmp_path, {}, without="webhooks"
    )
    assert method == "1\nCall again\n"
    assert (header, both) == ("ada\nada\n", "ada\n")
    assert signed == "200 True\n"
    assert key == "the key\n"
    assert traced == "GET /me 200\n"
    assert logged == "signed_in\nrefresh_started\nrefresh_rotated\nrefresh_ended\n"
    assert deployments == "True\n"
    assert other == "200\n"
    assert store == "True\n"
    assert contract == ""
    assert in_process == "Bearer a-token\n"


def test_the_example_of_the_environment_does_what_it_says(sandbox: Sandbox, tmp_path: Path) -> None:
    assert run_examples(COMMAND_LINE, sandbox, tmp_path, {}) == ["ada\n"]


def test_the_example_of_operating_writes_lines_of_json(sandbox: Sandbox, tmp_path: Path) -> None:
    assert run_examples("docs/operating.md", sandbox, tmp_path, {}) == [""]
    dashboard = json.loads(read("docs/dashboard.json"))
    queries = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    assert set(re.findall(r'event=~?"([\w|]+)"', queries)) == {"refresh_ended", "signed_in|signed_out"}


def test_the_variables_are_those_that_are_read() -> None:
    rows = re.findall(r"^\| (`AFRESH_.*?) \|", read(COMMAND_LINE), re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(variables())


def test_the_session_in_the_shell_is_as_it_shows(sandbox: Sandbox, tmp_path: Path) -> None:
    session, _ = blocks(COMMAND_LINE, "console")
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE)
    assert len(steps) > 10
    for command, shown in steps:
        if command.startswith("curl ") and not shutil.which("curl"):
            continue
        with at_home(command.replace(SANDBOX, sandbox.url), tmp_path) as seen:
            for prompt, answer in (("username:", "ada\n"), ("password:", "lovelace\n")):
                if prompt in shown and " login " in command:
                    seen.read_until(prompt)
                    seen.type(answer)
        output = seen.shown.replace("\r\n", "\n").replace(sandbox.url, SANDBOX).replace(str(tmp_path), "/home/ada")
        assert without_chance(output) == without_chance(shown)


def test_signing_in_by_a_browser_and_on_a_device_is_as_it_shows(tmp_path: Path) -> None:
    _, session = blocks(COMMAND_LINE, "console")
    exports, *steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE)
    make(f"openapi: 3.1.0\ninfo: {{title: Tasks, version: '1'}}\n{DESCRIPTION}", tmp_path, package="afresh_api")
    browser = tmp_path / "browser"
    visit = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()"
    browser.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{visit}' \"$1\"\n", encoding="utf-8")
    browser.chmod(0o755)
    with signing_in() as server:
        variables = dict(pair.split("=", 1) for pair in exports[0].replace(API, server.url).split()[1:])
        variables |= {"BROWSER": str(browser), "PYTHONPATH": str(tmp_path)}
        for command, shown in steps:
            with at_home(command, tmp_path, **variables) as seen:
                if "--device" in command:
                    seen.read_until("minutes.")
                    ask(f"{server.url}/device?user_code=WDJB-MJHT")
            output = seen.shown.replace("\r\n", "\n").replace(server.url, API).replace(str(tmp_path), "/home/ada")
            output = re.sub(r"(response_type=code)\S*", r"\1…", output)
            output = re.sub(r"(?m)^[\u2580\u2584\u2588 ]+\n", "", output)  # the QR code
            assert not {secret for secret in server.secrets if secret in output}
            assert without_chance(output) == without_chance(shown)


@contextmanager
def at_home(command: str, home: Path, **variables: str) -> Iterator[Terminal]:
    """Run a line of the shell on a terminal, where `afresh` is a program."""
    binaries = home / "bin"
    binaries.mkdir(exist_ok=True)
    (binaries / "afresh").write_text(f'#!/bin/sh\nexec {sys.executable} -m afresh "$@"\n')
    (binaries / "afresh").chmod(0o755)
    own = environment(home, **variables)
    own["PATH"] = f"{binaries}:{own['PATH']}"
    own.pop("COVERAGE_PROCESS_START", None)
    with terminal(["sh", "-c", f"cd {home}; {command}"], own) as seen:
        yield seen


def without_chance(text: str) -> str:
    """Take out what differs from one run to the next: moments and ids, and the spaces at the ends of lines."""
    return re.sub(
        r" +$|\d{4}-\d\d-\d\d [\d:]+|0:14:5\d|0:04:5\d|[0-9a-f]{8}-[0-9a-f-]{27}", "", text, flags=re.MULTILINE
    )


def test_the_examples_of_extensions_are_those_of_the_sample_api() -> None:
    listed = (yaml.safe_load(block) for block in blocks(LIFECYCLE, "yaml") if "x-webhook" not in block)
    lifecycle, *_, pagination = listed
    openapi: Any = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    assert lifecycle["x-token-lifecycle"] == openapi["x-token-lifecycle"]
    assert pagination["x-pagination"] == openapi["paths"]["/tasks"]["get"]["x-pagination"]


def test_the_example_of_a_session_in_cookies_is_compiled(tmp_path: Path) -> None:
    in_cookies, expired = (block for block in blocks(LIFECYCLE, "yaml") if "cookie" in block or "expired:" in block)
    described = yaml.safe_load(in_cookies)
    described["x-token-lifecycle"] |= yaml.safe_load(expired)
    paths: Any = {f"/auth/{name}": {"post": {"responses": {"204": {}}}} for name in ("login", "refresh", "logout")}
    lifecycle = lifecycle_of(yaml.safe_dump({**described, "paths": paths}), tmp_path)
    assert lifecycle.carrier is not None
    assert lifecycle.refresh is not None
    assert lifecycle.csrf != lifecycle.refresh.csrf
    assert [one.status for one in lifecycle.expired] == [419, 422, 403]


def test_the_example_of_signing_in_elsewhere_is_taken(tmp_path: Path) -> None:
    (elsewhere,) = (block for block in blocks(LIFECYCLE, "yaml") if "authorize:" in block)
    lifecycle = lifecycle_of(f"{elsewhere}paths: {{}}\n", tmp_path)
    assert lifecycle.authorization
    assert lifecycle.authorization.token.grants == ("authorization_code", "device_code")
    assert lifecycle.refresh
    assert lifecycle.refresh.url == "/o/token/"


def test_the_example_of_an_overlay_is_taken(tmp_path: Path) -> None:
    (overlay,) = blocks(REGENERATE, "yaml")
    (tmp_path / "overlay.yaml").write_text(overlay, encoding="utf-8")
    command: list[str | Path] = [SCRIPT, "--spec", ROOT / "openapi.yaml", "--overlay", tmp_path / "overlay.yaml"]
    command += ["--output", tmp_path, "--package", "corrected_api"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_exist_and_take_the_options(page: str) -> None:
    for command, arguments in re.findall(r"\./(scripts/[\w-]+)([^\n#`]*)", read(page)):
        assert (ROOT / command).stat().st_mode & 0o100, command
        options = re.findall(r"(?<=\s)--[\w-]+", arguments)
        assert [option for option in options if option not in told_of(command)] == [], command


@cache
def told_of(command: str) -> str:
    """Give what a command says of its options. These two are shell scripts: one has no --help, and begins to test."""
    script = ROOT / command
    if script.name in {"test", "explore"}:
        return script.read_text(encoding="utf-8")
    return subprocess.check_output([script, "--help"], text=True)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_what_is_there(page: str) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", read(page)):
        file = (ROOT / page).parent / target if target else ROOT / page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), (target, anchor)


def anchors(text: str) -> list[str]:
    """Give what the hosts call the headings of a page."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_the_tests_that_are_named_exist(file: str, name: str) -> None:
    (found,) = TESTS_FOLDER.rglob(file)
    source = found.read_text(encoding="utf-8")
    assert not name or f"def {name}(" in source


@pytest.mark.parametrize(("page", "path"), FILES)
def test_the_files_that_are_named_exist(page: str, path: str) -> None:
    assert (ROOT / path).exists(), page


@pytest.mark.parametrize(
    ("page", "named", "folder"),
    [
        ("README.md", r"`(_\w+(?:/[\w./]*|\.py))`", "custom/afresh"),
        (SESSIONS, r"`(_\w+/[\w./]*)`", "custom/afresh"),
        (DEVELOPING, r"^\| `((?!tests/)[\w/]+/)` \|", "scripts/toolkit/afresh_toolkit"),
    ],
)
def test_what_the_tables_name_within_a_folder_exists(page: str, named: str, folder: str) -> None:
    names = re.findall(named, read(page), re.MULTILINE)
    assert len(names) > 5
    assert [name for name in names if not (ROOT / folder / name).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_tables_have_as_many_cells_in_each_row(page: str) -> None:
    lines = re.sub(r"^```.*?^```", "", read(page), flags=re.DOTALL | re.MULTILINE).splitlines()
    for above, row in pairwise(lines):
        if above.startswith("|") and row.startswith("|"):
            assert cells(above) == cells(row), row


def cells(row: str) -> int:
    return len(re.sub(r"\\\||`[^`]*`", "", row).strip("|").split("|"))
