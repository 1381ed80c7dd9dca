"""The answer to a token call: read a limited part of it, parse its JSON, however broken, and find the tokens in it."""

from __future__ import annotations

import json
import logging
import re
import zlib
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from attrs import evolve, frozen

from afresh._errors import DecodeError, described
from afresh._http import httpx
from afresh._server_message import http_date
from afresh._tokens import TOKEN, Tokens
from afresh_api.lifecycle import Named

from .cookies import bare, csrf_key, set_cookies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from afresh_api.lifecycle import TokenFields

    from .cookies import SetCookie

log = logging.getLogger("afresh")

LARGEST_BODY: Final = 2**20
"""Maximum bytes of a token response, before and after decompression. Real ones have a few thousand."""

MAX_DEPTH: Final = 50
"""How deep a JSON text is parsed if it is nested too deeply for Python's parser. What lies deeper becomes null."""

MAX_DIGITS: Final = 400
"""Integers with more digits are read as floats: Python refuses to parse them."""

LARGEST_EXPIRY: Final = 1e13
"""The largest usable expiry, a little above today's time in milliseconds. A larger number means never."""

LONGEST_INDEX: Final = 9
"""The most digits of an index into a JSON array."""

URL_SAFE: Final = str.maketrans("+/", "-_")
"""From the standard alphabet of base64 to the one of JWTs (RFC 4648, sections 4 and 5)."""

OTHER_TOKEN_TYPES: Final = frozenset({"dpop", "mac", "pop", "hok", "n_a"})
"""Token types, in lower case, that cannot be sent as `Authorization: Bearer …` (RFC 9449, RFC 8693 and drafts).

All others are sent as Bearer: servers also write `JWT`, `access_token` or `Token` when they mean it.
"""

UNREAD_REASON: Final = "afresh_unread"
"""The response extension that says why the body was not read."""

_SUPPORTED_ENCODINGS: Final = frozenset({"gzip", "x-gzip", "deflate"})
_ENCODING_HEADERS: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_BEARER: Final = re.compile(r"bearer +", re.IGNORECASE)
_BRACKETS: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


def read_answer(response: httpx.Response) -> httpx.Response:
    """Read a streamed response, up to the size limit, and return it complete.

    A body that is too large or cannot be decompressed is left out. Status and headers are enough for an error, and
    `document_of` says why there is no document.

    Raises:
        httpx.RequestError: The connection failed.
    """
    content, reason = _content(response)
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in _ENCODING_HEADERS]
    extensions = {UNREAD_REASON: reason} if reason else {}
    return httpx.Response(
        response.status_code, headers=headers, content=content, request=response.request, extensions=extensions
    )


def document_of(response: httpx.Response) -> object:
    """Return the JSON document of a response. Tolerate characters that are not in its charset, and too deep nesting.

    Raises:
        ValueError: The response has no JSON document. The error says why, as the end of a sentence about the response.
    """
    if reason := response.extensions.get(UNREAD_REASON):
        raise ValueError(reason)
    text = _text(response)
    try:
        try:
            return _parse(text)
        except RecursionError:
            return _parse(_limit_depth(text))
    except ValueError:
        raise ValueError("is not JSON") from None


def _content(response: httpx.Response) -> tuple[bytes, str | None]:
    """Return the decompressed content of a body, and the reason if it is left out."""
    too_large = f"is larger than {LARGEST_BODY // 2**10} KiB"
    if response.is_stream_consumed:  # a user's own client has read and decompressed it
        return (response.content, None) if len(response.content) <= LARGEST_BODY else (b"", too_large)
    raw = bytearray()
    for chunk in response.iter_raw():
        raw += chunk
        if len(raw) > LARGEST_BODY:
            return b"", too_large
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return bytes(raw), None
    if encoding not in _SUPPORTED_ENCODINGS:
        return b"", "is compressed in a way that was not requested"
    content = _decompress(bytes(raw))
    if content is None:
        return b"", "is not compressed as its Content-Encoding says"
    return (content, None) if len(content) <= LARGEST_BODY else (b"", too_large)


