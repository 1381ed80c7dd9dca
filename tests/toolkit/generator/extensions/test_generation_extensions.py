"""What `x-token-lifecycle` and `x-pagination` say is checked against the description, and compiled."""

import importlib
from pathlib import Path

import pytest

from afresh_toolkit.generator.extensions.lifecycle_code import (
    Credential,
    Placement,
    TokenCall,
    TokenFields,
    TokenLifecycle,
)
from afresh_toolkit.generator.extensions.pagination import Counted, Cursor, Link, Pagination, compile_pagination
from afresh_toolkit.generator.extensions.runtime_expressions import Expression
from afresh_toolkit.generator.guessing.deciding import lifecycle_of
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied
from made import OPENAPI, SMALL, importable, make
from made import problems as problems_of
from places import ROOT

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
    lifecycle, problems = lifecycle_of(Document.read(folder / "openapi.yaml"), Applied())
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
    optional = (
        Credential("refresh_token", is_secret=True, is_required=False),
        Credential("mode", is_secret=False, is_required=False),
    )
    assert compiled(extension, tmp_path) == (
        TokenLifecycle(
            login=TokenCall("POST", "/token", form, (), optional),
            refresh=TokenCall("POST", "/token", form, send),
            logout=TokenCall("POST", "/logout", None, ()),
            tokens=TokenFields(("data", "a/b"), ("data", "refresh"), None, ("expires",), None),
            refused=frozenset({400, 403}),
        ),
        [],
    )


