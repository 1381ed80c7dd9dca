"""Where `scripts/publish` sends files and to whom it says who asks, and how it reads an index."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backends import null
from packaging.version import Version
from pypi_simple import DistributionPackage

from afresh_toolkit.publishing.address import IndexAddress
from afresh_toolkit.publishing.credentials import Access, Credentials
from afresh_toolkit.publishing.fitting import last_release
from afresh_toolkit.publishing.index import Index
from afresh_toolkit.publishing.problems import PublishError
from servers.canned import Answer, Asked, answering
from servers.memory_keyring import MemoryKeyring
from servers.package_index import PASSWORD, USERNAME, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INDEX = "https://packages.example.com/simple/"
UPLOAD = "https://packages.example.com/"


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    """Return a keyring that is nobody's, and let there be no netrc."""
    monkeypatch.setenv("NETRC", os.devnull)
    before, ring = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def found(index: str = INDEX, upload: str | None = None, **environment: str) -> tuple[str, str, str]:
    """Return what is uploaded with: the user, the password, and where it was found."""
    uploading = Access.find(IndexAddress.parse(index, upload), environment).uploading
    return uploading.username, uploading.password, uploading.source


@pytest.mark.parametrize(
    ("index", "upload"),
    [
        ("http://127.0.0.1:8080/simple/", "http://127.0.0.1:8080/"),
        ("http://localhost:3141/team/dev/+simple/", "http://localhost:3141/team/dev/"),
        ("https://example.com/artifactory/api/pypi/team/simple", "https://example.com/artifactory/api/pypi/team"),
        ("https://example.com/repository/team/simple/", "https://example.com/repository/team/"),
        ("https://ada:secret@example.com/simple/", "https://example.com/"),
        ("https://[::1]:8443/simple/", "https://[::1]:8443/"),
    ],
)
def test_files_are_sent_one_step_above_the_simple_api(index: str, upload: str) -> None:
    assert IndexAddress.parse(index).upload.url == upload


