"""The SDK is published to package indexes, and installed from each as docs/releasing.md says, with uv and with pip."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import sysconfig
import tomllib
from base64 import b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from examples import SANDBOX, read
from places import ROOT
from repositories import make
from servers import package_index
from servers.package_index import PASSWORD, USERNAME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = "1.0.0"
ENVIRONMENT = ROOT / ".venv"
"""What maintainers work in, which has uv, and the sandbox's server."""
PROGRAMS = sysconfig.get_path("scripts")


@pytest.fixture(scope="module", params=["pypiserver", "devpi"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the Simple API of each index in turn, to which the SDK was published."""
    folder = tmp_path_factory.mktemp(request.param)
    repository = make(folder / "repository", VERSION, environment=str(ENVIRONMENT))
    with pypiserver(folder) if request.param == "pypiserver" else devpi(folder) as url:
        ran = repository.publish("--index", url, UV_PUBLISH_USERNAME=USERNAME, UV_PUBLISH_PASSWORD=PASSWORD)
        assert ran.returncode == 0, ran.stderr
        again = repository.publish("--index", url, UV_PUBLISH_USERNAME=USERNAME, UV_PUBLISH_PASSWORD=PASSWORD)
        assert "is on the index already, as it is here" in again.stderr
        yield url


@contextmanager
def pypiserver(folder: Path) -> Iterator[str]:
    """Run a pypiserver that shows nothing without the password."""
    with package_index.running(folder / "packages", authenticate="update,list,download") as index:
        yield index.url


@contextmanager
def devpi(folder: Path) -> Iterator[str]:
    """Run a devpi-server with an index that may be read by all, and to which one may upload."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    files, root = ("--serverdir", str(folder / "devpi")), "root's"
    subprocess.run(
        [f"{PROGRAMS}/devpi-init", *files, "--no-root-pypi", "--root-passwd", root], check=True, capture_output=True
    )
    command = [f"{PROGRAMS}/devpi-server", *files, "--host", "127.0.0.1", "--port", str(port)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as server,
    ):
        assert server.stdout is not None
        try:
            assert any("Serving on" in line for line in server.stdout), "it did not start"
            make_devpi_index(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}/{USERNAME}/team/+simple/"
        finally:
            server.terminate()
            server.stdout.read()


def make_devpi_index(url: str) -> None:
    """Make the user, and an index without bases: it has what was uploaded, and nothing else."""
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
        http.put(f"/{USERNAME}", json={"password": PASSWORD}).raise_for_status()
        token = http.post("/+login", json={"user": USERNAME, "password": PASSWORD}).raise_for_status().json()
        signed = b64encode(f"{USERNAME}:{token['result']['password']}".encode()).decode()
        headers = {"X-Devpi-Auth": signed}
        http.put(f"/{USERNAME}/team", json={"type": "stage", "bases": []}, headers=headers).raise_for_status()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return that of somebody who has the index's password in netrc."""
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login {USERNAME} password {PASSWORD}\n", encoding="utf-8")
    foreign = ("VIRTUAL_ENV", "PYTHONPATH")
    return {name: value for name, value in os.environ.items() if name not in foreign} | {"NETRC": str(netrc)}


@pytest.fixture
def api_url() -> Iterator[str]:
    """Return the URL of the sample API's server."""
    command = [str(ENVIRONMENT / "bin" / "python"), "-m", "sandbox", "--port=0"]
    own = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    with subprocess.Popen(command, env=own, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()


def run(environment: dict[str, str], folder: Path, *command: str | Path) -> str:
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def make_first_call(environment: dict[str, str], folder: Path, python: Path, api_url: str) -> None:
    """Run the README's first example with an environment's Python, in a folder and home of its own."""
    (folder / "report.bin").write_bytes(b"content")
    found = re.search(r"^```python\n(.*?)^```", read("README.md"), re.DOTALL | re.MULTILINE)
    assert found is not None
    program = found[1].replace(SANDBOX, api_url)
    assert "404" in run({**environment, "HOME": str(folder)}, folder, python, "-I", "-c", program)


def test_uv_takes_it_from_the_index_alone(
    index: str, environment: dict[str, str], tmp_path: Path, api_url: str
) -> None:
    uv = ENVIRONMENT / "bin" / "uv"
    found = re.search(r"^```toml\n(.*?)^```", read("docs/releasing.md"), re.DOTALL | re.MULTILINE)
    assert found is not None
    text = found[1].replace("https://packages.example.com/simple/", index)
    text = re.sub(r"^dependencies = .*\n", "", text, flags=re.MULTILINE)  # uv add writes it
    about = '[project]\nname = "consumer"\nversion = "1"\nrequires-python = ">=3.11"\n'
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(text.replace("[project]\n", about), encoding="utf-8")
    run(environment, project, uv, "add", "--python", sys.executable, "afresh-sdk~=1.0")
    locked = tomllib.loads((project / "uv.lock").read_text(encoding="utf-8"))["package"]
    from_index = [one for one in locked if str(one["source"].get("registry", "")).startswith(index.rstrip("/"))]
    assert [one["name"] for one in from_index] == ["afresh-sdk"]
    assert [wheel["hash"][:7] for wheel in from_index[0]["wheels"]] == ["sha256:"]
    run(environment, project, uv, "sync", "--locked")
    make_first_call(environment, tmp_path, project / ".venv" / "bin" / "python", api_url)


def test_pip_takes_it_from_the_index_alone(
    index: str, environment: dict[str, str], tmp_path: Path, api_url: str
) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    run(environment, tmp_path, sys.executable, "-m", "venv", tmp_path / "venv")
    dependencies = tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    (tmp_path / "requirements.txt").write_text("\n".join(dependencies), encoding="utf-8")
    pip = (python, "-m", "pip", "--disable-pip-version-check")
    run(environment, tmp_path, *pip, "install", "-r", "requirements.txt")
    alone = {**environment, "PIP_CONFIG_FILE": os.devnull}
    run(alone, tmp_path, *pip, "install", "--index-url", index, "--no-deps", f"afresh-sdk=={VERSION}")
    assert "No broken requirements" in run(environment, tmp_path, *pip, "check")
    make_first_call(environment, tmp_path, python, api_url)
