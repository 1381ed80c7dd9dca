"""Judges whether an operation signs in, renews tokens, or signs out."""

from collections.abc import Iterator, Mapping
from typing import Any

from afresh_toolkit.generator.guessing import names
from afresh_toolkit.generator.guessing.choosing import Candidate, Choice, Value
from afresh_toolkit.generator.guessing.fields import Sent
from afresh_toolkit.generator.guessing.names import field_of, listed, plain, words_of
from afresh_toolkit.generator.guessing.security import Scheme
from afresh_toolkit.generator.guessing.seen import Seen

REFRESH_TOKEN, ACCESS_TOKEN = "$refreshToken", "$accessToken"
_CLIENT = {"clientid": "$clientId", "clientsecret": "$clientSecret"}


def login(seen: Seen) -> Candidate | None:
    """Judge whether an operation signs in: it must take a secret in its body, and give a token."""
    password = next((sent for name in names.PASSWORDS if (sent := seen.sends.get(name))), None)
    user = seen.sent(names.USERS)
    by_grant = "password" in seen.grants or (names.GRANT in seen.sends and not seen.grants)
    named = seen.words & names.LOGIN
    if seen.access is None or seen.is_other or seen.operation.method not in {"POST", "PUT"}:
        return None
    if password is None or password.where != "body" or (names.GRANT in seen.sends and not by_grant):
        return None
    if not named or (plain(field_of(password.place)) in names.WEAK_SECRETS and not named & names.AUTH):
        return None
    if _last_words(seen) & names.PEOPLE and not _is_plain_login(seen):
        return None
    if seen.words & (names.REFRESH | names.LOGOUT | names.REVOKE) and not by_grant and not _is_plain_login(seen):
        return None
    grant: dict[str, Value] = {seen.sends[names.GRANT].place: "password"} if by_grant else {}
    constants = dict(_constants(seen))
    reasons = [
        f"takes {field_of(password.place)}{f' and {field_of(user)}' if user else ''}",
        f"answers with {field_of(seen.access)}",
    ]
    reasons += [f"is named {listed(named)}"]
    reasons += ["has a grant_type `password`"] if by_grant else []
    reasons += [f"is sent {field_of(place)}: {_shown(value)}" for place, value in constants.items()]
    score = 2 * bool(user) + 2 * _is_plain_login(seen) + (seen.operation.method == "POST") + by_grant
    score -= _privilege(seen)
    return Candidate(Choice(seen.operation, {**grant, **constants, **_client(seen)}, tuple(reasons)), score)


def _last_words(seen: Seen) -> frozenset[str]:
    return words_of([seen.operation.path.rstrip("/").rpartition("/")[2]])


def _privilege(seen: Seen) -> int:
    """Return how much less an operation that is for few fits."""
    return 3 * bool(words_of([seen.operation.path]) & names.PRIVILEGED)


def _is_plain_login(seen: Seen) -> bool:
    return bool(seen.path_words & names.PLAIN_LOGIN)


def _shown(value: Value) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _client(seen: Seen) -> dict[str, Value]:
    """Return what sends the OAuth2 client, where a request must say it."""
    required = {name: sent for name, sent in seen.sends.items() if sent.is_required and sent.where == "body"}
    if names.GRANT not in seen.sends:
        return {}
    return {required[name].place: variable for name, variable in _CLIENT.items() if name in required}


def _constants(seen: Seen) -> Iterator[tuple[str, Value]]:
    """Go through what a sign-in sends besides the credentials: what its description says to send.

    That is a flag that asks for a refresh token; the one value that a field has by its description; and one of several
    that is the field's default or example. What need not be sent is left out, unless nothing is required at all.
    """
    body = {name: sent for name, sent in seen.sends.items() if sent.where == "body" and "/" not in sent.place[15:]}
    requires = any(sent.is_required for sent in body.values())
    if seen.has_choice or names.GRANT in seen.sends:
        return  # which fields belong together is not known
    for name, sent in body.items():
        if name == names.GRANT or name in names.PASSWORDS or name in names.USERS:
            continue
        if names.is_refresh_token(name) or name in {"withrefresh", "includerefreshtoken", "issuerefreshtoken"}:
            if _is_flag(sent):
                yield sent.place, True
            continue
        if sent.is_required or not requires:
            value = _said_value(sent)
            if value is not None:
                yield sent.place, value


def _is_flag(sent: Sent) -> bool:
    return any("boolean" in (part.get("type") or ()) for part in sent.schemas)


def _said_value(sent: Sent) -> Value | None:
    """Return the value that a field is to have by its description; None where it does not say one."""
    values = [value for part in sent.schemas for value in part.get("enum") or ()]
    for part in sent.schemas:
        if isinstance(part.get("const"), str | int | float):
            value: Value = part["const"]
            return value
    preferred = [
        part[key] for key in ("default", "example") for part in sent.schemas if isinstance(part.get(key), str | int)
    ]
    preferred += [value for part in sent.schemas for value in _listed_examples(part)]
    if values:
        usable = [value for value in preferred if value in values]
        usable = usable or (values if len(values) == 1 and sent.is_required else [])
        return usable[0] if usable and isinstance(usable[0], str | int | float) else None
    # A text that may be anything is a credential, or nothing that can be known.
    flags = [value for value in preferred if isinstance(value, bool | int)]
    return flags[0] if sent.is_required and flags and not sent.is_of("string") else None


def _listed_examples(part: Mapping[str, Any]) -> list[Any]:
    examples = part.get("examples")
    return [value for value in examples if isinstance(value, str | int)] if isinstance(examples, list) else []


