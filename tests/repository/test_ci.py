"""The ready-made CI files: what they run is there, is well-formed, and does what it should."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from places import ROOT
from projects import CHANGED, Project, Server, branch_of, environment, make_project, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GITLAB = ROOT / ".gitlab-ci.yml"
FILES = [*WORKFLOWS, GITLAB]


def load(file: Path) -> Any:
    """Read a file with texts alone, since YAML 1.1 has the key `on` for a truth."""
    return yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)


def jobs(file: Path) -> dict[str, list[str]]:
    """Return the snippets of each job."""
    content = load(file)
    if file == GITLAB:
        return {name: job["script"] for name, job in content.items() if isinstance(job, dict) and "script" in job}
    return {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in content["jobs"].items()}


SNIPPETS = [(file, name, snippet) for file in FILES for name, snippets in jobs(file).items() for snippet in snippets]


def snippet(file: str, job: str, having: str) -> str:
    """Return the one snippet of a job that has a text in it."""
    (found,) = [text for path, name, text in SNIPPETS if (path.name, name) == (file, job) and having in text]
    return found


def execute(text: str, folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a snippet as a runner does."""
    return subprocess.run(
        ["sh", "-e", "-c", text], cwd=folder, env=dict(variables), capture_output=True, text=True, check=False
    )


@cache
def help_of(script: Path) -> str:
    return subprocess.check_output([script, "--help"], text=True)


@pytest.mark.parametrize(("file", "job", "text"), SNIPPETS, ids=[f"{file.name}-{job}" for file, job, _ in SNIPPETS])
def test_what_is_run_is_there_and_takes_the_options(file: Path, job: str, text: str) -> None:
    assert subprocess.run(["sh", "-n", "-c", text], check=False).returncode == 0, (file, job)
    for command, arguments in re.findall(r"(\./scripts/[\w-]+|\.venv/bin/[\w-]+)([^\n>|;&]*)", text):
        script = ROOT / command
        assert script.stat().st_mode & 0o100, command
        options = re.findall(r"(?<=\s)--[\w-]+", arguments)
        if options:
            # scripts/test has no --help, and would begin to test.
            is_test = script.name == "test"
            told = script.read_text() if is_test else help_of(script)
            assert not [option for option in options if option not in told], command


def test_both_hosts_do_the_same() -> None:
    at_github = {name for file in WORKFLOWS for name in jobs(file)} - {"pull-request"}
    assert at_github | {"merge-request"} == set(jobs(GITLAB))
    for job, command in (("test", "./scripts/test"), ("audit", ".venv/bin/pip-audit --strict --require-hashes")):
        for file in ("ci.yml", ".gitlab-ci.yml"):
            assert snippet(file, job, command)


@pytest.mark.parametrize("job", ["windows", "macos"])
@pytest.mark.parametrize("file", ["ci.yml", ".gitlab-ci.yml"])
def test_other_systems_run_tests_that_exist_and_can_run_there(file: str, job: str) -> None:
    commands = "\n".join(text for path, name, text in SNIPPETS if (path.name, name) == (file, job))
    tests = re.findall(r"tests/[\w/]+\.py", commands.partition("-m pytest")[2])
    assert "tests/layer/stores/test_any_system.py" in tests
    for name in tests:
        content = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"^(import|from) (fcntl|grp|pty|pwd|shell|termios)\b", content, re.MULTILINE), name
    assert job == "macos" or "./scripts" not in commands, "Windows runs no shell script by its path"


