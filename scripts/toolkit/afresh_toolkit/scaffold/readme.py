"""The README of a new repository: what the API offers, and how its SDK is used and kept."""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define

from afresh_toolkit.generator.extensions.lifecycle_code import Authorization, TokenCall, TokenLifecycle
from afresh_toolkit.generator.guessing.keys import Security, security_of
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, operations, success_answers
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.media_types import json_in
from afresh_toolkit.generator.referencing.environment import table_of_keys, table_of_variables
from afresh_toolkit.generator.writing.servers import default_url, example_url, list_servers
from afresh_toolkit.scaffold.marked import BEGIN, END, part_of
from afresh_toolkit.scaffold.names import Names
from afresh_toolkit.scaffold.template import Sdk, formatted
from afresh_toolkit.syncing.markdown import plain

FEW = 150
"""Up to so many operations have a row of the table each; of more, the tags have."""
FEW_SCOPES = 12
"""Of the scopes of an API, so many are named."""
WIDEST = 100
"""Characters of a text in a table."""


@define(frozen=True)
class _Method:
    """An operation, and where it is called: `api.<resource>.<name>`.

    `is_list` is whether it gives all pages, and `is_read` whether its answer is read whole: no file, no stream.
    """

    described: DescribedOperation
    resource: str
    name: str
    module: str
    is_list: bool
    is_read: bool

    @property
    def call(self) -> str:
        return f"{self.resource}.{self.name}"

    @property
    def needs(self) -> bool:
        """Whether it can only be called with arguments."""
        required = any(said.get("required") for said in self.described.parameters.values())
        return required or "{" in self.described.path or "requestBody" in self.described.data


def readme(sdk: Sdk, document: Document, lifecycle: TokenLifecycle | None, package: Path, *, from_index: bool) -> str:
    """Write the README of a repository whose generated package is made; `from_index` is where its toolkit is from."""
    names = sdk.names
    places: Mapping[str, Any] = json.loads((package / "manifest.json").read_text(encoding="utf-8"))["operations"]
    methods = [
        _Method(
            operation,
            place["resource"],
            place["name"],
            place["module"],
            "pages" in place,
            any(
                json_in(document, mapping(answer.get("content"))) is not None
                for answer, _ in success_answers(document, operation)
            ),
        )
        for operation in operations(document)
        if (place := places.get(operation.name))
    ]
    base_url = example_url(document)
    security = security_of(document, lifecycle)
    parts = [
        f"# {names.title}",
        BEGIN,
        (
            f"The typed Python SDK of {plain(sdk.title)}: {len(methods)} operations, generated from "
            f"`{sdk.description}`, behind a session that renews itself where the API has refresh tokens."
        ),
        "## A first call",
        *_first_call(
            sdk, methods, lifecycle, security, package, base_url=base_url, where=_where(document, names, base_url)
        ),
        "## Signing in",
        *_keys(security, names.package),
        *_sign_in(sdk, lifecycle, security, package, methods, base_url=base_url),
        *_environment(names.prefix, lifecycle, security),
        "## Operations",
        *_operations(sdk, methods, document),
        END,
        _MAINTAINING.format(
            description=sdk.description,
            name=names.package,
            api=names.api,
            toolkit=_BY_INDEX if from_index else _BY_WHEEL,
        ),
    ]
    return "\n\n".join(parts).rstrip() + "\n"


def about(root: Path, package: Path, document: Document, lifecycle: TokenLifecycle | None) -> str:
    """Write the part of the README of a repository that is about its API."""
    names = Names(package.name.removesuffix("_api"))
    sdk = Sdk(names, title_of(document), document.path.name, None)
    text = formatted(root, readme(sdk, document, lifecycle, package, from_index=False))
    return part_of(text) or ""


def title_of(document: Document) -> str:
    """Return the title of an API."""
    title = " ".join(str(mapping(document.content.get("info")).get("title") or "").split())
    return title or "an API without a title"


def _where(document: Document, names: Names, base_url: str) -> str:
    """Say where the API is."""
    default = default_url(document)
    url = f"which is `{default}` unless you give another" if default else f"such as `{base_url}`"
    listed = f" (`{names.api}.servers` has those that the description lists)" if list_servers(document) else ""
    return f"the base URL, {url}{listed}"


