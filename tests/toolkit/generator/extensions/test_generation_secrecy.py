"""Which attributes of generated models no repr shows."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from afresh_toolkit.generator.extensions.secrecy import secret_keys
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.source import Source
from made import importable, make

SECRETS = [
    "password",
    "newPassword",
    "password2",
    "password_confirmation",
    "userPasswd",
    "pwd",
    "clientSecret",
    "secret",
    "AWSSecretAccessKey",
    "secret_value",
    "accessToken",
    "access_token",
    "refresh-token",
    "idToken",
    "token",
    "tokens",
    "csrfToken",
    "jwt",
    "apiKey",
    "api_key",
    "apikey",
    "privateKey",
    "sshPrivateKey",
    "otp",
    "pin",
    "recoveryCodes",
    "authorization",
    "sessionCookie",
    "client_assertion",
]
OPEN = [
    "username",
    "token_type",
    "tokenType",
    "tokenExpiresIn",
    "token_url",
    "passwordChangedAt",
    "password_reset_url",
    "password_policy",
    "hasPasswordHint",
    "secretName",
    "apiKeyId",
    "keyId",
    "key",
    "next_page_token",
    "nextPageToken",
    "pageToken",
    "syncToken",
    "compass",
    "tokenizer",
    "pinned",
    "shipping",
    "country_code",
    "code",
    "secretary",
]


def keys_of(properties: dict[str, Any], folder: Path) -> list[str]:
    (folder / "openapi.yaml").write_text("openapi: 3.1.0\n", encoding="utf-8")
    document = Document(Source.read(folder / "openapi.yaml"))
    document.content["components"] = {"schemas": {"Text": {"type": "string"}, "Key": {"format": "password"}}}
    return list(secret_keys(document, properties))


def test_names_say_what_is_secret(tmp_path: Path) -> None:
    assert keys_of({name: {"type": "string"} for name in SECRETS}, tmp_path) == SECRETS
    assert keys_of({name: {"type": "string"} for name in OPEN}, tmp_path) == []


@pytest.mark.parametrize(
    ("schema", "is_secret"),
    [
        ({}, True),
        (True, True),
        ({"$ref": "#/components/schemas/Text"}, True),
        ({"type": ["string", "null"]}, True),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, True),
        ({"type": "array", "items": {"type": "string"}}, True),
        ({"type": "array", "items": {"type": "array", "items": {}}}, True),
        ({"type": "array"}, True),
        ({"type": "object", "additionalProperties": {"type": "string"}}, True),
        ({"type": "integer"}, False),
        ({"type": ["boolean", "null"]}, False),
        ({"type": "array", "items": {"type": "number"}}, False),
        ({"type": "string", "enum": ["on", "off"]}, False),
        ({"type": "object", "properties": {"left": {"type": "integer"}}}, False),
    ],
    ids=str,
)
def test_what_a_name_says_counts_for_texts(schema: Any, *, is_secret: bool, tmp_path: Path) -> None:
    assert bool(keys_of({"tokens": schema}, tmp_path)) == is_secret


def test_what_is_described_as_a_password_or_write_only_text_is_secret(tmp_path: Path) -> None:
    properties = {
        "answer": {"type": "string", "format": "password"},
        "referred": {"$ref": "#/components/schemas/Key"},
        "combined": {"allOf": [{"$ref": "#/components/schemas/Key"}]},
        "hint": {"type": "string", "writeOnly": True},
        "beside": {"$ref": "#/components/schemas/Text", "writeOnly": True},
        "notify": {"type": "boolean", "writeOnly": True},
        "shown": {"type": "string"},
    }
    assert keys_of(properties, tmp_path) == ["answer", "referred", "combined", "hint", "beside"]


DESCRIPTION = """\
openapi: 3.1.0
info: {title: Odd, version: "1"}
x-token-lifecycle:
  login: {operation: POST /login, send: {$request.body#/app/proof: $clientSecret, $request.body#/app/id: $clientId}}
  refresh: {operation: POST /renew, send: {$request.body#/ticket: $refreshToken, $request.body#/kind: renew}}
  tokens: {accessToken: $response.body#/data/0/lease, refreshToken: $response.body#/bag/renewal}
paths:
  /login:
    post:
      operationId: login
      tags: [auth]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/SignIn"}}}}
      responses: {"200": {$ref: "#/components/responses/Leases"}}
  /renew:
    post:
      operationId: renew
      tags: [auth]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Renewal"}}}}
      responses: {"200": {$ref: "#/components/responses/Leases"}}
components:
  responses:
    Leases: {description: "", content: {application/json: {schema: {$ref: "#/components/schemas/Leases"}}}}
  schemas:
    Text: {type: string}
    SignIn:
      type: object
      required: [name, passphrase_hint, keyword]
      properties:
        name: {type: string}
        keyword: {type: string}
        passphrase_hint: {type: string, format: password}
        app: {type: object, properties: {id: {type: string}, proof: {$ref: "#/components/schemas/Text"}}}
    Renewal:
      allOf:
        - type: object
          properties: {kind: {$ref: "#/components/schemas/Text"}, ticket: {$ref: "#/components/schemas/Text"}}
        - {type: object, properties: {more: {type: string}}}
    Lease: {type: object, properties: {lease: {type: string}, place: {type: string}}}
    Leases:
      type: object
      properties:
        data: {type: array, items: {$ref: "#/components/schemas/Lease"}}
        bag: {type: object}
        label: {type: string}
"""


def test_what_the_lifecycle_names_is_secret_wherever_it_stands(tmp_path: Path) -> None:
    make(DESCRIPTION, tmp_path, package="odd_api")
    with importable(tmp_path):
        models = importlib.import_module("odd_api.models")
        answer = {"data": [{"lease": "hush-1", "place": "left"}], "bag": {"renewal": "hush-2"}, "label": "seen"}
        texts = [
            repr(models.Leases.from_dict(answer)),
            repr(models.Renewal.from_dict({"kind": "renew", "ticket": "hush-3", "more": "mild"})),
            repr(
                models.SignIn.from_dict(
                    {
                        "name": "ada",
                        "keyword": "hush-4",
                        "passphrase_hint": "hush-5",
                        "app": {"id": "m", "proof": "hush-6"},
                    }
                )
            ),
        ]
    shown = "".join(texts)
    assert "hush" not in shown
    for word in ("left", "seen", "renew", "mild", "ada", "id='m'"):
        assert word in shown


def test_secrets_under_keys_that_are_not_described_are_not_shown_either(tmp_path: Path) -> None:
    make(DESCRIPTION, tmp_path, package="odd_api")
    with importable(tmp_path):
        models = importlib.import_module("odd_api.models")
        body = {"password": "hush", "deep": [{"accessToken": "hush", "api_key": "hush", "left": 3}], "page_token": "p3"}
        model = models.Lease.from_dict({"lease": "hush", "place": "left", **body})
        assert "hush" not in repr(model)
        for word in ("'left': 3", "'page_token': 'p3'", "'password': '…'"):
            assert word in repr(model)
        assert model.to_dict() == {"lease": "hush", "place": "left", **body}