def refresh(seen: Seen, *, has_refresh_token: bool | None) -> Candidate | None:
    """Judge whether an operation renews tokens: it must take a token to do so, and give an access token.

    `has_refresh_token` is whether signing in gives a refresh token, None where that is not known.
    """
    if seen.access is None or seen.is_other or seen.operation.method == "DELETE":
        return None
    named = seen.words & names.REFRESH
    by_grant = "refresh_token" in seen.grants or (names.GRANT in seen.sends and not seen.grants)
    if names.GRANT in seen.sends and not by_grant:
        return None
    token = _token_field(seen)
    score = 2 * bool(seen.path_words & names.REFRESH) + bool(named) + 2 * by_grant - _privilege(seen)
    named_so = [f"is named {listed(named)}"] if named else []
    if token is not None:
        if token.where == "cookie" and not has_refresh_token:
            return None  # only the server sets that cookie
        grant: dict[str, Value] = {seen.sends[names.GRANT].place: "refresh_token"} if by_grant else {}
        value = f"Bearer {REFRESH_TOKEN}" if token.place.lower().endswith(".authorization") else REFRESH_TOKEN
        send: dict[str, Value] = {**grant, token.place: value}
        other = None if by_grant else _access_field(seen, token)
        send |= {other: ACCESS_TOKEN} if other else {}
        reasons = [f"takes {field_of(token.place)}{f' and {field_of(other)}' if other else ''}"]
        reasons += [f"answers with {field_of(seen.access)}", *named_so]
        reasons += ["has a grant_type `refresh_token`"] if by_grant else []
        return Candidate(Choice(seen.operation, {**send, **_client(seen)}, tuple(reasons)), score + 2)
    if not named or seen.needs:
        return None
    found = _by_security(seen, has_refresh_token=has_refresh_token)
    if found is None:
        return None
    sends, why = found
    return Candidate(Choice(seen.operation, sends, (f"answers with {field_of(seen.access)}", *named_so, why)), score)


def _token_field(seen: Seen) -> Sent | None:
    """Return the field that takes the refresh token."""
    is_named = bool(seen.words & names.REFRESH)
    if found := seen.sent_where(lambda name: name.endswith("refreshtoken") or name == "refreshtokencookie"):
        return found
    if not is_named:
        return None
    if found := seen.sent_where(names.is_refresh_token):
        return found
    return seen.sent_where(lambda name: name in {"token", "authorization"})


def _access_field(seen: Seen, token: Sent) -> str | None:
    """Return where a call takes the access token, too."""
    places = (seen.sends[name] for name in names.ACCESS if name in seen.sends)
    return next((sent.place for sent in places if sent.place != token.place and sent.where == "body"), None)


def _by_security(seen: Seen, *, has_refresh_token: bool | None) -> tuple[dict[str, Value], str] | None:
    """Return what an operation without a field for it sends by its security, and why."""
    own = seen.own_scheme
    if own is not None and (has_refresh_token or (own.is_for_refresh and own.place != "cookie")):
        why = f"no other operation asks for its security `{own.name}`, which carries the refresh token"
        return {**own.sends(REFRESH_TOKEN)}, why
    scheme = _by_header(seen.asked)
    if scheme is None or has_refresh_token is None:
        return None
    if has_refresh_token:
        why = f"takes no field: the refresh token goes by its security `{scheme.name}`"
        return {**scheme.sends(REFRESH_TOKEN)}, why
    why = f"there is no refresh token: it renews the access token that goes by its security `{scheme.name}`"
    return {**scheme.sends(ACCESS_TOKEN)}, why


def _by_header(schemes: list[Scheme]) -> Scheme | None:
    """Return the scheme whose token goes into a header, a bearer token before others."""
    of_headers = [scheme for scheme in schemes if scheme.place in {"bearer", "header"}]
    return min(of_headers, key=lambda scheme: scheme.place, default=None)


def logout(seen: Seen, schemes: list[Scheme]) -> Candidate | None:
    """Judge whether an operation signs out: by its name.

    `schemes` are those of the description that carry a token, for an operation that does not say which it asks for. A
    cookie is among them if the session has it.
    """
    words = seen.path_words if seen.operation.method == "GET" else seen.words
    revokes = seen.path_words & names.REVOKE and (seen.words & {"token", "tokens", "jwt"})
    named = words & names.LOGOUT or (revokes and seen.path_words & names.REVOKE)
    if not named or seen.is_other or not seen.can_succeed or seen.words & names.SEVERAL:
        return None
    token = seen.sent_where(names.is_refresh_token)
    if token is None and revokes:
        token = seen.sent_where(lambda name: name == "token")
    sent = {token.place} if token else set[str]()
    if any(seen.sends[name].place not in sent and name not in _CLIENT for name in seen.needs):
        return None  # it needs something that is not known
    send: dict[str, Value] = {token.place: REFRESH_TOKEN} if token else {}
    reasons = [f"is named {listed(named)}"]
    reasons += [f"takes {field_of(token.place)}"] if token else []
    asked = [one for one in seen.asked or schemes if one.place != "cookie" or one in schemes]
    scheme = _by_header(asked) or next((one for one in asked if one.place == "cookie"), None)
    if scheme is not None and (seen.asked or token is None) and not (token and seen.takes_client):
        is_refresh = scheme.is_for_refresh
        send |= scheme.sends(REFRESH_TOKEN if is_refresh else ACCESS_TOKEN)
        kind = "refresh" if is_refresh else "access"
        reasons.append(f"gets the {kind} token by the security `{scheme.name}`")
    is_plain = bool(seen.path_words & names.LOGOUT)
    score = 3 * is_plain + bool(token) + 2 * (seen.operation.method in {"POST", "DELETE"}) - _privilege(seen)
    return Candidate(Choice(seen.operation, {**send, **_client(seen)}, tuple(reasons)), score)