def _decompress(raw: bytes) -> bytes | None:
    """Decompress a body, to little more than the size limit; None if that fails."""
    # gzip or zlib, as its first bytes say, or else raw deflate, which some servers send instead of zlib.
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        decompressor = zlib.decompressobj(window)
        try:
            content = decompressor.decompress(raw, LARGEST_BODY + 1)
        except zlib.error:
            continue
        if decompressor.eof or len(content) > LARGEST_BODY:
            return content
    return None


def _text(response: httpx.Response) -> str:
    """Return a body as text, in the encoding that its first bytes show (RFC 8259, section 8.1).

    Bytes that cannot be decoded are replaced. Tokens are ASCII, and survive that.
    """
    return response.content.decode(json.detect_encoding(response.content), errors="replace")


def _parse(text: str) -> object:
    return cast("object", json.loads(text, parse_int=_integer))


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _limit_depth(text: str) -> str:
    """Replace what is nested too deeply in a JSON text with null."""
    kept: list[str] = []
    depth = start = 0
    for match in _BRACKETS.finditer(text):
        if match[0] in "[{":
            if depth == MAX_DEPTH:
                kept += text[start : match.start()], "null"
            depth += 1
        elif match[0] in "]}":
            depth -= 1
            if depth == MAX_DEPTH:
                start = match.end()
    if depth <= MAX_DEPTH:
        kept.append(text[start:])
    return "".join(kept)


@frozen(repr=False)
class Answer:
    """An answer to a token call: its JSON document, None if it has none, its headers and the cookies that it sets."""

    document: object
    headers: httpx.Headers
    cookies: Mapping[str, SetCookie]

    def value(self, place: tuple[str, ...] | Named) -> object:
        """Return the value at a place; None if there is none. A cookie that the answer deletes has none."""
        if not isinstance(place, Named):
            return resolve(self.document, place)
        if place.where == "header":
            text = self.headers.get(place.name, "").strip()
            return _BEARER.sub("", text) or None
        cookie = self.cookies.get(place.name)
        return None if cookie is None or cookie.is_deleted else cookie.value

    def cookie(self, place: tuple[str, ...] | Named | None) -> SetCookie | None:
        """Return the cookie that the answer sets or deletes at a place; None if it does not, or for another place."""
        is_cookie = isinstance(place, Named) and place.where == "cookie"
        return self.cookies.get(place.name) if isinstance(place, Named) and is_cookie else None


def read_tokens(
    response: httpx.Response,
    fields: TokenFields,
    *,
    previous: Tokens | None = None,
    first: FirstAnswer | None = None,
    host: str | None = None,
) -> Tokens:
    """Return the tokens from the response to a login or refresh that has just arrived.

    Only a missing or unusable access token is an error. An expiry that cannot be read counts as unknown.

    Args:
        response: A 2xx response.
        fields: The places of the tokens in its JSON, its headers or its cookies.
        previous: The tokens that were refreshed. If the server does not rotate the refresh token, it sends none, and
            the old one stays valid (RFC 6749, section 6).
        first: The answer that was got before a login.
        host: The API's host, which a cookie with the access token must be for.

    Raises:
        DecodeError: The response has no access token, or none that can be sent. The error does not quote the body.
    """
    answer = answer_of(response, fields)
    access_token = answer.value(fields.access_token)
    if not isinstance(access_token, str) or not access_token:
        raise DecodeError(
            f"the answer holds no access token {_said(fields.access_token)}: say in `tokens` of the description's "
            "x-token-lifecycle where it is.",
            **described(response),
        )
    cookie = answer.cookie(fields.access_token)
    if cookie is not None and host is not None and not cookie.is_for(host, response.request.url.host):
        raise DecodeError(
            f"the answer's cookie {cookie.name} is not for the API's host {host}: correct the base URL, or have the "
            "server set the cookie for the domain of both hosts.",
            **described(response),
        )
    _refuse_other_types(answer.document, fields, response)
    refresh_token = _refresh_token(answer, fields, previous)
    lifetime = _described_lifetime(answer.document, fields, response.headers)
    if lifetime is None:
        lifetime = _jwt_lifetime(bare(access_token), response.headers)
    if lifetime is None and cookie is not None:
        lifetime = cookie.lifetime
    try:
        issued = Tokens.issued(
            access_token,
            refresh_token=refresh_token,
            expires_in=lifetime,
            id_token=_id_token(answer.document, fields, previous),
        )
    except ValueError as error:
        raise DecodeError(f"the answer's tokens cannot be used: {error}.", **described(response)) from None
    path = None if cookie is None or cookie.path == "/" else cookie.path
    return evolve(issued, csrf=read_csrf(answer, fields, first or previous), cookie_path=path)