def test_every_python_is_tested_at_both_hosts() -> None:
    versions = load(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert versions == load(GITLAB)["test"]["parallel"]["matrix"][0]["PYTHON_VERSION"]
    assert versions == ["3.11", "3.12", "3.13", "3.14", "3.15"]


def test_actions_are_pinned_by_commit_and_name_their_version() -> None:
    used = {
        (action, commit, version)
        for file in WORKFLOWS
        for action, commit, version in re.findall(r"uses: (\S+?)@(\S+)(.*)", file.read_text(encoding="utf-8"))
    }
    assert used
    for action, commit, version in used:
        assert re.fullmatch(r"actions/(checkout|setup-python|(upload|download)-artifact)", action)
        assert re.fullmatch(r"[0-9a-f]{40}", commit), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", version), action
    assert len({action for action, _, _ in used}) == len(used), "an action has one version in all files"


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_have_no_more_rights_than_they_need(file: Path) -> None:
    content = load(file)
    assert content["on"]
    assert content["permissions"] == {"contents": "read"}
    granted = {name: job["permissions"] for name, job in content["jobs"].items() if "permissions" in job}
    assert (
        granted
        == {
            "ci.yml": {"pages": {"contents": "write"}},
            "release.yml": {"release": {"contents": "write"}},
            "sync.yml": {"pull-request": {"contents": "write", "pull-requests": "write"}},
        }[file.name]
    )
    for job in content["jobs"].values():
        assert job["timeout-minutes"]
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "what others may choose would become a part of the program"
            if "uses" in step:
                assert step["with"].get("persist-credentials") == ("false" if "checkout" in step["uses"] else None)


def test_what_follows_a_description_has_nothing_to_write_with() -> None:
    at_github, at_gitlab = load(ROOT / ".github" / "workflows" / "sync.yml")["jobs"]["sync"], load(GITLAB)["sync"]
    assert not [step for step in at_github["steps"] if "GH_TOKEN" in step.get("env", {})]
    assert "environment" not in at_gitlab
    assert not [text for path, name, text in SNIPPETS if name == "sync" and "TOKEN" in text]
    assert load(GITLAB)["merge-request"]["environment"] == {"name": "sync", "action": "access"}


@pytest.mark.parametrize("file", ["release.yml", ".gitlab-ci.yml"])
def test_a_release_has_the_version_of_its_tag(file: str, tmp_path: Path) -> None:
    job = "test" if file == "release.yml" else "publish"
    check = snippet(file, job, "tomllib")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    for tag, status in (("v1.2.0", 0), ("v1.2.1", 1), ("1.2.0", 1)):
        ran = execute(check, tmp_path, environment(tmp_path, GITHUB_REF_NAME=tag, CI_COMMIT_TAG=tag))
        assert ran.returncode == status
        assert (f"The tag is {tag}, but pyproject.toml has 1.2.0" in ran.stderr) == bool(status)


@pytest.mark.parametrize(
    ("file", "program", "said"),
    [
        ("release.yml", "gh", "release create v1.2.0 --verify-tag --notes-file {0}/notes.md dist/acme-1.2.0.cdx.json"),
        (".gitlab-ci.yml", "curl", "description@notes.md --data-urlencode assets[links][][name]=acme-1.2.0.cdx.json"),
    ],
)
def test_a_release_says_what_is_new(file: str, program: str, said: str, tmp_path: Path) -> None:
    called = instead_of(program, tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("## [Unreleased]\n\n## [1.2.0] - today\n\n- New.\n\n## [1.1.0]\n\n- Old.\n")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "acme-1.2.0.cdx.json").write_text("{}")
    variables = {"GITHUB_REF_NAME": "v1.2.0", "CI_COMMIT_TAG": "v1.2.0", "RUNNER_TEMP": str(tmp_path)}
    path = f"{tmp_path}/bin:{environment(tmp_path)['PATH']}"
    ran = execute(snippet(file, "release", program), tmp_path, environment(tmp_path, PATH=path, **variables))
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "notes.md").read_text().strip() == "- New."
    assert said.format(tmp_path) in called.read_text()


def instead_of(program: str, folder: Path) -> Path:
    """Put a program on the PATH that stands for a service which cannot be had here; returns what notes its calls."""
    called = folder / "called"
    (folder / "bin").mkdir()
    script = folder / "bin" / program
    script.write_text(f"#!/bin/sh\necho \"$@\" >> '{called}'\n")
    script.chmod(0o755)
    return called


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("template") / "project")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        server.has(CHANGED)
        yield server


@pytest.fixture
def remote(template: Project, tmp_path: Path) -> Project:
    """Make the repository at the host, which notes the options of a push."""
    template.git("clone", "--quiet", "--bare", template.root, tmp_path / "team" / "sdk.git")
    remote = Project(tmp_path / "team" / "sdk.git")
    remote.git("config", "receive.advertisePushOptions", "true")
    hook = remote.root / "hooks" / "post-receive"
    hook.write_text("#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION_ | sort > push-options\n")
    hook.chmod(0o755)
    return remote


