"""What the operations ask for by their `security`: the token of the session, keys, or a user name with a password.

A key is a credential that the client takes by the name of its security scheme. The token of the session serves
`bearer`, `oauth2` and `openIdConnect`; an API without a token lifecycle takes keys for these, too.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from keyword import iskeyword
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.extensions.lifecycle_code import TokenCall, TokenLifecycle
from afresh_toolkit.generator.guessing.security import Scheme, Schemes
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, names_security, operations
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied, Rule

Alternatives = tuple[tuple[str, ...], ...]
"""The schemes of one of these are needed, all of them. An empty one needs nothing."""

RESERVED = frozenset(
    {"ALLOW_HTTP", "BASE_URL", "CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "RETRIES", "STORE", "TIMEOUT", "TOKEN"}
)
"""The variables of the layer, without their prefix."""

UNSERVED = Rule(
    "unserved-security",
    "A security scheme that the client cannot send by itself. Where no alternative serves, give it an http_client that "
    "does, with a certificate or an auth of its own.",
    is_warning=True,
)
ONE_HEADER = Rule(
    "one-authorization",
    "Security that asks for two schemes in the header Authorization at once: one of them is sent.",
    is_warning=True,
)


@define(frozen=True)
class Key:
    """A scheme that the client takes a credential for.

    Attributes:
        place: Where it goes: header, query, cookie, basic or bearer.
        name: The name of the header, parameter or cookie; empty for the others.
        variables: The environment variables for it, without the prefix of the package: one, or two for basic.
    """

    place: str
    name: str
    variables: tuple[str, ...]

    @property
    def annotation(self) -> str:
        """The type of the credential."""
        return "tuple[str, str]" if self.place == "basic" else "str"

    @property
    def said(self) -> str:
        """What it is, in words."""
        if self.place == "basic":
            return "a user name and a password (HTTP Basic)"
        return "a bearer token" if self.place == "bearer" else f"the key in the {self.place} `{self.name}`"

    @property
    def parts(self) -> tuple[str, ...]:
        """What each of its variables holds."""
        return ("the user name", "the password") if self.place == "basic" else (self.said,)

    @property
    def example(self) -> str:
        """A credential, as code."""
        return '("ada", "…")' if self.place == "basic" else '"…"'


@define(frozen=True)
class Security:
    """What the API asks for, where that is more than the token of the session; otherwise all of it is empty.

    Attributes:
        keys: The schemes that the client takes credentials for, by name.
        by_token: The schemes that the token of the session serves.
        unserved: The kinds of those that the client cannot send, by name.
        operations: What each operation asks for, by "METHOD /path".
        usual: What most operations ask for.
        token_calls: What the operations of the token lifecycle ask for besides what the lifecycle says.
    """

    keys: Mapping[str, Key] = field(factory=dict)
    by_token: frozenset[str] = frozenset()
    unserved: Mapping[str, str] = field(factory=dict)
    operations: Mapping[str, Alternatives] = field(factory=dict)
    usual: Alternatives = ()
    token_calls: Mapping[str, Alternatives] = field(factory=dict)

    @property
    def is_of_keys(self) -> bool:
        """Whether the API takes keys, and no token."""
        return bool(self.keys) and not self.by_token and all(key.place != "bearer" for key in self.keys.values())

    @property
    def has_plain_names(self) -> bool:
        """Whether all names of keys can be attributes of a class."""
        return all(name.isidentifier() and not iskeyword(name) and name[:2] != "__" for name in self.keys)


def security_of(document: Document, lifecycle: TokenLifecycle | None, applied: Applied | None = None) -> Security:
    """Find what the API asks for. What is not served as described is noted."""
    return _Finding(document, lifecycle, applied or Applied()).find()


def variable(name: str) -> str:
    """Return the name of the layer's environment variable for a property that signs in, without its prefix."""
    found = _upper(name)
    return f"LOGIN_{found}" if found in RESERVED else found


def _variable(scheme: str) -> str:
    """Return the name of the environment variable for a scheme: `API_KEY` for `APIKey`, `API-Key` or `apiKey`."""
    return _upper(re.sub(r"(?<=[A-Z])(?=[A-Z][a-z])", "_", scheme)) or "KEY"


