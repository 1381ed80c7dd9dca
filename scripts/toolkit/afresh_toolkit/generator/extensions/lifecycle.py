"""Compiles `x-token-lifecycle`: which calls sign in, renew and sign out, and where the tokens stand in them."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from attrs import define, evolve

from afresh_toolkit.generator.extensions.authorization import KEYS, SIGN_IN_KEYS, AuthorizationKeys
from afresh_toolkit.generator.extensions.carrying import KEYS as CARRYING_KEYS
from afresh_toolkit.generator.extensions.carrying import CarryingKeys, is_answered, place_in_answer
from afresh_toolkit.generator.extensions.error_shapes import error_shapes
from afresh_toolkit.generator.extensions.lifecycle_code import (
    FORM,
    Authorization,
    Credential,
    Named,
    Placement,
    TokenCall,
    TokenFields,
    TokenLifecycle,
)
from afresh_toolkit.generator.extensions.oauth2 import (
    GRANTS,
    PASSWORD_CREDENTIALS,
    REVOCATION,
    STANDARD_TOKENS,
    refresh_call,
)
from afresh_toolkit.generator.extensions.runtime_expressions import parse_expression, schemas_at
from afresh_toolkit.generator.extensions.secrecy import hide
from afresh_toolkit.generator.extensions.token_urls import place_of, problem_with
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.problems import Problem
from afresh_toolkit.generator.reading.description import (
    METHODS,
    DescribedOperation,
    mapping,
    operations,
    success_answers,
)
from afresh_toolkit.generator.reading.document import Document

KEY = "x-token-lifecycle"
_ERROR_STATUSES = range(400, 600)
_VARIABLES = ("$accessToken", "$clientId", "$clientSecret", "$refreshToken")
_VARIABLE = re.compile(r"\$[A-Za-z]\w*")
_TOKEN = re.compile(r"\$(?:access|refresh)Token\b")
_SECRET_VARIABLE = re.compile(r"\$(?:accessToken|refreshToken|clientSecret)\b")
_CLIENTS = ("basic", "form", "none")
_JSON = re.compile(r"application/(?:[^;]+\+)?json\b")
_USER = re.compile(r"user|mail|login|phone|account", re.IGNORECASE)
_SECRET = re.compile(r"pass|pwd|secret|token|key|otp|\bpin\b", re.IGNORECASE)


_CALLS = ("login", "refresh", "logout")
_FIELDS = ("accessToken", "refreshToken", "expiresIn", "expiresInMs", "expiresAt")  # in the order of TokenFields


def compile_lifecycle(document: Document) -> tuple[TokenLifecycle | None, list[Problem]]:
    """Compile the extension, which the description must have; None where it is wrong: then the problems say how."""
    compiler = _Compiler(document)
    lifecycle, problems = compiler.compile()
    lifecycle = CarryingKeys(document, mapping(document.content[KEY]), compiler.report).complete(lifecycle)
    return None if problems or compiler.problems else lifecycle, compiler.problems


def compile_content(document: Document, content: Mapping[str, Any]) -> tuple[TokenLifecycle | None, list[Problem]]:
    """Compile what the extension would say, for a description that does not have it."""
    document.content[KEY] = content
    try:
        return compile_lifecycle(document)
    finally:
        del document.content[KEY]


@define(frozen=True)
class _Target:
    """What a call is made to: an operation, or a URL that stands for none; with the type and schema of its body."""

    name: str
    method: str
    path: str | None = None
    url: str | None = None
    operation: DescribedOperation | None = None
    media_type: str | None = None
    schema: Any = None


class _Compiler:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.operations = {operation.name: operation for operation in operations(document)}
        self.problems: list[Problem] = []
        self.authorizing = AuthorizationKeys(document, mapping(document.content[KEY]), self.report)

    def report(self, message: str, *tokens: str) -> None:
        self.problems.append(Problem(f"{KEY}: {message}", self.document.place((KEY, *tokens))))

    def compile(self) -> tuple[TokenLifecycle | None, list[Problem]]:
        content = self.mapping_at()
        self.refuse_unknown(content, {*_CALLS, *KEYS, *CARRYING_KEYS, "tokens", "refused", "client"})
        client = self.client(content.get("client", self.authorizing.default_client))
        calls = {name: self.call(name) for name in _CALLS}
        described = {name: operation for name, (_, operation) in calls.items() if name != "logout" and operation}
        if client == "form":
            self.check_forms({name: calls[name][0] for name in ("login", "refresh")})
        own = {name: self.tokens({name: one}, name) for name, one in described.items() if self.has_own_tokens(name)}
        tokens = self.tokens({name: one for name, one in described.items() if name not in own})
        refused = self.refused(content.get("refused"))
        login, refresh, logout = (self.with_tokens(calls[name][0], own.get(name)) for name in _CALLS)
        metadata_url = self.authorizing.metadata()
        authorization = self.authorization(refresh, tokens)
        if self.problems or tokens is None:
            return None, self.problems
        if authorization and "refresh" not in content:
            refresh = evolve(
                refresh_call(self.document, None), path=authorization.token.path, url=authorization.token.url
            )
        if metadata_url and "logout" not in content:
            logout = REVOCATION
        return TokenLifecycle(login, refresh, logout, tokens, refused, client, authorization, metadata_url), []

    def authorization(self, refresh: TokenCall | None, tokens: TokenFields | None) -> Authorization | None:
        """Compile where people sign in; the answers are standard unless something else is said of that endpoint."""
        found = self.authorizing.authorization(refresh)
        if found is None:
            return None
        said = next((self.tokens({}, key) for key in SIGN_IN_KEYS if self.has_own_tokens(key)), None)
        is_known = refresh is not None and found.token.place == refresh.place
        own = said or found.token.tokens or (None if is_known else STANDARD_TOKENS)
        return evolve(found, token=evolve(found.token, tokens=None if own == tokens else own))

    def mapping_at(self, *tokens: str) -> dict[str, Any]:
        part = self.document.find((KEY, *tokens))
        if not isinstance(part, dict):
            self.report(f"`{tokens[-1] if tokens else KEY}` must be a mapping", *tokens)
        return mapping(part)

    def refuse_unknown(self, content: Mapping[str, Any], known: set[str], *tokens: str) -> None:
        for key in content:
            if key not in known:
                self.report(f"`{key}` means nothing here; known are {', '.join(sorted(known))}", *tokens, key)

    def client(self, client: Any) -> str:
        if client in _CLIENTS or (client == "metadata" and "metadata" in self.document.content[KEY]):
            return str(client)
        self.report(f"`client` is {client!r}; it must be {', '.join(_CLIENTS)}", "client")
        return "none"

    def check_forms(self, calls: Mapping[str, TokenCall | None]) -> None:
        for name, call in calls.items():
            if call and call.media_type != FORM:
                self.report(
                    f"`client: form` puts the client into a form, which `{name}` does not send; place $clientId and "
                    "$clientSecret in its `send`, with `client: none`",
                    name,
                )

    def call(self, name: str) -> tuple[TokenCall | None, DescribedOperation | None]:
        if name not in self.document.content[KEY]:
            return None, None
        content = self.mapping_at(name)
        known_problems = len(self.problems)
        known = {"operation", "url", "method", "mediaType", "send", "csrf"} | (
            {"tokens"} if name != "logout" else set()
        )
        self.refuse_unknown(content, known, name)
        target = self.target(name, content)
        if target is None:
            return None, None
        send = tuple(self.placements(name, content, target))
        credentials: tuple[Credential, ...] = ()
        grants: tuple[str, ...] = ()
        if name == "login":
            placed = {placement.path[0] for placement in send if placement.where == "body"}
            required = self.required(target.schema, placed)
            constants = {key: value for key, parts in required.items() if (value := _constant(parts)) is not None}
            send += tuple(Placement("body", (key,), value) for key, value in constants.items())
            credentials = _credentials({key: parts for key, parts in required.items() if key not in constants})
            grants = tuple(str(placement.value) for placement in send if _names_grant(placement))
            if not required and "client_credentials" not in grants:
                credentials = _optional_credentials(self.optional(target.schema, placed))
            elif credentials and all(credential.is_secret for credential in credentials):
                # Some say of several names, such as a user name and an e-mail address, that one of them will do.
                others = self.properties(target.schema, placed | {*required})
                credentials = (*(one for one in _optional_credentials(others) if _USER.search(one.key)), *credentials)
        if len(self.problems) == known_problems:
            self.check_call(name, target, send, grants)
        if grants == ("password",) and target.operation is None:
            credentials = PASSWORD_CREDENTIALS
        self.hide_sent(target, send, credentials)
        errors = error_shapes(self.document, target.operation) if target.operation and name != "logout" else ()
        call = TokenCall(target.method, target.path, target.media_type, send, credentials, target.url, grants, errors)
        return call, target.operation

    def hide_sent(self, target: _Target, send: tuple[Placement, ...], credentials: tuple[Credential, ...]) -> None:
        """Keep the secrets of a body out of the repr of its model."""
        for placement in send:
            if placement.where == "body" and _SECRET_VARIABLE.search(str(placement.value)):
                hide(self.document, target.schema, placement.path)
        for credential in credentials:
            if credential.is_secret:
                hide(self.document, target.schema, (credential.key,))

    def check_call(self, name: str, target: _Target, send: tuple[Placement, ...], grants: tuple[str, ...]) -> None:
        client = self.document.content[KEY].get("client", self.authorizing.default_client)
        is_silent = client == "none" and not any("$clientId" in str(placement.value) for placement in send)
        if grants == ("client_credentials",) and target.operation is None and is_silent:
            self.report(
                "`login` signs the client in, and does not say who it is; add `client: basic` or `client: form`, or "
                "place $clientId",
                name,
            )
        if name == "login" and target.operation is None and not grants:
            self.report(
                "nothing says what to sign in with at this `url`; send `$request.body#/grant_type: password` or "
                "`client_credentials`, or describe the operation (in overlay.yaml) and name it with `operation`",
                name,
            )
        if name == "refresh" and not any(_TOKEN.search(str(placement.value)) for placement in send):
            self.report("`refresh` sends no token; say in its `send` where $refreshToken goes", name)

    def target(self, name: str, content: Mapping[str, Any]) -> _Target | None:
        if ("operation" in content) == ("url" in content):
            said = "both `operation` and `url`" if "url" in content else "neither `operation` nor `url`"
            self.report(f"`{name}` has {said}; name an operation of the description, or the URL of what it lacks", name)
            return None
        if "url" in content:
            return self.endpoint(name, content)
        wanted = content["operation"]
        operation = self.operations.get(wanted) if isinstance(wanted, str) else None
        if operation is None:
            self.report(
                f"the description has no operation {wanted!r}; name it by method and path, such as `POST /auth/login`; "
                "what it lacks is named with `url`",
                name,
                "operation",
            )
            return None
        if "method" in content:
            self.report("`method` goes with `url`; an operation has its own", name, "method")
        media_type, schema = self.request_body(name, content, operation)
        return _Target(wanted, operation.method, operation.path, None, operation, media_type, schema)

    def endpoint(self, name: str, content: Mapping[str, Any]) -> _Target | None:
        url, method = content["url"], content.get("method", "POST")
        problem = problem_with(url)
        if problem:
            self.report(problem, name, "url")
            return None
        if not isinstance(method, str) or method.lower() not in METHODS:
            self.report(f"`method` is {method!r}; it must be one of HTTP's, such as POST", name, "method")
            return None
        has_body = any(str(place).startswith("$request.body") for place in mapping(content.get("send")))
        media_type = content.get("mediaType", FORM if has_body or name == "login" else None)
        if media_type is not None:
            self.check_media_type(media_type, name, "mediaType")
        path, place = place_of(self.document, url) if method.upper() == "POST" else (None, url)
        return _Target(url, method.upper(), path, place, None, media_type)

    def check_media_type(self, media_type: Any, *at: str) -> None:
        if media_type != FORM and not (isinstance(media_type, str) and _JSON.match(media_type)):
            self.report(f"token calls send application/json or {FORM}, and not {media_type!r}", *at)

    def required(self, schema: Any, placed: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """Return the schemas of what a body must have besides what is placed; nothing where there is a choice.

        What is `readOnly` is required of answers alone, where one schema serves for both.
        """
        parts = schemas_at(self.document, schema, ())
        if any(part.keys() & {"oneOf", "anyOf"} for part in parts):
            return {}
        listed = [part["required"] for part in parts if isinstance(part.get("required"), list)]
        keys = dict.fromkeys(key for keys in listed for key in keys if key not in placed)
        found = {key: schemas_at(self.document, schema, (key,)) for key in keys}
        return {key: parts for key, parts in found.items() if not any(part.get("readOnly") is True for part in parts)}

    def optional(self, schema: Any, placed: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """Return the schemas of what a body may have that requires nothing; nothing where there is a choice."""
        parts = schemas_at(self.document, schema, ())
        if any(part.keys() & {"oneOf", "anyOf"} or part.get("required") for part in parts):
            return {}
        return self.properties(schema, placed)

    def properties(self, schema: Any, placed: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """Return the schemas of what a body may have besides what is placed."""
        parts = schemas_at(self.document, schema, ())
        keys = dict.fromkeys(key for part in parts for key in mapping(part.get("properties")) if key not in placed)
        found = {key: schemas_at(self.document, schema, (key,)) for key in keys}
        return {key: parts for key, parts in found.items() if not any(part.get("readOnly") is True for part in parts)}

    def request_body(
        self, name: str, content: Mapping[str, Any], operation: DescribedOperation
    ) -> tuple[str | None, Any]:
        body = mapping(self.document.resolve(operation.data.get("requestBody"))[0])
        described = mapping(body.get("content"))
        wanted = content.get("mediaType")
        if wanted is not None and wanted not in described:
            said = ", ".join(described) or "no body"
            self.report(f"{operation.name} takes {said}, and not {wanted!r}", name, "mediaType")
            return None, None
        for media_type in (wanted,) if wanted else ("application/json", FORM, *described):
            if media_type in described:
                self.check_media_type(media_type, name, "mediaType" if wanted else "operation")
                return media_type, mapping(described[media_type]).get("schema")
        return None, None

    def placements(self, name: str, content: Mapping[str, Any], target: _Target) -> Iterator[Placement]:
        if "send" not in content:
            return
        for text, value in self.mapping_at(name, "send").items():
            at = (name, "send", text)
            expression = parse_expression(text)
            if expression is None or expression.message != "request" or not expression.pointer:
                self.report(
                    f"{text!r} does not say where to send something; write `$request.body#/…`, `$request.query.…`, "
                    "`$request.header.…` or `$request.cookie.…`",
                    *at,
                )
                continue
            if not isinstance(value, str) and not (
                expression.where == "body" and isinstance(value, bool | int | float)
            ):
                self.report(f"{value!r} cannot be sent; it must be a string, or in a body a number, true or false", *at)
                continue
            self.check_variables(name, str(value), *at)
            where, path = expression.where, expression.pointer
            if where == "body":
                self.check_in_body(text, path, target, *at)
            if where == "query" and target.operation and ("query", path[0]) not in target.operation.parameters:
                self.report(f"{target.name} has no query parameter {path[0]!r}", *at)
            yield Placement(where, path, value)

    def check_variables(self, name: str, value: str, *at: str) -> None:
        for variable in _VARIABLE.findall(value):
            if variable not in _VARIABLES:
                self.report(f"{variable} is no variable; known are {', '.join(_VARIABLES)}", *at)
            elif name == "login" and variable in ("$accessToken", "$refreshToken"):
                self.report(f"{variable} cannot be sent by `login`, before there is one", *at)

    def check_in_body(self, text: str, path: Pointer, target: _Target, *at: str) -> None:
        if target.media_type is None:
            self.report(f"{target.name} has no request body for {text}", *at)
        elif not schemas_at(self.document, target.schema, path):
            self.report(f"{text} names nothing in the request body of {target.name}", *at)
        elif target.media_type == FORM and len(path) > 1:
            self.report(f"{text} is nested, which a form has nothing for", *at)

    def has_own_tokens(self, name: str) -> bool:
        """Whether a call says where its own answers hold the tokens."""
        return "tokens" in mapping(self.document.content[KEY].get(name))

    @staticmethod
    def with_tokens(call: TokenCall | None, tokens: TokenFields | None) -> TokenCall | None:
        return evolve(call, tokens=tokens) if call and tokens else call

    def tokens(self, answering: Mapping[str, DescribedOperation], *at: str) -> TokenFields | None:
        """Compile `tokens`: those of the whole lifecycle, or those of the call that `at` names."""
        if not at and "tokens" not in self.document.content[KEY]:
            if self.authorizing.is_any and not {"login", "refresh"} & self.document.content[KEY].keys():
                return STANDARD_TOKENS
            self.report("`tokens` is missing: it says where the answers of login and refresh hold the tokens")
            return None
        at = (*at, "tokens")
        content = self.mapping_at(*at)
        self.refuse_unknown(content, set(_FIELDS), *at)
        if "accessToken" not in content:
            if isinstance(self.document.find((KEY, *at)), dict):
                self.report("`accessToken` is missing", *at)
            return None
        pointers = {name: self.token(name, content.get(name), list(answering.values()), *at) for name in _FIELDS}
        access_token = pointers.pop("accessToken")
        return None if access_token is None else TokenFields(access_token, *pointers.values())

    def token(self, name: str, text: Any, answering: list[DescribedOperation], *at: str) -> Any:
        """Read a place in the answers: in their bodies, or that of a token in a cookie or a header."""
        if text is None:
            return None
        place, is_token = place_in_answer(text), name in ("accessToken", "refreshToken")
        if place is None or (isinstance(place, Named) and not is_token):
            others = ", `$response.cookie.…` or `$response.header.…`" if is_token else ""
            self.report(f"{text!r} is no place in an answer; write `$response.body#/…`{others}", *at, name)
            return None
        lacking = [one for one in answering if not is_answered(self.document, one, place)]
        # What else than the access token an answer lacks is as before, or unknown: a login alone may give a refresh
        # token (RFC 6749, section 6).
        if name == "accessToken" or len(lacking) == len(answering):
            for operation in lacking:
                self.report(f"{text} names nothing in the 2xx answer of {operation.name}", *at, name)
        if is_token and not isinstance(place, Named):
            for operation in answering:
                for schema in self.answers(operation):
                    hide(self.document, schema, place)
        return place

    def answers(self, operation: DescribedOperation) -> Iterator[Any]:
        """Go through the schemas of an operation's 2xx answers."""
        for answer, _ in success_answers(self.document, operation):
            for media in mapping(answer.get("content")).values():
                yield mapping(media).get("schema")

    def refused(self, statuses: Any) -> frozenset[int] | None:
        if statuses is None:
            return None
        if isinstance(statuses, list) and statuses and all(s in _ERROR_STATUSES for s in statuses):
            return frozenset(statuses)
        self.report("`refused` must be a list of error statuses, such as [400, 401]", "refused")
        return None


