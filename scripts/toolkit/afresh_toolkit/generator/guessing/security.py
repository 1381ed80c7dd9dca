"""The security schemes of a description: where each puts its secret, who asks for it, and which has the token."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from attrs import define, evolve, field

from afresh_toolkit.generator.extensions.carrying import BEARER
from afresh_toolkit.generator.extensions.lifecycle import KEY
from afresh_toolkit.generator.extensions.lifecycle_code import Placement, TokenLifecycle
from afresh_toolkit.generator.guessing import names
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, operations
from afresh_toolkit.generator.reading.document import Document

Place = Literal["bearer", "header", "cookie", "query", "basic", "other"]
_TOKEN = re.compile("token|jwt|auth|session|refresh|bearer")
_KEY = re.compile("api|csrf|xsrf")
_PREFIX = re.compile(r"""required prefix ["'](\w+)["']|Authorization: ?(\w+) """)
"""What drf-spectacular, and many by hand, write of a key in the header Authorization."""


@define(frozen=True)
class Scheme:
    """A security scheme: its name, where its secret goes, and the name of the header, cookie or parameter there."""

    name: str
    place: Place
    key: str = ""

    @property
    def carries_token(self) -> bool:
        """Whether it carries a token of a session, and not a key that an application has for good."""
        name = re.sub(r"[\W_]|fastapi", "", self.key.lower())
        return self.place == "bearer" or (
            self.place in {"header", "cookie"} and bool(_TOKEN.search(name)) and not _KEY.search(name)
        )

    @property
    def is_for_refresh(self) -> bool:
        """Whether its name, or that of its header or cookie, says that it carries a refresh token."""
        return "refresh" in f"{self.name} {self.key}".lower()

    def sends(self, token: str) -> dict[str, str]:
        """Return what sends a token by this scheme."""
        if self.place == "bearer":
            return {"$request.header.Authorization": f"Bearer {token}"}
        return {f"$request.{self.place}.{self.key}": token}


@define(frozen=True)
class Schemes:
    """All schemes by name, and the operations that ask for each, as "METHOD /path"."""

    by_name: Mapping[str, Scheme]
    users: Mapping[str, frozenset[str]] = field(repr=False)

    @classmethod
    def of(cls, document: Document) -> "Schemes":
        """Read those of a description."""
        described = mapping(mapping(document.content.get("components")).get("securitySchemes"))
        by_name = {str(name): _scheme(str(name), document.resolve(said)[0]) for name, said in described.items()}
        users: dict[str, set[str]] = {name: set() for name in by_name}
        for operation in operations(document):
            for name in _names(document, operation):
                users.setdefault(name, set()).add(operation.name)
        return cls(by_name, {name: frozenset(used) for name, used in users.items()})

    def asked(self, document: Document, operation: DescribedOperation) -> list[Scheme]:
        """Return the schemes that an operation asks for, in any of its alternatives."""
        return [self.by_name[name] for name in _names(document, operation) if name in self.by_name]


def _names(document: Document, operation: DescribedOperation) -> Iterator[str]:
    requirements = operation.data.get("security", document.content.get("security"))
    alternatives = requirements if isinstance(requirements, list) else []
    yield from dict.fromkeys(str(name) for alternative in alternatives for name in mapping(alternative))


def _scheme(name: str, said: Any) -> Scheme:
    scheme = mapping(said)
    kind, where, key = scheme.get("type"), scheme.get("in"), str(scheme.get("name") or "")
    if kind == "http":
        by = str(scheme.get("scheme") or "").lower()
        return Scheme(name, "bearer" if by == "bearer" else "basic" if by == "basic" else "other")
    if kind in {"oauth2", "openIdConnect"} or (
        kind == "apiKey" and where == "header" and key.lower() == "authorization"
    ):
        return Scheme(name, "bearer")
    if kind == "apiKey" and key and where in {"header", "cookie", "query"}:
        return Scheme(name, where, key)
    return Scheme(name, "other")


def with_carrier(document: Document, lifecycle: TokenLifecycle) -> tuple[TokenLifecycle, str | None]:
    """Complete a lifecycle with where requests have the access token; with the scheme that says it, if one does."""
    if lifecycle.carrier is not None or "send" in mapping(document.content.get(KEY)):
        return lifecycle, None
    calls = (lifecycle.login, lifecycle.refresh, lifecycle.logout)
    token_calls = {f"{call.method} {call.path}" for call in calls if call}
    schemes = Schemes.of(document)
    asked = [scheme for name, scheme in schemes.by_name.items() if schemes.users[name] - token_calls]
    described = {scheme.name: _said_of(document, scheme.name) for scheme in asked}
    if any(scheme.place == "bearer" and described[scheme.name].get("type") != "apiKey" for scheme in asked):
        return lifecycle, None
    for places in (("header", "bearer"), ("cookie",)):
        fitting = [scheme for scheme in asked if scheme.place in places and scheme.carries_token]
        found = [(scheme, carrier) for scheme in fitting for carrier in _carriers(scheme, described[scheme.name])]
        if len(found) == 1:
            scheme, carrier = found[0]
            return evolve(lifecycle, carrier=None if carrier == BEARER else carrier), scheme.name
        if found:
            return lifecycle, None
    return lifecycle, None


def _said_of(document: Document, name: str) -> dict[str, object]:
    return mapping(document.resolve(document.find(("components", "securitySchemes", name)))[0])


def _carriers(scheme: Scheme, said: dict[str, object]) -> Iterator[Placement]:
    # A token from a body goes into a cookie only if that is named for it: others are set by the server alone.
    if scheme.is_for_refresh or (scheme.place == "cookie" and names.plain(scheme.key) not in names.ACCESS):
        return
    if scheme.place != "bearer":
        yield Placement(scheme.place, (scheme.key,), "$accessToken")
        return
    match = _PREFIX.search(str(said.get("description") or ""))
    prefix = (match[1] or match[2]) if match else "Bearer"
    yield evolve(BEARER, value=f"{prefix} $accessToken")