def test_a_description_without_any(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(OPERATIONS)
    assert lifecycle_of(Document.read(tmp_path / "openapi.yaml"), Applied()) == (None, [])


def test_an_answer_that_is_not_described_may_hold_anything(tmp_path: Path) -> None:
    extension = "  login: {operation: GET /open}\n  tokens: {accessToken: $response.body#/deep/down}\n"
    lifecycle, problems = compiled(extension, tmp_path)
    assert problems == []
    assert lifecycle is not None
    assert lifecycle.refused is None


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
        (
            (
                "{required: [who, access], properties: "
                "{who: {type: string, writeOnly: true}, access: {type: string, readOnly: true}, mode: {}}}"
            ),
            (Credential("who", is_secret=False),),
            (),
        ),
    ],
    ids=["texts", "constants", "a number", "a choice", "none", "the answer's schema"],
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
    lifecycle, problems = lifecycle_of(Document.read(tmp_path / "openapi.yaml"), Applied())
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
                "path, such as `POST /auth/login`; what it lacks is named with `url`"
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
            (
                "5: x-token-lifecycle: 'response.body' is no place in an answer; write `$response.body#/…`, "
                "`$response.cookie.…` or `$response.header.…`"
            ),
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
            (
                "5: x-token-lifecycle: `rotate` means nothing here; known are authorize, client, csrf, device, "
                "expired, login, logout, metadata, refresh, refused, send, tokens"
            ),
        ),
        (
            "  refresh:\n    operation: POST /token\n    sent: {}\n  tokens: {accessToken: $response.body#/expires}\n",
            (
                "6: x-token-lifecycle: `sent` means nothing here; known are csrf, mediaType, method, operation, send, "
                "tokens, url"
            ),
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
                "`$request.body#/…`, `$request.query.…`, `$request.header.…` or `$request.cookie.…`"
            ),
        ),
        (
            (
                "  refresh:\n    operation: POST /token\n    send:\n      $request.body#/mode: Bearer $token\n"
                "  tokens: {accessToken: $response.body#/expires}\n"
            ),
            (
                "7: x-token-lifecycle: $token is no variable; known are $accessToken, $clientId, $clientSecret, "
                "$refreshToken"
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_lifecycle(tmp_path: Path, extension: str, expected: str) -> None:
    assert compiled(extension, tmp_path) == (None, [f"openapi.yaml:{expected}"])


WRONG_CALLS = [
    (
        "login: {operation: POST /token, url: /o}",
        "4: `login` has both `operation` and `url`; name an operation of the description, or the URL of what it lacks",
    ),
    (
        "logout: {send: {}}",
        (
            "4: `logout` has neither `operation` nor `url`; name an operation of the description, or the URL of what "
            "it lacks"
        ),
    ),
    ("logout: {operation: POST /logout, method: PUT}", "4: `method` goes with `url`; an operation has its own"),
    ("logout: {url: /o, method: SEND}", "4: `method` is 'SEND'; it must be one of HTTP's, such as POST"),
    (
        "logout: {operation: POST /token, mediaType: application/json}",
        "4: POST /token takes application/x-www-form-urlencoded, and not 'application/json'",
    ),
    (
        "logout: {operation: POST /logout, mediaType: application/json}",
        "4: POST /logout takes no body, and not 'application/json'",
    ),
    (
        "logout: {url: /o, mediaType: text/plain}",
        "4: token calls send application/json or application/x-www-form-urlencoded, and not 'text/plain'",
    ),
    (
        "logout: {operation: PUT /upload}",
        "4: token calls send application/json or application/x-www-form-urlencoded, and not 'multipart/form-data'",
    ),
    (
        "logout: {url: /o, send: {$request.body#/a: [b]}}",
        "4: ['b'] cannot be sent; it must be a string, or in a body a number, true or false",
    ),
    (
        "logout: {url: /o, send: {$request.query.a: 1}}",
        "4: 1 cannot be sent; it must be a string, or in a body a number, true or false",
    ),
    (
        "logout: {url: /o, send: {$request.body#/a/b: c}}",
        "4: $request.body#/a/b is nested, which a form has nothing for",
    ),
    (
        "logout: {operation: POST /logout, send: {$request.body#/a: b}}",
        "4: POST /logout has no request body for $request.body#/a",
    ),
    (
        "login: {operation: POST /token, send: {$request.body#/mode: Bearer $accessToken}}",
        "4: $accessToken cannot be sent by `login`, before there is one",
    ),
    ("refresh: {operation: POST /token}", "4: `refresh` sends no token; say in its `send` where $refreshToken goes"),
    (
        "login: {url: /o}",
        (
            "4: nothing says what to sign in with at this `url`; send `$request.body#/grant_type: password` or "
            "`client_credentials`, or describe the operation (in overlay.yaml) and name it with `operation`"
        ),
    ),
    (
        "login: {url: /o, send: {$request.body#/grant_type: client_credentials}}",
        (
            "4: `login` signs the client in, and does not say who it is; add `client: basic` or `client: form`, or "
            "place $clientId"
        ),
    ),
    ("client: tls", "4: `client` is 'tls'; it must be basic, form, none"),
    (
        "refresh: {url: /o, send: {$request.header.A: $accessToken}}\n  client: form",
        (
            "4: `client: form` puts the client into a form, which `refresh` does not send; place $clientId and "
            "$clientSecret in its `send`, with `client: none`"
        ),
    ),
    *(
        (f"logout: {{url: {url!r}}}", f"4: {said}")
        for url, said in {
            "": "`url` is ''; it must be a URL, absolute or relative to the API's, such as `/o/token/`",
            "/{x}": "`url` is '/{x}'; it must be a URL, absolute or relative to the API's, such as `/o/token/`",
            "https://[": "`url` cannot be read: Invalid IPv6 URL",
            "https://u:p@x.example/": (
                "`url` must hold no user name or password; whoever uses the SDK gives client_id and client_secret"
            ),
            **{
                url: f"`url` is {url!r}; it must start with https://, or http:// in a network that its users trust"
                for url in ("//x.example/", "ftp://x.example/", "https:/x")
            },
        }.items()
    ),
]


@pytest.mark.parametrize(("call", "said"), WRONG_CALLS)
def test_what_is_wrong_with_a_token_call(tmp_path: Path, call: str, said: str) -> None:
    place, _, message = said.partition(": ")
    upload = "  /upload: {put: {requestBody: {content: {multipart/form-data: {}}}, responses: {}}}\ncomponents:\n"
    text = HEAD + f"  {call}\n  tokens: {{accessToken: $response.body#/expires}}\n"
    (tmp_path / "openapi.yaml").write_text(text + OPERATIONS.replace("components:\n", upload), encoding="utf-8")
    lifecycle, problems = lifecycle_of(Document.read(tmp_path / "openapi.yaml"), Applied())
    assert lifecycle is None
    assert [str(problem).removeprefix(f"{tmp_path}/") for problem in problems] == [
        f"openapi.yaml:{place}: x-token-lifecycle: {message}"
    ]


@pytest.mark.parametrize(
    "url", ["/o/token/", "token?p=1", "https://x.example", "http://localhost:1/t", "http://127.0.0.1", "http://[::1]/t"]
)
def test_urls_that_tokens_may_go_to(tmp_path: Path, url: str) -> None:
    extension = f"  logout: {{url: '{url}', method: get}}\n  tokens: {{accessToken: $response.body#/a}}\n"
    lifecycle, problems = compiled(extension, tmp_path)
    assert problems == []
    assert lifecycle
    assert lifecycle.logout == TokenCall("GET", None, None, (), (), url)


def of_flows(flows: str, folder: Path, more: str = "paths: {}") -> TokenLifecycle | None:
    text = f"""\
openapi: 3.1.0
info: {{title: Flows, version: "1"}}
{more}
components:
  securitySchemes:
    basic: {{type: http, scheme: basic}}
    first: {{type: oauth2, flows: {{implicit: {{authorizationUrl: https://a.example}}}}}}
    second: {{type: oauth2, flows: {flows}}}
"""
    (folder / "openapi.yaml").write_text(text, encoding="utf-8")
    lifecycle, problems = lifecycle_of(Document.read(folder / "openapi.yaml"), Applied())
    assert problems == []
    return lifecycle


def urls(lifecycle: TokenLifecycle | None) -> tuple[object, ...]:
    assert lifecycle
    return tuple(call and (call.url or call.path) for call in (lifecycle.login, lifecycle.refresh, lifecycle.logout))


@pytest.mark.parametrize(
    ("flows", "expected", "grants"),
    [
        ("{password: {tokenUrl: t}}", ("t", "t", None), ("password",)),
        ("{password: {tokenUrl: t, refreshUrl: r}}", ("t", "r", None), ("password",)),
        ("{clientCredentials: {tokenUrl: t}}", ("t", None, None), ("client_credentials",)),
        ("{clientCredentials: {tokenUrl: t, refreshUrl: r}}", ("t", "r", None), ("client_credentials",)),
        (
            "{clientCredentials: {tokenUrl: t}, password: {tokenUrl: t}}",
            ("t", "t", None),
            ("password", "client_credentials"),
        ),
        ("{clientCredentials: {tokenUrl: u}, password: {tokenUrl: t}}", ("t", "t", None), ("password",)),
        ("{authorizationCode: {tokenUrl: t}}", (None, "t", None), ()),
        ("{implicit: {refreshUrl: r}}", (None, "r", None), ()),
        ("{deviceAuthorization: {tokenUrl: t}}", (None, "t", None), ()),
        (
            "{clientCredentials: {tokenUrl: 'ftp://a.example/t'}, password: {tokenUrl: t}}",
            ("t", "t", None),
            ("password",),
        ),
    ],
)
def test_what_an_oauth2_scheme_says(
    tmp_path: Path, flows: str, expected: tuple[object, ...], grants: tuple[str, ...]
) -> None:
    lifecycle = of_flows(flows, tmp_path)
    assert urls(lifecycle) == expected
    assert lifecycle
    assert lifecycle.client == "basic"
    assert lifecycle.tokens == TokenFields(("access_token",), ("refresh_token",), ("expires_in",), None, None)
    assert (lifecycle.login.grants if lifecycle.login else ()) == grants


@pytest.mark.parametrize("flows", ["{}", "{password: {tokenUrl: 'ftp://a.example/t'}}", "{implicit: {tokenUrl: t}}"])
def test_an_oauth2_scheme_that_says_nothing_of_use(tmp_path: Path, flows: str) -> None:
    assert of_flows(flows, tmp_path) is None


def test_a_token_url_that_is_an_operation_or_the_servers_own(tmp_path: Path) -> None:
    more = """\
servers: [{url: https://api.example.com/v1/}]
paths: {/token: {get: {responses: {}}, post: {responses: {}}}}
"""
    flows = "{{password: {{tokenUrl: '{}', refreshUrl: '{}'}}}}"
    for url in ("token", "/v1/token", "https://api.example.com/v1/token"):
        lifecycle = of_flows(flows.format(url, "https://other.example.com/v1/token"), tmp_path, more)
        assert lifecycle
        assert lifecycle.login
        assert (lifecycle.login.path, lifecycle.login.url) == ("/token", None)
        assert lifecycle.refresh
        assert (lifecycle.refresh.path, lifecycle.refresh.url) == (None, "https://other.example.com/v1/token")
    assert urls(of_flows(flows.format("https://api.example.com/oauth?a=b", "t"), tmp_path, more)) == (
        "/oauth?a=b",
        "t",
        None,
    )


def test_the_bodies_of_grants_are_part_of_the_package(tmp_path: Path) -> None:
    flows = "{clientCredentials: {tokenUrl: t, scopes: {}}, password: {tokenUrl: t, scopes: {}}}"
    make(SMALL + f"  securitySchemes: {{oauth: {{type: oauth2, flows: {flows}}}}}\n", tmp_path, package="granting_api")
    assert not (ROOT / "generated" / "afresh_api" / "grants.py").exists()
    with importable(tmp_path):
        grants = importlib.import_module("granting_api.grants")
        lifecycle = importlib.import_module("granting_api.lifecycle").LIFECYCLE
    assert lifecycle.login.grants == ("password", "client_credentials")
    user = grants.PasswordGrant("ada", "lovelace", scope="read")
    body = {"grant_type": "password", "username": "ada", "password": "lovelace", "scope": "read"}
    assert user.to_dict() == body
    assert "lovelace" not in repr(user)
    assert grants.PasswordGrant("ada", "x").to_dict() == {"grant_type": "password", "username": "ada", "password": "x"}
    assert grants.ClientCredentialsGrant().to_dict() == {"grant_type": "client_credentials"}
    assert grants.ClientCredentialsGrant("a b").to_dict() == {"grant_type": "client_credentials", "scope": "a b"}
    make(SMALL + CLIENT_ONLY, tmp_path / "other", package="machine_api")
    assert "PasswordGrant" not in (tmp_path / "other" / "machine_api" / "grants.py").read_text(encoding="utf-8")


CLIENT_ONLY = """\
  securitySchemes: {oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: t, scopes: {}}}}}
"""


def test_everything_that_is_wrong_is_said(tmp_path: Path) -> None:
    extension = "  login: {operation: POST /a}\n  refresh: {operation: 1}\n  tokens: {accessToken: x}\n  refused: 401\n"
    _, problems = compiled(extension, tmp_path)
    assert [problem.split(" ")[0] for problem in problems] == [f"openapi.yaml:{line}:" for line in (4, 5, 6, 7)]


def paginated(folder: Path, *changes: tuple[str, str], text: str = OPENAPI) -> tuple[dict[str, Pagination], list[str]]:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "openapi.yaml").write_text(text, encoding="utf-8")
    compiled, problems = compile_pagination(Document.read(folder / "openapi.yaml"), {})
    return compiled, [str(problem).removeprefix(f"{folder}/") for problem in problems]


def in_query(name: str) -> Expression:
    return Expression("request", "query", (name,))


def in_answer(*pointer: str) -> Expression:
    return Expression("response", "body", pointer)


def in_header(name: str) -> Expression:
    return Expression("response", "header", (name,))


def test_pagination_of_every_kind(tmp_path: Path) -> None:
    assert paginated(tmp_path) == (
        {
            "GET /projects": Pagination((), Counted("page", in_query("page"), 1, in_header("X-Total-Pages"))),
            "GET /tasks": Pagination(("items",), Cursor(in_answer("nextCursor"), in_query("cursor"))),
            "GET /search": Pagination((), Link(in_header("Link"))),
            "GET /audit/events": Pagination(("items",), Counted("offset", in_query("offset"), 0, in_answer("total"))),
        },
        [],
    )


def line_of(text: str) -> int:
    return 1 + OPENAPI[: OPENAPI.index(text)].count("\n")


def test_everything_that_is_wrong_with_a_pagination_is_said(tmp_path: Path) -> None:
    compiled, problems = paginated(
        tmp_path,
        (
            "items: $response.body#/items\n        cursor",
            "items: $response.body#/nextCursor\n        size: 3\n        cursor",
        ),
        ("next: $response.body#/nextCursor", "next: $response.body#/nxt"),
        ("send: $request.query.cursor", "send: $request.query.crsr\n          max: 3"),
    )
    items, following = line_of("items: $response.body#/items\n        cursor"), line_of("next: $response")
    file, where = "openapi.yaml", "x-pagination of GET /tasks"
    assert "GET /tasks" not in compiled
    assert problems == [
        f"{file}:{items + 1}: {where}: `size` means nothing here; known are cursor, items, link, more, offset, page",
        f"{file}:{items}: {where}: $response.body#/nextCursor is not an array",
        f"{file}:{following + 3}: {where}: `max` means nothing here; known are last, next, send",
        f"{file}:{following + 1}: {where}: $response.body#/nxt names nothing in the 2xx answer",
        f"{file}:{following + 2}: {where}: there is no query parameter 'crsr'",
    ]


def test_expressions_that_pagination_does_not_understand(tmp_path: Path) -> None:
    _, problems = paginated(
        tmp_path,
        ("items: $response.body#/items\n        cursor", "items: body.items\n        cursor"),
        ("          send: $request.query.cursor\n", ""),
    )
    items, cursor = line_of("items: $response.body#/items\n        cursor"), line_of("cursor:\n")
    assert problems == [
        (
            f"openapi.yaml:{items}: x-pagination of GET /tasks: `items` is 'body.items'; it must be an "
            "expression such as `$response.body#/…`"
        ),
        (
            f"openapi.yaml:{cursor}: x-pagination of GET /tasks: `send` is missing; it must be an expression such as "
            "`$request.query.…` or `$request.body#/…`"
        ),
    ]


LIST = """\
openapi: 3.1.0
info: {title: Lists, version: "1"}
paths:
  /list:
    post:
      operationId: list
      tags: [lists]
      x-pagination:
        items: $response.body#/items
        KIND
      parameters:
        - {name: word, in: query, schema: {type: string}}
        - {name: page, in: query, schema: {type: integer, default: 0}}
        - {name: any, in: query}
        - {name: spread, in: query, schema: {type: object, properties: {from: {type: integer, default: 3}}}}
        - {name: held, in: query, style: deepObject, schema: {type: object, properties: {size: {type: integer}}}}
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Search"}}}}
      responses:
        "200":
          description: A page.
          headers: {X-Next: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Page"}}}
components:
  schemas:
    Search: {type: object, properties: {page: {type: [integer, "null"], default: 7}, "on": {}}}
    Page:
      type: object
      properties:
        items: {type: array, items: {type: object, properties: {id: {type: string}}}}
        next: {type: string}
        n: {type: number}
        more: {type: boolean}
        any: {}
"""


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("page: {send: $request.query.page}", Counted("page", in_query("page"), 0, None)),
        ("page: {send: $request.query.page, start: 1}", Counted("page", in_query("page"), 1, None)),
        (
            "page: {send: $request.body#/page, total: $response.body#/n}",
            Counted("page", Expression("request", "body", ("page",)), 7, in_answer("n")),
        ),
        (
            "cursor: {next: $response.header.x-next, send: $request.body#/on}",
            Cursor(in_header("x-next"), Expression("request", "body", ("on",))),
        ),
        (
            "page: {send: $request.query.page, current: $response.body#/n, totalItems: $response.header.X-Next}",
            Counted("page", in_query("page"), 0, None, in_header("X-Next"), in_answer("n")),
        ),
        ("offset: {send: $request.query.from}", Counted("offset", in_query("from"), 3, None)),
        ("cursor: {last: /id, send: $request.query.word}", Cursor(("id",), in_query("word"))),
        ("link: $response.body#/next", Link(in_answer("next"))),
        ("link: $response.header.X-Next", Link(in_header("X-Next"))),
    ],
)
def test_where_a_pagination_begins_and_what_it_follows(
    tmp_path: Path, kind: str, expected: Cursor | Counted | Link
) -> None:
    assert paginated(tmp_path, ("KIND", kind), text=LIST) == ({"POST /list": Pagination(("items",), expected)}, [])


