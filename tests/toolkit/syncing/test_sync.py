"""`scripts/sync`: a new description becomes a branch, an old one touches nothing, and nobody's work is in the way."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import tomllib
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from afresh_toolkit.checkout import Checkout
from afresh_toolkit.comparing.changes import Change, Kind
from afresh_toolkit.scaffold.marked import BEGIN, END
from afresh_toolkit.syncing.description import Committed, Incoming, Unchanged, fetch
from afresh_toolkit.syncing.differences import differences
from afresh_toolkit.syncing.fetching import FetchError, download
from afresh_toolkit.syncing.record import Record
from afresh_toolkit.syncing.repository import Repository
from afresh_toolkit.syncing.summary import Failure, Report
from made import SMALL
from projects import CHANGED, IDENTITY, Project, Server, branch_of, make_project, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BREAKING = SMALL.replace("required: [name], properties: {name:", "required: [label], properties: {label:")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Make the project that each test gets a copy of."""
    return make_project(tmp_path_factory.mktemp("template") / "project")


@pytest.fixture
def project(template: Project, tmp_path: Path) -> Project:
    return template.copy(tmp_path / "project")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def test_a_new_description_becomes_a_tested_branch_and_is_not_fetched_again(project: Project, server: Server) -> None:
    server.has(CHANGED, ETag='"2"', Last_Modified="Wed, 25 Nov 2026 10:00:00 GMT")
    project.write("notes.txt", "mine")
    project.write("README.md", "staged")
    project.git("add", "README.md")
    before = project.work()
    ran = project.sync(server.url)
    assert ran.returncode == 0, ran.stderr
    assert project.is_as_before(before)
    branch = branch_of(CHANGED)
    assert project.branches == [branch]
    assert "What is not committed here is no part of it" in ran.stderr
    assert f"made branch {branch}; its tests pass" in ran.stderr
    assert not (project.root / ".git" / "sync.log").exists()

    heading, body = ran.stdout.split("\n\n", 1)
    assert heading == "# Small: 1 → 2"
    assert "an **addition**: version 0.1.0 → **0.2.0**" in body
    assert "1 added, 0 removed, 2 in all" in body
    assert "`./scripts/test` passes." in body
    assert "| addition | `things.get` |" in body
    assert project.git("log", "-1", "--format=%B", branch).strip() == f"Follow Small: 1 → 2\n\n{body}".strip()

    changed = set(project.git("diff", "--name-only", "main", branch).split())
    assert {path.split("/")[0] for path in changed} == {
        "CHANGELOG.md",
        "docs",
        "generated",
        "openapi.yaml",
        "pyproject.toml",
        "sync.toml",
    }
    assert project.git("rev-parse", f"{branch}^") == project.git("rev-parse", "main")
    assert project.git("show", f"{branch}:openapi.yaml") == CHANGED
    assert 'version = "0.2.0"' in project.git("show", f"{branch}:pyproject.toml")
    assert "## [0.2.0]" in project.git("show", f"{branch}:CHANGELOG.md")
    assert tomllib.loads(project.git("show", f"{branch}:sync.toml")) == {
        "url": server.url,
        "sha256": sha256(CHANGED.encode()).hexdigest(),
        "etag": '"2"',
        "last-modified": "Wed, 25 Nov 2026 10:00:00 GMT",
    }

    ran = project.sync(server.url)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert f"already on branch {branch}" in ran.stderr
    assert project.is_as_before(before)

    project.commit("Keep a note")
    project.git("merge", "--quiet", "--no-edit", branch)
    everything = project.everything()
    ran = project.sync(server.url)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "openapi.yaml is unchanged; nothing to do" in ran.stderr
    assert project.everything() == everything
    assert [asked.get("if-none-match") for asked in server.asked] == [None, None, '"2"']


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({}, {}),
        ({"ETag": '"1"'}, {"if-none-match": '"1"'}),
        ({"Last_Modified": "Tue, 24 Nov 2026 10:00:00 GMT"}, {"if-modified-since": "Tue, 24 Nov 2026 10:00:00 GMT"}),
    ],
)
def test_what_is_unchanged_touches_nothing(
    project: Project, server: Server, headers: dict[str, str], asked: dict[str, str]
) -> None:
    server.has(SMALL, **headers)
    remember(project, server.url, SMALL, headers)
    project.write("README.md", "not committed")
    everything = project.everything()
    ran = project.sync(server.url)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "openapi.yaml is unchanged; nothing to do" in ran.stderr
    assert project.everything() == everything
    assert asked.items() <= server.asked[0].items()
    assert len(asked) == len(server.asked[0].keys() & {"if-none-match", "if-modified-since"})


