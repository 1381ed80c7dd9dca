"""Tokens in the cookies and headers of answers, read as browsers do, and what token calls send of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from attrs import evolve

from afresh import DecodeError, SDKError, ServerError, Tokens, TransportError
from afresh._session.steps import Refused, Rotated, Unavailable
from afresh._session.token_calls.answer import read_tokens
from afresh._session.token_calls.endpoint import TokenEndpoint
from afresh_api.lifecycle import Csrf, Named, Placement, TokenCall, TokenFields, TokenLifecycle
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from afresh._session.steps import Answer as Refreshed

ACCESS, RENEW, CSRF = Named("cookie", "a"), Named("cookie", "r"), Named("cookie", "c")
FIELDS = TokenFields(access_token=ACCESS, refresh_token=RENEW, csrf=(CSRF,))
SEND = Placement("cookie", ("r",), "$refreshToken")
REFRESH = TokenCall("POST", "/again", None, (SEND,), csrf=Csrf(CSRF, "X-CSRF"))
LIFECYCLE = TokenLifecycle(
    login=TokenCall("POST", "/in", "application/json"),
    refresh=REFRESH,
    logout=None,
    tokens=FIELDS,
)
OLD = Tokens("old", "r1", csrf=(("c", "c1"),))
URL = "https://api.example.com/auth/in"


def tokens_of(*cookies: str, url: str = URL, fields: TokenFields = FIELDS, previous: Tokens | None = None) -> Tokens:
    headers = [("Date", "Mon, 30 Nov 2026 12:00:00 GMT"), *(("Set-Cookie", one) for one in cookies)]
    request = httpx.Request("POST", url)
    return read_tokens(httpx.Response(204, headers=headers, request=request), fields, previous=previous)


@pytest.mark.parametrize(
    ("cookies", "access_token"),
    [
        (["a=x"], "x"),
        (["a=x; Path=/; HttpOnly; Secure; SameSite=Strict; Priority=High; Partitioned"], "x"),
        (["  a \t=  x  ;PATH=/"], "x"),
        (["a=x=y=="], "x=y=="),
        (['a="x"'], '"x"'),
        (["a=one", "a=two"], "two"),
        (["a=new; Path=/", "a=; Path=/old; Max-Age=0"], "new"),
        (["a=gone; Max-Age=0; Path=/old", "a=new; Path=/"], "new"),
        (["b={bad json", "a=x"], "x"),
        (["=x", "a", "a=x; Domain="], "x"),
        (["a=x; Domain=example.com"], "x"),
        (["a=x; Domain=.Example.com"], "x"),
        (["a=x; Domain=api.example.com"], "x"),
        (["a=x; Max-Age=abc"], "x"),
        (["a=x; Expires=whenever"], "x"),
        (["a=x; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], "x"),
    ],
)
def test_the_access_token_is_in_a_cookie(cookies: list[str], access_token: str) -> None:
    assert tokens_of(*cookies).access_token == access_token


@pytest.mark.parametrize(
    "cookies",
    [
        [],
        ["b=x"],
        ["A=x"],
        ["a=x; Domain=other.com"],
        ["a=x; Domain=evilexample.com"],
        ["a=x; Domain=v1.api.example.com"],
        ["a=x; Domain=com"],
        ["a=x\x01"],
        ["a="],
        ['a=""; Path=/'],
        ["a=x; Max-Age=0"],
        ["a=x; Max-Age=-1"],
        ["a=x; Expires=Thu, 01-Jan-1970 00:00:00 GMT"],
        ["a=x; Expires=Mon, 30 Nov 2026 11:59:59 GMT"],
        ["a=x; Max-Age=0; Expires=Fri, 30 Nov 2029 12:00:00 GMT"],
        ["a=x", "a=; Max-Age=0"],
    ],
)
def test_no_cookie_with_an_access_token(cookies: list[str]) -> None:
    with pytest.raises(DecodeError, match="no access token in the cookie a"):
        tokens_of(*cookies)


@pytest.mark.parametrize(
    ("cookie", "is_kept"),
    [
        ("__Secure-a=x; Secure", True),
        ("__Secure-a=x", False),
        ("__Host-a=x; Secure; Path=/", True),
        ("__Host-a=x; Secure", False),
        ("__Host-a=x; Path=/", False),
        ("__Host-a=x; Secure; Path=/auth", False),
        ("__Host-a=x; Secure; Path=/; Domain=example.com", False),
        ("__host-a=x; Path=/", False),
    ],
)
def test_a_prefix_promises_attributes(cookie: str, *, is_kept: bool) -> None:
    fields = evolve(FIELDS, access_token=Named("cookie", cookie.partition("=")[0]))
    if is_kept:
        assert tokens_of(cookie, fields=fields).access_token == "x"
    else:
        with pytest.raises(DecodeError):
            tokens_of(cookie, fields=fields)


def test_a_cookie_of_a_host_with_an_address_has_no_domain() -> None:
    assert tokens_of("a=x; Domain=127.0.0.1", url="http://127.0.0.1/in").access_token == "x"
    with pytest.raises(DecodeError):
        tokens_of("a=x; Domain=0.0.1", url="http://127.0.0.1/in")


@pytest.mark.parametrize(
    ("attributes", "expires_in"),
    [
        ("", None),
        ("; Max-Age=60", 60),
        ("; Expires=Mon, 30 Nov 2026 12:05:00 GMT", 300),
        ("; Max-Age=60; Expires=Mon, 30 Nov 2026 12:05:00 GMT", 60),
        (f"; Max-Age={10**14}", None),
    ],
)
def test_a_cookie_says_when_it_expires(attributes: str, expires_in: float | None) -> None:
    assert tokens_of(f"a=x{attributes}").expires_in == expires_in


@pytest.mark.parametrize(("path", "kept"), [("/", None), ("/api", "/api"), ("api", None), ("", None)])
def test_the_path_is_kept_unless_it_is_the_whole_api(path: str, kept: str | None) -> None:
    assert tokens_of(f"a=x; Path={path}").cookie_path == kept


def test_what_an_answer_lacks_stays() -> None:
    assert tokens_of("a=x", previous=OLD) == Tokens("x", "r1", csrf=(("c", "c1"),))
    assert tokens_of("a=x", "r=r2", "c=c2", previous=OLD) == Tokens("x", "r2", csrf=(("c", "c2"),))
    assert tokens_of("a=x", "r=; Max-Age=0", previous=OLD).refresh_token is None


def test_a_cookie_for_another_host_than_the_api_is_an_error() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(204, headers={"Set-Cookie": f"a=x; Domain={request.url.params['domain']}"})

    def sign_in(domain: str) -> Tokens:
        login = TokenCall("POST", None, None, url=f"https://auth.example.com/in?domain={domain}")
        endpoint = TokenEndpoint(
            httpx.URL("https://api.example.com"),
            evolve(LIFECYCLE, login=login),
            timeout=5,
            make_client=lambda **options: httpx.Client(transport=httpx.MockTransport(answer), **options),
        )
        return endpoint.login(_Body())

    assert sign_in("example.com").access_token == "x"
    with pytest.raises(DecodeError, match=r"not for the API's host api\.example\.com"):
        sign_in("auth.example.com")
    with pytest.raises(DecodeError, match=r"not for the API's host api\.example\.com"):
        sign_in("")


class _Body:
    def to_dict(self) -> dict[str, object]:
        return {}


@pytest.mark.parametrize("value", ["x", "Bearer x", "bearer  x"])
def test_the_access_token_is_in_a_header(value: str) -> None:
    fields = TokenFields(access_token=Named("header", "Authorization"), refresh_token=Named("header", "X-Renew"))
    headers = {"authorization": value, "x-renew": "r2"}
    response = httpx.Response(200, headers=headers, text="welcome", request=httpx.Request("POST", URL))
    assert read_tokens(response, fields) == Tokens("x", "r2")


def refresh(answer: Answer, lifecycle: TokenLifecycle = LIFECYCLE, tokens: Tokens = OLD) -> tuple[Refreshed, Asked]:
    with answering(lambda _: answer) as server:
        endpoint = TokenEndpoint(httpx.URL(server.url), lifecycle, timeout=5)
        outcome = endpoint.refresh(tokens)
    return outcome, server.asked[0]


@pytest.mark.parametrize("status", [200, 400, 401, 403, 422])
def test_a_server_that_deletes_the_cookie_has_signed_out(status: int) -> None:
    cookies = ["a=; Max-Age=0"] if status == 200 else ["r=; Max-Age=0"]
    assert isinstance(refresh(Answer(status, headers={"Set-Cookie": cookies}))[0], Refused)


@pytest.mark.parametrize("status", [401, 500, 502])
def test_a_failure_that_deletes_nothing_ends_no_session(status: int) -> None:
    deleting = {"Set-Cookie": "a=; Max-Age=0"} if status >= 500 else {"Set-Cookie": "other=; Max-Age=0"}
    assert isinstance(refresh(Answer(status, headers=deleting))[0], Unavailable)


def test_the_last_refresh_token_may_be_taken_with_a_new_access_token() -> None:
    outcome, _ = refresh(Answer(204, headers={"Set-Cookie": ["a=x", "r=; Max-Age=0"]}))
    assert isinstance(outcome, Rotated)
    assert outcome.tokens.refresh_token is None


def test_a_value_that_is_encoded_goes_decoded_into_a_header_and_as_it_is_into_its_cookie() -> None:
    _, asked = refresh(Answer(204, headers={"Set-Cookie": "a=x"}), tokens=evolve(OLD, csrf=(("c", "c%3D%22"),)))
    assert (asked.headers["x-csrf"], asked.headers["cookie"]) == ('c="', "c=c%3D%22; r=r1")


def test_a_value_that_no_header_can_have_stays_encoded() -> None:
    for value in ("c%0D%0AX-Other: 1", "caf%C3%A9", "%20"):
        _, asked = refresh(Answer(401), tokens=evolve(OLD, csrf=(("c", value),)))
        assert asked.headers["x-csrf"] == value


def test_quotes_of_a_cookie_go_nowhere_else() -> None:
    _, asked = refresh(Answer(401), tokens=evolve(OLD, csrf=(("c", '"c1"'),)))
    assert (asked.headers["x-csrf"], asked.headers["cookie"]) == ("c1", 'c="c1"; r=r1')
    call = TokenCall("POST", "/again", "application/json", (Placement("body", ("r",), "$refreshToken"), SEND))
    _, asked = refresh(Answer(401), evolve(LIFECYCLE, refresh=call), Tokens("old", '"r1"'))
    assert (asked.json(), asked.headers["cookie"]) == ({"r": "r1"}, 'r="r1"')


def test_a_value_from_a_body_goes_into_a_header_alone() -> None:
    csrf = Csrf(("data", "csrf"), "X-CSRF")
    fields = TokenFields(access_token=("data", "access"), csrf=(csrf.source,))
    call = evolve(REFRESH, csrf=csrf)
    lifecycle = evolve(LIFECYCLE, refresh=call, tokens=fields)
    body = {"data": {"access": "x", "csrf": "new"}}
    outcome, asked = refresh(Answer(body=body), lifecycle, evolve(OLD, csrf=(("data/csrf", "old%20one"),)))
    assert asked.headers["x-csrf"] == "old%20one"
    assert (asked.headers["cookie"], "referer" in asked.headers) == ("r=r1", False)
    assert isinstance(outcome, Rotated)
    assert outcome.tokens.csrf == (("data/csrf", "new"),)


class Laravel:
    """A server that sets a session and a value against request forgery before anybody signs in."""

    def __init__(self, status: int = 204) -> None:
        self.status = status

    def __call__(self, asked: Asked) -> Answer:
        if asked.target == "/sanctum/csrf-cookie":
            return Answer(self.status, headers={"Set-Cookie": ["XSRF-TOKEN=one%3D; Path=/", "session=first; Path=/"]})
        is_known = asked.headers.get("x-xsrf-token") == "one=" and "referer" in asked.headers
        if not is_known or asked.headers["cookie"] != "XSRF-TOKEN=one%3D; session=first":
            return Answer(419, {"message": "CSRF token mismatch."})
        return Answer(200, {"two_factor": False}, {"Set-Cookie": "session=second; Path=/; HttpOnly"})


def laravel(url: str) -> TokenEndpoint:
    source = Named("cookie", "XSRF-TOKEN")
    get = TokenCall("GET", None, None, url="/sanctum/csrf-cookie")
    login = TokenCall("POST", "/login", "application/json", csrf=Csrf(source, "X-XSRF-TOKEN", get))
    fields = TokenFields(access_token=Named("cookie", "session"), csrf=(source,))
    return TokenEndpoint(httpx.URL(url), TokenLifecycle(login, None, None, fields), timeout=5)


def test_what_a_login_sends_back_is_got_first() -> None:
    with answering(Laravel()) as server:
        tokens = laravel(server.url).login(_Body())
        assert tokens == Tokens("second", csrf=(("XSRF-TOKEN", "one%3D"),))
        again = laravel(server.url).refresh(tokens, _Body())
        assert isinstance(again, Rotated)
    assert [asked.method for asked in server.asked] == ["GET", "POST", "GET", "POST"]


@pytest.mark.parametrize(("status", "error"), [(503, ServerError), (0, TransportError)])
def test_what_cannot_be_got_first_is_a_failure_of_the_login(status: int, error: type[SDKError]) -> None:
    with answering(Laravel(status)) as server:
        with pytest.raises(error):
            laravel(server.url).login(_Body())
        assert isinstance(laravel(server.url).refresh(OLD, _Body()), Unavailable)
    assert {asked.method for asked in server.asked} == {"GET"}


def test_the_jar_of_a_given_client_keeps_no_tokens() -> None:
    jar = httpx.Cookies({"balancer": "b1"})
    with answering(lambda _: Answer(204, headers={"Set-Cookie": "a=x"})) as server:
        endpoint = TokenEndpoint(
            httpx.URL(server.url),
            evolve(LIFECYCLE, refresh=TokenCall("POST", "/again", None)),
            timeout=5,
            make_client=lambda **options: httpx.Client(cookies=jar.jar, **options),
        )
        endpoint.refresh(OLD)
        endpoint.refresh(OLD)
    assert [cookie.name for cookie in jar.jar] == ["balancer"]
    assert {asked.headers["cookie"] for asked in server.asked} == {"balancer=b1"}