@pytest.mark.parametrize(
    ("kind", "line", "said"),
    [
        ("", 8, "there must be one of cursor, offset, page, link; it has none"),
        (
            "link: $response.body#/next\n        page: {send: $request.query.page}",
            8,
            "there must be one of cursor, offset, page, link; it has page and link",
        ),
        (
            "link: true",
            10,
            "`link` is True; it must be an expression such as `$response.header.Link` or `$response.body#/…`",
        ),
        ("link: $response.header.Link", 10, "the 2xx answer is described without a header 'Link'"),
        ("link: $response.body#/n", 10, "$response.body#/n is not a string"),
        ("link: $response.body", 10, "$response.body names nothing in the 2xx answer"),
        ("offset: {send: $request.query.word}", 10, "$request.query.word is not a number"),
        ("offset: {send: $request.query.any}", 10, "$request.query.any is not a number"),
        ("offset: {send: $request.body#/word}", 10, "$request.body#/word names nothing in the request body"),
        (
            "offset: {send: $request.header.X-Page}",
            10,
            (
                "`send` is '$request.header.X-Page'; it must be an expression such as `$request.query.…` or "
                "`$request.body#/…`"
            ),
        ),
        (
            "offset:\n          send: $request.query.page\n          start: '1'",
            12,
            "`start` is '1'; it must be a whole number",
        ),
        (
            "page:\n          send: $request.query.page\n          total: $response.body#/next",
            12,
            "$response.body#/next is not a number",
        ),
        (
            "page:\n          send: $request.query.page\n          total: 12",
            12,
            "`total` is 12; it must be an expression such as `$response.body#/…` or `$response.header.…`",
        ),
        (
            "page:\n          send: $request.query.page\n          next: 12",
            12,
            "`next` means nothing here; known are current, send, start, total, totalItems",
        ),
    ],
)
def test_what_is_wrong_with_a_pagination(tmp_path: Path, kind: str, line: int, said: str) -> None:
    problem = f"openapi.yaml:{line}: x-pagination of POST /list: {said}"
    assert paginated(tmp_path, ("KIND", kind), text=LIST) == ({}, [problem])


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("cursor: {next: $response.body#/next, send: $request.body#/on/after}", '"on": {}', '"on": {type: object}'),
        ("page: {send: $request.body#/page}", 'application/json: {schema: {$ref: "#/components/schemas/S', "FORM"),
        (
            "page: {send: $request.query.page, total: $response.body#/n}",
            "n: {type: number}",
            "n: {type: [number, string]}",
        ),
        ("link: $response.body#/next", "next: {type: string}", "next: {type: [number, string]}"),
        ("cursor: {next: $response.body#/any/next, send: $request.query.word}", "any: {}}", "any: {type: object}}"),
    ],
)
def test_what_has_no_type_to_go_by(tmp_path: Path, kind: str, old: str, new: str) -> None:
    new = new.replace("FORM", old.replace("json", "x-www-form-urlencoded"))
    assert problems_of(LIST.replace("KIND", kind).replace(old, new), tmp_path) == [
        (
            "openapi.yaml:8: x-pagination of POST /list: its pointers lead through something that has no model, or to "
            "something of another type than it must have"
        )
    ]