def answer_of(response: httpx.Response, fields: TokenFields) -> Answer:
    """Return what the places of an answer are found in. The body may be anything if the access token is not in it.

    Raises:
        DecodeError: The access token is in the body, and that is no JSON document.
    """
    document: object = None
    try:
        document = document_of(response)
    except ValueError as error:
        if not isinstance(fields.access_token, Named):
            raise DecodeError(f"the answer that should hold the tokens {error}.", **described(response)) from None
    return Answer(document, response.headers, set_cookies(response))


def read_csrf(
    answer: Answer, fields: TokenFields, previous: Tokens | FirstAnswer | None
) -> tuple[tuple[str, str], ...]:
    """Return the values that requests send back, by the keys of their places. What an answer lacks stays as it was."""
    found = dict(previous.csrf) if previous else {}
    for place in fields.csrf:
        value = answer.value(place)
        if isinstance(value, str) and TOKEN.fullmatch(value):
            found[csrf_key(place)] = value
    return tuple(found.items())


@frozen(repr=False)
class FirstAnswer:
    """What a login sends back of an answer that was got before it.

    Attributes:
        alive: The cookies of the answer, by name.
        csrf: The value against request forgery, by its key.
    """

    alive: dict[str, str]
    csrf: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, response: httpx.Response, fields: TokenFields) -> FirstAnswer:
        """Read an answer."""
        answer = answer_of(response, evolve(fields, access_token=Named("header", "")))
        alive = {name: cookie.value for name, cookie in answer.cookies.items() if not cookie.is_deleted}
        return cls(alive, read_csrf(answer, fields, None))


def signs_out(response: httpx.Response, fields: TokenFields) -> bool:
    """Return whether an answer to a refresh ends the session by deleting a cookie.

    A success does so by the cookie of the access token, and a refusal by that of either token.
    """
    answer = Answer(None, response.headers, set_cookies(response))
    places = (fields.access_token,) if response.is_success else (fields.access_token, fields.refresh_token)
    return any(cookie is not None and cookie.is_deleted for cookie in map(answer.cookie, places))


def _said(place: tuple[str, ...] | Named) -> str:
    return f"in the {place.where} {place.name}" if isinstance(place, Named) else f"at {'/'.join(('', *place))}"


def _refuse_other_types(document: object, fields: TokenFields, response: httpx.Response) -> None:
    """Refuse tokens that cannot be sent as Bearer, by the token type in the response (RFC 6749, section 7.1)."""
    outer = () if isinstance(fields.access_token, Named) else fields.access_token[:-1]
    for name in ("token_type", "tokenType"):
        token_type = resolve(document, (*outer, name))
        if isinstance(token_type, str) and token_type.strip().lower() in OTHER_TOKEN_TYPES:
            log.error("the server issued tokens of the type %s, which cannot be sent as Bearer", token_type.strip())
            raise DecodeError(
                f"the server issued tokens of the type {token_type.strip()}, which cannot be sent as Bearer. They were "
                "not kept, and the refresh token or grant that was exchanged for them may be used up. Configure the "
                "server to issue Bearer tokens to this client.",
                **described(response),
            )


