"""Sessions and their tokens: signed JWTs for access, opaque single-use tokens for refreshing, rotated each time."""

import secrets
import time
from typing import Any
from uuid import uuid4

import jwt
from attrs import Factory, define, evolve, field, frozen

from sandbox.counters import Counters
from sandbox.settings import Settings
from sandbox.users import USERS, User


class RefusedError(Exception):
    """A token is no good; the message says why."""


@define(eq=False)
class Session:
    user: User
    id: str = Factory(lambda: uuid4().hex)
    over: bool = False


@frozen
class TokenPair:
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float
    """When the access token expires, in seconds since the epoch."""
    expires_in: float
    """The same in seconds from the answer on."""

    def to_json(self) -> dict[str, Any]:
        return {
            "accessToken": self.access_token,
            "refreshToken": self.refresh_token,
            "tokenType": "Bearer",
            "expiresIn": self.expires_in,
        }


@define(eq=False)
class RefreshToken:
    session: Session
    expires_at: float
    """By the monotonic clock, as the next."""
    used_at: float = 0
    successors: TokenPair | None = None
    """What it was exchanged for; None until it is used."""


class Sessions:
    """All sessions of one server, from the start or the last reset on."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._key = secrets.token_bytes(32)
        self._refresh_tokens: dict[str, RefreshToken] = {}
        self._access_tokens: dict[str, tuple[str, Session]] = {}  # by jti
        self._sessions: dict[str, Session] = {}
        self._revoked: set[str] = set()  # the jti of access tokens

    def begin(self, user: User, settings: Settings) -> TokenPair:
        session = Session(user)
        self._sessions[session.id] = session
        self._counters.logins += 1
        return self._issue(session, settings)

    def refresh(self, refresh_token: str, settings: Settings) -> TokenPair:
        """Exchange a refresh token for its successors; its second use ends the session (RFC 9700, section 4.14.2)."""
        try:
            token = self._usable(refresh_token, settings.grace)
        except RefusedError:
            self._counters.refusals += 1
            raise
        if token.successors is not None:
            return evolve(token.successors, expires_in=max(0, round(token.successors.expires_at - time.time(), 3)))
        token.used_at = time.monotonic()
        token.successors = self._issue(token.session, settings)
        self._counters.rotations += 1
        return token.successors

    def end(self, refresh_token: str) -> User | None:
        """End the session that a refresh token belongs to, if it is known; return whose it was."""
        token = self._refresh_tokens.get(refresh_token)
        if token is None:
            return None
        token.session.over = True
        return token.session.user

    def authenticate(self, access_token: str) -> User:
        """Return the user whose access token this is, or raise `RefusedError`."""
        claims = self._claims(access_token)
        if claims is None:
            raise RefusedError("The access token is not one of ours")
        if time.time() >= claims["exp"]:
            raise RefusedError("The access token expired")
        if claims["jti"] in self._revoked:
            raise RefusedError("The access token was revoked")
        if self._sessions[claims["sid"]].over:
            raise RefusedError("The session is over")
        return USERS[claims["sub"]]

    def jti(self, access_token: str) -> str | None:
        """Return the id of an access token of ours, good or not; None for any other string."""
        claims = self._claims(access_token)
        return None if claims is None else str(claims["jti"])

    def revoke_access(self, username: str | None = None) -> None:
        """Make the access tokens issued so far useless, of one user or of all; their sessions live on."""
        for jti, (_, session) in self._access_tokens.items():
            if username in {None, session.user.username}:
                self._revoked.add(jti)

    def end_all(self, username: str | None = None) -> None:
        for session in self._sessions.values():
            if username in (None, session.user.username):
                session.over = True

    def issued(self) -> dict[str, list[str]]:
        """Every token handed out so far."""
        return {"access": [token for token, _ in self._access_tokens.values()], "refresh": list(self._refresh_tokens)}

    def _usable(self, refresh_token: str, grace: float) -> RefreshToken:
        now = time.monotonic()
        token = self._refresh_tokens.get(refresh_token)
        if token is None:
            raise RefusedError("The refresh token is unknown")
        if token.successors is not None and now - token.used_at >= grace:
            token.session.over = True
            self._counters.reuses += 1
            raise RefusedError("The refresh token was used before: the session is over")
        if token.session.over:
            raise RefusedError("The session is over")
        if token.successors is None and now >= token.expires_at:
            raise RefusedError("The refresh token expired")
        return token

    def _issue(self, session: Session, settings: Settings) -> TokenPair:
        now = time.time()
        jti = uuid4().hex
        expires_at = now + settings.access_ttl
        claims = {
            "sub": session.user.username,
            "sid": session.id,
            "jti": jti,
            "iat": now,
            "exp": expires_at,
            "scope": session.user.scope,
        }
        access_token = jwt.encode(claims, self._key, algorithm="HS256")
        refresh_token = secrets.token_urlsafe(32)
        self._access_tokens[jti] = (access_token, session)
        self._refresh_tokens[refresh_token] = RefreshToken(session, time.monotonic() + settings.refresh_ttl)
        return TokenPair(access_token, refresh_token, expires_at, settings.access_ttl)

    def _claims(self, access_token: str) -> dict[str, Any] | None:
        # PyJWT looks at exp in whole seconds only, too coarse for tokens that live half a second: see authenticate().
        try:
            return jwt.decode(
                access_token, self._key, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False}
            )
        except jwt.InvalidTokenError:
            return None
