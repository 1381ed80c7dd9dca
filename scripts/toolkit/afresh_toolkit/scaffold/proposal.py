"""Guesses how tokens live, where the description does not say it: by names of operations and fields.

What is chosen becomes an overlay with the reason for each choice. Where several operations would do, none is chosen,
and all of them are listed: a wrong guess would send secrets to the wrong place.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from attrs import define, evolve, field

from afresh_toolkit.generator.extensions.lifecycle import KEY
from afresh_toolkit.generator.extensions.runtime_expressions import schemas_at
from afresh_toolkit.generator.pointers import Pointer, write_pointer
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, operations, success_answers
from afresh_toolkit.generator.reading.document import Document

# Names are compared without case and all that is no letter or digit: `access_token` is `accessToken`.
_ACCESS = ("accesstoken", "token", "jwt", "jwttoken", "authtoken", "access", "bearertoken", "idtoken")  # best first
_REFRESH = ("refreshtoken", "refresh")
_EXPIRES_IN = ("expiresin", "expiresinseconds")
_EXPIRES_IN_MS = ("expiresinms", "expiresinmilliseconds", "expiresinmillis")
_EXPIRES_AT = ("expiresat", "expiry", "expirydate", "expirationdate")
_PASSWORDS = ("password", "passwd", "pwd", "pass", "passphrase", "pin", "apikey", "secret")
_USERS = ("username", "user", "email", "login", "loginname", "userid", "clientid", "phone", "account", "identifier")
_GRANT = "granttype"

_LOGIN_WORDS = frozenset({"login", "signin", "authenticate", "logon", "token", "tokens", "session", "sessions", "auth"})
_PLAIN_LOGIN = frozenset({"login", "signin", "authenticate", "logon"})
_REFRESH_WORDS = frozenset({"refresh", "renew", "renewal", "refreshtoken", "refreshtokens"})
_LOGOUT_WORDS = frozenset({"logout", "signout", "logoff"})
_REVOKE_WORDS = frozenset({"revoke", "revocation"})
_OTHERS = re.compile(
    "register|registration|registrations|signup|reset|forgot|forgotten|recover|recovery|verify|verification|confirm|"
    "confirmation|change|invite|invitation|magiclink|otp|mfa|factor|factors|challenge|introspect|introspection|validate|"
    "sso|saml|webauthn|passkey|device|activate|admin"
)
"""Words of operations that have to do with passwords or tokens, and are none of the three."""


@define(frozen=True)
class Choice:
    """An operation for a purpose: what to send with the call, and the reasons for it."""

    operation: DescribedOperation
    send: Mapping[str, str]
    reasons: tuple[str, ...]


@define(frozen=True)
class Proposal:
    """What was guessed.

    `choices` has the operations by what they do, and `tokens` where the answers hold what; `open_` says what was not
    chosen, and why.
    """

    choices: Mapping[str, Choice] = field(factory=dict)
    tokens: Mapping[str, str] = field(factory=dict)
    open_: Mapping[str, str] = field(factory=dict)

    @property
    def is_any(self) -> bool:
        """Whether there is anything to propose."""
        return bool(self.choices)

    def report(self) -> Iterator[str]:
        """Say what was guessed, and what was not."""
        for purpose, choice in self.choices.items():
            yield f"guessed      {purpose}: {choice.operation.name} ({'; '.join(choice.reasons)})"
        if self.tokens:
            yield f"guessed      tokens: {', '.join(self.tokens.values())}"
        for purpose, reason in self.open_.items():
            yield f"not guessed  {purpose}: {reason}"

    def overlay(self) -> str:
        """Write the proposal as an overlay, each choice with its reason."""
        lines = [
            "# A guess at how tokens live, made from the names in the description, which does not say it.",
            "# Check each line: what is wrong here sends secrets to the wrong place, or loses sessions.",
            "overlay: 1.0.0",
            "info: {title: How tokens live, version: 1.0.0}",
            "actions:",
            "  - target: $",
            "    update:",
            f"      {KEY}:",
        ]
        for purpose, choice in self.choices.items():
            lines += [f"        {purpose}:", *(f"          # {_one_line(reason)}" for reason in choice.reasons)]
            lines.append(f"          operation: {_yaml(choice.operation.name)}")
            if choice.send:
                lines.append("          send:")
                lines += [f"            {_yaml(place)}: {_yaml(value)}" for place, value in choice.send.items()]
        lines += ["        tokens:  # by the names of fields in the answers"]
        lines += [f"          {name}: {_yaml(place)}" for name, place in self.tokens.items()]
        lines += [f"        # {purpose}: {_one_line(reason)}" for purpose, reason in self.open_.items()]
        return "\n".join(lines) + "\n"


def _yaml(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z$][\w$/.-]*(?: [\w$/.-]+)*", text) else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def propose(document: Document) -> Proposal:
    """Guess the lifecycle of a description's tokens."""
    seen = [_Seen.of(document, operation) for operation in operations(document)]
    open_: dict[str, str] = {}
    login = _choose("login", filter(None, map(_login, seen)), open_)
    refresh = _choose("refresh", filter(None, map(_refresh, seen)), open_, _unusable_refresh(seen))
    answers = [_tokens(document, one.operation) for one in (login, refresh) if one]
    if not answers:
        return Proposal(open_=open_)
    tokens = {name: place for name, place in answers[0].items() if all(one.get(name) == place for one in answers)}
    if login and refresh and "accessToken" not in tokens:
        open_["refresh"] = f"{refresh.operation.name} has the access token elsewhere than {login.operation.name}"
        refresh, tokens = None, answers[0]
    logout = _choose("logout", filter(None, map(_logout, seen)), open_)
    if refresh and "refreshToken" not in tokens:
        open_["refreshToken"] = "no answer, or not both, has one in the same place"
    chosen = {"login": login, "refresh": refresh, "logout": logout}
    return Proposal({purpose: choice for purpose, choice in chosen.items() if choice}, tokens, open_)


