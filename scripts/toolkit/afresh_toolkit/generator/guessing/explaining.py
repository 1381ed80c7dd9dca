"""Says why nothing was guessed: which operations look like it, and what of them is missing in the description."""

from collections.abc import Iterable, Iterator

from afresh_toolkit.generator.guessing import names
from afresh_toolkit.generator.guessing.names import field_of
from afresh_toolkit.generator.guessing.seen import Seen


def no_login(seen: Iterable[Seen]) -> str | None:
    """Say which operations look like a sign-in, and why they cannot be used."""
    found: list[str] = []
    for one in seen:
        if one.is_other or one.operation.method not in {"POST", "PUT", "GET"}:
            continue
        secret = one.sent(names.PASSWORDS)
        is_plain = bool(one.path_words & names.PLAIN_LOGIN)
        name = one.operation.name
        if one.access and is_plain and secret and not secret.startswith("$request.body"):
            found.append(f"{name} takes {field_of(secret)} elsewhere than in its body, which cannot be sent")
        elif is_plain and secret and one.access is None and one.can_succeed:
            said = "no token in its answers" if one.is_answer_described else "its answers without a schema"
            found.append(f"{name} looks like it, but the description has {said}")
        elif is_plain and secret is None and one.access is None and one.operation.method == "POST" and not one.sends:
            found.append(f"{name} looks like it, but the description has neither its body nor its answers")
    return " and ".join(found[:5]) or None


def no_refresh(seen: Iterable[Seen]) -> str | None:
    """Say which operations look like a renewal, and why they cannot be used."""
    return " and ".join(list(_no_refresh(seen))[:5]) or None


def _no_refresh(seen: Iterable[Seen]) -> Iterator[str]:
    for one in seen:
        if not one.path_words & names.REFRESH or one.is_other or one.operation.method == "DELETE":
            continue
        name = one.operation.name
        cookie = next(
            (sent.place for key, sent in one.sends.items() if sent.where == "cookie" and _is_cookie(key)), None
        ) or next((f"$request.cookie.{scheme.key}" for scheme in one.asked if scheme.place == "cookie"), None)
        if cookie:
            yield (
                f"{name} takes the refresh token from the cookie {field_of(cookie)}, and which answer sets it is not "
                "known: say it in an x-token-lifecycle, as `refreshToken: $response.cookie.…`"
            )
        elif one.access is None:
            token = one.sent_where(names.is_refresh_token)
            if token or one.asked:
                said = "no access token in its answers" if one.is_answer_described else "its answers without a schema"
                yield f"{name} looks like it, but the description has {said}"
        else:
            yield f"{name} takes no refresh token"


def _is_cookie(name: str) -> bool:
    return names.is_refresh_token(name) or "token" in name or "jwt" in name
