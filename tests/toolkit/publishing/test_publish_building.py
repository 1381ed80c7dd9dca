"""What stands in the way of a build of `scripts/publish`, and of a comparison with the last release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from afresh_toolkit.publishing.building import Build, check_backend, check_same
from afresh_toolkit.publishing.problems import PublishError
from repositories import make
from servers.package_index import running

if TYPE_CHECKING:
    from pathlib import Path


def test_two_builds_that_differ_are_told(tmp_path: Path) -> None:
    builds = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        builds.append(Build(tmp_path / name / "a.whl", tmp_path / name / "a.tar.gz"))
        for file in builds[-1].files:
            file.write_bytes(b"the same")
    check_same(*builds)
    builds[1].sdist.write_bytes(b"another")
    with pytest.raises(PublishError, match=r"a\.tar\.gz came out differently in another folder"):
        check_same(*builds)


def test_another_backend_than_the_locked_one_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("hatchling==0.1 \\\n    --hash=sha256:0\n")
    with pytest.raises(PublishError, match=r"and requirements\.lock pins hatchling==0\.1: run \./scripts/install"):
        check_backend(lock)


def test_a_last_release_that_cannot_be_compared_with_is_told(tmp_path: Path) -> None:
    repository = make(tmp_path / "repository", "1.0.0", calls="")
    with running(tmp_path / "packages") as index:
        (index.folder / "afresh_sdk-0.9.0-py3-none-any.whl").write_bytes(b"")
        repository.refuses("the index has afresh-sdk 0.9.0, but no sdist of it to compare with", url=index.url)
        (index.folder / "afresh_sdk-0.9.0.tar.gz").write_bytes(b"damaged")
        repository.refuses("afresh_sdk-0.9.0.tar.gz, which the index has, cannot be unpacked", url=index.url)
