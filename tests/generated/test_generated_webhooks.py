"""What an API sends by itself: read as it is described, and refused where its signature is not right."""

import hmac
import json
import re
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import yaml

from afresh.testing import BlockingASGITransport
from afresh_toolkit.generator.extensions.signatures import signing_of
from afresh_toolkit.generator.reading.document import Document
from made import importable, make, problems
from places import ROOT
from type_checkers import MYPY_STRICT, refuse_complaints, start

HOOKS = """\
openapi: 3.1.0
info: {title: Hooks, version: "1"}
x-webhook-signature: standard-webhooks
paths:
  /subscriptions:
    post:
      operationId: subscribe
      tags: [subscriptions]
      responses: {"204": {description: Done.}}
      callbacks:
        delivered:
          "{$request.body#/url}":
            post:
              description: A parcel arrived.
              x-webhook-signature: {header: X-Sign, prefix: "sha256="}
              requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
              responses: {"200": {description: Ok}}
        raw: {$ref: "#/components/callbacks/Raw"}
  /others:
    post:
      operationId: subscribeOther
      tags: [subscriptions]
      responses: {"204": {description: Done.}}
      callbacks:
        raw: {$ref: "#/components/callbacks/Raw"}
        json_object:
          "{$request.body#/url}":
            post:
              x-webhook-signature: false
              requestBody:
                content:
                  application/json:
                    schema: {type: object, additionalProperties: {type: array, items: {type: string, format: date}}}
              responses: {"200": {description: Ok}}
        odd:
          "{$request.body#/url}":
            post:
              x-webhook-signature: false
              requestBody:
                content:
                  application/json:
                    schema:
                      anyOf:
                        - {type: array, items: {$ref: "#/components/schemas/Order"}}
                        - {type: string, format: uuid}
                        - {type: "null"}
              responses: {"200": {description: Ok}}
        delivered:
          "{$request.body#/url}":
            x-webhook-signature:
              {header: X-Sign, encoding: base64, secret: base64, signed: "v0:{X-Time}:{body}", timestamp: X-Time}
            post:
              requestBody: {content: {application/json: {schema: {type: string, format: date-time}}}}
              responses: {"200": {description: Ok}}
webhooks:
  order.created:
    post:
      summary: An order was placed.
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [type, data]
              properties: {type: {const: order.created}, data: {$ref: "#/components/schemas/Order"}}
      responses: {"204": {description: Ok}}
  order.shipped:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [type, at]
              properties: {type: {const: order.shipped}, at: {type: string, format: date-time}}
      responses: {"204": {description: Ok}}
  parse: {$ref: "#/components/pathItems/Parse"}
components:
  callbacks:
    Raw:
      "{$request.body#/url}":
        post:
          x-webhook-signature: false
          requestBody: {content: {application/octet-stream: {}}}
          responses: {"200": {description: Ok}}
        put:
          x-webhook-signature: false
          responses: {"200": {description: Ok}}
  pathItems:
    Parse:
      post:
        requestBody:
          content:
            application/json:
              schema: {type: object, required: [type], properties: {type: {type: string, enum: [parse]}}}
        responses: {"204": {description: Ok}}
  schemas:
    Order: {type: object, required: [id], properties: {id: {type: integer}}}
"""

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CREATED = '{"type":"order.created","data":{"id":7}}'
SHIPPED = '{"type":"order.shipped","at":"2026-01-01T00:00:00Z","note":"Grüße ✓"}'
SIGNED_AT = 1767225600
VECTORS = [
    (SECRET, "msg_1", CREATED, "v1,+oS/SNI7rjE60zw+bNMVa4SqUIOjqPnI56k/FKC7Go4="),
    (SECRET, "msg_ü", SHIPPED, "v1,8c6zXbOZNchA3kwIQ20tcIr+1kgco7DS/rfBdYJDv2Q="),
    (SECRET.removeprefix("whsec_"), "msg_1", CREATED, "v1,+oS/SNI7rjE60zw+bNMVa4SqUIOjqPnI56k/FKC7Go4="),
    ("whsec_a2tra2tra2tra2tra2tra2tra2tra2traw", "msg_1", CREATED, "v1,jJd7ahQp1Nc3T/6wLXkddZrCkaeVxoG8Fv4DMHtXvjI="),
    ("whsec_a2tra2tra2tra2tra2tra2tra2tra2traw", "msg_ü", SHIPPED, "v1,8wGuQKswxSl8ca7PX1u+k+MC8x4u0vkb958RCzCTixA="),
]
"""Secret, id, body and signature, as the library `standardwebhooks` 1.1.0 signs them at that second."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("hooks")
    make(HOOKS, folder, package="hooks_api")
    with importable(folder):
        yield folder


@pytest.fixture
def webhooks(folder: Path) -> Any:
    assert folder.exists()
    return import_module("hooks_api.webhooks")


def signed(body: str, *, secret: str = SECRET, at: float | None = None, **changed: str) -> dict[str, str]:
    """Return headers that hold a signature as standard webhooks have it."""
    seconds = str(int(time.time() if at is None else at))
    content = f"msg_1.{seconds}.{body}".encode()
    digest = hmac.digest(b64decode(secret.removeprefix("whsec_")), content, sha256)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }
    return {**headers, **{name.replace("_", "-"): value for name, value in changed.items()}}


@pytest.mark.parametrize(("secret", "message", "body", "signature"), VECTORS)
def test_what_the_library_signs_is_accepted(  # noqa: PLR0917  (as many as a vector has)
    webhooks: Any, monkeypatch: pytest.MonkeyPatch, secret: str, message: str, body: str, signature: str
) -> None:
    monkeypatch.setattr("time.time", lambda: SIGNED_AT + 299.0)
    headers = {"Webhook-Id": message, "WEBHOOK-TIMESTAMP": str(SIGNED_AT), "webhook-signature": f"v1a,x {signature}"}
    read = webhooks.parse(body.encode(), headers, secret=secret)
    assert read.to_dict() == json.loads(body) | ({"at": read.to_dict()["at"]} if "at" in read.to_dict() else {})
    with pytest.raises(webhooks.InvalidSignature, match="is not that of the body and the secret"):
        webhooks.parse(body.replace("order", "Order"), headers, secret=secret)


def test_each_webhook_has_its_payload(webhooks: Any) -> None:
    made = webhooks.order_created.parse(CREATED.encode(), signed(CREATED), secret=SECRET)
    assert type(made).__name__ == "OrderCreatedPayload"
    assert made.data.id == 7
    assert type(webhooks.parse(SHIPPED, signed(SHIPPED), secret=SECRET)).__name__ == "OrderShippedPayload"
    called = '{"type":"parse"}'
    assert webhooks.parse_.parse(called, signed(called), secret=SECRET) == webhooks.parse(
        called, signed(called), secret=SECRET
    )
    assert webhooks.BY_NAME["order.created"] is webhooks.order_created
    assert set(webhooks.BY_NAME) == {
        *("order.created", "order.shipped", "parse", "delivered", "raw"),
        *("subscribe raw", "subscribeOther delivered", "json_object", "odd"),
    }


def test_a_kind_that_is_not_described_passes_through(webhooks: Any) -> None:
    later = '{"type":"order.lost"}'
    assert webhooks.parse(later, signed(later), secret=SECRET).to_dict() == {"type": "order.lost"}


@pytest.mark.parametrize(
    ("changed", "at", "said"),
    [
        ({"webhook_signature": "v1,AAAA"}, 0, "is not that of the body and the secret"),
        ({"webhook_signature": "v2,AAAA ü"}, 0, "is not that of the body and the secret"),
        ({"webhook_signature": ""}, 0, "the header webhook-signature is missing"),
        ({"webhook_id": ""}, 0, "the header webhook-id is missing"),
        ({"webhook_id": "msg_2"}, 0, "is not that of the body and the secret"),
        ({"webhook_timestamp": "1"}, 0, "is not that of the body and the secret"),
        ({"webhook_timestamp": ""}, 0, "the header webhook-timestamp is missing"),
        ({}, -310, "it was signed 31. seconds ago: 300 are allowed"),
        ({}, 310, "it was signed 3.. seconds ahead of this machine's clock: 300 are allowed"),
    ],
)
def test_what_is_not_rightly_signed_is_refused(webhooks: Any, changed: dict[str, str], at: int, said: str) -> None:
    headers = signed(CREATED, at=time.time() + at, **changed)
    with pytest.raises(webhooks.InvalidSignature, match=said) as caught:
        webhooks.order_created.parse(CREATED, headers, secret=SECRET)
    assert SECRET.removeprefix("whsec_") not in str(caught.value)


def test_a_timestamp_that_is_none_is_refused_although_it_was_signed(webhooks: Any) -> None:
    digest = hmac.digest(b64decode(SECRET.removeprefix("whsec_")), b"m.soon.{}", sha256)
    headers = {"webhook-id": "m", "webhook-timestamp": "soon", "webhook-signature": f"v1,{b64encode(digest).decode()}"}
    with pytest.raises(webhooks.InvalidSignature, match="is 'soon', and not seconds since 1970"):
        webhooks.order_created.parse("{}", headers, secret=SECRET)


def test_one_of_several_signatures_is_enough(webhooks: Any) -> None:
    headers = signed(CREATED)
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']} v1a,BBBB"
    assert webhooks.order_created.parse(CREATED, headers, secret=SECRET).data.id == 7


def test_what_is_signed_is_not_read_without_a_secret(webhooks: Any) -> None:
    with pytest.raises(webhooks.InvalidSignature, match=r"order\.created is signed: give the secret to verify it with"):
        webhooks.order_created.parse(CREATED, signed(CREATED))
    assert webhooks.order_created.read(json.loads(CREATED)).data.id == 7


@pytest.mark.parametrize(("secret", "said"), [("whsec_%%%", "no base64"), ("whsec_", "empty"), (b"", "empty")])
def test_what_is_no_secret_is_a_mistake_of_the_receiver(webhooks: Any, secret: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"the secret of the webhook is {said}") as caught:
        webhooks.order_created.parse(CREATED, signed(CREATED), secret=secret)
    assert not isinstance(caught.value, webhooks.InvalidSignature)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "the body of order.created is no JSON"),
        (b"\xff", "the body of order.created is no JSON"),
        ("[" * 100_000, "the body of order.created is no JSON"),
        ("[]", "the body of order.created is not as it is described"),
        ('{"type":"order.created"}', r"the body of order.created is not as it is described \(KeyError: 'data'\)"),
    ],
)
def test_what_does_not_hold_what_is_described(webhooks: Any, body: Any, said: str) -> None:
    text = body if isinstance(body, str) else ""
    headers = signed(text)
    if body == b"\xff":
        content = f"msg_1.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.digest(b64decode(SECRET.removeprefix("whsec_")), content, sha256)
        headers["webhook-signature"] = f"v1,{b64encode(digest).decode()}"
    with pytest.raises(webhooks.InvalidPayload, match=said):
        webhooks.order_created.parse(body, headers, secret=SECRET)


def test_a_callback_that_is_signed_in_hexadecimal(webhooks: Any) -> None:
    body = b'{"id": 3}'
    headers = {"x-sign": "sha256=" + hmac.digest(b"my secret", body, sha256).hex()}
    assert webhooks.delivered.parse(body, headers, secret="my secret").id == 3
    with pytest.raises(webhooks.InvalidSignature):
        webhooks.delivered.parse(body, headers, secret="another")


def test_a_callback_that_is_signed_with_its_time(webhooks: Any) -> None:
    body, seconds = b'"2026-01-01T00:00:00Z"', str(int(time.time()))
    digest = hmac.digest(b"my secret", b"v0:" + seconds.encode() + b":" + body, sha256)
    headers = {"X-Sign": b64encode(digest).decode(), "X-Time": seconds}
    secret = b64encode(b"my secret").decode()
    assert webhooks.subscribe_other_delivered.parse(body, headers, secret=secret).year == 2026


def test_a_body_that_is_not_json_is_bytes_and_none_is_nothing(webhooks: Any) -> None:
    assert webhooks.subscribe_raw.parse(b"\xff") == b"\xff"
    assert webhooks.subscribe_raw.parse("text") == b"text"
    assert webhooks.raw.parse(b"") is None


def test_payloads_of_other_kinds(webhooks: Any) -> None:
    assert webhooks.json_object_.parse('{"a": ["2026-01-02"]}') == {"a": [date(2026, 1, 2)]}
    assert webhooks.odd.parse('[{"id": 1}]')[0].id == 1
    assert webhooks.odd.parse('"12345678-1234-5678-1234-567812345678"') == UUID("12345678-1234-5678-1234-567812345678")
    assert webhooks.odd.parse("null") is None


def test_a_secret_for_what_is_not_known_to_be_signed_is_for_a_standard_webhook(webhooks: Any) -> None:
    assert webhooks.subscribe_raw.parse("x", signed("x"), secret=SECRET) == b"x"
    with pytest.raises(webhooks.InvalidSignature):
        webhooks.subscribe_raw.parse("x", {}, secret=SECRET)


def test_the_surface_knows_what_is_sent(folder: Path) -> None:
    surface = (folder / "hooks_api" / "surface.txt").read_text(encoding="utf-8")
    assert "webhook order_created: order.created\n    -> OrderCreatedPayload\n    signed standard-webhooks\n" in surface
    assert "webhook delivered: delivered\n    -> Order\n    signed X-Sign prefix=sha256=\n" in surface
    assert "webhook raw: raw\n    -> None\n\n" in surface


def test_the_example_of_the_page_receives_what_is_signed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.exists()
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    (code,) = (one for one in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "webhooks" in one)
    names: dict[str, Any] = {}
    exec(compile(code.replace("afresh_api", "hooks_api"), "docs/extending.md", "exec"), names)
    with httpx.Client(transport=BlockingASGITransport(names["app"]), base_url="http://receiver") as sender:
        assert sender.post("/hooks", content=CREATED, headers=signed(CREATED)).status_code == 204
        assert sender.post("/hooks", content=SHIPPED, headers=signed(CREATED)).status_code == 401
        assert sender.post("/hooks", content=CREATED).status_code == 401
    assert capsys.readouterr().out == "order 7\n"


def test_both_type_checkers_are_content(folder: Path) -> None:
    (folder / "receiver.py").write_text(
        "from hooks_api import webhooks\nfrom hooks_api.models import OrderCreatedPayload\n\n\n"
        "def receive(body: bytes, headers: dict[str, str]) -> int:\n"
        "    event = webhooks.parse(body, headers, secret='s')\n"
        "    if isinstance(event, OrderCreatedPayload):\n"
        "        return event.data.id\n"
        "    return webhooks.delivered.parse(body, headers, secret='s').id\n"
    )
    settings = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "include": ["*.py", "**/webhooks.py", "**/signatures.py"],
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    files = ["receiver.py", "hooks_api/webhooks.py", "hooks_api/signatures.py"]
    commands = ((*MYPY_STRICT, *files), ("pyright", "--pythonpath", sys.executable, "--project", "."))
    for checker in [start(folder, *command) for command in commands]:
        refuse_complaints(checker)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("svix", "it is standard-webhooks, false, or an object with a `header`; not 'svix'"),
        ("{prefix: v1}", "`header` names the header that holds the signature"),
        ("{header: X, encoding: octal}", "`encoding` is hex or base64; not 'octal'"),
        ("{header: X, algorithm: md5}", "`algorithm` is hmac-sha256; not 'md5'"),
        ("{header: X, prefix: 1}", "`prefix` is a text; not 1"),
        (
            "{header: X, timestamp: T}",
            "`signed` must have {T} in it: else anybody could send a request again with another time",
        ),
        ("{header: X, salt: y}", "`salt` is not known here; not 'y'"),
    ],
)
def test_how_webhooks_are_signed_is_checked(said: str, problem: str, tmp_path: Path) -> None:
    text = HOOKS.replace("x-webhook-signature: standard-webhooks", f"x-webhook-signature: {said}")
    assert problems(text, tmp_path) == [f"openapi.yaml:3: `x-webhook-signature`: {problem}"]


def test_the_examples_of_the_page_say_how_webhooks_are_signed(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    said = [one for one in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "x-webhook-signature" in one]
    file = tmp_path / "openapi.yaml"
    found = []
    for one in said:
        file.write_text(HOOKS.replace("x-webhook-signature: standard-webhooks\n", one, 1), encoding="utf-8")
        signing, wrong = signing_of(Document.read(file))
        assert not wrong
        found.append(signing["webhooks", "order.created", "post"].said)
    assert found == [
        "standard-webhooks",
        "X-Signature prefix=v0= signed=v0:{X-Request-Timestamp}:{body} timestamp=X-Request-Timestamp",
    ]


HEADERS = "\n".join(
    f"        - {{name: {name}, in: header, required: true, schema: {{type: string}}}}"
    for name in ("Webhook-Id", "webhook-timestamp", "webhook-signature")
)


@pytest.mark.parametrize(
    ("parameters", "signed"),
    [
        (HEADERS, "signed standard-webhooks"),
        (
            "        - {name: X-Hub-Signature-256, in: header, schema: {type: string}}",
            "signed X-Hub-Signature-256 prefix",
        ),
        ("        - {name: webhook-id, in: header, schema: {type: string}}", "\n"),
    ],
)
def test_the_headers_of_a_webhook_say_how_it_is_signed(parameters: str, signed: str, tmp_path: Path) -> None:
    text = f"""openapi: 3.0.3
