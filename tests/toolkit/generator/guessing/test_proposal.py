"""What is guessed about tokens where a description does not say it, in many spellings, and what is left open."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from afresh_toolkit.generator.guessing.deciding import lifecycle_of
from afresh_toolkit.generator.guessing.proposal import Proposal, propose
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.overlay import apply_overlay
from afresh_toolkit.generator.reading.source import Source
from afresh_toolkit.generator.rules import Applied

if TYPE_CHECKING:
    from pathlib import Path

TEXT = {"type": "string"}
PAIR = {"access_token": TEXT, "refresh_token": TEXT, "expires_in": {"type": "integer"}}


def schema(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


def described(sends: dict[str, Any] | None, answers: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """Describe an operation by the fields that it takes, and those that it answers with."""
    answer: dict[str, Any] = {"description": "Done."}
    if answers is not None:
        answer["content"] = {"application/json": {"schema": schema(answers)}}
    body = {} if sends is None else {"requestBody": {"content": {"application/json": {"schema": schema(sends)}}}}
    return {**body, "responses": {"200": answer}, **more}


def proposed(folder: Path, **paths: dict[str, Any]) -> tuple[Proposal, Any]:
    """Propose for operations by "METHOD path"; whatever is proposed must compile."""
    items: dict[str, dict[str, Any]] = {}
    for name, operation in paths.items():
        method, path = name.split(" ")
        items.setdefault(path, {})[method.lower()] = operation
    file = folder / "openapi.json"
    file.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "Small", "version": "1"}, "paths": items}))
    document = Document.read(file)
    proposal = propose(document)
    if not proposal.is_any:
        return proposal, None
    overlay = folder / "overlay.yaml"
    overlay.write_text(proposal.overlay(), encoding="utf-8")
    apply_overlay(document, Source.read(overlay))
    lifecycle, problems = lifecycle_of(document, Applied())
    assert not problems
    return proposal, lifecycle


def chosen(proposal: Proposal) -> dict[str, str]:
    return {purpose: choice.operation.name for purpose, choice in proposal.choices.items()}


@pytest.mark.parametrize(
    ("login", "refresh", "logout"),
    [
        ("POST /auth/login", "POST /auth/refresh", "POST /auth/logout"),
        ("POST /SignIn", "PUT /RefreshToken", "GET /SignOut"),
        ("POST /api/v1/sign-in", "POST /api/v1/token/refresh", "DELETE /api/v1/log-out"),
        ("POST /account/log_in", "PATCH /account/renew_token", "POST /account/log_off"),
        ("POST /sessions", "POST /sessions/refresh", "POST /tokens/revoke"),
    ],
)
@pytest.mark.parametrize(
    ("secret", "access", "token", "expiry"),
    [
        ("password", "access_token", "refresh_token", "expires_in"),
        ("passWord", "accessToken", "refreshToken", "expiresInMs"),
        ("Pwd", "JWT", "RefreshToken", "expires-at"),
        ("api_key", "token", "REFRESH_TOKEN", "ExpiresIn"),
        ("pass", "access", "refresh", "expiry"),
    ],
)
def test_operations_and_fields_are_found_in_any_spelling(  # noqa: PLR0917
    tmp_path: Path, login: str, refresh: str, logout: str, secret: str, access: str, token: str, expiry: str
) -> None:
    answer = {access: TEXT, token: TEXT, expiry: {"type": "integer"}}
    proposal, lifecycle = proposed(
        tmp_path,
        **{
            login: described({"user_name": TEXT, secret: TEXT}, answer),
            refresh: described({token: TEXT}, answer),
            logout: described({token: TEXT}, None),
            "GET /users": described(None, {"login": TEXT, "token": TEXT}),
        },
    )
    assert chosen(proposal) == {"login": login, "refresh": refresh, "logout": logout}
    assert lifecycle.tokens.access_token == (access,)
    assert lifecycle.tokens.refresh_token == (token,)
    assert (expiry,) in {lifecycle.tokens.expires_in, lifecycle.tokens.expires_in_ms, lifecycle.tokens.expires_at}
    assert [placed.path for placed in lifecycle.refresh.send] == [(token,)]


def test_fields_are_found_one_level_below(tmp_path: Path) -> None:
    nested = {"data": schema({"jwt": TEXT, "refreshToken": TEXT}), "meta": schema({"page": {"type": "integer"}})}
    _, lifecycle = proposed(
        tmp_path,
        **{
            "POST /login": described({"email": TEXT, "password": TEXT}, nested),
            "POST /refresh": described({"refreshToken": TEXT}, nested),
        },
    )
    assert lifecycle.tokens.access_token == ("data", "jwt")


def test_names_may_stand_in_the_operation_id_or_summary(tmp_path: Path) -> None:
    proposal, _ = proposed(
        tmp_path,
        **{
            "POST /a": described({"user": TEXT, "password": TEXT}, PAIR, operationId="userLogin"),
            "POST /b": described({"refresh_token": TEXT}, PAIR, summary="Renew the tokens."),
        },
    )
    assert chosen(proposal) == {"login": "POST /a", "refresh": "POST /b"}


def test_one_operation_for_all_grants(tmp_path: Path) -> None:
    grants = {"type": "string", "enum": ["password", "refresh_token"]}
    sends = {"grant_type": grants, "username": TEXT, "password": TEXT, "refresh_token": TEXT}
    proposal, lifecycle = proposed(tmp_path, **{"POST /oauth/token": described(sends, PAIR)})
    assert chosen(proposal) == dict.fromkeys(("login", "refresh"), "POST /oauth/token")
    assert [(placed.path, placed.value) for placed in lifecycle.login.send] == [(("grant_type",), "password")]
    assert {placed.value for placed in lifecycle.refresh.send} == {"refresh_token", "$refreshToken"}


def test_of_several_none_is_chosen_and_all_are_listed(tmp_path: Path) -> None:
    body = {"username": TEXT, "password": TEXT}
    proposal, _ = proposed(
        tmp_path, **{"POST /staff/login": described(body, PAIR), "POST /guests/login": described(body, PAIR)}
    )
    assert not proposal.is_any
    assert proposal.open_["login"] == "it could be POST /staff/login or POST /guests/login"


@pytest.mark.parametrize(
    ("name", "sends", "answers"),
    [
        ("POST /register", {"email": TEXT, "password": TEXT}, PAIR),
        ("POST /login/reset", {"email": TEXT, "password": TEXT}, PAIR),
        ("POST /realms/{realm}/login", {"email": TEXT, "password": TEXT}, PAIR),
        ("POST /login", {"email": TEXT, "password": TEXT}, {"name": TEXT}),
        ("POST /login", {"email": TEXT, "password": TEXT}, {"token": {"type": "integer"}}),
        ("POST /login", {"email": TEXT}, PAIR),
        ("POST /wallets", {"owner": TEXT, "password": TEXT}, {"token": TEXT}),
        ("POST /payments/tokens", {"pin": TEXT, "account": TEXT}, {"token": TEXT}),
        ("POST /users", {"email": TEXT, "password": TEXT}, PAIR),
        ("POST /auth/users", {"email": TEXT, "password": TEXT}, PAIR),
        ("POST /indexes/refresh", None, {"token": TEXT}),
    ],
)
def test_what_only_looks_like_a_sign_in(
    tmp_path: Path, name: str, sends: dict[str, Any], answers: dict[str, Any]
) -> None:
    proposal, _ = proposed(tmp_path, **{name: described(sends, answers)})
    assert not proposal.is_any


def test_a_renewal_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    login = described({"email": TEXT, "password": TEXT}, PAIR)
    proposal, _ = proposed(tmp_path, **{"POST /login": login, "GET /refresh": described(None, PAIR)})
    assert proposal.open_["refresh"] == "GET /refresh takes no refresh token"


def test_the_newest_version_is_chosen(tmp_path: Path) -> None:
    login, refresh = described({"email": TEXT, "password": TEXT}, PAIR), described({"refresh_token": TEXT}, PAIR)
    paths = {f"POST /v{number}/login": login for number in (2, 10, 1)}
    proposal, _ = proposed(tmp_path, **paths, **{"POST /v2/refresh": refresh, "POST /v10/refresh": refresh})
    assert chosen(proposal) == {"login": "POST /v10/login", "refresh": "POST /v10/refresh"}
    assert "is of a newer version than POST /v2/login and POST /v1/login" in proposal.choices["login"].reasons


def test_what_is_for_all_is_chosen_before_what_is_for_few(tmp_path: Path) -> None:
    login, refresh = described({"email": TEXT, "password": TEXT}, PAIR), described({"refresh_token": TEXT}, PAIR)
    paths = {"POST /login": login, "POST /admin/login": login, "POST /admin/refresh": refresh, "POST /refresh": refresh}
    more = {"POST /logout": described(None, None), "POST /logout/all": described(None, None)}
    proposal, _ = proposed(tmp_path, **paths, **more)
    assert chosen(proposal) == {"login": "POST /login", "refresh": "POST /refresh", "logout": "POST /logout"}


def test_of_several_the_nearest_to_the_sign_in_renews(tmp_path: Path) -> None:
    login, refresh = described({"email": TEXT, "password": TEXT}, PAIR), described({"refresh_token": TEXT}, PAIR)
    paths = {"POST /shop/login": login, "POST /shop/refresh": refresh, "POST /till/refresh": refresh}
    proposal, _ = proposed(tmp_path, **paths)
    assert chosen(proposal) == {"login": "POST /shop/login", "refresh": "POST /shop/refresh"}
    assert "is nearest to POST /shop/login; POST /till/refresh would do, too" in proposal.choices["refresh"].reasons


@pytest.mark.parametrize(
    ("field", "needed", "sent"),
    [
        ({"refresh": {"type": "boolean"}}, "", True),
        ({"refresh": {"type": "boolean", "const": True}}, "refresh", True),
        ({"provider": {"type": "string", "enum": ["db"]}}, "provider", "db"),
        ({"provider": {"type": "string", "enum": ["db", "ldap"], "default": "ldap"}}, "provider", "ldap"),
        ({"provider": {"type": "string", "enum": ["db", "ldap"], "examples": ["db"]}}, "provider", "db"),
        ({"version": {"type": "integer", "default": 2}}, "version", 2),
        ({"provider": {"type": "string", "enum": ["db", "ldap"]}}, "provider", None),
        ({"provider": {"type": "string", "example": "db"}}, "provider", None),
        ({"remember": {"type": "boolean", "example": True}}, "", None),
        ({"mode": {"type": "string", "enum": ["json", "cookie"], "default": "cookie"}}, "", None),
    ],
)
def test_a_sign_in_is_sent_what_its_description_says(
    tmp_path: Path, field: dict[str, Any], needed: str, sent: object
) -> None:
    login = described({"email": TEXT, "password": TEXT, **field}, PAIR)
    body = login["requestBody"]["content"]["application/json"]["schema"]
    body["required"] = ["email", "password", *needed.split()]
    _, lifecycle = proposed(tmp_path, **{"POST /login": login})
    assert [placed.value for placed in lifecycle.login.send] == ([] if sent is None else [sent])


def test_the_oauth_client_is_sent_where_it_must_be(tmp_path: Path) -> None:
    fields = ("grant_type", "client_id", "client_secret", "username", "password", "refresh_token")
    token = described(dict.fromkeys(fields, TEXT), PAIR)
    token["requestBody"]["content"]["application/json"]["schema"]["required"] = fields[:3]
    _, lifecycle = proposed(tmp_path, **{"POST /oauth/token": token})
    for call in (lifecycle.login, lifecycle.refresh):
        placed = {placement.path[0]: placement.value for placement in call.send}
        assert (placed["client_id"], placed["client_secret"]) == ("$clientId", "$clientSecret")


def test_a_renewal_may_take_both_tokens(tmp_path: Path) -> None:
    login = described({"email": TEXT, "password": TEXT}, PAIR)
    both = {"access_token": TEXT, "refresh_token": TEXT}
    _, lifecycle = proposed(tmp_path, **{"POST /login": login, "POST /refresh": described(both, PAIR)})
    placed = {placement.path: placement.value for placement in lifecycle.refresh.send}
    assert placed == {("access_token",): "$accessToken", ("refresh_token",): "$refreshToken"}


def test_a_renewal_may_answer_elsewhere_than_the_sign_in(tmp_path: Path) -> None:
    login = described({"email": TEXT, "password": TEXT}, PAIR)
    elsewhere = described({"refresh_token": TEXT}, {"data": schema(PAIR)})
    _, lifecycle = proposed(tmp_path, **{"POST /login": login, "POST /refresh": elsewhere})
    assert lifecycle.tokens.access_token == ("access_token",)
    assert lifecycle.refresh.tokens.access_token == ("data", "access_token")


def test_the_overlay_has_a_reason_for_each_choice_and_says_what_is_open(tmp_path: Path) -> None:
    proposal, _ = proposed(
        tmp_path, **{"POST /log~in/:now": described({"email": TEXT, "password": TEXT}, PAIR, operationId="login")}
    )
    text = proposal.overlay()
    assert "          # takes `password` and `email`\n" in text
    assert '          operation: "POST /log~in/:now"\n' in text
    assert "        # refresh: no operation looks like it\n" in text
