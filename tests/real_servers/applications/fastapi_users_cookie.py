"""A FastAPI application with fastapi-users: a session in a cookie, which nothing renews."""

import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any

from attrs import define
from fastapi import Depends, FastAPI, Request
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin
from fastapi_users.authentication import AuthenticationBackend, CookieTransport, Strategy
from fastapi_users.db import BaseUserDatabase
from fastapi_users.password import PasswordHelper
from pydantic import BaseModel

from real_servers.applications import counting


@define
class User:
    """The account."""

    id: uuid.UUID
    email: str
    hashed_password: str
    is_active: bool = True
    is_superuser: bool = False
    is_verified: bool = True


ADA = User(uuid.uuid4(), "ada", PasswordHelper().hash("lovelace"))
sessions: set[str] = set()


class Users(BaseUserDatabase[User, uuid.UUID]):
    """All accounts: one."""

    async def get(self, id: uuid.UUID) -> User | None:
        return ADA if id == ADA.id else None

    async def get_by_email(self, email: str) -> User | None:
        return ADA if email == ADA.email else None

    async def update(self, user: User, update_dict: dict[str, Any]) -> User:
        return user


class Manager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    """What fastapi-users asks for."""


class InMemory(Strategy[User, uuid.UUID]):
    """Sessions that live until they are ended."""

    async def read_token(self, token: str | None, user_manager: Any) -> User | None:
        return ADA if token in sessions else None

    async def write_token(self, user: User) -> str:
        token = uuid.uuid4().hex
        sessions.add(token)
        return token

    async def destroy_token(self, token: str, user: User) -> None:
        sessions.discard(token)


async def manager() -> AsyncIterator[Manager]:
    yield Manager(Users())


def strategy() -> InMemory:
    return InMemory()


backend = AuthenticationBackend("cookie", CookieTransport(cookie_secure=False), strategy)
users = FastAPIUsers[User, uuid.UUID](manager, [backend])
app = FastAPI(title="Users", version="1")
app.include_router(users.get_auth_router(backend), prefix="/auth/cookie", tags=["auth"])


class Me(BaseModel):
    """Who is signed in."""

    username: str


@app.get("/me/", tags=["me"], operation_id="retrieve")
def me(user: Annotated[User, Depends(users.current_user())]) -> Me:
    return Me(username=user.email)


@app.api_route("/counters", methods=["GET", "DELETE"], include_in_schema=False)
def counters(request: Request) -> dict[str, int]:
    if request.method == "DELETE":
        sessions.clear()  # all have expired
    return counting.counters(request.method)


@app.middleware("http")
async def count(request: Request, call_next: Any) -> Any:
    response = await call_next(request)
    counting.count(request.url.path, None, response.status_code)
    return response


if __name__ == "__main__":
    counting.main(app.openapi, lambda: counting.serve_asgi(app))