def _refresh_token(answer: Answer, fields: TokenFields, previous: Tokens | None) -> str | None:
    """Return the refresh token of a response, or else the previous one, unless the response deletes its cookie."""
    value = answer.value(fields.refresh_token) if fields.refresh_token else None
    if isinstance(value, str) and TOKEN.fullmatch(value):
        return value
    if value:
        log.warning("the answer's refresh token is not a string of printable ASCII characters: it was not kept")
    cookie = answer.cookie(fields.refresh_token)
    return previous.refresh_token if previous and (cookie is None or not cookie.is_deleted) else None


def _id_token(document: object, fields: TokenFields, previous: Tokens | None) -> str | None:
    """Return the ID token beside the access token, or else the previous one (OpenID Connect Core, section 12.2)."""
    outer = () if isinstance(fields.access_token, Named) else fields.access_token[:-1]
    value = resolve(document, (*outer, "id_token"))
    if isinstance(value, str) and TOKEN.fullmatch(value):
        return value
    return previous.id_token if previous else None


def _described_lifetime(document: object, fields: TokenFields, headers: httpx.Headers) -> float | None:
    """Return the access token's lifetime in seconds, from the field that the lifecycle names; None if unknown."""
    if fields.expires_in:
        return parse_number(resolve(document, fields.expires_in))
    if fields.expires_in_ms:
        milliseconds = parse_number(resolve(document, fields.expires_in_ms))
        return None if milliseconds is None else milliseconds / 1000
    expiry = _parse_time(resolve(document, fields.expires_at)) if fields.expires_at else None
    if expiry is None:
        return None
    # The server's clock and this machine's may differ, so compute the difference on the server's alone.
    return (expiry - (http_date(headers.get("date")) or datetime.now(UTC))).total_seconds()


def _parse_time(value: object) -> datetime | None:
    """Return the time that an ISO 8601 text or a number of seconds since 1970 stands for; None for anything else."""
    try:
        if (timestamp := parse_number(value)) is not None:
            return datetime.fromtimestamp(timestamp, UTC)
        expiry = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (OSError, OverflowError, ValueError):
        return None
    return expiry if expiry is None or expiry.tzinfo else expiry.replace(tzinfo=UTC)


def _jwt_lifetime(access_token: str, headers: httpx.Headers) -> float | None:
    """Return the lifetime of a JWT access token in seconds, from its claims (RFC 7519); None if unknown.

    The claims are not verified: a client does not have the key. They only decide when the token is renewed.
    """
    claims = jwt_claims(access_token)
    expires_at, issued_at = (parse_number(resolve(claims, (name,))) for name in ("exp", "iat"))
    if expires_at is None:
        return None
    if issued_at is not None:  # both come from the same clock; the Date header may come from another
        return expires_at - issued_at
    now = http_date(headers.get("date"))
    return None if now is None else expires_at - now.timestamp()


def jwt_claims(token: str) -> object:
    """Return the claims of a JWT, which are not verified; None if it cannot be read."""
    try:
        _, payload, _ = token.split(".")
        # Some servers write a JWT in the standard alphabet, for which Python 3.15 has urlsafe_b64decode warn.
        payload = payload.translate(URL_SAFE)
        claims: object = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return None
    return claims


def parse_number(value: object) -> float | None:
    """Return a number, also if it is written as a string; None for anything else, and for absurdly large numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if abs(number) < LARGEST_EXPIRY else None


def resolve(document: object, path: tuple[str, ...]) -> object:
    """Return the value at a path of object keys and array indices in a parsed JSON document (RFC 6901), or None."""
    for name in path:
        if isinstance(document, dict):
            document = cast("dict[str, object]", document).get(name)
        elif isinstance(document, list) and name.isdecimal() and len(name) <= LONGEST_INDEX:
            document = next(iter(cast("list[object]", document)[int(name) :]), None)
        else:
            return None
    return document