def test_where_a_page_says_that_there_are_more(tmp_path: Path) -> None:
    kind = "link: $response.body#/next\n        more: $response.body#/more"
    compiled, problems = paginated(tmp_path, ("KIND", kind), text=LIST)
    assert problems == []
    assert compiled["POST /list"].more == in_answer("more")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("link: $response.body#/next\n        more: $response.body#/n", "$response.body#/n is not a boolean"),
        ("page: {send: $request.query.page, current: $response.body#/next}", "$response.body#/next is not a number"),
        ("offset: {send: $request.query.page, totalItems: $response.body#/n}", "`totalItems` means nothing here"),
        ("offset: {send: $request.query.size}", "there is no query parameter 'size'"),
        ("offset: {send: $request.query.spread}", "there is no query parameter 'spread'"),
        ("cursor: {last: /name, send: $request.query.word}", "/name names nothing in an item"),
        ("cursor: {last: id, send: $request.query.word}", "`last` is 'id'; it must be a pointer into an item"),
        ("cursor: {last: /id, next: $response.body#/next, send: $request.query.word}", "in place of `next`"),
    ],
)
def test_what_is_wrong_with_what_a_pagination_follows(tmp_path: Path, kind: str, said: str) -> None:
    compiled, problems = paginated(tmp_path, ("KIND", kind), text=LIST)
    assert compiled == {}
    assert len(problems) == 1
    assert said in problems[0]


def test_an_operation_that_does_not_page_says_so(tmp_path: Path) -> None:
    text = LIST.replace("\n        items: $response.body#/items\n        KIND", " false")
    assert paginated(tmp_path, text=text) == ({}, [])
