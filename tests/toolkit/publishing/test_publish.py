"""`scripts/publish`: what is on the index then, what is refused and how it is said, and that nothing is left behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tarfile
from importlib import metadata
from typing import TYPE_CHECKING

import httpx
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from afresh_toolkit.publishing.building import hash_of
from places import ROOT
from repositories import Repository, clone, make
from servers.package_index import PASSWORD, USERNAME, PackageIndex, cutting, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = "1.0.0"
WHEEL, SDIST = f"afresh_sdk-{VERSION}-py3-none-any.whl", f"afresh_sdk-{VERSION}.tar.gz"
SBOM = f"afresh_sdk-{VERSION}.cdx.json"
QUICK = 'import os\nprint("called:", os.environ.get("UV_PUBLISH_PASSWORD"))\n'
"""In the place of the calls, which --local makes as they are; they have no business with passwords."""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Return a repository that is about to release 1.0.0; nobody works in it."""
    return make(tmp_path_factory.mktemp("origin") / "repository", VERSION, calls=QUICK)


@pytest.fixture(scope="module")
def released(origin: Repository, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PackageIndex]:
    """Return an index to which 1.0.0 was published, from a clone beside it; nobody changes it."""
    folder = tmp_path_factory.mktemp("released")
    with running(folder / "packages") as index:
        ran = clone(origin, folder / "clone").publish_to(index.url)
        (folder / "output").write_text(ran.stdout + ran.stderr)
        assert ran.returncode == 0, ran.stderr
        yield index


@pytest.fixture
def repository(origin: Repository, tmp_path: Path) -> Repository:
    return clone(origin, tmp_path / "clone")


def test_a_release_is_on_the_index_and_in_dist_and_nothing_else_is(released: PackageIndex) -> None:
    dist = released.folder.parent / "clone" / "dist"
    built = {file.name: file.read_bytes() for file in dist.iterdir()}
    assert set(built) == {WHEEL, SDIST, SBOM}
    page = httpx.get(f"{released.url}afresh-sdk/", trust_env=False)
    links = dict(re.findall(r'href="([^"#]+/([^/"#]+))[^"]*"', page.text))
    assert {name: httpx.get(str(page.url.join(url)), trust_env=False).content for url, name in links.items()} == {
        name: built[name] for name in (WHEEL, SDIST)
    }
    output = (released.folder.parent / "output").read_text()
    assert "called: None" in output
    for name in built:
        assert f"{name} " in output
        assert hash_of(dist / name) in output


def test_the_sdist_holds_what_the_next_release_is_compared_with(released: PackageIndex) -> None:
    with tarfile.open(released.folder / SDIST) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"custom/afresh/__init__.py", "generated/afresh_api/surface.txt", "CHANGELOG.md"} <= names


def test_the_bill_of_materials_is_valid_and_says_nothing_of_the_machine(released: PackageIndex) -> None:
    text = (released.folder.parent / "clone" / "dist" / SBOM).read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert "pkg:pypi/httpx@" in text
    assert '"timestamp"' not in text
    assert str(released.folder.parent) not in text


def test_another_clone_makes_the_same_bytes(origin: Repository, released: PackageIndex, tmp_path: Path) -> None:
    other = clone(origin, tmp_path / "a" / "deeper" / "place", "--config", "core.autocrlf=true")
    for file in (other.root / "custom").rglob("*.py"):
        os.utime(file, (1e9, 1e9))
    other.git("config", "tar.umask", "0077")
    before = released.content()
    other.refuses(
        f"afresh-sdk=={VERSION} is on the index already, as it is here: what was released stays",
        "./scripts/diff --write does, once v1.0.0 has its tag",
        url=released.url,
    )
    assert released.content() == before


def test_what_was_interrupted_is_completed(repository: Repository, released: PackageIndex, tmp_path: Path) -> None:
    with running(tmp_path / "packages") as index:
        shutil.copy(released.folder / WHEEL, index.folder)
        (repository.root / "scripts" / "smoke.py").unlink()  # as in a repository that was made
        repository.commit()
        repository.git("tag", f"v{VERSION}")  # as where CI releases
        ran = repository.publish_to(index.url)
        assert ran.returncode == 0, ran.stderr
        assert re.search(r"imported \d\d+ modules, sent a request with a token", ran.stderr)
        assert [line for line in ran.stderr.splitlines() if WHEEL in line] == []
        assert ran.stdout.endswith(" is on the index.\n")
        assert index.content() == released.content()
        assert repository.dist() == sorted([WHEEL, SDIST, SBOM])