def _first_call(
    sdk: Sdk,
    methods: list[_Method],
    lifecycle: TokenLifecycle | None,
    security: Security,
    package: Path,
    *,
    base_url: str,
    where: str,
) -> Iterator[str]:
    names = sdk.names
    tokens = {f"{call.method} {call.path}" for call in lifecycle.calls} if lifecycle else set()
    own = [method for method in methods if method.described.name not in tokens]
    reading = [method for method in own if method.described.method == "GET" and not method.needs]
    reading.sort(key=lambda method: (not method.is_read, method.described.name not in security.operations))
    first = next(iter((*reading, *own, *methods)), None)
    yield f"With Python 3.11 or newer, `pip install {names.distribution}` from your package index, or from this folder:"
    about = f"    # {first.described.name}" if first else ""
    call = f"    print(api.{first.call}({'...' if first.needs else ''}))" if first else "    print(api)"
    if first and first.is_list:
        call = f"    for item in api.{first.call}({'...' if first.needs else ''}):\n        print(item)"
    asked = security.operations.get(first.described.name, ((),))[0] if first else ()
    login = lifecycle.login if lifecycle and any(name in security.by_token for name in asked) else None
    at_login = security.token_calls.get(f"{login.method} {login.path}", ((),))[0] if login else ()
    by_login = security.by_token if login else frozenset[str]()
    keys = [name for name in (*asked, *at_login) if name in security.keys and name not in by_login]
    made = _client(base_url, security, keys) if keys else "Client.from_env()"
    sign_in = _login_code(sdk, package, methods, login if keys else None, made)
    yield "\n".join(("```python", *sign_in, *([about] if about else []), call, "```"))
    yield (
        f"Use `AsyncClient` in the same way, with `await` and `async for`. `Client.from_env()` takes {where}, and all "
        f"else from [the environment](#the-environment), and so does `{names.package} call`, which calls any operation "
        "from the shell."
    )


def _sign_in(
    sdk: Sdk,
    lifecycle: TokenLifecycle | None,
    security: Security,
    package: Path,
    methods: list[_Method],
    *,
    base_url: str,
) -> Iterator[str]:
    names = sdk.names
    if lifecycle is None and security.is_of_keys:
        return
    if lifecycle is None and security.keys:
        yield f"Neither `{sdk.description}` nor an `overlay.yaml` says how tokens live: a token is a key that stays."
        yield _NO_LIFECYCLE
        return
    by_hand = (
        f"```python\nfrom {names.package} import Client, Tokens\n\n"
        f'with Client("{base_url}", tokens=Tokens("the access token")) as api:\n    ...\n```'
    )
    if lifecycle is None:
        yield (
            f"Neither `{sdk.description}` nor an `overlay.yaml` says how tokens live, so that the SDK works with a "
            f"token that is given by hand, here or in `{names.prefix}TOKEN`, and cannot renew it:"
        )
        yield by_hand
        yield _NO_LIFECYCLE
        return
    login = lifecycle.login
    at_login = security.token_calls.get(f"{login.method} {login.path}", ((),))[0] if login else ()
    client = _client(base_url, security, at_login)
    if lifecycle.authorization:
        yield from _in_browser(names.package, lifecycle.authorization, client)
    elif login is None:
        yield f"No operation that signs in is known: give tokens by hand, here or in `{names.prefix}TOKEN`."
        yield by_hand
    if login and login.credentials:
        keys = ", ".join(f"`{one.key}`" for one in login.credentials)
        yield (
            f"`{names.package} login --base-url {base_url}` asks for {keys}, and keeps the session for the other "
            f"commands. Programs sign in by the environment (`Client.from_env()`), or by `api.login(body)`:"
        )
        yield "\n".join(("```python", *_login_code(sdk, package, methods, login, client), "```"))
    elif login:
        yield f"`api.login(body)` signs in by `{login.name}`:"
        yield "\n".join(("```python", *_login_code(sdk, package, methods, login, client), "```"))
    yield from _renewing(lifecycle)
    yield f"`./scripts/demo --base-url {base_url}` shows it at work."


def _renewing(lifecycle: TokenLifecycle) -> Iterator[str]:
    """Say what renews tokens and signs out."""
    told = [
        f"`{call.name}` {does}"
        for call, does in ((lifecycle.refresh, "renews the tokens"), (lifecycle.logout, "signs out"))
        if call and any(call.place)
    ]
    if told:
        yield "; ".join(told) + "."
    if any(not any(call.place) for call in lifecycle.calls):
        yield "The server's metadata says where tokens are issued, renewed and revoked."
    if lifecycle.carrier:
        yield f"Requests have the token in the {lifecycle.carrier.where} `{lifecycle.carrier.path[0]}`."
    if not lifecycle.refresh:
        yield "Nothing is known that renews tokens: when the access token expires, somebody has to sign in again."