def remember(project: Project, url: str, text: str, headers: dict[str, str]) -> None:
    """Commit what scripts/sync would, after it has fetched a text."""
    hash_ = sha256(text.encode()).hexdigest()
    record = Record(url, hash_, headers.get("ETag"), headers.get("Last_Modified"))
    project.write("sync.toml", record.write().decode())
    project.commit("Remember")


@pytest.mark.parametrize(
    "text", [SMALL.replace("\n", "\r\n") + "# moved\n", json.dumps(yaml.safe_load(SMALL), sort_keys=True)]
)
def test_a_description_in_another_form_or_order_is_no_change(project: Project, server: Server, text: str) -> None:
    server.has(text)
    everything = project.everything()
    ran = project.sync(server.url)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "openapi.yaml says what it said, in another form or order; nothing to do" in ran.stderr
    assert project.everything() == everything


def test_a_branch_says_what_it_lost_of_the_overlay_and_what_a_single_line_holds(
    project: Project, server: Server
) -> None:
    """What an overlay was for may be gone: the branch is made all the same. Its README follows the API."""
    action = """{target: "$.paths['/things'].get", description: Things have a limit, update: {x-limit: 1}}"""
    project.write("overlay.yaml", f"overlay: 1.0.0\ninfo: {{title: Ours, version: '1'}}\nactions:\n  - {action}\n")
    project.write("sdk.toml", "")
    project.write("README.md", f"# Ours\n\n{BEGIN}\n{END}\n\nMore of ours.\n")
    project.commit("Correct it")
    content = yaml.safe_load(CHANGED)
    content["paths"]["/objects"] = content["paths"].pop("/things")
    server.has(json.dumps(content))
    ran = project.sync(server.url)
    assert ran.returncode == 0, ran.stderr
    assert (
        '- An action of an overlay was left out. overlay.yaml:4: the action "Things have a limit" matches nothing: '
        "`target` is $.paths['/things'].get, which openapi.yaml does not have; mend the path, or remove the action."
    ) in ran.stdout.replace("\\", "")
    assert "```diff\n" in ran.stdout
    assert '\n- $.info.version: "1"\n+ $.info.version: "2"\n' in ran.stdout
    assert '\n+ $.paths[\'/objects\']: {"get": {"operationId": "listThings"' in ran.stdout
    readme = project.git("show", f"{branch_of(json.dumps(content))}:README.md")
    assert readme.startswith(f"# Ours\n\n{BEGIN}\n\nThe typed Python SDK of Small: 2 operations")
    assert "| `things.list` | `GET /objects` |" in readme
    assert readme.endswith("\n\nMore of ours.\n")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": 1}, {"a": True}, ["- $.a: 1", "+ $.a: true"]),
        ({"a": {}}, {"a": []}, ["- $.a: {}", "+ $.a: []"]),
        ({"/a b": {"get": None}}, {"/a b": {}}, ["- $['/a b'].get: null"]),
        ([1, 2, 3, 4], [1, 3, 4], ["- $[1]: 2"]),
        ([1, 4], [1, 2, 3, 4], ["+ $[1]: 2", "+ $[2]: 3"]),
        ([{"n": 1}, {"n": 2}, 3], [{"n": 1}, {"n": 5}, 3], ["- $[1].n: 2", "+ $[1].n: 5"]),
        ({}, {"a": "x" * 500}, [f'+ $.a: "{"x" * 119} …']),
    ],
)
def test_what_differs_is_said_part_by_part(before: Any, after: Any, said: list[str]) -> None:
    assert list(differences(before, after)) == said


def test_what_was_remembered_of_another_description_or_url_is_not_asked_by(project: Project, server: Server) -> None:
    server.has(SMALL, ETag='"1"')
    for url, text in ((server.url, CHANGED), (f"{server.url}?other", SMALL)):
        remember(project, url, text, {"ETag": '"1"'})
        assert project.sync(server.url).returncode == 0
    project.write("sync.toml", "<<<<<<< damaged")
    project.commit("Damage")
    assert project.sync(server.url).returncode == 0
    assert [asked.get("if-none-match") for asked in server.asked] == [None, None, None]