@define(frozen=True)
class _Seen:
    """An operation as it is judged: `words` of its path and names, `sends` and `answers` by plain names."""

    operation: DescribedOperation
    path_words: frozenset[str]
    words: frozenset[str]
    sends: Mapping[str, str]
    grants: frozenset[str]
    access: str | None
    can_succeed: bool
    is_other: bool

    @classmethod
    def of(cls, document: Document, operation: DescribedOperation) -> "_Seen":
        sends, grants = _sends(document, operation)
        segments = [segment for segment in operation.path.split("/") if segment and "{" not in segment]
        named = [operation.data.get("operationId"), operation.data.get("summary")]
        return cls(
            operation,
            _words(segments[-2:]),
            _words([*segments[-2:], *(str(name) for name in named if name)]),
            sends,
            grants,
            _tokens(document, operation).get("accessToken"),
            any(status[0] in "2d" for status in mapping(operation.data.get("responses"))),
            "{" in operation.path or any(map(_OTHERS.fullmatch, _words([*segments, *map(str, filter(None, named))]))),
        )

    def sent(self, names: Collection[str]) -> str | None:
        """Return where the first of these fields is sent, None where there is none."""
        return next((self.sends[name] for name in names if name in self.sends), None)


def _plain(name: object) -> str:
    return re.sub(r"[\W_]", "", str(name)).lower()


def _words(texts: Sequence[str]) -> frozenset[str]:
    """Split texts into words, with each two that follow each other as one, too: `sign-in` is `signin`."""
    found: set[str] = set()
    for text in texts:
        parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", text)
        plain = [part.lower() for part in parts]
        found |= {*plain, *(one + other for one, other in pairwise(plain))}
    return frozenset(found)


def _sends(document: Document, operation: DescribedOperation) -> tuple[dict[str, str], frozenset[str]]:
    """Return what a request may hold, by plain names, as runtime expressions; and the grant types that it takes."""
    sends: dict[str, str] = {}
    grants: set[str] = set()
    for (where, name), said in operation.parameters.items():
        if where in {"query", "header"}:
            sends.setdefault(_plain(name), f"$request.{where}.{name}")
            if _plain(name) == _GRANT:
                grants |= _texts(schemas_at(document, said.get("schema"), ()))
    body = mapping(document.resolve(operation.data.get("requestBody"))[0])
    content = mapping(body.get("content"))
    media_type = "application/json" if "application/json" in content else next(iter(content), None)
    schema = mapping(content.get(media_type or "")).get("schema")
    for name in _properties(document, schema):
        sends[_plain(name)] = f"$request.body#{write_pointer((name,))}"
        if _plain(name) == _GRANT:
            grants |= _texts(schemas_at(document, schema, (name,)))
    return sends, frozenset(grants)