def _in_browser(package: str, said: Authorization, client: str) -> Iterator[str]:
    """Say how people sign in."""
    both = {
        "authorization_code": ("in a browser", "AuthorizationCodeGrant"),
        "device_code": ("on another device", "DeviceCodeGrant"),
    }
    ways = [both[grant] for grant in said.token.grants]
    where = " or ".join(way for way, _ in ways)
    made = client.removesuffix(")") + ', client_id="…")'
    yield f"People sign in {where}. The API's owner gives your application its `client_id`:"
    grants = [grant for _, grant in ways]
    code = [
        "```python",
        f"from {package} import {', '.join(sorted([*grants, 'Client']))}",
        "",
        f"with {made} as api:",
        *(f"    api.login({grant}()){'' if grant == grants[0] else '  # or'}" for grant in grants),
        "```",
    ]
    yield "\n".join(code)
    if said.scopes:
        yield f'`scope="…"` says what a grant asks for. The API has {_listed(said.scopes)}.'


def _listed(scopes: Sequence[str]) -> str:
    shown = ", ".join(f"`{scope}`" for scope in scopes[:FEW_SCOPES])
    return shown if len(scopes) <= FEW_SCOPES else f"{shown} and {len(scopes) - FEW_SCOPES} others"


def _client(base_url: str, security: Security, names: Iterable[str]) -> str:
    """Write what makes a client with keys."""
    given = ", ".join(f"{json.dumps(name)}: {security.keys[name].example}" for name in dict.fromkeys(names))
    return f'Client("{base_url}", keys={{{given}}})' if given else f'Client("{base_url}")'


def _login_code(sdk: Sdk, package: Path, methods: list[_Method], login: TokenCall | None, client: str) -> Iterator[str]:
    """Write what makes a client, and signs in where there is a call for that."""
    key = f"{login.method} {login.path}" if login else ""
    module = next((method.module for method in methods if method.described.name == key), None)
    model = _body_model(package / "api" / f"{module.replace('.', '/')}.py") if module else None
    yield f"from {sdk.names.package} import Client"
    if model:
        yield f"from {sdk.names.api}.models import {model}"
    yield ""
    yield f"with {client} as api:"
    if login:
        yield f"    api.login({model}(...))" if model else "    api.login(...)"


def _keys(security: Security, package: str) -> Iterator[str]:
    if security.keys:
        yield (
            "The API takes keys. Give them to the client by the names of their security schemes, or set "
            f"[their variables](#the-environment); `{package} call` asks for those that are missing. "
            "[Keys](docs/sessions.md#keys) says which of them an operation is sent with."
        )
        yield table_of_keys(security)
    if security.unserved:
        listed = ", ".join(f"`{name}` ({kind})" for name, kind in security.unserved.items())
        yield f"The client does not send {listed}. Where nothing else serves, give it an `http_client` that does."


def _environment(prefix: str, lifecycle: TokenLifecycle | None, security: Security) -> Iterator[str]:
    yield "## The environment"
    yield table_of_variables(prefix, lifecycle, security)