def test_where_tests_fail_the_branch_is_left_and_says_so_first(project: Project, server: Server) -> None:
    server.has(BREAKING)
    before = project.work()
    ran = project.sync(f"{server.url}?token=secret")
    assert ran.returncode == 1
    assert project.is_as_before(before)
    branch = branch_of(BREAKING)
    assert project.branches == [branch]
    heading, first, lines = ran.stdout.split("\n\n", 2)
    assert heading == "# Small 1, described anew"
    assert first == "**`./scripts/test` fails on this branch**, with status 1. It ends with:"
    assert lines.startswith("```text\n")
    assert "test_a_thing_has_a_name" in lines
    assert "**breaking**: version 0.1.0 → **0.2.0**" in lines
    assert "| breaking | `Thing.name` |" in lines
    assert "What breaks callers" in lines
    assert f"./scripts/test fails on branch {branch}; .git/sync.log has all that it said" in ran.stderr
    assert "test_a_thing_has_a_name" in (project.root / ".git" / "sync.log").read_text()
    assert "secret" not in project.git("log", "-1", "--format=%B", "--patch", branch) + ran.stdout + ran.stderr
    assert project.git("ls-tree", "--name-only", branch, "sync.toml") == ""
    assert str(project.root.parent) not in project.git("log", "-1", "--format=%B", branch)


def test_a_file_comes_with_what_it_refers_to_also_below_the_top_and_without_a_release(
    template: Project, tmp_path: Path
) -> None:
    project = template.copy(tmp_path / "all" / "sdk", ".git", "surface.txt")
    project.begin(project.root.parent)
    project.git("tag", "v0.0.1")
    for folder in ("custom", "generated"):
        shutil.copytree(template.root / folder, project.root / folder, dirs_exist_ok=True)
    project.commit("Write the surface down")
    for name in ("commit-msg", "post-checkout", "pre-commit"):
        hook = project.root.parent / ".git" / "hooks" / name
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
    spec = tmp_path / "theirs" / "api.yaml"
    spec.parent.mkdir()
    text = CHANGED.replace("#/components/schemas/Thing", "common.yaml#/Thing")
    spec.write_text(text)
    common = spec.with_name("common.yaml")
    common.write_text("Thing: {type: object, required: [name], properties: {name: {type: string}}}\n")
    ran = project.sync(os.path.relpath(spec, project.root))
    assert ran.returncode == 0, ran.stderr
    assert "v0.0.1 cannot be compared with, and the last commit is in its place: v0.0.1/generated" in ran.stderr
    assert "There is no release to compare with. Since the last commit, this is **breaking**" in ran.stdout
    assert "api.yaml" in ran.stdout
    (branch,) = project.branches
    assert project.git("show", f"{branch}:./common.yaml") == common.read_text()
    assert 'version = "0.2.0"' in project.git("show", f"{branch}:./pyproject.toml")

    project.git("merge", "--quiet", branch)
    committed = Committed.of(Repository.at(Checkout.at(project.root)))
    assert fetch(str(spec), committed) is Unchanged.BYTES
    common.write_text(f"{common.read_text()}# new\n")
    assert isinstance(fetch(str(spec), committed), Incoming)


def test_a_run_that_is_ended_leaves_nothing_behind(project: Project, server: Server) -> None:
    server.has(CHANGED)
    started, never = project.root.parent / "started", project.root.parent / "never"
    os.mkfifo(started)
    os.mkfifo(never)
    project.write("scripts/test", f"#!/bin/sh -e\necho $$ >'{started}'\ncat '{never}'\n")
    project.commit("Wait for ever")
    temporary = project.root.parent / "temporary"
    temporary.mkdir()
    before = project.work()
    with project.syncing(server.url, TMPDIR=str(temporary)) as process:
        tests = int(started.read_text())
        assert [*temporary.iterdir()]
        process.terminate()
        out, err = process.communicate()
    assert (process.returncode, out) == (128 + signal.SIGTERM, "")
    assert "Traceback" not in err
    assert project.is_as_before(before)
    assert project.branches == []
    assert [*temporary.iterdir()] == []
    assert not (project.root / ".git" / "sync.log").exists()
    with pytest.raises(ProcessLookupError):
        os.killpg(tests, 0)


def test_a_run_that_is_interrupted_says_nothing_more(project: Project, server: Server) -> None:
    server.has(CHANGED)
    everything = project.everything()
    with server.holding_back(), project.syncing(server.url) as process:
        assert server.is_asked.wait()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (128 + signal.SIGINT, "")
    assert err == f"scripts/sync: Reading {server.url} …\n"
    assert project.everything() == everything


