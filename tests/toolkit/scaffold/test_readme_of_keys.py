"""The README of a repository whose API takes keys: its first call, its sign-in, and the table of variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from afresh_toolkit.generator.guessing.deciding import decide
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied
from afresh_toolkit.scaffold.names import Names
from afresh_toolkit.scaffold.readme import readme
from afresh_toolkit.scaffold.template import Sdk
from made import SMALL, make
from places import FIXTURES

if TYPE_CHECKING:
    from pathlib import Path

KEYED = (FIXTURES / "keys.yaml").read_text(encoding="utf-8")
ONLY_KEYS = SMALL.replace(
    "components:\n",
    "security: [{basic: []}, {X-Api: []}]\ncomponents:\n"
    "  securitySchemes: {basic: {type: http, scheme: basic}, X-Api: {type: apiKey, in: query, name: key}, "
    "mtls: {type: mutualTLS}}\n",
)


def written(text: str, folder: Path) -> str:
    make(text, folder, package="acme_api")
    document = Document.read(folder / "openapi.yaml")
    decision, _ = decide(document, Applied())
    sdk = Sdk(Names("acme"), "Keys", "openapi.yaml", None)
    return readme(sdk, document, decision.lifecycle, folder / "acme_api", from_index=True)


def variables(text: str) -> list[str]:
    return re.findall(r"^\| `ACME_(\w+)` \|", text, re.MULTILINE)


def test_the_first_call_uses_keys_alone(tmp_path: Path) -> None:
    text = written(ONLY_KEYS.replace("security:", "servers: [{url: https://keys.example.com/}]\nsecurity:"), tmp_path)
    assert (
        'from acme import Client\n\nwith Client("https://keys.example.com", keys={"basic": ("ada", "…")}) as api:\n'
        "    # GET /things\n    print(api.things.list())\n"
    ) in text
    assert '| `"X-Api": "…"` | the key in the query `key` |' in text
    assert "token that is given by hand" not in text
    assert "x-token-lifecycle" not in text
    assert variables(text)[-3:] == ["BASIC_USERNAME", "BASIC_PASSWORD", "X_API"]


def test_the_first_call_signs_in_where_it_takes_a_token(tmp_path: Path) -> None:
    text = written(KEYED.replace("security: [{in-header: []}]", "security: [{user: [], in-header: []}]", 1), tmp_path)
    first = text.partition("```python\n")[2].partition("```")[0]
    assert 'with Client("https://api.example.com", keys={"in-header": "…", "in-query": "…"}) as api:\n' in first
    assert "    api.login(OpenSessionBody(...))\n" in first
    assert "The client does not send `certificate` (mutualTLS)." in text
    assert variables(text)[9:11] == ["NAME", "IN_HEADER"]


def test_the_first_call_shows_a_value_rather_than_a_file(tmp_path: Path) -> None:
    file = "{get: {responses: {'200': {description: A file., content: {application/zip: {}}}}}}"
    text = written(SMALL.replace("paths:\n", f"paths:\n  /archive: {file}\n"), tmp_path)
    assert "    # GET /things\n    print(api.things.list())\n" in text


def test_it_says_how_people_sign_in_elsewhere(tmp_path: Path) -> None:
    url = "https://id.example.com"
    scopes = "{" + ", ".join(f"scope{number}: ''" for number in range(14)) + "}"
    flow = f"{{authorizationUrl: {url}/a, tokenUrl: {url}/t, scopes: {scopes}}}"
    scheme = f"  securitySchemes: {{id: {{type: oauth2, flows: {{authorizationCode: {flow}}}}}}}\n"
    text = written(SMALL + scheme, tmp_path)
    assert 'client_id="…") as api:\n    api.login(AuthorizationCodeGrant())\n```' in text
    assert "People sign in in a browser. The API's owner gives" in text
    assert "`scope11` and 2 others.\n" in text
    assert f"`POST {url}/t` renews the tokens.\n" in text
    assert "give tokens by hand" not in text


def test_it_says_that_the_server_says_the_rest(tmp_path: Path) -> None:
    scheme = "  securitySchemes: {id: {type: openIdConnect, openIdConnectUrl: 'https://id.example.com'}}\n"
    text = written(SMALL + scheme, tmp_path)
    assert "from acme import AuthorizationCodeGrant, Client, DeviceCodeGrant\n" in text
    assert "    api.login(DeviceCodeGrant())  # or\n" in text
    assert "The server's metadata says where tokens are issued, renewed and revoked.\n" in text
    assert "None" not in text.partition("## Operations")[0]