def clone(remote: Project, folder: Path, *options: str) -> Project:
    remote.git("clone", "--quiet", *options, f"file://{remote.root}", folder)  # by a path, options would not count
    project = Project(folder)
    (folder / ".git" / "info" / "exclude").write_text(".venv\n")
    subprocess.run(["./scripts/install"], cwd=folder, check=True)
    return project


def test_at_github_a_changed_description_opens_a_pull_request(remote: Project, server: Server, tmp_path: Path) -> None:
    called = instead_of("gh", tmp_path)
    variables = environment(
        tmp_path, SPEC_URL=server.url, RUNNER_TEMP=str(tmp_path), GITHUB_REF_NAME="main", GH_TOKEN="secret"
    )
    variables["PATH"] = f"{tmp_path}/bin:{variables['PATH']}"
    made, packed = (snippet("sync.yml", "sync", having) for having in ("./scripts/sync", "git bundle"))
    opened = snippet("sync.yml", "pull-request", "gh pr create")
    branch = branch_of(CHANGED)

    project, other = clone(remote, tmp_path / "first"), clone(remote, tmp_path / "other", "--depth=1")
    for text, where in ((made, project), (packed, project), (opened, other)):
        ran = execute(text, where.root, variables)
        assert ran.returncode == 0, ran.stderr
    assert remote.git("show", f"{branch}:openapi.yaml") == CHANGED
    summary = tmp_path / "sync" / "summary.md"
    assert summary.read_text().startswith("# Small: 1 → 2\n")
    assert called.read_text() == (
        f"auth setup-git\npr create --base main --head {branch} --title Follow Small: 1 → 2 --body-file {summary}\n"
    )

    called.unlink()
    shutil.rmtree(tmp_path / "sync")
    project = clone(remote, tmp_path / "second")  # on the next day, before it is merged
    for text in (made, packed, opened):
        assert execute(text, project.root, variables).returncode == 0
    assert not called.exists()


def test_at_gitlab_a_changed_description_opens_a_merge_request(remote: Project, server: Server, tmp_path: Path) -> None:
    variables = environment(
        tmp_path,
        SPEC_URL=server.url,
        SYNC_TOKEN="secret",
        CI_DEFAULT_BRANCH="main",
        CI_PROJECT_PATH="team/sdk",
        CI_SERVER_HOST="gitlab.example.com",
        CI_SERVER_URL=f"file://{tmp_path}",
    )
    made = snippet(".gitlab-ci.yml", "sync", "./scripts/sync")
    opened = snippet(".gitlab-ci.yml", "merge-request", "git fetch")
    project, other = clone(remote, tmp_path / "clone"), clone(remote, tmp_path / "other", "--depth=1")
    project.write("tests/test_things.py", "def test_nothing() -> None:\n    raise AssertionError\n")
    project.commit("Fail")
    ran = execute(made, project.root, variables)
    assert ran.returncode == 1
    other.git("pull", "--quiet", project.root, "main")
    shutil.move(project.root / "branch.bundle", other.root)
    ran = execute(opened, other.root, variables)
    assert ran.returncode == 0, ran.stderr
    branch = branch_of(CHANGED)
    assert remote.git("show", f"{branch}:openapi.yaml") == CHANGED
    assert (remote.root / "push-options").read_text().splitlines() == [
        "GIT_PUSH_OPTION_0=merge_request.create",
        "GIT_PUSH_OPTION_1=merge_request.target=main",
        "GIT_PUSH_OPTION_2=merge_request.remove_source_branch",
        "GIT_PUSH_OPTION_COUNT=3",
    ]

    (remote.root / "push-options").unlink()
    project = clone(remote, tmp_path / "again")
    ran = execute(made, project.root, variables)
    assert ran.returncode == 0, ran.stderr
    assert f"already on branch origin/{branch}" in ran.stderr
    assert execute(opened, project.root, variables).returncode == 0
    assert not (remote.root / "push-options").exists()