def test_a_branch_with_something_else_on_it_is_left_alone(project: Project, server: Server) -> None:
    server.has(CHANGED)
    branch = branch_of(CHANGED)
    project.git("branch", branch)
    ran = project.sync(server.url)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert f"the branch {branch} is there already, with another description: rename or delete it" in ran.stderr
    assert project.git("rev-parse", branch) == project.git("rev-parse", "main")


def test_a_branch_that_was_pushed_is_not_made_again(project: Project, server: Server) -> None:
    server.has(CHANGED)
    branch = branch_of(CHANGED)
    project.git("switch", "--quiet", "--create", "theirs")
    project.write("openapi.yaml", CHANGED)
    project.commit("Follow it")
    project.git("update-ref", f"refs/remotes/origin/{branch}", "theirs")
    project.git("switch", "--quiet", "main")
    ran = project.sync(server.url)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert f"already on branch origin/{branch}" in ran.stderr
    assert project.branches == []


@pytest.mark.parametrize("allowed", [False, True])
def test_a_downloaded_description_gets_no_file_of_this_machine(
    project: Project, server: Server, *, allowed: bool
) -> None:
    secret = project.root.parent / "secret.yaml"
    secret.write_text("{type: object, properties: {token: {type: string}}}\n", encoding="utf-8")
    if allowed:  # which is meant for descriptions that the project has itself
        settings = project.root / "pyproject.toml"
        text = settings.read_text(encoding="utf-8")
        table = f'[tool.afresh]\nreferences = ["{secret.parent}"]\n'
        settings.write_text(re.sub(r"\[tool\.afresh\].*\n", table, text), encoding="utf-8")
        project.commit("Allow more folders")
    server.has(SMALL.replace("#/components/schemas/Thing", str(secret)))
    ran = project.sync(server.url)
    assert ran.returncode == 1
    assert f"$ref {secret} leads out of the description's folder" in ran.stderr
    assert project.branches == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('swagger: "1.2"\ninfo: {title: Old, version: "1"}\n', "openapi.yaml:1: this is a Swagger 1.2 description"),
        (
            SMALL.replace("#/components/schemas/Thing", "other.yaml#/Thing"),
            "$ref other.yaml#/Thing cannot be followed",
        ),
    ],
)
def test_what_cannot_be_generated_leaves_nothing_behind(project: Project, server: Server, text: str, said: str) -> None:
    server.has(text)
    before = project.work()
    ran = project.sync(server.url)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert said in ran.stderr
    assert "no branch was made: mend this in the description" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert project.branches == []
    assert project.is_as_before(before)


@pytest.mark.parametrize(
    ("status", "headers", "text", "said"),
    [
        (404, {}, "", "the server answers 404; see whether the address is right, or download it yourself"),
        (401, {}, "", "the server answers 401; see whether ~/.netrc has what 127.0.0.1 asks for"),
        (200, {}, "<!doctype html><title>Sign in</title>", "this is a page of HTML or XML, and no description"),
        (200, {}, "\n", "the answer is empty"),
        (302, {"Location": "http://192.0.2.1/api.yaml"}, "", "over plain http, whoever is on the way decides"),
        (302, {"Location": "/openapi.yaml"}, "", "redirect"),
    ],
)
def test_what_a_server_may_answer_is_said(
    server: Server, status: int, headers: dict[str, str], text: str, said: str
) -> None:
    server.has(text, **headers)
    server.status = status
    with pytest.raises(FetchError, match=re.escape(said)) as caught:
        download(f"{server.url}?token=secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("http://127.0.0.1:9/openapi.yaml", "refused; see whether the address is right"),
        ("http://api.example.com/openapi.yaml", "http://api.example.com/openapi.yaml: over plain http"),
        ("https://ada:secret@example.com/openapi.yaml", "the URL of example.com has a name or password in it"),
        ("ftp://example.com/openapi.yaml", "only https:// and http:// are downloaded"),
        ("none.yaml", "--spec none.yaml: No such file or directory; name a file"),
        (".", "--spec .: Is a directory; name a file"),
    ],
)
def test_what_cannot_be_fetched_is_said(project: Project, spec: str, said: str) -> None:
    everything = project.everything()
    ran = project.sync(spec)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert said in ran.stderr
    assert "secret" not in ran.stderr
    assert "Traceback" not in ran.stderr
    assert project.everything() == everything


