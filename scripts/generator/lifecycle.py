"""Compiles `x-token-lifecycle`: which operations sign in, renew and sign out, and where the tokens stand in them."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from attrs import define, field

from generator.description import DescribedOperation, mapping, operations, success_answers
from generator.document import Document
from generator.pointers import Pointer
from generator.problems import Problem
from generator.runtime_expressions import parse_expression, schemas_at

KEY = "x-token-lifecycle"
DEFAULT_REFUSED = frozenset({400, 401, 403, 422})
_ERROR_STATUSES = range(400, 600)
_SECRET = re.compile(r"pass|pwd|secret|token|key|otp|\bpin\b", re.IGNORECASE)


def _sorted_set(values: frozenset[int]) -> str:
    return f"frozenset({{{', '.join(map(str, sorted(values)))}}})"


# These have the names and fields of the classes in the generated lifecycle.py, so that their repr is its code.
@define(frozen=True)
class Placement:
    """A value that a call sends, and where it goes."""

    where: str
    path: Pointer
    value: str


@define(frozen=True)
class Credential:
    """A text that who signs in must give; `is_secret` is whether nobody should see it."""

    key: str
    is_secret: bool


@define(frozen=True)
class TokenCall:
    """An operation that has to do with tokens."""

    method: str
    path: str
    media_type: str | None
    send: tuple[Placement, ...]
    credentials: tuple[Credential, ...] = ()


@define(frozen=True)
class TokenFields:
    """Where the answers hold what."""

    access_token: Pointer
    refresh_token: Pointer | None
    expires_in: Pointer | None
    expires_in_ms: Pointer | None
    expires_at: Pointer | None


@define(frozen=True)
class TokenLifecycle:
    """All that the description says about tokens."""

    login: TokenCall | None
    refresh: TokenCall | None
    logout: TokenCall | None
    tokens: TokenFields
    refused: frozenset[int] = field(repr=_sorted_set)


_CALLS = ("login", "refresh", "logout")
_FIELDS = ("accessToken", "refreshToken", "expiresIn", "expiresInMs", "expiresAt")  # in the order of TokenFields


def compile_lifecycle(document: Document) -> tuple[TokenLifecycle | None, list[Problem]]:
    """Compile the extension; None where the description has none, or has it wrong: then the problems say how."""
    if KEY not in document.content:
        return None, []
    return _Compiler(document).compile()


class _Compiler:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.operations = {operation.name: operation for operation in operations(document)}
        self.problems: list[Problem] = []

    def report(self, message: str, *tokens: str) -> None:
        self.problems.append(Problem(f"{KEY}: {message}", self.document.place((KEY, *tokens))))

    def compile(self) -> tuple[TokenLifecycle | None, list[Problem]]:
        content = self.mapping_at()
        self.refuse_unknown(content, {*_CALLS, "tokens", "refused"})
        calls = {name: self.call(name) for name in _CALLS}
        described = [operation for name, (_, operation) in calls.items() if name != "logout" and operation]
        tokens = self.tokens(described)
        refused = self.refused(content.get("refused"))
        if self.problems or tokens is None:
            return None, self.problems
        login, refresh, logout = (calls[name][0] for name in _CALLS)
        return TokenLifecycle(login, refresh, logout, tokens, refused), []

    def mapping_at(self, *tokens: str) -> dict[str, Any]:
        part = self.document.find((KEY, *tokens))
        if not isinstance(part, dict):
            self.report(f"`{tokens[-1] if tokens else KEY}` must be a mapping", *tokens)
        return mapping(part)

    def refuse_unknown(self, content: Mapping[str, Any], known: set[str], *tokens: str) -> None:
        for key in content:
            if key not in known:
                self.report(f"`{key}` means nothing here; known are {', '.join(sorted(known))}", *tokens, key)

    def call(self, name: str) -> tuple[TokenCall | None, DescribedOperation | None]:
        if name not in self.document.content[KEY]:
            return None, None
        content = self.mapping_at(name)
        self.refuse_unknown(content, {"operation", "send"}, name)
        wanted = content.get("operation")
        operation = self.operations.get(wanted) if isinstance(wanted, str) else None
        if operation is None:
            self.report(
                f"the description has no operation {wanted!r}; name it by method and path, such as `POST /auth/login`",
                name,
                "operation",
            )
            return None, None
        media_type, schema = self.request_body(operation)
        send = tuple(self.placements(name, content, operation, schema))
        credentials: tuple[Credential, ...] = ()
        if name == "login":
            placed = {placement.path[0] for placement in send if placement.where == "body"}
            required = self.required(schema, placed)
            constants = {key: value for key, parts in required.items() if (value := _constant(parts)) is not None}
            send += tuple(Placement("body", (key,), value) for key, value in constants.items())
            credentials = _credentials({key: parts for key, parts in required.items() if key not in constants})
        return TokenCall(operation.method, operation.path, media_type, send, credentials), operation

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

    def request_body(self, operation: DescribedOperation) -> tuple[str | None, Any]:
        body = mapping(self.document.resolve(operation.data.get("requestBody"))[0])
        content = mapping(body.get("content"))
        for media_type in ("application/json", *content):
            if media_type in content:
                return media_type, mapping(content[media_type]).get("schema")
        return None, None

    def placements(
        self, name: str, content: Mapping[str, Any], operation: DescribedOperation, schema: Any
    ) -> Iterator[Placement]:
        if "send" not in content:
            return
        for text, value in self.mapping_at(name, "send").items():
            at = (name, "send", text)
            expression = parse_expression(text)
            if expression is None or expression.message != "request" or not expression.pointer:
                self.report(
                    f"{text!r} does not say where to send something; write `$request.body#/…`, `$request.query.…` "
                    "or `$request.header.…`",
                    *at,
                )
                continue
            if not isinstance(value, str) or (value.startswith("$") and value != "$refreshToken"):
                self.report(f"{value!r} cannot be sent; it must be `$refreshToken` or a constant string", *at)
                continue
            (where, path) = expression.where, expression.pointer
            if where == "body" and not schemas_at(self.document, schema, path):
                self.report(f"{text} names nothing in the request body of {operation.name}", *at)
            if where == "query" and ("query", path[0]) not in operation.parameters:
                self.report(f"{operation.name} has no query parameter {path[0]!r}", *at)
            yield Placement(where, path, value)

    def tokens(self, answering: list[DescribedOperation]) -> TokenFields | None:
        if "tokens" not in self.document.content[KEY]:
            self.report("`tokens` is missing: it says where the answers of login and refresh hold the tokens")
            return None
        content = self.mapping_at("tokens")
        self.refuse_unknown(content, set(_FIELDS), "tokens")
        if "accessToken" not in content:
            if isinstance(self.document.content[KEY]["tokens"], dict):
                self.report("`accessToken` is missing", "tokens")
            return None
        pointers = {name: self.token(name, content.get(name), answering) for name in _FIELDS}
        access_token = pointers.pop("accessToken")
        return None if access_token is None else TokenFields(access_token, *pointers.values())

    def token(self, name: str, text: Any, answering: list[DescribedOperation]) -> Pointer | None:
        if text is None:
            return None
        expression = parse_expression(text)
        if expression is None or expression.message != "response" or expression.where != "body":
            self.report(f"{text!r} is no place in an answer; write `$response.body#/…`", "tokens", name)
            return None
        for operation in answering:
            if not self.answers_with(operation, lambda schema: schemas_at(self.document, schema, expression.pointer)):
                self.report(f"{text} names nothing in the 2xx answer of {operation.name}", "tokens", name)
        return expression.pointer

    def answers_with(self, operation: DescribedOperation, test: Callable[[Any], Any]) -> bool:
        return any(
            test(mapping(media).get("schema"))
            for answer, _ in success_answers(self.document, operation)
            for media in mapping(answer.get("content")).values()
        )

    def refused(self, statuses: Any) -> frozenset[int]:
        if statuses is None:
            return DEFAULT_REFUSED
        if isinstance(statuses, list) and statuses and all(s in _ERROR_STATUSES for s in statuses):
            return frozenset(statuses)
        self.report("`refused` must be a list of error statuses, such as [400, 401]", "refused")
        return DEFAULT_REFUSED


def _constant(parts: list[dict[str, Any]]) -> str | None:
    """Return the one text that these schemas allow; None where there is none, or more than one."""
    for part in parts:
        values = [part["const"]] if "const" in part else part.get("enum")
        if isinstance(values, list) and len(values) == 1 and isinstance(values[0], str):
            return values[0]
    return None


def _credentials(required: Mapping[str, list[dict[str, Any]]]) -> tuple[Credential, ...]:
    """Return what somebody can type in to sign in; nothing where something else than texts is needed, too."""
    if not all(any(part.get("type") in ("string", ["string"]) for part in parts) for parts in required.values()):
        return ()
    return tuple(
        Credential(key, any(part.get("format") == "password" for part in parts) or bool(_SECRET.search(key)))
        for key, parts in required.items()
    )
