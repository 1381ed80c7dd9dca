"""What `x-token-lifecycle` and `x-pagination` say is checked against the description, and compiled."""

from pathlib import Path

import pytest

from generator.document import Document
from generator.lifecycle import Credential, Placement, TokenCall, TokenFields, TokenLifecycle, compile_lifecycle
from generator.pagination import Pagination, compile_pagination
from made import OPENAPI

HEAD = """\
openapi: 3.1.0
info: {title: Tokens, version: "1"}
x-token-lifecycle:
"""
OPERATIONS = """\
paths:
  /token:
    post:
      parameters: [{name: grant_type, in: query, schema: {type: string}}]
      requestBody:
        content:
          application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/Grant"}}
      responses:
        "200": {description: "", content: {application/json: {schema: {$ref: "#/components/schemas/Answer"}}}}
  /logout: {post: {responses: {"204": {description: ""}}}}
  /open:
    get:
      responses:
        "200": {description: "", content: {application/json: {schema: {}}}}
components:
  schemas:
    Grant: {type: object, properties: {refresh_token: {type: string}, mode: {type: string}}}
    Answer: {allOf: [{$ref: "#/components/schemas/Base"}, {properties: {expires: {type: integer}}}]}
    Base: {type: object, properties: {data: {oneOf: [{$ref: "#/components/schemas/Pair"}, {type: "null"}]}}}
    Pair: {type: object, properties: {a/b: {type: string}, refresh: {type: string}}}
"""


def compiled(extension: str, folder: Path) -> tuple[TokenLifecycle | None, list[str]]:
    (folder / "openapi.yaml").write_text(HEAD + extension + OPERATIONS, encoding="utf-8")
    lifecycle, problems = compile_lifecycle(Document.read(folder / "openapi.yaml"))
    return lifecycle, [str(problem).removeprefix(f"{folder}/") for problem in problems]


def test_a_whole_lifecycle(tmp_path: Path) -> None:
    extension = """\
  login: {operation: POST /token}
  refresh:
    operation: POST /token
    send:
      $request.query.grant_type: refresh_token
      $request.body#/refresh_token: $refreshToken
      $request.header.X-Client: sdk
  logout: {operation: POST /logout}
  tokens:
    accessToken: $response.body#/data/a~1b
    refreshToken: $response.body#/data/refresh
    expiresInMs: $response.body#/expires
  refused: [403, 400]
"""
    form = "application/x-www-form-urlencoded"
    send = (
        Placement("query", ("grant_type",), "refresh_token"),
        Placement("body", ("refresh_token",), "$refreshToken"),
        Placement("header", ("X-Client",), "sdk"),
    )
    assert compiled(extension, tmp_path) == (
        TokenLifecycle(
            login=TokenCall("POST", "/token", form, ()),
            refresh=TokenCall("POST", "/token", form, send),
            logout=TokenCall("POST", "/logout", None, ()),
            tokens=TokenFields(("data", "a/b"), ("data", "refresh"), None, ("expires",), None),
            refused=frozenset({400, 403}),
        ),
        [],
    )


