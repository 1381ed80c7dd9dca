"""Two SDKs in one environment: each signs in to its own server, and they have no file and no name in common."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from real_servers.servers import CREDENTIALS, running

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = ("simplejwt", "oauth_toolkit")

BOTH = """
from importlib.metadata import files
import oauth_toolkit, simplejwt

assert not {*map(str, files("simplejwt-sdk"))} & {*map(str, files("oauth-toolkit-sdk"))}
with simplejwt.Client.from_env() as first, oauth_toolkit.Client.from_env() as second:
    for _ in range(2):
        print(first.me.retrieve().username, second.me.retrieve().username)
    assert first.tokens != second.tokens
    first.logout()
    print(second.me.retrieve().username, first.tokens)
"""


def run(environment: Mapping[str, str], *command: str | Path) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_sdks_in_one_environment(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with ExitStack() as stack:
        for name in NAMES:
            (tmp_path / name).mkdir()
            server = stack.enter_context(running(name, tmp_path / name))
            environment |= server.environment(base_url=server.url, **CREDENTIALS, **server.client)
        bin_folder = environment_with(*(tmp_path / name / "repository" for name in NAMES), folder=tmp_path / "venv")
        assert run(environment, bin_folder / "python", "-c", BOTH) == "ada ada\n" * 2 + "ada None\n"
        for name in NAMES:
            run(environment, bin_folder / name, "login")
            assert "signed in" in run(environment, bin_folder / name, "status")
        run(environment, bin_folder / NAMES[0], "logout")
        assert '"ada"' in run(environment, bin_folder / NAMES[1], "call", "me", "retrieve")


def environment_with(*repositories: Path, folder: Path) -> Path:
    """Install the SDKs into a fresh environment that borrows what they need; return where its programs are."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    site = run({}, python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    Path(site, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*pip, *repositories], check=True)
    return folder / "bin"
