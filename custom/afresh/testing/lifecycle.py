"""Signs in, renews and signs out as the description says it: what a real server does with tokens, in memory."""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from urllib.parse import parse_qsl

from afresh._http import httpx
from afresh._keys import AUTHORIZATION, given
from afresh._session.token_calls.answer import read_tokens, resolve
from afresh._session.token_calls.request import ACCESS_TOKEN, REFRESH_TOKEN, needs
from afresh_api.lifecycle import Expired, Named, Placement
from afresh_api.security import BY_TOKEN, SCHEMES, Scheme
from afresh_api.values import is_object

from .answering import example_answer, failure, with_value
from .decoding import FORM

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh._tokens import Tokens
    from afresh_api.faking import Facts, Fake
    from afresh_api.lifecycle import TokenCall, TokenFields, TokenLifecycle

TOKEN_PATH: Final = "/fake-token"  # noqa: S105 - the path of an endpoint
"""The path of the token endpoint that the fake server's metadata names."""

ACCESS: Final = "fake-access-"
"""What the access tokens begin with that the fake API issues."""

WELL_KNOWN: Final = "/.well-known/"
REFUSALS: Final = (401, 400, 403, 422)
"""The statuses of a refused refresh, the likeliest first."""

Purpose = Literal["login", "refresh", "logout"]