def test_a_download_has_a_largest_size(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afresh_toolkit.syncing.fetching.LARGEST", 100)
    server.has(SMALL)
    with pytest.raises(FetchError, match="it has more than 100 bytes"):
        download(server.url)


def test_names_and_passwords_come_from_netrc_and_are_not_shown(
    project: Project, server: Server, tmp_path: Path
) -> None:
    server.has(SMALL)
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ada password lovelace\n")
    (tmp_path / ".netrc").chmod(0o600)
    ran = project.sync(server.url)
    assert ran.returncode == 0, ran.stderr
    assert server.asked[0]["authorization"] == "Basic YWRhOmxvdmVsYWNl"
    assert "lovelace" not in ran.stderr

    (tmp_path / "other").write_text("machine 127.0.0.1 pass lovelace\n")
    ran = project.sync(server.url, NETRC=str(tmp_path / "other"))
    assert ran.returncode == 1
    assert f"{tmp_path}/other:1: this is no netrc file" in ran.stderr
    assert "lovelace" not in ran.stderr


def test_a_hook_of_another_repository_may_run_it(project: Project, server: Server) -> None:
    server.has(SMALL)
    ran = project.sync(server.url, GIT_DIR="/no/such", GIT_INDEX_FILE="/no/such/index", GIT_PREFIX="such/")
    assert ran.returncode == 0, ran.stderr


def test_where_there_is_no_repository_or_no_description_is_said(project: Project) -> None:
    spec = project.root / "openapi.yaml"
    project.git("mv", "openapi.yaml", "openapi.json")
    project.commit("Rename it")
    project.git("mv", "openapi.json", "other.json")
    project.commit("Rename it again")
    assert "no openapi.yaml is committed here" in project.sync("other.json").stderr
    project.git("update-ref", "-d", "HEAD")
    assert "nothing is committed yet" in project.sync("other.json").stderr
    shutil.rmtree(project.root / ".git")
    ran = project.sync(spec)
    assert ran.returncode == 1
    assert "where there is none, run `git init`" in ran.stderr


def test_who_commits_must_be_known_before_it_takes_time(project: Project, server: Server) -> None:
    server.has(CHANGED)
    project.git("config", "user.useConfigOnly", "true")
    ran = project.sync(server.url, **dict.fromkeys(IDENTITY, ""))
    assert ran.returncode == 1
    assert "git cannot commit: set user.name and user.email" in ran.stderr
    assert "Generating" not in ran.stderr


def test_a_description_in_yaml_is_not_taken_for_json(project: Project, server: Server) -> None:
    server.has(CHANGED)
    project.git("mv", "openapi.yaml", "openapi.json")
    project.commit("Rename it")
    ran = project.sync(server.url)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert f"scripts/sync: {server.url} is no JSON (Expecting value: line 1 column 1 (char 0)), which " in ran.stderr


def test_a_description_stays_as_it_is_to_the_byte(project: Project) -> None:
    text = SMALL.replace("\n", "\r\n").encode()
    (project.root / "openapi.yaml").write_bytes(text)
    project.commit("Follow")
    assert Committed.of(Repository.at(Checkout.at(project.root))).content == text


def test_a_summary_has_room_in_a_pull_request_and_takes_nothing_for_markdown() -> None:
    changes = [Change(Kind.ADDITION, f"things.get_{number:04}", "is new: a | b") for number in range(3000)]
    report = Report(
        title="A <b>\n# title | of *theirs*",
        described=("1", "2"),
        differences=[f"+ $.paths./things/{number:04}: {{}}" for number in range(3000)],
        source="api.yaml",
        sha256="0" * 64,
        base="v1.0.0",
        changes=changes,
        released="1.0.0",
        proposed="1.1.0",
        operations=(frozenset(), frozenset(f"GET /{number}" for number in range(100))),
        remarks=[],
        failure=Failure(".git/sync.log", 2, ["before", "```", "after"]),
    )
    text = report.markdown()
    assert len(text) < 65_536
    assert text.startswith("# A \\<b\\> # title \\| of \\*theirs\\*: 1 → 2\n")
    assert "````text\nbefore\n```\nafter\n````" in text
    assert "| addition | `things.get_0000` | is new: a \\| b |" in text
    differences = text.count("+ $.paths")
    assert "```diff\n+ $.paths./things/0000: {}\n" in text
    assert f"\n\n{3000 - differences} more lines.\n" in text
    shown = text.count("| addition |")
    assert f"\n\n{3000 - shown} more: `./scripts/diff` lists them all." in text
