"""A Flask application with flask-jwt-extended: tokens in cookies, protected against request forgery, rotated."""

import uuid
from datetime import timedelta
from typing import Any

from flask import jsonify, make_response, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    get_jwt,
    get_jwt_identity,
    jwt_required,
    set_access_cookies,
    set_refresh_cookies,
    unset_jwt_cookies,
)
from flask_openapi3 import Info, OpenAPI, Tag
from pydantic import BaseModel

from real_servers.applications import counting

app = OpenAPI(
    __name__,
    info=Info(title="Cookies", version="1"),
    security_schemes={
        "access": {"type": "apiKey", "in": "cookie", "name": "access_token_cookie"},
        "refresh": {"type": "apiKey", "in": "cookie", "name": "refresh_token_cookie"},
        "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-TOKEN"},
    },
)
app.config.update(
    JWT_SECRET_KEY="for tests on loopback, and for nothing else",
    JWT_TOKEN_LOCATION=["cookies"],
    JWT_COOKIE_SECURE=False,
    JWT_REFRESH_COOKIE_PATH="/auth/refresh",
    JWT_ACCESS_TOKEN_EXPIRES=timedelta(seconds=3),
)
jwt = JWTManager(app)
revoked: set[str] = set()


class Login(BaseModel):
    """What somebody signs in with."""

    username: str
    password: str


class Me(BaseModel):
    """Who is signed in."""

    username: str


class News(BaseModel):
    """What happened."""

    headline: str


@jwt.token_in_blocklist_loader
def is_revoked(_: Any, claims: dict[str, Any]) -> bool:
    return bool({claims["jti"], claims["family"]} & revoked)


def with_cookies(identity: str, family: str) -> Any:
    response = jsonify(msg="signed in")
    claims = {"family": family}
    set_access_cookies(response, create_access_token(identity, additional_claims=claims))
    set_refresh_cookies(response, create_refresh_token(identity, additional_claims=claims))
    return response


@app.post("/auth/login", tags=[Tag(name="auth")], operation_id="login")
def login(body: Login) -> Any:
    if body.model_dump() != counting.USER:
        return jsonify(msg="Bad username or password"), 401
    return with_cookies(body.username, str(uuid.uuid4()))


@app.post("/auth/refresh", tags=[Tag(name="auth")], operation_id="refresh", security=[{"refresh": [], "csrf": []}])
@jwt_required(refresh=True)
def refresh() -> Any:
    claims = get_jwt()
    with counting.lock:
        if claims["jti"] in revoked:
            return jsonify(msg="Token has been revoked"), 401
        revoked.add(claims["jti"])
    return with_cookies(get_jwt_identity(), claims["family"])


@app.post(
    "/auth/logout",
    tags=[Tag(name="auth")],
    operation_id="logout",
    responses={204: None},
    security=[{"access": [], "csrf": []}],
)
@jwt_required()
def logout() -> Any:
    revoked.add(get_jwt()["family"])
    response = make_response("", 204)
    unset_jwt_cookies(response)
    return response


@app.get("/me/", tags=[Tag(name="me")], operation_id="retrieve", responses={200: Me}, security=[{"access": []}])
@jwt_required()
def me() -> Any:
    return jsonify(username=get_jwt_identity())


@app.get("/news/", tags=[Tag(name="news")], operation_id="retrieve_news", responses={200: News})
def news() -> Any:
    return jsonify(headline="Nothing happened.")


@app.route("/counters", methods=["GET", "DELETE"])
def counters() -> Any:
    return jsonify(counting.counters(request.method))


@app.after_request
def count(response: Any) -> Any:
    if request.path != "/counters":
        token = request.cookies.get("refresh_token_cookie") if request.path == "/auth/refresh" else None
        counting.count(request.path, token, response.status_code)
    return response


if __name__ == "__main__":
    counting.main(lambda: app.api_doc, lambda: counting.serve_wsgi(app))