def test_other_bytes_by_the_same_name_are_told(repository: Repository, released: PackageIndex, tmp_path: Path) -> None:
    whole = (released.folder / WHEEL).read_bytes()
    with running(tmp_path / "packages") as index:
        (index.folder / WHEEL).write_bytes(whole[:1000])
        repository.refuses(f"has only the first 1000 of {len(whole)} bytes of {WHEEL}", url=index.url)
        (index.folder / WHEEL).write_bytes(whole + b"more")
        repository.refuses(f"has another {WHEEL}, made of something else", url=index.url)
        assert index.content() == {WHEEL: whole + b"more"}


def test_the_version_must_tell_what_changed(repository: Repository, released: PackageIndex, tmp_path: Path) -> None:
    shutil.copytree(released.folder, tmp_path / "packages")
    with running(tmp_path / "packages") as index:
        repository.replace("custom/afresh/__init__.py", r'^    "Progress",\n', "")
        repository.replace("custom/afresh/__init__.py", "import Progress, ", "import ")
        repository.set_version("1.1.0")
        repository.refuses(
            "version 1.1.0 is too small for what has changed since 1.0.0, which takes 2.0.0:\n",
            "    breaking  `afresh.Progress`",
            "Run ./scripts/diff 1.0.0 --write",
            url=index.url,
        )
        assert index.content() == released.content()
        repository.set_version("2.0.0")
        ran = repository.publish_to(index.url)
        assert ran.returncode == 0, ran.stderr
        assert "the last release is 1.0.0, and the version fits" in ran.stderr
        assert len(index.content()) == 4
        assert ran.stdout.endswith("is on the index. Next: git tag v2.0.0 && git push origin HEAD v2.0.0\n")


def test_what_is_not_committed_is_refused(repository: Repository) -> None:
    (repository.root / "notes.txt").write_text("mine")
    repository.refuses("    ?? notes.txt\nA release is made of a commit")
    repository.git("add", "notes.txt")
    repository.refuses("    A  notes.txt\nA release is made of a commit")
    repository.commit()
    (repository.root / "README.md").write_text("other")
    repository.refuses("     M README.md\nA release is made of a commit")


def test_no_repository_and_no_commit_are_told(repository: Repository) -> None:
    shutil.rmtree(repository.root / ".git")
    repository.refuses("git finds no repository in", "clone it, or where there is none, run `git init")
    repository.git("init", "--quiet")
    repository.refuses("has no commit yet: run `git add -A && git commit`")


def test_what_git_cannot_tell_is_not_taken_for_clean(repository: Repository) -> None:
    (repository.root / ".git" / "index").write_bytes(b"damaged")
    repository.refuses("git cannot tell what is not committed in")
    ran = repository.publish("--local", GIT_TEST_ASSUME_DIFFERENT_OWNER="1")  # as in a container of CI
    assert ran.returncode == 1
    assert "git config --global --add safe.directory" in ran.stderr


def test_a_hook_of_another_repository_may_run_it(repository: Repository) -> None:
    credentials = {"UV_PUBLISH_USERNAME": USERNAME, "UV_PUBLISH_PASSWORD": PASSWORD}
    ran = repository.publish("--index", "http://127.0.0.1:9/simple/", GIT_DIR="/no/such", **credentials)
    assert "http://127.0.0.1:9/simple/ cannot be reached" in ran.stderr


def test_a_stale_package_and_a_missing_heading_are_told(repository: Repository) -> None:
    (repository.root / "generated" / "afresh_api" / "py.typed").write_text("edited")
    repository.commit()
    repository.refuses("generated/ is stale:\n", "Run ./scripts/generate, look at what has changed, and commit it")
    repository.replace("CHANGELOG.md", rf"^## \[{VERSION}\].*$", "## [0.9.0]")
    repository.commit()
    repository.refuses(f"CHANGELOG.md has no heading `## [{VERSION}]`: write what is new under it")


def test_an_index_that_is_not_there_is_told(repository: Repository) -> None:
    repository.refuses("http://127.0.0.1:9/simple/ cannot be reached: Connection refused; see whether the URL is right")


def test_a_wrong_password_is_told(repository: Repository, tmp_path: Path) -> None:
    refused = (
        f"refuses the user '{USERNAME}' (403), with the password from UV_PUBLISH_PASSWORD: see whether it is right"
    )
    with running(tmp_path / "closed", authenticate="list,download,update") as index:
        repository.refuses(refused, url=index.url, password="wrong")
    with running(tmp_path / "open") as index:
        repository.refuses(refused, url=index.url, password="wrong")
        assert index.content() == {}


def test_a_wheel_that_does_not_work_is_told(repository: Repository, tmp_path: Path) -> None:
    with running(tmp_path / "packages") as index:
        (repository.root / "scripts" / "smoke.py").write_text("raise SystemExit('no answer')\n")
        repository.commit()
        repository.refuses("the wheel installs, but does not work:\n    no answer\nMend that", url=index.url)
        assert index.content() == {}


