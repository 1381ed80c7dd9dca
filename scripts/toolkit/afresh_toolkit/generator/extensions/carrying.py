"""Compiles what the lifecycle says of requests to the API.

That is where they have the token, what they send back against request forgery, and which answers mean that the token
has expired.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve

from afresh_toolkit.generator.extensions.lifecycle_code import (
    Csrf,
    Expired,
    Named,
    Place,
    Placement,
    TokenCall,
    TokenFields,
    TokenLifecycle,
)
from afresh_toolkit.generator.extensions.runtime_expressions import parse_expression, schemas_at
from afresh_toolkit.generator.extensions.token_urls import problem_with
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, operations, success_answers
from afresh_toolkit.generator.reading.document import Document

KEYS = frozenset({"send", "csrf", "expired"})
"""The keys of the extension that are read here."""

BEARER = Placement("header", ("Authorization",), "Bearer $accessToken")
TOKEN_STATUS = 401
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CALLS = ("login", "refresh", "logout")
_VARIABLE = re.compile(r"\$[A-Za-z]\w*")
_CARRIERS = "`$request.header.…`, `$request.cookie.…` or `$request.query.…`"
_STATUSES = (range(200, 300), range(400, 600))

Report = Callable[..., None]


def place_in_answer(text: Any) -> Place | None:
    """Read an expression for a place in an answer; None where it is none."""
    expression = parse_expression(text)
    if expression is None or expression.message != "response" or expression.where == "query":
        return None
    if expression.where == "body":
        return expression.pointer
    return Named(expression.where, expression.pointer[0]) if _NAME.fullmatch(expression.pointer[0]) else None


def is_answered(document: Document, operation: DescribedOperation, place: Place) -> bool:
    """Whether a 2xx answer of an operation has something at a place. Cookies are seldom described, and may be there."""
    if isinstance(place, Named):
        return place.where == "cookie" or place.name.lower() in answer_headers(document, operation)
    return any(
        schemas_at(document, mapping(media).get("schema"), place)
        for answer, _ in success_answers(document, operation)
        for media in mapping(answer.get("content")).values()
    )


def answer_headers(document: Document, operation: DescribedOperation) -> set[str]:
    """Return the names of the headers that an operation's 2xx answers have, in lower case."""
    answers = success_answers(document, operation)
    return {str(name).lower() for answer, _ in answers for name in mapping(answer.get("headers"))}


