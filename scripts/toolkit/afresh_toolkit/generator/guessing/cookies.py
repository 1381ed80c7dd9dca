"""Guesses at tokens in cookies and headers of answers, and at what requests send back of them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.guessing import names
from afresh_toolkit.generator.guessing.fields import fields_sent
from afresh_toolkit.generator.guessing.names import plain
from afresh_toolkit.generator.guessing.security import Scheme, Schemes
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, operations, success_answers
from afresh_toolkit.generator.reading.document import Document

_SET = re.compile(r"(?:^|[\s,;\"'`:])([!#$%&*+.^_|~0-9A-Za-z-]+)=")
_ATTRIBUTES = frozenset({"path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "priority"})
_SESSION = re.compile(r"(?:access|auth|bearer|session|jwt|token|sid\b|remember)", re.IGNORECASE)
_CSRF = re.compile(r"csrf|xsrf", re.IGNORECASE)

_FLASK = ("access_token_cookie", "refresh_token_cookie")
_FLASK_HEADER = "X-CSRF-TOKEN"
_CSRF_COOKIES = {"X-CSRFToken": "csrftoken", "X-XSRF-TOKEN": "XSRF-TOKEN", "X-XSRF-Token": "XSRF-TOKEN"}
"""The cookies of the headers that Django and Laravel, Angular and axios have."""


@define(frozen=True)
class Cookies:
    """The cookies of a description.

    Attributes:
        access: The cookie that its operations ask for as the token of a session, where that is one alone.
        refresh: The cookie that the operation which renews takes.
        headers: The names of the headers against request forgery that operations take.
        described: The cookies that answers are described to set, by the operations.
        answered: The headers that answers are described to have, by the operations.
    """

    access: str | None = None
    refresh: str | None = None
    headers: tuple[str, ...] = ()
    described: Mapping[str, tuple[str, ...]] = field(factory=dict)
    answered: Mapping[str, tuple[str, ...]] = field(factory=dict)

    @classmethod
    def of(cls, document: Document, schemes: Schemes) -> "Cookies":
        """Look for those of a description."""
        refresh: dict[str, None] = {}
        headers: dict[str, None] = {}
        described: dict[str, tuple[str, ...]] = {}
        answered: dict[str, tuple[str, ...]] = {}
        for operation in operations(document):
            sent = fields_sent(document, operation)
            asked = schemes.asked(document, operation)
            headers.update(dict.fromkeys(_forgery_headers(operation, asked)))
            described[operation.name] = tuple(_described(document, operation))
            answered[operation.name] = tuple(
                str(name) for one, _ in success_answers(document, operation) for name in mapping(one.get("headers"))
            )
            if _renews(operation):
                in_fields = (
                    one.place.removeprefix("$request.cookie.") for one in sent.values() if one.where == "cookie"
                )
                by_schemes = (one.key for one in asked if one.place == "cookie")
                named = [*in_fields, *by_schemes]
                refresh.update(dict.fromkeys(name for name in named if _is_refresh(name)))
        access = {
            scheme.key: None
            for name, scheme in schemes.by_name.items()
            if scheme.place == "cookie" and scheme.carries_token and not scheme.is_for_refresh and schemes.users[name]
        }
        return cls(_only(access), _only(refresh), tuple(headers), described, answered)

    def tokens(self, operation: DescribedOperation, in_body: Mapping[str, str]) -> dict[str, str]:
        """Return where the answers of an operation hold tokens, given what their bodies hold."""
        described = self.described.get(operation.name, ())
        found = dict(in_body)
        if "accessToken" not in found and (place := self._in_header(operation, _is_access)):
            found["accessToken"] = place
        if "accessToken" not in found and (name := self._access(described)):
            found["accessToken"] = f"$response.cookie.{name}"
        refresh = self.refresh or next((one for one in described if _is_refresh(one)), None)
        if "accessToken" in found and "refreshToken" not in found:
            if place := self._in_header(operation, _is_refresh):
                found["refreshToken"] = place
            elif refresh:
                found["refreshToken"] = f"$response.cookie.{refresh}"
        return found

    def _in_header(self, operation: DescribedOperation, is_wanted: Callable[[str], bool]) -> str | None:
        names_there = self.answered.get(operation.name, ())
        return next((f"$response.header.{name}" for name in names_there if is_wanted(name)), None)

    def _access(self, described: tuple[str, ...]) -> str | None:
        if self.access is not None:
            return self.access if not described or self.access in described else None
        likely = [
            name for name in described if _SESSION.search(name) and not _is_refresh(name) and not _CSRF.search(name)
        ]
        return likely[0] if len(likely) == 1 else None

    def forgery(self, tokens: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return what requests send back, and what the renewal does if that is something else; nothing if none do."""
        places = [tokens.get(name, "").removeprefix("$response.cookie.") for name in ("accessToken", "refreshToken")]
        is_in_cookie = tokens.get("accessToken", "").startswith("$response.cookie.")
        if is_in_cookie and places[0] == _FLASK[0]:
            header = next((name for name in self.headers if name.lower() == _FLASK_HEADER.lower()), _FLASK_HEADER)
            own = {"from": "$response.cookie.csrf_refresh_token"} if places[1] == _FLASK[1] else {}
            return {"from": "$response.cookie.csrf_access_token", "send": f"$request.header.{header}"}, own
        known = {cookie: name for name in self.headers if (cookie := _CSRF_COOKIES.get(name))}
        if is_in_cookie and len(known) == 1:
            cookie, header = next(iter(known.items()))
            return {"from": f"$response.cookie.{cookie}", "send": f"$request.header.{header}"}, {}
        return {}, {}


def _described(document: Document, operation: DescribedOperation) -> Iterator[str]:
    """Go through the names of the cookies that a described Set-Cookie sets by its examples."""
    for answer, _ in success_answers(document, operation):
        for name, header in mapping(answer.get("headers")).items():
            if str(name).strip("\0 ").lower() == "set-cookie":
                said = mapping(document.resolve(header)[0])
                schema = mapping(document.resolve(said.get("schema"))[0])
                texts = [*_texts(said), *_texts(schema)]
                found = (match[1] for text in texts for match in _SET.finditer(text))
                yield from dict.fromkeys(one for one in found if one.lower() not in _ATTRIBUTES)


def _texts(said: Mapping[str, Any]) -> Iterator[str]:
    examples = said.get("examples")
    listed: Iterable[Any] = examples if isinstance(examples, list) else mapping(examples).values()
    for one in (said.get("example"), said.get("description"), *listed):
        text = mapping(one).get("value") if isinstance(one, dict) else one
        if isinstance(text, str):
            yield text


def _renews(operation: DescribedOperation) -> bool:
    segments = [segment for segment in operation.path.split("/") if segment][-2:]
    return bool(names.words_of(segments) & names.REFRESH)


def _is_refresh(name: str) -> bool:
    return "refresh" in name.lower() or names.is_refresh_token(plain(name))


def _is_access(name: str) -> bool:
    return plain(name).removeprefix("x") in {"authorization", *names.ACCESS} - {"access", "token", "idtoken"}


def _forgery_headers(operation: DescribedOperation, asked: list[Scheme]) -> Iterator[str]:
    yield from (name for where, name in operation.parameters if where == "header" and _CSRF.search(name))
    yield from (scheme.key for scheme in asked if scheme.place == "header" and _CSRF.search(scheme.key))


def _only(found: Mapping[str, None]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None