@pytest.mark.parametrize(
    ("index", "upload", "said"),
    [
        ("http://packages.example.com/simple/", None, "is plain http to another machine"),
        (INDEX, "http://packages.example.com/", "--upload-url http://packages.example.com/ is plain http"),
        ("https://ada:secret@example.com/api/", None, "--index https://example.com/api/ does not end in /simple/"),
        ("http://packages.localhost/simple/", None, "is plain http to another machine"),
        ("packages.example.com/simple/", None, "is no http or https URL"),
        ("https:///simple/", None, "is no http or https URL"),
        ("https://example.com:none/simple/", None, "--index is no URL"),
        ("https://example.com/simple/?a=b", None, "has a query or fragment"),
    ],
)
def test_what_cannot_be_an_index_is_told(index: str, upload: str | None, said: str) -> None:
    with pytest.raises(PublishError) as caught:
        IndexAddress.parse(index, upload)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def test_credentials_are_found_where_pip_and_uv_have_them(
    ring: MemoryKeyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring.entries["packages.example.com", "ada"] = "by host"
    with_name = "https://ada@packages.example.com/simple/"
    assert found(with_name) == ("ada", "by host", "the keyring (packages.example.com)")
    ring.entries[UPLOAD, "ada"] = "by URL"
    assert found(with_name) == ("ada", "by URL", f"the keyring ({UPLOAD})")
    assert found(UV_PUBLISH_USERNAME="ada") == ("ada", "by URL", f"the keyring ({UPLOAD})")
    (tmp_path / "netrc").write_text("machine packages.example.com login ada password netrc's\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert found() == ("ada", "netrc's", "netrc")
    twine = {"TWINE_USERNAME": "ada", "TWINE_PASSWORD": "twine's"}
    assert found(**twine) == ("ada", "twine's", "TWINE_PASSWORD")
    uv = {"UV_PUBLISH_USERNAME": "ada", "UV_PUBLISH_PASSWORD": "uv's"}
    assert found(**twine, **uv) == ("ada", "uv's", "UV_PUBLISH_PASSWORD")
    assert found(**uv, UV_PUBLISH_TOKEN="pypi-1") == ("__token__", "pypi-1", "UV_PUBLISH_TOKEN")
    assert found("https://ada:l%40@packages.example.com/simple/", **uv) == ("ada", "l@", "the URL")


def test_a_password_is_that_of_the_user_in_the_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine packages.example.com login ada password netrc's\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with pytest.raises(PublishError):
        found("https://grace@packages.example.com/simple/", TWINE_USERNAME="ada", TWINE_PASSWORD="twine's")
    assert found("https://grace@packages.example.com/simple/", TWINE_PASSWORD="hers")[:2] == ("grace", "hers")


def test_no_credentials_and_a_netrc_that_is_wrong_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call]  # keyring has no types there
    with pytest.raises(PublishError, match=r"Looked for, in this order: the URL; UV_PUBLISH_TOKEN; .*; the keyring$"):
        found()
    (tmp_path / "netrc").write_text("nonsense\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with pytest.raises(PublishError, match=r"netrc cannot be read: .*; mend it, or set NETRC to another file"):
        found()


def test_what_is_in_the_environment_goes_where_files_go() -> None:
    token = {"UV_PUBLISH_TOKEN": "pypi-1"}
    here = Access.find(IndexAddress.parse(INDEX), token)
    assert here.reading == here.uploading
    elsewhere = Access.find(IndexAddress.parse(INDEX, "https://upload.example.com/"), token)
    assert (elsewhere.reading, elsewhere.uploading.password) == (None, "pypi-1")


def test_nobody_reads_a_password_by_accident() -> None:
    address = IndexAddress.parse("https://ada:secret@packages.example.com/simple/")
    assert "secret" not in repr(address) + repr(Access.find(address, {}))


def test_files_elsewhere_are_had_without_the_password(tmp_path: Path) -> None:
    credentials = Credentials(USERNAME, PASSWORD, "a test")
    with running(tmp_path / "files", authenticate="download") as other, running(tmp_path / "packages") as index:
        name = "afresh_sdk-1.0.0.tar.gz"
        for folder in (index.folder, other.folder):
            (folder / name).write_bytes(b"content")
        with Index(IndexAddress.parse(index.url).simple, credentials) as asked:
            (package,) = asked.files_of("afresh-sdk")[Version("1.0.0")]
            assert asked.download(package, tmp_path).read_bytes() == b"content"
            package.url = f"{other.url.removesuffix('simple/')}packages/{name}"
            with pytest.raises(PublishError, match="401"):
                asked.download(package, tmp_path)


def test_what_an_index_has_from_elsewhere_does_not_count(tmp_path: Path) -> None:
    with running(tmp_path / "public") as public:
        (public.folder / "afresh_sdk-9.0.0.tar.gz").write_bytes(b"somebody else's")
        with (
            running(tmp_path / "packages", fallback=public.url) as index,
            Index(IndexAddress.parse(index.url).simple, None) as asked,
        ):
            assert asked.files_of("afresh-sdk") == {}
            assert asked.fallback == public.url.removesuffix("/simple/")


@pytest.mark.parametrize(
    ("version", "last"),
    [("2.0.0", "1.2.0"), ("1.1.0", "1.0.0"), ("1.0.0", None), ("2.0.0rc2", "2.0.0rc1"), ("3.0.0", "1.2.0")],
)
def test_the_last_release_is_the_highest_below(version: str, last: str | None) -> None:
    releases = {
        Version(name): [
            DistributionPackage(f"x-{name}.tar.gz", "", "x", name, "sdist", {}, None, None, is_yanked=name == "1.9.0")
        ]
        for name in ("1.0.0", "1.2.0", "1.9.0", "2.0.0rc1")
    }
    assert last_release(releases, Version(version)) == (Version(last) if last else None)


FILE = "afresh_sdk-1.0.0.tar.gz"
LOGIN = '<html><title>Sign in</title><form><input type="password"></form><a href="/help">Help</a></html>'
JSON = {"meta": {"api-version": "1.0"}, "name": "afresh-sdk", "files": []}


def asked_of(answer: Answer) -> dict[Version, list[DistributionPackage]]:
    with (
        answering(lambda _: answer) as server,
        Index(IndexAddress.parse(f"{server.url}/simple/").simple, None) as asked,
    ):
        return asked.files_of("afresh-sdk")


def page(text: str, media_type: str = "text/html; charset=utf-8", **headers: str) -> Answer:
    return Answer(body=text.encode(), headers={"Content-Type": media_type, **headers})


@pytest.mark.parametrize(
    "answer",
    [
        page("<html><head><title>Links for afresh-sdk</title></head></html>"),
        page("<!DOCTYPE html><h1>ada/dev: links for afresh-sdk</h1>"),
        page('<meta name="pypi:repository-version" content="1.1"><body></body>'),
        page("<p>nothing yet", "application/vnd.pypi.simple.v1+html"),
        page(json.dumps(JSON), "application/vnd.pypi.simple.v1+json"),
        Answer(404, LOGIN.encode()),
    ],
)
def test_an_index_without_releases_is_known_by_its_page(answer: Answer) -> None:
    assert asked_of(answer) == {}


def test_a_page_of_an_index_may_have_nothing_but_its_files() -> None:
    assert list(asked_of(page(f'<a href="/files/{FILE}">{FILE}</a>'))) == [Version("1.0.0")]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page(LOGIN), "answers with a page that is none of a package index, such as one to sign in at"),
        (page(""), "none of a package index"),
        (page("<html><h1>It works!</h1></html>"), "none of a package index"),
        (page('<meta name="pypi:repository-version" content="9.0">'), "is no package index that is known"),
        (page(json.dumps({"login": "/login"}), "application/json"), "is no package index that is known"),
        (page("{}", "application/vnd.pypi.simple.v1+json"), "does not answer as a package index does"),
        (page("no JSON", "application/vnd.pypi.simple.v1+json"), "does not answer as a package index does"),
        (
            Answer(302, b"", {"Location": "https://sso.example.com/login?next=/simple/afresh-sdk/"}),
            "sends those who ask",
        ),
        (Answer(501, b""), "answers 501; see whether it is the index"),
    ],
)
def test_what_is_no_page_of_an_index_is_not_taken_for_one_without_releases(answer: Answer, said: str) -> None:
    with pytest.raises(PublishError, match=re.escape(said)):
        asked_of(answer)


def test_a_redirect_to_a_page_to_sign_in_at_is_told() -> None:
    def answer(asked: Asked) -> Answer:
        return page(LOGIN) if asked.target == "/login" else Answer(302, b"", {"Location": "/login"})

    with (
        answering(answer) as server,
        Index(IndexAddress.parse(f"{server.url}/simple/").simple, None) as index,
        pytest.raises(PublishError, match="/login answers with a page that is none"),
    ):
        index.files_of("afresh-sdk")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://"])
def test_a_proxy_that_is_of_no_use_is_told(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("https_proxy", proxy)
    with (
        Index(IndexAddress.parse("https://packages.example.com/simple/").simple, None) as index,
        pytest.raises(PublishError, match="by the proxy that HTTPS_PROXY or ALL_PROXY names"),
    ):
        index.files_of("afresh-sdk")