class CarryingKeys:
    """Reads these keys of the extension. `report` takes a problem and the keys that lead to it."""

    def __init__(self, document: Document, content: Mapping[str, Any], report: Report) -> None:
        self.document = document
        self.content = content
        self.report = report
        self.operations = {operation.name: operation for operation in operations(document)}

    def complete(self, lifecycle: TokenLifecycle | None) -> TokenLifecycle | None:
        """Add what these keys say; what is wrong is reported."""
        carrier = self.carrier()
        csrf = self.csrf(self.content["csrf"], "csrf") if "csrf" in self.content else None
        expired = tuple(self.expired())
        own = {name: said for name in _CALLS if (said := self.own_csrf(name, csrf))}
        if lifecycle is None:
            return None
        if carrier is None and isinstance(token := lifecycle.tokens.access_token, Named) and token.where == "cookie":
            carrier = Placement("cookie", (token.name,), "$accessToken")
        first = evolve(csrf, get=None) if csrf else None
        login = own.get("login") or first
        calls: dict[str, Csrf | None] = {
            "login": evolve(login, get=csrf.get) if login and csrf and csrf.get else own.get("login"),
            "refresh": own.get("refresh") or first,
            "logout": own.get("logout") or first,
        }
        sources = tuple(dict.fromkeys(one.source for one in (csrf, *calls.values()) if one))
        return evolve(
            lifecycle,
            tokens=evolve(lifecycle.tokens, csrf=sources),
            carrier=None if carrier == BEARER else carrier,
            csrf=first,
            expired=expired,
            login=_with_csrf(lifecycle.login, calls["login"], sources),
            refresh=_with_csrf(lifecycle.refresh, calls["refresh"], sources),
            logout=_with_csrf(lifecycle.logout, calls["logout"], sources),
        )

    def carrier(self) -> Placement | None:
        """Read `send`: where requests to the API have the access token."""
        if "send" not in self.content:
            return None
        said = self.content["send"]
        places = list(said.items()) if isinstance(said, dict) else []
        if len(places) != 1:
            self.report(f"`send` must have one place for the access token: {_CARRIERS}, with $accessToken", "send")
            return None
        text, value = places[0]
        expression = parse_expression(text)
        if expression is None or expression.message != "request" or expression.where == "body":
            self.report(f"{text!r} is no place in every request; write {_CARRIERS}", "send", text)
            return None
        if expression.where != "query" and not _NAME.fullmatch(expression.pointer[0]):
            self.report(f"{expression.pointer[0]!r} is no name of a {expression.where}", "send", text)
            return None
        if not isinstance(value, str) or _VARIABLE.findall(value) != ["$accessToken"]:
            self.report(f"{value!r} must hold $accessToken once, and no other variable", "send", text)
            return None
        return Placement(expression.where, expression.pointer, value)

    def own_csrf(self, name: str, general: Csrf | None) -> Csrf | None:
        """Read what a call says of its own about what it sends back."""
        content = mapping(self.content.get(name))
        return self.csrf(content["csrf"], name, "csrf", general=general) if "csrf" in content else None

    def csrf(self, content: Any, *at: str, general: Csrf | None = None) -> Csrf | None:
        """Read what is sent back; `general` is what all requests send back."""
        known = {"from", "send"} if at[1:] else {"from", "send", "get"}
        if not isinstance(content, dict) or not content.keys() <= known:
            self.report(f"`csrf` must be a mapping with {', '.join(sorted(known))}", *at)
            return None
        source = self.source(content, *at)
        header = self.csrf_header(content, general, *at)
        get = self.first_call(content["get"], *at) if "get" in content else None
        return Csrf(source, header, get) if source is not None and header is not None else None

    def source(self, content: Mapping[str, Any], *at: str) -> Place | None:
        """Read `from`: where an answer holds the value."""
        text = content.get("from")
        source = place_in_answer(text)
        if source is None or source == ():
            self.report(
                f"`from` is {text!r}; it must say where an answer holds the value: `$response.cookie.…`, "
                "`$response.header.…` or `$response.body#/…`",
                *at,
            )
            return None
        answering = [self.operations.get(mapping(self.content.get(name)).get("operation", "")) for name in _CALLS[:2]]
        described = [one for one in answering if one is not None]
        if described and "get" not in content and not any(is_answered(self.document, one, source) for one in described):
            names = " or ".join(one.name for one in described)
            self.report(f"{text} names nothing in a 2xx answer of {names}", *at, "from")
        return source

    def csrf_header(self, content: Mapping[str, Any], general: Csrf | None, *at: str) -> str | None:
        """Read `send`: the header for the value."""
        if general is not None and "send" not in content:
            return general.header
        text = content.get("send")
        expression = parse_expression(text)
        is_header = expression is not None and (expression.message, expression.where) == ("request", "header")
        if expression is None or not is_header or not _NAME.fullmatch(expression.pointer[0]):
            self.report(f"`send` is {text!r}; it must be the header for the value: `$request.header.X-CSRF-TOKEN`", *at)
            return None
        return expression.pointer[0]

    def first_call(self, text: Any, *at: str) -> TokenCall | None:
        """Read the call that gets the first value: an operation, or a URL that the description lacks."""
        url = text.removeprefix("GET ") if isinstance(text, str) else text
        if problem := problem_with(url):
            self.report(f"`get` is {text!r}; it must be an operation `GET /…`, or a URL ({problem})", *at, "get")
            return None
        return TokenCall(
            "GET", url if f"GET {url}" in self.operations else None, None, (), url=_url(url, self.operations)
        )

    def expired(self) -> Iterator[Expired]:
        """Read `expired`: a list of statuses, or of mappings of a status and a value."""
        said = self.content.get("expired", [])
        if not isinstance(said, list):
            self.report(
                "`expired` must be a list, such as [401, {status: 403, $response.body#/code: expired}]", "expired"
            )
            return
        for index, entry in enumerate(said):
            at = ("expired", str(index))
            content: dict[Any, Any] = entry if isinstance(entry, dict) else {"status": entry}
            status: Any = content.get("status")
            conditions = {key: value for key, value in content.items() if key != "status"}
            is_status = isinstance(status, int) and not isinstance(status, bool)
            if not is_status or not any(status in statuses for statuses in _STATUSES) or len(conditions) > 1:
                self.report(f"{entry!r} must be a status of 2xx, 4xx or 5xx, with one `$response.…` at the most", *at)
            elif not conditions and status in _STATUSES[0]:
                self.report(f"{status} alone is no failure; say where its body tells: `$response.body#/…: …`", *at)
            elif not conditions:
                yield Expired(status)
            else:
                yield from self.condition(status, *next(iter(conditions.items())), *at)

    def condition(self, status: int, text: Any, value: Any, *at: str) -> Iterator[Expired]:
        """Read the value that an answer has, and where."""
        source, values = place_in_answer(text), value if isinstance(value, list) else [value]
        if source is None or source == () or (isinstance(source, Named) and source.where == "cookie"):
            self.report(f"{text!r} is no place in the answer; write `$response.body#/…` or `$response.header.…`", *at)
        elif not values or not all(isinstance(one, str | int | float) for one in values):
            self.report(f"{value!r} must be a text, a number, true or false, or a list of them", *at)
        else:
            yield Expired(status, source, tuple(values))


def _url(url: str, known: Iterable[str]) -> str | None:
    return None if f"GET {url}" in known else url


def _with_csrf(call: TokenCall | None, csrf: Csrf | None, sources: tuple[Place, ...]) -> TokenCall | None:
    if call is None:
        return None
    tokens: TokenFields | None = evolve(call.tokens, csrf=sources) if call.tokens else None
    return evolve(call, csrf=csrf, tokens=tokens)