def _texts(schemas: list[dict[str, Any]]) -> set[str]:
    return {
        value
        for schema in schemas
        for value in (schema.get("const"), *(schema.get("enum") or ()))
        if isinstance(value, str)
    }


def _properties(document: Document, schema: object, pointer: Pointer = ()) -> dict[str, list[dict[str, Any]]]:
    """Return the properties of what stands at a place, with their schemas."""
    found = schemas_at(document, schema, pointer)
    names = dict.fromkeys(name for part in found for name in mapping(part.get("properties")))
    return {name: schemas_at(document, schema, (*pointer, name)) for name in names}


def _tokens(document: Document, operation: DescribedOperation) -> dict[str, str]:
    """Return where the answers of an operation hold the tokens, at their root or one level below."""
    for answer, _ in success_answers(document, operation):
        content = mapping(answer.get("content"))
        for media_type in sorted(content, key=lambda name: "json" not in name):
            schema = mapping(content[media_type]).get("schema")
            outer = _properties(document, schema)
            for pointer in ((), *((name,) for name in outer)):
                found = _fields(_properties(document, schema, pointer))
                if "accessToken" in found:
                    return {key: f"$response.body#{write_pointer((*pointer, name))}" for key, name in found.items()}
    return {}


def _fields(properties: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    plain = {_plain(name): name for name in properties}
    wanted = (
        ("accessToken", _ACCESS, {"string"}),
        ("refreshToken", _REFRESH, {"string"}),
        ("expiresIn", _EXPIRES_IN, {"integer", "number"}),
        ("expiresInMs", _EXPIRES_IN_MS, {"integer", "number"}),
        ("expiresAt", _EXPIRES_AT, {"integer", "number", "string"}),
    )
    found: dict[str, str] = {}
    for key, names, types in wanted:
        if key.startswith("expires") and any(done.startswith("expires") for done in found):
            continue  # one of them says it
        for name in names:
            if name in plain and _is_one_of(properties[plain[name]], types):
                found[key] = plain[name]
                break
    return found


def _is_one_of(schemas: list[dict[str, Any]], types: set[str]) -> bool:
    """Whether a value may have one of these types; one whose type is not said may."""
    said = [kind for schema in schemas for kind in _types(schema)]
    return not said or bool(types & set(said))


def _types(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type")
    if kind is None and "properties" in schema:
        return ["object"]
    return [str(one) for one in kind] if isinstance(kind, list) else [] if kind is None else [str(kind)]


@define(frozen=True)
class _Candidate:
    choice: Choice
    score: int


def _login(seen: _Seen) -> _Candidate | None:
    """Judge whether an operation signs in: it must take a secret, and give a token."""
    password, user = seen.sent(_PASSWORDS), seen.sent(_USERS)
    by_grant = "password" in seen.grants or (_GRANT in seen.sends and not seen.grants)
    named = seen.words & _LOGIN_WORDS
    if seen.access is None or seen.is_other or seen.operation.method not in {"POST", "PUT", "GET"}:
        return None
    if not password or not named or (_GRANT in seen.sends and not by_grant):
        return None
    if seen.words & (_REFRESH_WORDS | _LOGOUT_WORDS | _REVOKE_WORDS) and not by_grant:
        return None
    send = {seen.sends[_GRANT]: "password"} if by_grant else {}
    reasons = [
        f"takes {_field(password)}{f' and {_field(user)}' if user else ''}",
        f"answers with {_field(seen.access)}",
    ]
    reasons += [f"is named {_listed(named)}"] + (["has a grant_type `password`"] if by_grant else [])
    score = 2 * bool(user) + 2 * bool(seen.path_words & _PLAIN_LOGIN) + (seen.operation.method == "POST") + by_grant
    return _Candidate(Choice(seen.operation, send, tuple(reasons)), score)


def _refresh(seen: _Seen) -> _Candidate | None:
    """Judge whether an operation renews tokens: it must take a refresh token, and give an access token."""
    token = seen.sent(_REFRESH[:1]) or (seen.sent((*_REFRESH, "token")) if seen.words & _REFRESH_WORDS else None)
    by_grant = "refresh_token" in seen.grants or (_GRANT in seen.sends and not seen.grants)
    if seen.access is None or token is None or seen.is_other or seen.operation.method == "DELETE":
        return None
    if (_GRANT in seen.sends and not by_grant) or (not by_grant and _other_token(seen, token)):
        return None
    send = {seen.sends[_GRANT]: "refresh_token"} if by_grant else {}
    reasons = [f"takes {_field(token)}", f"answers with {_field(seen.access)}"]
    named = seen.words & _REFRESH_WORDS
    reasons += ([f"is named {_listed(named)}"] if named else []) + (
        ["has a grant_type `refresh_token`"] if by_grant else []
    )
    score = 2 * bool(seen.path_words & _REFRESH_WORDS) + bool(named) + 2 * by_grant
    return _Candidate(Choice(seen.operation, {**send, token: "$refreshToken"}, tuple(reasons)), score)


def _logout(seen: _Seen) -> _Candidate | None:
    """Judge whether an operation signs out: by its name, which must be in its path."""
    named = seen.path_words & _LOGOUT_WORDS or (seen.path_words & _REVOKE_WORDS and seen.words & {"token", "tokens"})
    if not named or seen.is_other or not seen.can_succeed:
        return None
    token = seen.sent(_REFRESH) or (seen.sent(("token",)) if seen.path_words & _REVOKE_WORDS else None)
    send = {token: "$refreshToken"} if token else {}
    reasons = [f"is named {_listed(seen.path_words & (_LOGOUT_WORDS | _REVOKE_WORDS))}"]
    reasons += [f"takes {_field(token)}"] if token else []
    is_plain = bool(seen.path_words & _LOGOUT_WORDS)
    score = 2 * is_plain + bool(token) + (seen.operation.method in {"POST", "DELETE"})
    return _Candidate(Choice(seen.operation, send, tuple(reasons)), score)


def _other_token(seen: _Seen, token: str) -> str | None:
    """Return where a call takes the access token, too, which is not sent with a renewal."""
    return next((place for name in _ACCESS if (place := seen.sends.get(name)) not in {None, token}), None)


def _unusable_refresh(seen: list[_Seen]) -> str | None:
    """Say which operations look like a renewal that the engine cannot do."""
    found: list[str] = []
    for one in seen:
        if one.path_words & _REFRESH_WORDS and one.access is not None and not one.is_other:
            token = one.sent(_REFRESH)
            other = _other_token(one, token) if token else None
            why = f"takes {_field(other)}, too, which cannot be sent" if other else "takes no refresh token"
            found.append(f"{one.operation.name} {why}")
    return " and ".join(found) or None


def _choose(
    purpose: str, found: Iterable[_Candidate], open_: dict[str, str], otherwise: str | None = None
) -> Choice | None:
    """Return the one that is better than all others; where there is none, say why."""
    candidates = list(found)
    best = max((candidate.score for candidate in candidates), default=0)
    leading = [candidate.choice for candidate in candidates if candidate.score == best]
    if len(leading) == 1:
        return leading[0]
    for choice in leading:
        others = [other.operation for other in leading if other is not choice]
        if others and all(other.path.startswith(f"{choice.operation.path.rstrip('/')}/") for other in others):
            below = f"{' and '.join(other.name for other in others)} would do, too, below it"
            return evolve(choice, reasons=(*choice.reasons, below))
    if leading:
        open_[purpose] = f"it could be {' or '.join(choice.operation.name for choice in leading)}"
    else:
        open_[purpose] = otherwise or "no operation looks like it"
    return None


def _field(place: str) -> str:
    """Name a field as the description does."""
    return f"`{re.split(r'[#/.]', place)[-1]}`"


def _listed(words: Collection[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))