def _constant(parts: list[dict[str, Any]]) -> str | float | bool | None:
    """Return the one value that these schemas allow; None where there is none, or more than one."""
    for part in parts:
        values = [part["const"]] if "const" in part else part.get("enum")
        if isinstance(values, list) and len(values) == 1 and isinstance(values[0], str | int | float):
            return values[0]
    return None


def _credentials(required: Mapping[str, list[dict[str, Any]]]) -> tuple[Credential, ...]:
    """Return what somebody can type in to sign in; nothing where something else than texts is needed, too."""
    if not all(any(part.get("type") in ("string", ["string"]) for part in parts) for parts in required.values()):
        return ()
    found = (Credential(key, _is_secret(key, parts)) for key, parts in required.items())
    return tuple(sorted(found, key=lambda credential: credential.is_secret))  # a user name is asked for first


def _optional_credentials(optional: Mapping[str, list[dict[str, Any]]]) -> tuple[Credential, ...]:
    """Return what somebody can type in to sign in where nothing of it is required: the texts."""
    return tuple(
        Credential(key, _is_secret(key, parts), is_required=False)
        for key, parts in optional.items()
        if _is_text(parts) and _constant(parts) is None
    )


def _is_text(parts: list[dict[str, Any]]) -> bool:
    return any("string" in (part.get("type") or ()) for part in parts)


def _is_secret(key: str, parts: list[dict[str, Any]]) -> bool:
    return any(part.get("format") == "password" for part in parts) or bool(_SECRET.search(key))


def _names_grant(placement: Placement) -> bool:
    return placement.path == ("grant_type",) and placement.value in GRANTS.values()
