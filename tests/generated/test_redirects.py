"""Operations that are described to answer with a redirect return the URL that it leads to."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from afresh import APIError, NotFound
from afresh._calls.calling import AsyncCaller, Connection, SyncCaller
from afresh._calls.options import Options
from made import importable, make
from servers.canned import Answer, Asked, answering

DESCRIPTION = """\
openapi: 3.0.3
info: {title: Files, version: "1"}
paths:
  /files/{id}:
    get:
      operationId: downloadFile
      tags: [files]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "302": {description: The file is there.}
        "404": {description: No file., content: {application/json: {schema: {$ref: "#/components/schemas/Problem"}}}}
  /sign-in:
    post:
      operationId: signIn
      tags: [files]
      responses:
        3XX: {description: Go there.}
        default: {description: No., content: {application/json: {schema: {$ref: "#/components/schemas/Problem"}}}}
  /moved:
    get:
      operationId: readMoved
      tags: [files]
      responses:
        "200": {description: Here., content: {application/json: {schema: {$ref: "#/components/schemas/Problem"}}}}
        "301": {description: There.}
  /unchanged:
    get: {operationId: readUnchanged, tags: [files], responses: {"304": {description: As it was.}}}
components:
  schemas:
    Problem: {type: object, required: [message], properties: {message: {type: string}}}
"""


@pytest.fixture(scope="module", autouse=True)
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("redirects")
    make(DESCRIPTION, folder, package="redirects_api")
    with importable(folder):
        yield folder


def call(answer: Answer, method: str, *arguments: str, **settings: Any) -> Any:
    """Make a call to a server that gives an answer, and says "there" of the place that this leads to."""

    def give(asked: Asked) -> Answer:
        return Answer(200, {"message": "there"}) if asked.target == "/there" else answer

    with answering(give) as server, httpx.Client(base_url=server.url, **settings) as http:
        caller = SyncCaller(Connection(http), httpx.URL(server.url), Options(0))
        found = getattr(import_module("redirects_api.resources").Resources(caller).files, method)(*arguments)
        return found.replace(server.url, "") if isinstance(found, str) else found


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://storage.example.com/a?sig=b%2Fc#d", "https://storage.example.com/a?sig=b%2Fc#d"),
        ("/there", "/there"),
        ("../there?x=1", "/there?x=1"),
    ],
)
def test_it_returns_where_the_answer_leads(location: str, url: str) -> None:
    assert call(Answer(302, headers={"Location": location}), "download", "7") == url


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_range_stands_for_every_redirect(status: int) -> None:
    assert call(Answer(status, headers={"Location": "/there"}), "sign_in") == "/there"


def test_a_client_that_follows_redirects_ends_at_the_same_url() -> None:
    assert call(Answer(302, headers={"Location": "/there"}), "download", "7", follow_redirects=True) == "/there"


@pytest.mark.anyio
async def test_it_returns_where_the_answer_leads_async() -> None:
    answer = Answer(302, headers={"Location": "https://storage.example.com/a"})
    with answering(lambda _: answer) as server:
        async with httpx.AsyncClient(base_url=server.url) as http:
            caller = AsyncCaller(http, httpx.URL(server.url), Options(0))
            files = import_module("redirects_api.resources").AsyncResources(caller).files
            assert await files.download("7") == "https://storage.example.com/a"


def test_the_functions_return_it_too() -> None:
    with answering(lambda _: Answer(302, headers={"Location": "/there"})) as server:
        function = import_module("redirects_api.api.files.download_file")
        with import_module("redirects_api.client").Client(base_url=server.url) as client:
            assert function.sync("7", client=client) == f"{server.url}/there"


def test_another_redirect_is_an_error_that_says_where_the_api_is() -> None:
    with pytest.raises(APIError, match=r"301 Moved Permanently.*correct the base URL"):
        call(Answer(301, headers={"Location": "https://api.example.com/files/7"}), "download", "7")
    with pytest.raises(APIError, match="301 Moved Permanently"):
        call(Answer(301, headers={"Location": "/there"}), "read_moved")


def test_a_redirect_to_nowhere_is_an_error() -> None:
    with pytest.raises(APIError, match="302 Found"):
        call(Answer(302), "download", "7")


def test_errors_are_read_as_described() -> None:
    with pytest.raises(NotFound) as caught:
        call(Answer(404, {"message": "No such file."}), "download", "7")
    body: Any = caught.value.body
    assert body.message == "No such file."
    with pytest.raises(APIError) as failed:
        call(Answer(400, {"message": "Not so."}), "sign_in")
    body = failed.value.body
    assert body.message == "Not so."


def test_not_modified_is_no_redirect() -> None:
    with pytest.raises(APIError, match="304"):
        call(Answer(304, headers={"Location": "/there"}), "read_unchanged")
