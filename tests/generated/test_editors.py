"""What an editor offers while somebody writes, and what documents the package, as the real tools have it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jedi  # type: ignore[import-untyped]
import pdoc.doc
import pytest

import afresh_api.models
from places import ROOT

LINES = {
    "resources": "api.",
    "methods": "api.tasks.",
    "answer": "api.tasks.get(some_id).",
    "item": "next(iter(api.tasks.list())).",
    "arguments": "api.tasks.list(",
    "constructor": "NewTask(",
    "attributes": 'NewTask(title="x").',
    "models": "models.",
    "literals": 'api.tasks.list(status="',
}
HEAD = """\
from uuid import UUID
from afresh import Client
from afresh_api import models
from afresh_api.models import NewTask

api = Client("https://api.example.com")
some_id = UUID(int=0)
"""
EXPECTED = {
    "resources": {"tasks", "users", "login", "with_options"},
    "methods": {"create", "get", "list", "update", "watch"},
    "answer": {"title", "status", "created_at", "to_dict"},
    "item": {"title", "status"},
    "arguments": {"status=", "due_before=", "cursor="},
    "constructor": {"title=", "project_id=", "labels="},
    "attributes": {"title", "labels", "additional_properties"},
    "models": {"NewTask", "Task", "TaskStatus", "User"},
}
ENVIRONMENT = jedi.create_environment(sys.executable, safe=False)
"""A process of its own: in this one, pytest imports the packages that have plugins."""


@pytest.mark.parametrize("place", EXPECTED)
def test_jedi_completes(place: str) -> None:
    project = jedi.Project(ROOT, added_sys_path=[str(ROOT / "custom"), str(ROOT / "generated")])
    script = jedi.Script(HEAD + LINES[place], project=project, environment=ENVIRONMENT)
    offered = {completion.name for completion in script.complete()}
    assert offered >= EXPECTED[place]


class LanguageServer:
    """Pyright's language server, spoken to over its standard input and output."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "pyright.langserver", "--stdio"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
        self._number = 0
        self.folder = folder
        folders = [{"uri": folder.as_uri(), "name": "user"}]
        capabilities = {"workspace": {"configuration": False}, "textDocument": {"completion": {}}}
        self.ask(
            "initialize",
            {"processId": None, "rootUri": folder.as_uri(), "workspaceFolders": folders, "capabilities": capabilities},
        )
        self.tell("initialized", {})

    def tell(self, method: str, params: Any, **more: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self.tell(method, params, id=self._number)
        while True:
            message = self._read()
            if message.get("id") == self._number and "method" not in message:
                return message["result"]

    def _read(self) -> Any:
        assert self._process.stdout
        size = 0
        while line := self._process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                size = int(line.partition(b":")[2])
        assert size, "the language server is gone"
        return json.loads(self._process.stdout.read(size))

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    folder = tmp_path_factory.mktemp("pyright")
    paths = [str(ROOT / "custom"), str(ROOT / "generated")]
    (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": paths}))
    server = LanguageServer(folder)
    for place, line in LINES.items():
        uri = (folder / f"{place}.py").as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": HEAD + line}
        server.tell("textDocument/didOpen", {"textDocument": document})
    yield server
    server.close()


@pytest.mark.parametrize("place", LINES)
def test_pyright_completes(pyright: LanguageServer, place: str) -> None:
    document = {"uri": (pyright.folder / f"{place}.py").as_uri()}
    position = {"line": HEAD.count("\n"), "character": len(LINES[place])}
    found = pyright.ask("textDocument/completion", {"textDocument": document, "position": position})
    offered = {item["label"].strip('"') for item in found["items"]}
    assert offered >= {**EXPECTED, "literals": {"open", "in_progress", "done"}}[place]


def test_pdoc_sees_the_package_its_models_and_what_is_said_of_them() -> None:
    package = pdoc.doc.Module(afresh_api)
    assert {"api", "models", "resources"} <= {module.name for module in package.submodules}
    models = pdoc.doc.Module(afresh_api.models)
    names: set[str] = {*getattr(afresh_api.models, "__all__")}  # noqa: B009  (checkers see the .pyi)
    assert names <= models.members.keys()
    new_task: Any = models.members["NewTask"]
    assert new_task.members["priority"].docstring == "1 is the most urgent."
    assert "title: str" in str(new_task.members["__init__"].signature)
