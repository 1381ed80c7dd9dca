"""A FastAPI application with fastapi-another-jwt-auth, which answers 422 to a token that has expired.

It takes tokens in a header of another name, with another prefix than Bearer.
"""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader
from fastapi_another_jwt_auth import AuthJWT
from fastapi_another_jwt_auth.exceptions import AuthJWTException
from pydantic import BaseModel

from real_servers.applications import counting

app = FastAPI(title="Unprocessable", version="1", generate_unique_id_function=lambda route: route.name)
revoked: set[str] = set()
in_header = APIKeyHeader(name="X-Session", scheme_name="session", auto_error=False)


@AuthJWT.load_config
def configuration() -> list[tuple[str, Any]]:
    return [
        ("authjwt_secret_key", "for tests on loopback, and for nothing else"),
        ("authjwt_header_name", "X-Session"),
        ("authjwt_header_type", "JWT"),
        ("authjwt_access_token_expires", 3),
        ("authjwt_denylist_enabled", True),
    ]


@AuthJWT.token_in_denylist_loader
def is_revoked(claims: dict[str, Any]) -> bool:
    return claims["jti"] in revoked


class Login(BaseModel):
    """What somebody signs in with."""

    username: str
    password: str


class Pair(BaseModel):
    """An access token, and what renews it."""

    access: str
    renewal: str


class Me(BaseModel):
    """Who is signed in."""

    username: str


class News(BaseModel):
    """What happened."""

    headline: str


Auth = Annotated[AuthJWT, Depends()]
Signed = Depends(in_header)


@app.exception_handler(AuthJWTException)
def refuse(_: Request, error: AuthJWTException) -> JSONResponse:
    return JSONResponse({"detail": error.message}, error.status_code)


@app.post("/auth/login", tags=["auth"], responses={401: {}})
def login(body: Login, auth: Auth) -> Pair:
    if body.model_dump() != counting.USER:
        raise AuthJWTException(401, "Bad username or password")
    return Pair(access=auth.create_access_token(body.username), renewal=auth.create_refresh_token(body.username))


@app.post("/auth/renew", tags=["auth"], dependencies=[Signed])
def renew(auth: Auth) -> Pair:
    auth.jwt_refresh_token_required()
    claims = auth.get_raw_jwt()
    with counting.lock:
        if claims["jti"] in revoked:
            raise AuthJWTException(401, "Token has been revoked")
        revoked.add(claims["jti"])
    name = auth.get_jwt_subject()
    return Pair(access=auth.create_access_token(name), renewal=auth.create_refresh_token(name))


@app.post("/auth/logout", tags=["auth"], dependencies=[Signed], status_code=204)
def logout(auth: Auth) -> None:
    auth.jwt_refresh_token_required()
    revoked.add(auth.get_raw_jwt()["jti"])


@app.get("/me/", tags=["me"], name="retrieve", dependencies=[Signed])
def me(auth: Auth) -> Me:
    auth.jwt_required()
    return Me(username=auth.get_jwt_subject())


@app.get("/news/", tags=["news"], name="retrieve_news")
def news() -> News:
    return News(headline="Nothing happened.")


@app.api_route("/counters", methods=["GET", "DELETE"], include_in_schema=False)
def counters(request: Request) -> dict[str, int]:
    return counting.counters(request.method)


@app.middleware("http")
async def count(request: Request, call_next: Any) -> Any:
    response = await call_next(request)
    if request.url.path != "/counters":
        token = request.headers.get("x-session") if request.url.path == "/auth/renew" else None
        counting.count(request.url.path, token, response.status_code)
    return response


if __name__ == "__main__":
    counting.main(app.openapi, lambda: counting.serve_asgi(app))