def test_what_is_not_as_it_is_locked_is_told(repository: Repository, tmp_path: Path) -> None:
    with running(tmp_path / "packages") as index:
        locked = r"^(h11==\S+) .*\n(?: +--hash=.*\n)+"
        repository.replace("requirements.lock", locked, rf"\g<1> --hash=sha256:{'0' * 64}\n")
        repository.commit()
        repository.refuses("Hash mismatch for `h11", url=index.url)
        repository.replace("requirements.lock", r"^h11==.*\n", "")
        repository.commit()
        repository.refuses("Hash-checking is required", "`afresh-toolkit lock` locks what", url=index.url)
        assert index.content() == {}


def test_no_credentials_are_told(repository: Repository) -> None:
    ran = repository.publish("--index", "http://127.0.0.1:9/simple/")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "there are no credentials for http://127.0.0.1:9/: set UV_PUBLISH_TOKEN" in ran.stderr


def test_a_connection_that_is_cut_leaves_no_part_of_a_file(repository: Repository, tmp_path: Path) -> None:
    with running(tmp_path / "packages") as index, cutting(index, after=100_000) as cut:
        repository.refuses(f"{WHEEL} could not be uploaded to {cut.url.removesuffix('simple/')}:\n", url=cut.url)
        assert index.content() == {}
        cut.after = None
        ran = repository.publish_to(cut.url)
        assert ran.returncode == 0, ran.stderr
        assert index.content() == {name: (repository.root / "dist" / name).read_bytes() for name in (WHEEL, SDIST)}
        assert repository.dist() == sorted([WHEEL, SDIST, SBOM])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_ends_it_finds_nothing_left(repository: Repository, tmp_path: Path, number: signal.Signals) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    hanging = f"import os, time\nwith open({str(pipe)!r}, 'w') as file: file.write(str(os.getpid()))\ntime.sleep(600)\n"
    (repository.root / "scripts" / "smoke.py").write_text(hanging)
    repository.commit()
    with running(tmp_path / "packages") as index:
        command = [str(repository.root / "scripts" / "publish"), "--index", index.url]
        environment = repository.environment(UV_PUBLISH_USERNAME=USERNAME, UV_PUBLISH_PASSWORD=PASSWORD)
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            pid = int(pipe.read_text())
            process.send_signal(number)
            _, errors = process.communicate()
        assert process.returncode == 128 + number
        assert b"Traceback" not in errors
        assert index.content() == {}
    assert repository.left() == []
    assert not (repository.root / "dist").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_rehearsal_takes_the_whole_course(repository: Repository) -> None:
    shutil.copyfile(ROOT / "scripts/smoke.py", repository.root / "scripts/smoke.py")
    repository.replace("CHANGELOG.md", rf"^## \[{VERSION}\].*$", "")
    repository.commit()
    ran = repository.publish("--local", http_proxy="http://127.0.0.1:9", no_proxy="", NO_PROXY="")
    assert ran.returncode == 0, ran.stderr
    assert repository.dist() == sorted([WHEEL, SDIST, SBOM])
    assert ran.stderr.count("signed in, called, survived an expiry, signed out") == 3
    assert f"CHANGELOG.md has no heading `## [{VERSION}]`, which a release needs" in ran.stderr
    assert hash_of(repository.root / "dist" / WHEEL) in ran.stdout
    (url,) = {*re.findall(r"http://127\.0\.0\.1:\d+", ran.stderr)}
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_the_toolkit_is_released_as_the_sdk_is(repository: Repository) -> None:
    ran = repository.publish("--local", "--toolkit")
    assert ran.returncode == 0, ran.stderr
    version = metadata.version("afresh-toolkit")
    name = f"afresh_toolkit-{version}"
    assert repository.dist() == sorted([f"{name}-py3-none-any.whl", f"{name}.tar.gz", f"{name}.cdx.json"])
    assert ran.stderr.count("made a repository with it") == 3
    assert f"scripts/toolkit/CHANGELOG.md has no heading `## [{version}]`, which a release needs" in ran.stderr
    shutil.rmtree(repository.root / "scripts" / "toolkit")
    ran = repository.publish("--local", "--toolkit")
    assert (ran.returncode, "there is no scripts/toolkit here" in ran.stderr) == (2, True)


def test_a_command_line_that_makes_no_sense_is_told(repository: Repository) -> None:
    for arguments in ((), ("--local", "--upload-url", "x"), ("--local", "--index", "x")):
        assert repository.publish(*arguments).returncode == 2