def test_a_description_without_any(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(OPERATIONS)
    assert compile_lifecycle(Document.read(tmp_path / "openapi.yaml")) == (None, [])


def test_an_answer_that_is_not_described_may_hold_anything(tmp_path: Path) -> None:
    extension = "  login: {operation: GET /open}\n  tokens: {accessToken: $response.body#/deep/down}\n"
    lifecycle, problems = compiled(extension, tmp_path)
    assert problems == []
    assert lifecycle is not None
    assert lifecycle.refused == frozenset({400, 401, 403, 422})


@pytest.mark.parametrize(
    ("grant", "credentials", "constants"),
    [
        (
            (
                "{required: [userName, code], properties: "
                "{userName: {type: string}, code: {type: string, format: password}, mode: {type: string}}}"
            ),
            (Credential("userName", is_secret=False), Credential("code", is_secret=True)),
            (),
        ),
        (
            (
                "{allOf: [{required: [client_secret], properties: {client_secret: {type: [string]}}}, "
                "{required: [grant], properties: {grant: {const: password}}}, "
                "{required: [mode, scope], properties: {mode: {type: string}, scope: {enum: [all]}}}]}"
            ),
            (Credential("client_secret", is_secret=True),),
            (("grant", "password"), ("scope", "all")),
        ),
        ("{required: [who, age], properties: {who: {type: string}, age: {type: integer}, mode: {}}}", (), ()),
        ("{oneOf: [{required: [who], properties: {who: {type: string}}}], properties: {mode: {}}}", (), ()),
        ("{required: true, properties: {mode: {type: string}}}", (), ()),
    ],
    ids=["texts", "constants", "a number", "a choice", "none"],
)
def test_what_must_be_known_to_sign_in(
    tmp_path: Path, grant: str, credentials: tuple[Credential, ...], constants: tuple[tuple[str, str], ...]
) -> None:
    extension = """\
  login: {operation: POST /token, send: {$request.body#/mode: m}}
  tokens: {accessToken: $response.body#/data/a~1b}
"""
    grants = "Grant: {type: object, properties: {refresh_token: {type: string}, mode: {type: string}}}"
    assert grants in OPERATIONS
    text = HEAD + extension + OPERATIONS.replace(grants, f"Grant: {grant}")
    (tmp_path / "openapi.yaml").write_text(text, encoding="utf-8")
    lifecycle, problems = compile_lifecycle(Document.read(tmp_path / "openapi.yaml"))
    assert problems == []
    assert lifecycle is not None
    assert lifecycle.login is not None
    assert lifecycle.login.credentials == credentials
    sent = [("mode", "m"), *constants]
    assert lifecycle.login.send == tuple(Placement("body", (key,), value) for key, value in sent)


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        (
            "  login: {operation: POST /tokn}\n  tokens: {accessToken: $response.body#/expires}\n",
            (
                "4: x-token-lifecycle: the description has no operation 'POST /tokn'; name it by method and "
                "path, such as `POST /auth/login`"
            ),
        ),
        (
            "  login: {operation: POST /token}\n",
            "3: x-token-lifecycle: `tokens` is missing: it says where the answers of login and refresh hold the tokens",
        ),
        ("  tokens: {}\n", "4: x-token-lifecycle: `accessToken` is missing"),
        ("  tokens: []\n  \n", "4: x-token-lifecycle: `tokens` must be a mapping"),
        (
            "  tokens:\n    accessToken: response.body\n",
            "5: x-token-lifecycle: 'response.body' is no place in an answer; write `$response.body#/…`",
        ),
        (
            "  login: {operation: POST /token}\n  tokens:\n    accessToken: $response.body#/data/c\n",
            "6: x-token-lifecycle: $response.body#/data/c names nothing in the 2xx answer of POST /token",
        ),
        (
            "  tokens: {accessToken: $response.body#/a}\n  refused: [200]\n",
            "5: x-token-lifecycle: `refused` must be a list of error statuses, such as [400, 401]",
        ),
        (
            "  tokens: {accessToken: $response.body#/a}\n  rotate: true\n",
            "5: x-token-lifecycle: `rotate` means nothing here; known are login, logout, refresh, refused, tokens",
        ),
        (
            "  refresh:\n    operation: POST /token\n    sent: {}\n  tokens: {accessToken: $response.body#/expires}\n",
            "6: x-token-lifecycle: `sent` means nothing here; known are operation, send",
        ),
        (
            (
                "  refresh:\n    operation: POST /token\n    send:\n      $request.body#/token: $refreshToken\n"
                "  tokens: {accessToken: $response.body#/expires}\n"
            ),
            "7: x-token-lifecycle: $request.body#/token names nothing in the request body of POST /token",
        ),
        (
            (
                "  refresh:\n    operation: POST /token\n    send:\n      $request.query.type: refresh\n"
                "  tokens: {accessToken: $response.body#/expires}\n"
            ),
            "7: x-token-lifecycle: POST /token has no query parameter 'type'",
        ),
        (
            (
                "  refresh:\n    operation: POST /token\n    send:\n      $response.body#/mode: x\n"
                "  tokens: {accessToken: $response.body#/expires}\n"
            ),
            (
                "7: x-token-lifecycle: '$response.body#/mode' does not say where to send something; write "
                "`$request.body#/…`, `$request.query.…` or `$request.header.…`"
            ),
        ),
        (
            (
                "  refresh:\n    operation: POST /token\n    send:\n      $request.body#/mode: $accessToken\n"
                "  tokens: {accessToken: $response.body#/expires}\n"
            ),
            "7: x-token-lifecycle: '$accessToken' cannot be sent; it must be `$refreshToken` or a constant string",
        ),
    ],
)
def test_what_is_wrong_with_a_lifecycle(tmp_path: Path, extension: str, expected: str) -> None:
    assert compiled(extension, tmp_path) == (None, [f"openapi.yaml:{expected}"])