def _body_model(module: Path) -> str | None:
    """Return the model of an operation's body, as its module has it; the first where there are several."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == "arguments":
            for argument in (*node.args.args, *node.args.kwonlyargs):
                if argument.arg == "body" and argument.annotation:
                    return next(
                        (
                            part.id
                            for part in ast.walk(argument.annotation)
                            if isinstance(part, ast.Name) and part.id[:1].isupper() and part.id not in {"Any", "Unset"}
                        ),
                        None,
                    )
    return None


def _operations(sdk: Sdk, methods: list[_Method], document: Document) -> Iterator[str]:
    by_resource: dict[str, list[_Method]] = {}
    for method in methods:
        by_resource.setdefault(method.resource, []).append(method)
    if len(methods) <= FEW:
        yield "\n".join(
            (
                "| method | request | what it does |",
                "| --- | --- | --- |",
                *(
                    f"| `{method.call}` | `{method.described.name}` | {_summary(method)} |"
                    for listed in by_resource.values()
                    for method in listed
                ),
            )
        )
        return
    tags = document.content.get("tags")
    said = (
        {str(mapping(tag).get("name")): mapping(tag).get("description") for tag in tags}
        if isinstance(tags, list)
        else {}
    )
    yield f"`{sdk.names.package} call TAG` lists the methods of a tag with what they do."
    yield "\n".join(
        (
            "| tag | operations | what about |",
            "| --- | --- | --- |",
            *(
                f"| `{resource}` | {len(listed)} | {_short(said.get(listed[0].described.tag) or '')} |"
                for resource, listed in by_resource.items()
            ),
        )
    )


def _summary(method: _Method) -> str:
    return _short(method.described.data.get("summary") or method.described.data.get("description") or "")


def _short(text: object) -> str:
    """Return the first sentence of a text, and no more than fits into a table."""
    line = re.split(r"(?<=[.!?])\s|\n\s*\n", str(text).strip(), maxsplit=1)[0]
    line = " ".join(re.sub(r"<[^>]*>", " ", line).split())
    return plain(line if len(line) <= WIDEST else f"{line[:WIDEST].rsplit(' ', 1)[0]} …")


_NO_LIFECYCLE = (
    "Where the API has operations to sign in and to renew tokens, name them in `x-token-lifecycle`, in the description "
    "or by an `overlay.yaml`, and run `./scripts/generate`."
)

_MAINTAINING = """\
## Maintaining it

```console
$ ./scripts/test              # format, lint, types and tests, as in CI; makes .venv from the lock file first
$ ./scripts/generate          # remakes generated/ after a change of {description} or overlay.yaml
$ ./scripts/sync --spec URL   # fetches {description}; if it is new, makes a branch with the SDK that follows it
$ ./scripts/demo              # signs in to a server of the API and renews the tokens
$ ./scripts/docs --open       # builds a site of the documentation, and shows it
```

The description stays as its owner ships it. Correct it in `overlay.yaml` (an
[OpenAPI Overlay](https://spec.openapis.org/overlay/v1.1.html)). To leave an operation out, name it in pyproject.toml,
under `[tool.afresh.leave-out]`, with the reason: `"GET /legacy/{{id}}" = "gone in June"`.

| in | is | edited by |
| --- | --- | --- |
| `generated/` | `{api}`, written by `./scripts/generate` | nobody |
| `custom/` | `{name}`: the session, the client, the stores, the console command | you |
| `{description}`, `overlay.yaml` | what the client is generated from | the API's owner; you |
| `scripts/`, `tests/`, the CI files | what maintainers run | you |
| `docs/` | pages for users and maintainers; `docs/reference/` is written by `./scripts/generate` | you |
| `sdk.toml` | what this repository was given, with hashes | nobody |

There is no licence yet: add a LICENSE file, and name it in pyproject.toml.

- For users: the [reference](docs/reference/README.md) of all operations, [calls](docs/calls.md),
  [sessions](docs/sessions.md), [extending](docs/extending.md), [testing](docs/testing.md)
- For maintainers: [the description's extensions](docs/lifecycle.md); `.venv/bin/afresh-toolkit help regenerate`, about
  regenerating and following the API; and `.venv/bin/afresh-toolkit help releasing`, about releasing, and about
  installing from an internal index

## Renewing the machinery

The commands in `scripts/` call `afresh-toolkit`. `requirements.lock` pins it by its version and hash.
{toolkit}

To renew it, change its line in `requirements.lock` (and the wheel, if it is here), and run `./scripts/install`. Then
`.venv/bin/afresh-toolkit update` merges what is new in the layer, the scripts, the CI files and the pages into what you
have changed. Merging starts from the text that git's history has: commit this repository, and each update, before you
change files. `.venv/bin/afresh-toolkit lock` pins what `pyproject.toml` asks for, after you have changed that;
`--upgrade` moves to the newest versions.

## Releasing it

```console
$ ./scripts/diff --write    # the version that the changes since the last tag take, and the changelog's entry
$ ./scripts/publish --local                                         # rehearses it all on this machine
$ ./scripts/publish --index https://packages.example.com/simple/    # your team's package index
```

`./scripts/publish` builds what is committed, tries it in a fresh environment and uploads it. If it cannot, it says why.
"""

_BY_WHEEL = """\
It is installed from the wheel in `scripts/`. To install it from your team's package index instead, upload that wheel
there, delete it here, and let pip use that index. The line in `requirements.lock` stays as it is."""
_BY_INDEX = """\
It is installed from your team's package index. To install it without one, put its wheel into `scripts/`. The line in
`requirements.lock` stays as it is."""