class FakeLifecycle:
    """The tokens of the fake API.

    Attributes:
        rotates: Whether a refresh token can be used once, and its answer has the next one.
        lifetime: How long an access token lives, in seconds, as the answers say it.
        logins: How many sign-ins were answered with tokens.
        refreshes: How many refreshes were answered with tokens.
        logouts: How many sign-outs there were.
        rejections: How many requests were rejected, since their access token was missing or had expired.
    """

    def __init__(self, lifecycle: TokenLifecycle | None, base_url: Callable[[], str]) -> None:
        self.rotates = True
        self.lifetime = 3600
        self.logins = 0
        self.refreshes = 0
        self.logouts = 0
        self.rejections = 0
        self.lifecycle: Final = lifecycle
        self._base_url = base_url
        self._mutex = threading.RLock()
        self._issued = 0
        self._access: set[str] = set()
        self._known: set[str] = set()
        self._refresh: set[str] = set()
        self._csrf: set[str] = set()
        self.fakes: dict[Purpose, Fake[Any, Any, Any]] = {}

    def __repr__(self) -> str:
        counts = {name: getattr(self, name) for name in ("logins", "refreshes", "logouts", "rejections")}
        return f"<fake lifecycle with {', '.join(f'{count} {name}' for name, count in counts.items())}>"

    @property
    def login(self) -> Fake[Any, Any, Any]:
        """The call that signs in: to program failures, and to see what it was asked."""
        return self._fake("login")

    @property
    def refresh(self) -> Fake[Any, Any, Any]:
        """The call that renews tokens: to program failures, and to see what it was asked."""
        return self._fake("refresh")

    @property
    def logout(self) -> Fake[Any, Any, Any]:
        """The call that signs out: to program failures, and to see what it was asked."""
        return self._fake("logout")

    def _fake(self, purpose: Purpose) -> Fake[Any, Any, Any]:
        if purpose not in self.fakes:
            raise LookupError(f"the API's description has no {purpose} call")
        return self.fakes[purpose]

    def expire(self) -> None:
        """Let all access tokens expire now."""
        with self._mutex:
            self._access.clear()

    def refuse_refresh(self) -> None:
        """Refuse all refresh tokens that are out, as after a sign-out elsewhere."""
        with self._mutex:
            self._refresh.clear()
            self._known.clear()

    def tokens(self) -> Tokens | None:
        """Return new tokens, as a sign-in would; None if the API has no token lifecycle."""
        if self.lifecycle is None:
            return None
        call = self.lifecycle.login or self.lifecycle.refresh
        fake = self.fakes.get("login") or self.fakes.get("refresh")
        request = httpx.Request("POST", self._base_url())
        response = self._issue(call, fake, request, refresh_token=None)
        return read_tokens(response, _fields(self.lifecycle, call))

    def purpose_of(self, request: httpx.Request) -> Purpose | None:
        """Return what a request does, if it is one of the calls that deal in tokens."""
        found: list[Purpose] = [purpose for purpose, call in self.calls().items() if self._is_at(call, request)]
        if "refresh" in found and "login" in found:  # one endpoint has both
            return "refresh" if self._renews(request) else "login"
        return found[0] if found else None

    def calls(self) -> dict[Purpose, TokenCall]:
        """Return the calls that deal in tokens."""
        lifecycle = self.lifecycle
        if lifecycle is None:
            return {}
        people = lifecycle.authorization
        calls: dict[Purpose, TokenCall | None] = {
            "login": lifecycle.login or (people.token if people else None),
            "refresh": lifecycle.refresh,
            "logout": lifecycle.logout,
        }
        return {purpose: call for purpose, call in calls.items() if call is not None}

    def _is_at(self, call: TokenCall, request: httpx.Request) -> bool:
        if call.method != request.method:
            return False
        base = httpx.URL(self._base_url() + "/")
        if call.path is not None:
            return request.url.path == base.path.rstrip("/") + call.path
        if call.url is not None:
            url = base.join(call.url)
            return (url.host, url.path) == (request.url.host, request.url.path)
        return request.url.path.endswith(TOKEN_PATH)

    def _renews(self, request: httpx.Request) -> bool:
        document = _document(request)
        return document.get("grant_type", "refresh_token") == "refresh_token" and bool(self._sent_token(request))

    def answer(self, purpose: Purpose, request: httpx.Request) -> httpx.Response:
        """Answer a call that deals in tokens."""
        lifecycle = cast("TokenLifecycle", self.lifecycle)
        call, fake = self.calls()[purpose], self.fakes.get(purpose)
        with self._mutex:
            if purpose == "logout":
                self.logouts += 1
                self._access.clear()
                self._refresh.clear()
                return self._plain(fake, request)
            if purpose == "login":
                self.logins += 1
                return self._issue(call, fake, request, refresh_token=None)
            sent = self._sent_token(request)
            by_access = not needs(call, REFRESH_TOKEN)
            if sent is None or sent not in (self._known if by_access else self._refresh):
                return self._refusal(call, fake, request, lifecycle.refused)
            self.refreshes += 1
            if self.rotates and not by_access:
                self._refresh.discard(sent)
            return self._issue(call, fake, request, refresh_token=None if self.rotates or by_access else sent)

    def _sent_token(self, request: httpx.Request) -> str | None:
        call = self.calls()["refresh"]
        variable = REFRESH_TOKEN if needs(call, REFRESH_TOKEN) else ACCESS_TOKEN
        placements = (placement for placement in call.send if variable in str(placement.value))
        return next((_sent(request, placement, variable) for placement in placements), None)

    def _issue(
        self,
        call: TokenCall | None,
        fake: Fake[Any, Any, Any] | None,
        request: httpx.Request,
        *,
        refresh_token: str | None,
    ) -> httpx.Response:
        with self._mutex:
            self._issued += 1
            access, refresh = f"{ACCESS}{self._issued}", refresh_token or f"fake-refresh-{self._issued}"
            csrf = f"fake-csrf-{self._issued}"
            self._access.add(access)
            self._known.add(access)
            self._refresh.add(refresh)
            self._csrf.add(csrf)
        lifecycle = cast("TokenLifecycle", self.lifecycle)
        fields = _fields(lifecycle, call)
        plain = self._plain(fake, request)
        document: Any = json.loads(plain.content) if plain.content[:1] == b"{" else {}
        if not isinstance(fields.access_token, Named) and (call is None or call.grants or call.url or not document):
            document = {"token_type": "Bearer", **document}
        soon = datetime.now(UTC) + timedelta(seconds=self.lifetime)
        moment = soon.timestamp() if isinstance(resolve(document, fields.expires_at or ()), int) else soon.isoformat()
        values: list[tuple[tuple[str, ...] | Named | None, Any]] = [
            (fields.access_token, access),
            (fields.refresh_token, refresh),
            (fields.expires_in, self.lifetime),
            (fields.expires_in_ms, 1000 * self.lifetime),
            (fields.expires_at, int(moment) if isinstance(moment, float) else moment),
            *((place, csrf) for place in fields.csrf),
        ]
        headers = [(name, value) for name, value in plain.headers.items() if name != "content-length"]
        is_json = False
        for place, value in values:
            if isinstance(place, Named):
                is_cookie = place.where == "cookie"
                cookie = f"{place.name}={value}; Path=/"
                headers.append(("Set-Cookie", cookie) if is_cookie else (place.name, str(value)))
            elif place is not None:
                document, is_json = with_value(document, place, value), True
        content = json.dumps(document).encode() if is_json or document else plain.content
        if content and "content-type" not in plain.headers:
            headers.append(("Content-Type", "application/json"))
        status = 200 if content and plain.status_code == 204 else plain.status_code  # noqa: PLR2004
        return httpx.Response(status, headers=headers, content=content, request=request)

    def _plain(self, fake: Fake[Any, Any, Any] | None, request: httpx.Request) -> httpx.Response:
        """Return an example of what a call answers."""
        if fake is None or not fake.facts.module:
            return httpx.Response(200, request=request)
        example = example_answer(fake)
        return httpx.Response(example.status, headers=example.headers, content=example.content, request=request)

    def _refusal(
        self, call: TokenCall, fake: Fake[Any, Any, Any] | None, request: httpx.Request, refused: frozenset[int] | None
    ) -> httpx.Response:
        described = [int(one[0]) for one in fake.facts.errors if one[0].isdecimal()] if fake else []
        if call.media_type == FORM and not refused:
            return httpx.Response(400, json={"error": "invalid_grant"}, request=request)
        likely = [status for status in (refused or REFUSALS) if status in described] or sorted(refused or REFUSALS[:1])
        if fake is not None and likely[0] in described:
            answer = failure(fake, likely[0])
            return httpx.Response(answer.status, headers=answer.headers, content=answer.content, request=request)
        return httpx.Response(likely[0], json={"error": "invalid_grant"}, request=request)

    def allows(self, facts: Facts, request: httpx.Request) -> bool:
        """Return whether a request has what its operation needs: a token that is good, or keys."""
        if facts.schemes:
            return any(all(self._serves(name, request) for name in alternative) for alternative in facts.schemes)
        token = self._token(request)
        if self.lifecycle is None or facts.security is False or (facts.security is None and token is None):
            return True
        return self._is_good(token, request)

    def _serves(self, name: str, request: httpx.Request) -> bool:
        """Return whether a request has what a security scheme asks for."""
        token = self._token(request)
        if name in BY_TOKEN and self._is_good(token, request):
            return True
        if name not in SCHEMES:  # what a client does not send by itself is not looked at
            return name not in BY_TOKEN
        scheme = SCHEMES[name]
        is_old = name in BY_TOKEN and token is not None and token.startswith(ACCESS)
        return not is_old and given(request, scheme._replace(name=scheme.name or AUTHORIZATION)) is not None

    def _is_good(self, token: str | None, request: httpx.Request) -> bool:
        """Return whether an access token has not expired, and the request has what belongs to it against forgery."""
        csrf = self.lifecycle.csrf if self.lifecycle else None
        with self._mutex:
            return token in self._access and (csrf is None or request.headers.get(csrf.header) in self._csrf)

    def _token(self, request: httpx.Request) -> str | None:
        carrier = self.lifecycle.carrier if self.lifecycle else None
        place = carrier or Placement("header", (AUTHORIZATION,), f"Bearer {ACCESS_TOKEN}")
        return _sent(request, place, ACCESS_TOKEN)

    def rejection(self, fake: Fake[Any, Any, Any], request: httpx.Request) -> httpx.Response:
        """Answer a request whose access token is missing or has expired, as the description says it."""
        with self._mutex:
            self.rejections += 1
        lifecycle = self.lifecycle
        said = lifecycle.expired[0] if lifecycle and lifecycle.expired else None
        answer = failure(fake, said.status if said else 401)
        headers, content = dict(answer.headers), answer.content
        if said is not None and isinstance(said.source, Named):
            value = str(said.values[0])
            headers |= (
                {"Set-Cookie": f"{said.source.name}={value}"}
                if said.source.where == "cookie"
                else {said.source.name: value}
            )
        elif isinstance(said, Expired) and isinstance(said.source, tuple):
            document: Any = json.loads(content) if content[:1] == b"{" else {}
            content = json.dumps(with_value(document, said.source, said.values[0])).encode()
            headers.setdefault("Content-Type", "application/json")
        elif lifecycle is not None and lifecycle.carrier is None:
            headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return httpx.Response(answer.status, headers=headers, content=content, request=request)

    def metadata(self, request: httpx.Request) -> httpx.Response | None:
        """Answer a request for the server's metadata (RFC 8414); None for another one."""
        lifecycle = self.lifecycle
        if lifecycle is None or lifecycle.metadata_url is None or request.method != "GET":
            return None
        named = httpx.URL(self._base_url() + "/").join(lifecycle.metadata_url)
        path = request.url.path
        if request.url.host != named.host or not (WELL_KNOWN in path or path == named.path):
            return None
        before, _, after = path.partition(WELL_KNOWN)
        folder = before if WELL_KNOWN in path else ""
        folder = folder or ("/" + after.partition("/")[2]).rstrip("/")
        issuer = f"{request.url.scheme}://{request.url.netloc.decode()}{folder}"
        return httpx.Response(200, json={"issuer": issuer, "token_endpoint": issuer + TOKEN_PATH}, request=request)


def _fields(lifecycle: TokenLifecycle, call: TokenCall | None) -> TokenFields:
    return (call and call.tokens) or lifecycle.tokens


def _document(request: httpx.Request) -> dict[str, Any]:
    """Return the body of a request as JSON has it, be it JSON or a form."""
    if request.headers.get("Content-Type", "").startswith(FORM):
        return dict(parse_qsl(request.content.decode(), keep_blank_values=True))
    try:
        document: Any = json.loads(request.content)
    except ValueError:
        return {}
    return document if is_object(document) else {}


def _sent(request: httpx.Request, placement: Placement, variable: str) -> str | None:
    """Return what a request has at a place for a variable."""
    if placement.where == "body":
        value = resolve(_document(request), placement.path)
    else:
        value = given(request, Scheme(placement.where, placement.path[0], ()))
    pattern = re.escape(str(placement.value)).replace(re.escape(variable), "(.+)")
    found = re.fullmatch(pattern, str(value), re.IGNORECASE) if value is not None else None
    return found[1] if found else None
