"""A package index on this machine, for a rehearsal: pypiserver on loopback, with a password."""

import os
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pypiserver  # type: ignore[import-untyped]
from attrs import define
from uv import find_uv_bin

from afresh_toolkit.publishing import trial
from afresh_toolkit.publishing.address import IndexAddress
from afresh_toolkit.publishing.credentials import Access, Credentials
from afresh_toolkit.publishing.problems import PublishError
from afresh_toolkit.publishing.programs import run, said
from afresh_toolkit.publishing.release import Released, release
from afresh_toolkit.publishing.steps import Steps
from afresh_toolkit.publishing.subject import Subject


@define(frozen=True)
class LocalIndex:
    """An index that runs, and who may do anything there."""

    address: IndexAddress
    credentials: Credentials


def rehearse(root: Path, subject: Subject, folder: Path, steps: Steps) -> Released:
    """Publish what is committed in a repository to an index of its own, and install it from there, as others would.

    Works in an empty folder. Raises PublishError as `release` does, and where pip or uv cannot install it.
    """
    (folder / "packages").mkdir()
    (folder / "release").mkdir()
    with running(folder / "packages") as local:
        access = Access(local.credentials, local.credentials)
        released = release(root, local.address, access, folder / "release", steps, subject=subject, is_rehearsal=True)
        netrc = _write_netrc(folder / "netrc", local)
        for name, install in (("pip", _pip), ("uv", _uv)):
            with steps.step(f"Installing it from the index with {name}"):
                python = trial.make_environment(released.source, subject, folder / name)
                install(python, str(released.project), local.address.simple.url, netrc)
                steps.say(subject.try_out(python, released.source))
    return released


@contextmanager
def running(packages: Path) -> Iterator[LocalIndex]:
    """Serve an index, whose files are in a folder, until the end of the block. Nobody reads it without the password."""
    credentials = Credentials("rehearsal", secrets.token_urlsafe(), "scripts/publish itself")
    app = pypiserver.app(
        roots=[packages],
        authenticate=["list", "download", "update"],
        auther=lambda username, password: (username, password) == (credentials.username, credentials.password),
        disable_fallback=True,
    )
    with make_server("127.0.0.1", 0, app, _Server, _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield LocalIndex(IndexAddress.parse(f"http://127.0.0.1:{server.server_port}/simple/"), credentials)
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def _write_netrc(file: Path, local: LocalIndex) -> Path:
    """Write down who asks the index where pip and uv look for it, so that no command line shows it."""
    file.touch(0o600)
    file.write_text(
        f"machine 127.0.0.1 login {local.credentials.username} password {local.credentials.password}\n",
        encoding="utf-8",
    )
    return file


def _pip(python: Path, requirement: str, index: str, netrc: Path) -> None:
    ran = run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "--no-input", "--no-cache-dir", "--no-deps"),
        *("--index-url", index, requirement),
        variables={"NETRC": str(netrc), "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        without=("PIP_",),
    )
    if ran.returncode:
        raise PublishError(f"pip cannot install {requirement} from the index:\n{said(ran)}")


def _uv(python: Path, requirement: str, index: str, netrc: Path) -> None:
    ran = run(
        *(find_uv_bin(), "pip", "install", "--python", python, "--no-config", "--no-cache", "--no-deps"),
        *("--default-index", index, requirement),
        variables={"NETRC": str(netrc)},
        without=("UV_",),
    )
    if ran.returncode:
        raise PublishError(f"uv cannot install {requirement} from the index:\n{said(ran)}")