def test_everything_that_is_wrong_is_said(tmp_path: Path) -> None:
    extension = "  login: {operation: POST /a}\n  refresh: {operation: 1}\n  tokens: {accessToken: x}\n  refused: 401\n"
    _, problems = compiled(extension, tmp_path)
    assert [problem.split(" ")[0] for problem in problems] == [f"openapi.yaml:{line}:" for line in (4, 5, 6, 7)]


def paginated(folder: Path, *changes: tuple[str, str]) -> tuple[dict[str, Pagination], list[str]]:
    text = OPENAPI
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "openapi.yaml").write_text(text, encoding="utf-8")
    compiled, problems = compile_pagination(Document.read(folder / "openapi.yaml"))
    return compiled, [str(problem).removeprefix(f"{folder}/") for problem in problems]


def test_pagination_by_cursor(tmp_path: Path) -> None:
    assert paginated(tmp_path) == ({"GET /tasks": Pagination(("items",), ("nextCursor",), "cursor")}, [])


def line_of(text: str) -> int:
    return 1 + OPENAPI[: OPENAPI.index(text)].count("\n")


def test_everything_that_is_wrong_with_a_pagination_is_said(tmp_path: Path) -> None:
    compiled, problems = paginated(
        tmp_path,
        ("items: $response.body#/items", "items: $response.body#/nextCursor"),
        ("next: $response.body#/nextCursor", "next: $response.body#/nxt"),
        ("send: $request.query.cursor", "send: $request.query.crsr\n          max: 3"),
    )
    items, following = line_of("items: $response"), line_of("next: $response")
    assert compiled == {}
    assert problems == [
        f"openapi.yaml:{following + 2}: x-pagination of GET /tasks: `max` means nothing here; known are next, send",
        f"openapi.yaml:{items}: x-pagination of GET /tasks: $response.body#/nextCursor is not an array",
        f"openapi.yaml:{following}: x-pagination of GET /tasks: $response.body#/nxt names nothing in the 2xx answer",
        f"openapi.yaml:{following + 1}: x-pagination of GET /tasks: there is no query parameter 'crsr'",
    ]


def test_expressions_that_pagination_does_not_understand(tmp_path: Path) -> None:
    _, problems = paginated(
        tmp_path,
        ("items: $response.body#/items", "items: body.items"),
        ("          send: $request.query.cursor\n", ""),
    )
    items, cursor = line_of("items: $response"), line_of("cursor:\n")
    assert problems == [
        (
            f"openapi.yaml:{items}: x-pagination of GET /tasks: `items` is 'body.items'; it must be an "
            "expression such as `$response.body#/…`"
        ),
        (
            f"openapi.yaml:{cursor}: x-pagination of GET /tasks: `send` is missing; it must be an expression such as "
            "`$request.query.…`"
        ),
    ]