info: {{title: Hooks, version: "1"}}
paths: {{}}
x-webhooks:
  ping:
    post:
      parameters:
{parameters}
      requestBody: {{content: {{application/json: {{schema: {{type: string}}}}}}}}
      responses: {{"200": {{description: Ok}}}}
"""
    make(text, tmp_path, package="headers_api")
    surface = (tmp_path / "headers_api" / "surface.txt").read_text(encoding="utf-8")
    assert f"webhook ping: ping\n    -> str\n    {signed}".replace("    \n", "\n") in surface


@pytest.mark.parametrize(("kind", "is_told"), [("const: e{}", True), ("type: string", False)])
def test_many_payloads_are_told_apart_by_what_names_them_alone(kind: str, *, is_told: bool, tmp_path: Path) -> None:
    hooks = {
        f"e{index}": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["type", f"x{index}"],
                                "properties": {"type": yaml.safe_load(f"{{{kind.format(index)}}}"), f"x{index}": {}},
                            }
                        }
                    }
                },
                "responses": {},
            }
        }
        for index in range(17)
    }
    content = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {}, "webhooks": hooks}
    made = make(json.dumps(content), tmp_path, package="many_api", file="openapi.json")
    code = (tmp_path / "many_api" / "webhooks.py").read_text(encoding="utf-8")
    assert ("def parse(" in code) is is_told
    assert ("webhooks-alike" in {rule.name for rule in made.rules}) is not is_told


def test_a_package_without_webhooks_has_no_module_for_them(tmp_path: Path) -> None:
    make('openapi: 3.1.0\ninfo: {title: None, version: "1"}\npaths: {}\n', tmp_path, package="none_api")
    assert not (tmp_path / "none_api" / "webhooks.py").exists()
    assert not (tmp_path / "none_api" / "signatures.py").exists()
