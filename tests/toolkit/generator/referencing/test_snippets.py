"""The snippets of a reference: type checkers take them, and the sample API answers them as the reference says."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from contextlib import nullcontext, redirect_stdout
from importlib import import_module
from io import BytesIO, TextIOWrapper
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest

from afresh import Client
from afresh._console.main import main
from afresh_api.models import Credentials, NewAttachment, NewTask
from afresh_api.types import File
from places import FIXTURES, ROOT
from referenced import REFERENCE, Shown, make_reference, put_layer, shown
from type_checkers import MYPY_STRICT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.process import Sandbox

SAMPLE = {one.name: one for one in shown(REFERENCE)}
MADE_UP = "8c6e9e4c-7f0a-4d5c-9d0e-1b2c3d4e5f60"
CHECKED = "shapes"
"""What is type-checked besides the sample, with a client of its own."""

FIXTURE_NAMES = ("console", "keys", "read-only", "shapes", "styles", "values")


class Enough(Exception):  # noqa: N818 - it is no failure
    """A stream without end has given something."""


@pytest.fixture
def home(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working folder where the environment has the sandbox, and the files of the snippets are."""
    monkeypatch.setenv("AFRESH_BASE_URL", sandbox.url)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.txt").write_bytes(b"content")
    return tmp_path


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """Return the requests that go out, as they go out."""
    seen: list[httpx.Request] = []
    whole, asynchronous = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request

    def handle(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return whole(self, request)

    async def handle_async(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return await asynchronous(self, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle_async)
    return seen


@pytest.mark.parametrize("name", SAMPLE)
def test_the_sample_api_answers_each_snippet(
    name: str, sandbox: Sandbox, home: Path, sent: list[httpx.Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home.is_dir()
    user = (
        Credentials(username="alan", password="turing")
        if name.startswith("audit.")
        else Credentials(username="ada", password="lovelace")
    )
    for way in (_run_sync, _run_async, _run_in_console):
        one, token = _with_what_there_is(SAMPLE[name], sandbox, user)
        monkeypatch.setenv("AFRESH_TOKEN", token)
        sent.clear()
        way(one)
        _check(one.request, sent)


def _with_what_there_is(one: Shown, sandbox: Sandbox, user: Credentials) -> tuple[Shown, str]:
    """Return an operation as it is shown, with ids and tokens that exist for those made up; and an access token."""
    found: dict[str, str] = {"correct horse": "lovelace"}
    with Client(sandbox.url) as api:
        api.login(user)
        assert api.tokens is not None
        found |= dict.fromkeys(re.findall(r'"refreshToken": "(.*)"', one.request), str(api.tokens.refresh_token))
        token = api.tokens.access_token
        if MADE_UP in one.request:
            task = api.tasks.create(NewTask(title="Try the snippets"))
            made = task.id
            if one.name == "attachments.download":
                made = api.attachments.upload(task.id, NewAttachment(file=File(BytesIO(b"content"), "report.txt"))).id
            found[MADE_UP] = str(made)

    def put_in(text: str) -> str:
        return re.sub("|".join(map(re.escape, found)), lambda match: found[match[0]], text)

    return Shown(one.name, *map(put_in, (one.request, one.sync, one.asynchronous, one.console))), token


def _run_sync(one: Shown) -> None:
    _execute(one.sync, one)


def _run_async(one: Shown) -> None:
    _execute(one.asynchronous, one)


def _execute(code: str, one: Shown) -> None:
    def look(value: object) -> None:
        assert value is not None
        if one.name == "tasks.watch":
            raise Enough

    try:
        exec(compile(code, one.name, "exec"), {"print": look})
    except Enough:
        assert one.name == "tasks.watch"


def _run_in_console(one: Shown) -> None:
    words = [*shlex.split(one.console)[1:], *(["--max-items", "1"] if one.name == "tasks.watch" else [])]
    with redirect_stdout(TextIOWrapper(BytesIO(), "utf-8")):
        assert main(words) == 0


def _check(request: str, sent: list[httpx.Request]) -> None:
    """Look for the request that the reference shows among those that were sent."""
    head, _, body = request.partition("\n\n")
    first, *headers = head.split("\n")
    method, _, target = first.partition(" ")
    path, query = urlsplit(target).path, parse_qsl(urlsplit(target).query)
    found = [one for one in sent if (one.method, one.url.path) == (method, path)]
    last = next(one for one in reversed(found) if parse_qsl(one.url.query.decode()) == query)
    for name, value in (header.split(": ", 1) for header in headers):
        start, _, _ = value.partition("…")
        assert last.headers[name].startswith(start), name
    if "authorization" not in head.lower():
        assert "authorization" not in last.headers
    if last.headers.get("content-type") == "application/json":
        assert json.loads(body) == json.loads(last.content)


class Recorder:
    """Carries operations out by taking down what they would send."""

    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []

    def arguments(self, _: object, build: Callable[..., dict[str, Any]], **given: Any) -> dict[str, Any]:
        made = {name: value for name, value in build(**given).items() if name != "auth"}
        with httpx.Client(base_url="http://api.test") as http:
            self.sent.append(http.build_request(**made))
        raise Enough

    call = stream = items = pages = None


@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
@pytest.mark.parametrize("fixture", FIXTURE_NAMES)
def test_the_request_is_the_one_that_the_snippet_sends(
    fixture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"reference_of_{fixture.replace('-', '_')}"
    make_reference((FIXTURES / f"{fixture}.yaml").read_text(encoding="utf-8"), tmp_path, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    recorder = Recorder()
    resources = import_module(f"{name}_api.resources").Resources(recorder)
    layer: Any = ModuleType(name)
    layer.Client = SimpleNamespace(from_env=lambda: nullcontext(resources))
    monkeypatch.setitem(sys.modules, name, layer)
    for one in shown(tmp_path / "reference"):
        with pytest.raises(Enough):
            exec(compile(one.sync, one.name, "exec"), {})
        head, _, body = one.request.partition("\n\n")
        first, *headers = head.split("\n")
        method, _, target = first.partition(" ")
        sent = recorder.sent[-1]
        assert method == sent.method
        assert unquote(urlsplit(target).path).endswith(unquote(sent.url.path))
        query = [pair for pair in parse_qsl(urlsplit(target).query, keep_blank_values=True) if pair[1] != "…"]
        assert query == parse_qsl(sent.url.query.decode(), keep_blank_values=True)
        for header, value in (line.split(": ", 1) for line in headers if "…" not in line):
            assert sent.headers[header] == value
        if sent.headers.get("content-type", "").endswith("json"):
            assert json.loads(body) == json.loads(sent.content)
        elif "urlencoded" in sent.headers.get("content-type", ""):
            assert body == sent.content.decode()
        if fixture == "styles":
            assert target == sent.url.raw_path.decode()
    assert len(recorder.sent) > 2


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a file for each document: all snippets of it, a function each."""
    folder = tmp_path_factory.mktemp("snippets")
    _put_snippets(REFERENCE, folder / "sample.py")
    make_reference((FIXTURES / f"{CHECKED}.yaml").read_text(encoding="utf-8"), folder / CHECKED, CHECKED)
    put_layer(folder / CHECKED, CHECKED)
    _put_snippets(folder / CHECKED / "reference", folder / f"of_{CHECKED}.py")
    return folder


def _put_snippets(reference: Path, file: Path) -> None:
    codes = [
        code
        for page in sorted(reference.glob("*.md"))
        for code in re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        if re.search(r"^(?:from|import) ", code, re.MULTILINE)
    ]
    assert len(codes) > 2
    functions = [
        f"def snippet_{number}() -> None:\n" + "".join(f"    {line}\n" if line else "\n" for line in code.splitlines())
        for number, code in enumerate(codes)
    ]
    file.write_text("\n\n".join(functions), encoding="utf-8")


def test_every_snippet_satisfies_mypy(checked: Path) -> None:
    paths = [ROOT / "custom", ROOT / "generated", checked / CHECKED]
    (checked / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {':'.join(map(str, paths))}\n")
    files = sorted(file.name for file in checked.glob("*.py"))
    ran = _checked(checked, *MYPY_STRICT, "--config-file=mypy.ini", *files)
    assert ran == "Success: no issues found in 2 source files\n"


def test_every_snippet_satisfies_pyright(checked: Path) -> None:
    settings = {
        "typeCheckingMode": "strict",
        "reportDeprecated": False,
        "extraPaths": [str(ROOT / "custom"), str(ROOT / "generated"), CHECKED],
        "include": sorted(file.name for file in checked.glob("*.py")),
    }
    (checked / "pyrightconfig.json").write_text(json.dumps(settings))
    said = json.loads(_checked(checked, "pyright", "--outputjson", "--pythonpath", sys.executable, "--project", "."))
    assert said["generalDiagnostics"] == []
    assert said["summary"]["filesAnalyzed"] == 2


def _checked(folder: Path, *command: str) -> str:
    ran = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode in {0, 1}, ran.stderr
    return ran.stdout
