"""An authorization server over loopback (RFC 6749, 7636, 9207): its page signs everybody in at once, and redirects."""

from __future__ import annotations

import json
import time
from base64 import b64decode, urlsafe_b64encode
from contextlib import closing, contextmanager
from functools import cached_property
from hashlib import sha256
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

import jwt
from attrs import define, field, frozen
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from lifecycles import form, signed
from servers.canned import Answer, answering

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import Message

    from servers.canned import Asked

DESCRIPTION = """
paths: {}
components:
  securitySchemes:
    people:
      type: oauth2
      flows:
        authorizationCode: {authorizationUrl: /authorize, tokenUrl: /token, scopes: {openid: "", tasks: ""}}
        deviceAuthorization: {deviceAuthorizationUrl: /devices, tokenUrl: /token, scopes: {tasks: ""}}
"""
"""What an API says that has this server; `live_by` takes it."""


@define(repr=False, slots=False)
class SignInServer:
    """What the server knows, and how it behaves.

    Attributes:
        client_id: The client that it knows.
        client_secret: The client's secret; None for a public client.
        error: What its page answers in place of a code.
        iss: What its page says it is (RFC 9207).
        claims: What its ID tokens say besides who they are for.
        token_status: The status of the answers of its token endpoint.
        shown: The parameters of each visit to its page.
        redeemed: The forms that were sent to its token endpoint.
        codes: What was asked for, by the code that it gave.
        devices: The codes for people, by those for devices.
        agreed: Those of them that people have entered.
        secrets: All that nobody may see: codes, verifiers and tokens.
    """

    client_id: str = "sdk"
    client_secret: str | None = None
    error: str | None = None
    iss: str | None = None
    token_status: int = 200
    claims: dict[str, str] = field(factory=dict)
    url: str = ""
    shown: list[dict[str, str]] = field(factory=list)
    redeemed: list[dict[str, str]] = field(factory=list)
    codes: dict[str, dict[str, str]] = field(factory=dict)
    devices: dict[str, str] = field(factory=dict)
    agreed: set[str] = field(factory=set)
    access: str = ""
    refresh: str = ""
    secrets: set[str] = field(factory=set)

    @cached_property
    def key(self) -> RSAPrivateKey:
        """The key that ID tokens are signed with."""
        return generate_private_key(65537, 2048)

    def answer(self, asked: Asked) -> Answer:
        target = urlsplit(asked.target)
        if target.path == "/authorize":
            return self._show(dict(parse_qsl(target.query, strict_parsing=True)))
        if target.path == "/token":
            return self._redeem(form(asked), asked.headers.get("authorization"))
        if target.path == "/devices":
            return self._begin_device()
        if target.path == "/device":
            self.agreed.add(dict(parse_qsl(target.query))["user_code"])
            return Answer()
        if target.path == "/keys":
            return Answer(body={"keys": [json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))]})
        if target.path == "/.well-known/oauth-authorization-server":
            metadata = {"jwks_uri": f"{self.url}/keys"} | {
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
            }
            says = {"authorization_response_iss_parameter_supported": True}
            return Answer(body={"issuer": self.url, **metadata, **says})
        return Answer(200 if asked.headers.get("authorization") == f"Bearer {self.access}" else 401, {})

    def forget(self) -> None:
        """Take no access token that is out."""
        self.access = ""

    def _show(self, asked: dict[str, str]) -> Answer:
        self.shown.append(asked)
        if self.error is not None:
            back = {"error": self.error, "error_description": "so it is"}
        else:
            code = f"code-{len(self.shown)}-{signed()}"
            self.codes[code] = asked
            self.secrets.add(code)
            back = {"code": code}
        back |= {"state": asked["state"]} | ({"iss": self.iss} if self.iss else {})
        return Answer(302, headers={"Location": f"{asked['redirect_uri']}?{urlencode(back)}"})

    def _begin_device(self) -> Answer:
        device_code = f"device-{signed()}"
        self.secrets.add(device_code)
        self.devices[device_code] = "WDJB-MJHT"
        page = f"{self.url}/device"
        complete = f"{page}?user_code=WDJB-MJHT"
        shown = {"user_code": "WDJB-MJHT", "verification_uri": page, "verification_uri_complete": complete}
        return Answer(body={"device_code": device_code, **shown, "expires_in": 600, "interval": 0.01})

    def _redeem(self, sent: dict[str, str], authorization: str | None) -> Answer:
        self.redeemed.append(sent)
        self.secrets |= {sent[name] for name in ("code_verifier", "refresh_token") if name in sent}
        if self.token_status != 200:
            return Answer(self.token_status)
        if self.client_secret is None:
            is_known = sent.get("client_id") == self.client_id and authorization is None
        else:
            pair = b64decode((authorization or "").removeprefix("Basic ")).decode()
            is_known = unquote_plus(pair) == f"{self.client_id}:{self.client_secret}"
        if not is_known:
            return Answer(401, {"error": "invalid_client"})
        nonce = None
        if sent["grant_type"] == "authorization_code":
            asked = self.codes.pop(sent["code"], {})
            nonce = asked.get("nonce")
            challenge = urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
            is_good = (asked.get("code_challenge"), asked.get("redirect_uri")) == (challenge, sent["redirect_uri"])
        elif "device_code" in sent:
            is_good = self.devices[sent["device_code"]] in self.agreed
            if not is_good:
                return Answer(400, {"error": "authorization_pending"})
        else:
            is_good = sent["refresh_token"] == self.refresh
        if not is_good:
            return Answer(400, {"error": "invalid_grant"})
        number = len(self.redeemed)
        self.access, self.refresh = signed(300, jti=f"a{number}"), signed(jti=f"r{number}")
        tokens = {"access_token": self.access, "refresh_token": self.refresh, "token_type": "Bearer", "expires_in": 300}
        if nonce is not None:
            times = {"iat": int(time.time()), "exp": int(time.time()) + 300}
            said = {"iss": self.url, "aud": self.client_id, "sub": "ada", "nonce": nonce, **times, **self.claims}
            tokens["id_token"] = jwt.encode(said, self.key, algorithm="RS256")
        self.secrets |= {text for name, text in tokens.items() if name.endswith("_token") and isinstance(text, str)}
        return Answer(body=tokens)


@contextmanager
def signing_in(**behaviour: object) -> Iterator[SignInServer]:
    """Run a server."""
    server = SignInServer(**behaviour)  # type: ignore[arg-type]
    with answering(server.answer) as running:
        server.url = running.url
        yield server


@frozen
class Page:
    """What a browser was answered."""

    status: int
    headers: Message
    text: str


def ask(url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Page:
    """Send a request as a browser does, which writes no log."""
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=30)) as http:
        http.request(method, f"{parts.path or '/'}?{parts.query}", headers={**(headers or {})})
        answer = http.getresponse()
        return Page(answer.status, answer.headers, answer.read().decode())


def led_to(url: str) -> str:
    """Visit the server's page alone; return where it leads."""
    return ask(url).headers["location"]


def visit(url: str) -> Page:
    """Visit the server's page, go where it leads, and return the page there."""
    return ask(led_to(url))