def _upper(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", name).strip("_").upper()


@define
class _Finding:
    document: Document
    lifecycle: TokenLifecycle | None
    applied: Applied
    said: Mapping[str, Mapping[str, Any]] = field(init=False)
    schemes: Mapping[str, Scheme] = field(init=False)
    asked: dict[str, Alternatives] = field(init=False)
    token_calls: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        described = mapping(mapping(self.document.content.get("components")).get("securitySchemes"))
        self.said = {str(name): mapping(self.document.resolve(said)[0]) for name, said in described.items()}
        self.schemes = Schemes.of(self.document).by_name
        self.token_calls = frozenset(f"{call.method} {call.path}" for call in self.calls)
        anything = tuple((name,) for name in self.said if self.schemes[name].place != "other")
        is_asked_for = names_security(self.document)
        self.asked = {
            operation.name: found
            for operation in operations(self.document)
            if (found := self.alternatives(operation, () if is_asked_for else (*anything, ())))
        }

    @property
    def calls(self) -> list[TokenCall]:
        return [*self.lifecycle.calls] if self.lifecycle else []

    def alternatives(self, operation: DescribedOperation, otherwise: Alternatives) -> Alternatives:
        requirements = operation.data.get("security", self.document.content.get("security"))
        if not isinstance(requirements, list):
            return otherwise
        found = (tuple(map(str, mapping(one))) for one in requirements)
        return tuple(dict.fromkeys(part for one in found for part in self.sendable(one, operation)))

    def sendable(self, alternative: tuple[str, ...], operation: DescribedOperation) -> Iterator[tuple[str, ...]]:
        """Take an alternative apart that asks for two schemes in one header."""
        basic = [name for name in alternative if self.place(name) == "basic"]
        bearer = [name for name in alternative if self.place(name) == "bearer"]
        if not basic or not bearer:
            yield alternative
            return
        self.applied.note(ONE_HEADER, (*operation.pointer, "security"))
        yield from (tuple(name for name in alternative if name not in others) for others in (bearer, basic))

    def find(self) -> Security:
        used = [name for name in self.said if any(name in names for names in self.names_asked())]
        unserved = {name: self.kind(name) for name in used if self.schemes[name].place == "other"}
        keys = [name for name in used if self.takes_key(name)]
        if not keys and not unserved:
            return Security()
        for name, kind in unserved.items():
            self.applied.note(UNSERVED, ("components", "securitySchemes", name), f"`{name}` ({kind})")
        by_token = {
            name
            for alternatives in self.asked.values()
            for name in _names(alternatives)
            if name not in unserved and (self.place(name) == "bearer" or name not in keys) and not self.is_raw(name)
        }
        others = {key: found for key, found in self.asked.items() if any(found) and key not in self.token_calls}
        common = Counter(others.values()).most_common(1)
        return Security(
            dict(self.with_variables(keys)),
            frozenset(by_token),
            unserved,
            {key: found for key, found in self.asked.items() if any(found)},
            common[0][0] if common else (),
            dict(self.besides_tokens(keys)),
        )

    def names_asked(self) -> Iterator[set[str]]:
        return (set(_names(alternatives)) for alternatives in self.asked.values())

    def place(self, name: str) -> str:
        """Return where a scheme goes; schemes that are not described are taken for the token of the session."""
        return self.schemes[name].place if name in self.schemes else "bearer"

    def kind(self, name: str) -> str:
        said = self.said[name]
        return " ".join(str(said[key]) for key in ("type", "scheme") if key in said) or "of no type"

    def is_raw(self, name: str) -> bool:
        """Whether it is a key that fills the header Authorization beside schemes that are bearer tokens."""
        return self.is_api_key(name) and self.place(name) == "bearer" and any(map(self.is_bearer, self.said))

    def is_api_key(self, name: str) -> bool:
        return self.said.get(name, {}).get("type") == "apiKey"

    def is_bearer(self, name: str) -> bool:
        return (
            not self.is_api_key(name)
            and any(name in names for names in self.names_asked())
            and (self.place(name) == "bearer")
        )

    def takes_key(self, name: str) -> bool:
        scheme = self.schemes[name]
        if scheme.place == "other":
            return False
        if self.is_raw(name) or self.lifecycle is None:
            return True
        if scheme.place == "bearer":
            return self.said[name].get("type") == "http" and self.is_apart(name)
        return not self.is_of_lifecycle(scheme)

    def is_apart(self, name: str) -> bool:
        """Whether some operations ask for this bearer token alone, and others for others."""
        alone = others = False
        for key, alternatives in self.asked.items():
            bearers = {one for one in _names(alternatives) if self.place(one) == "bearer"}
            if key not in self.token_calls and bearers:
                alone, others = alone or bearers == {name}, others or name not in bearers
        return alone and others

    def is_of_lifecycle(self, scheme: Scheme) -> bool:
        """Whether a scheme carries what the token lifecycle deals in."""
        sent = {(one.where, *one.path) for call in self.calls for one in call.send if "Token" in str(one.value)}
        carrier, csrf = (self.lifecycle.carrier, self.lifecycle.csrf) if self.lifecycle else (None, None)
        sent |= {(carrier.where, *carrier.path)} if carrier else set()
        sent |= {("header", csrf.header)} if csrf else set()
        only_there = {key for key, names in self.asked.items() if scheme.name in _names(names)} <= self.token_calls
        if only_there and scheme.is_for_refresh:
            return True
        has_other = any(self.place(name) == "bearer" for names in self.names_asked() for name in names)
        return (scheme.place, scheme.key) in sent or (scheme.carries_token and not has_other)

    def besides_tokens(self, keys: list[str]) -> Iterator[tuple[str, Alternatives]]:
        """Go through the operations of the lifecycle that ask for keys, without what the lifecycle sends."""
        for key in sorted(self.token_calls & self.asked.keys()):
            found = tuple(tuple(name for name in one if name in keys) for one in self.asked[key])
            if self.lifecycle and self.lifecycle.client in ("basic", "metadata"):
                found = (*found, *((tuple(n for n in one if self.place(n) != "basic")) for one in found))
            if any(found):
                yield key, tuple(dict.fromkeys(found))

    def with_variables(self, names: Iterable[str]) -> Iterator[tuple[str, Key]]:
        login = self.lifecycle.login if self.lifecycle else None
        taken = {*RESERVED, *(variable(credential.key) for credential in (login.credentials if login else ()))}
        for name in names:
            scheme = self.schemes[name]
            stem, parts = _variable(name), ("_USERNAME", "_PASSWORD") if scheme.place == "basic" else ("",)
            candidates = (stem, f"{stem}_KEY", *(f"{stem}_{number}" for number in range(2, 99)))
            stem = next(one for one in candidates if not any(f"{one}{part}" in taken for part in parts))
            variables = tuple(f"{stem}{part}" for part in parts)
            taken.update(variables)
            is_raw = self.is_api_key(name) and scheme.place == "bearer"
            yield name, Key("header" if is_raw else scheme.place, "Authorization" if is_raw else scheme.key, variables)


def _names(alternatives: Alternatives) -> list[str]:
    return [name for one in alternatives for name in one]
