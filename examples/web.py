"""A web application whose users each have a session of their own, which all its processes share.

    REDIS_URL=redis://localhost uvicorn --app-dir examples web:app --workers 2

The browser has the name of the session in a cookie, and never sees a token: the tokens are in Redis. However many
requests a user sends to however many processes, an expired token is refreshed once.
"""

import os
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Annotated

import httpx
import redis
from fastapi import Body, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from afresh import AsyncClient, AuthError, RedisStore, Session, Unauthorized
from afresh_api.models import Credentials, NewTask, Task

API = os.environ["AFRESH_BASE_URL"]
COOKIE = "session"
NAME = re.compile(r"[\w-]{43}")
"""What `secrets.token_urlsafe` makes. Without the name, nobody finds the tokens."""

redis_client = redis.Redis.from_url(os.environ["REDIS_URL"])
transports: list[httpx.AsyncHTTPTransport] = []


@lru_cache(maxsize=10_000)
def session_of(name: str) -> Session:
    """Return the session of a user, which this process keeps while it is in use. It reads Redis, so it blocks."""
    return Session(API, store=RedisStore(redis_client, key=f"web:{name}"))


def user_api(request: Request) -> AsyncClient:
    """Return a client with the session that the browser names. FastAPI calls this in a thread."""
    name = request.cookies.get(COOKIE, "")
    if not NAME.fullmatch(name):
        raise HTTPException(401, "Sign in first.")
    http = httpx.AsyncClient(transport=transports[0], timeout=30, trust_env=False)
    return AsyncClient(session=session_of(name), http_client=http)


UserAPI = Annotated[AsyncClient, Depends(user_api)]


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Share the connections to the API among all users of this process."""
    async with httpx.AsyncHTTPTransport() as transport:
        transports[:] = [transport]
        yield


app = FastAPI(lifespan=lifespan)


@app.exception_handler(AuthError)
def signed_out(_: Request, error: AuthError) -> JSONResponse:
    """Answer 401 where there is no session, or it has ended: the page then asks to sign in."""
    return JSONResponse({"detail": str(error)}, 401)


@app.post("/login")
def log_in(
    username: Annotated[str, Body()], password: Annotated[str, Body()], request: Request, response: Response
) -> dict[str, str]:
    """Sign in at the API, under a new name of a session. FastAPI calls this in a thread."""
    name = secrets.token_urlsafe()
    try:
        session_of(name).login(Credentials(username=username, password=password))
    except Unauthorized:
        raise HTTPException(401, "The user name or the password is wrong.") from None
    is_https = request.url.scheme == "https"
    response.set_cookie(COOKIE, name, httponly=True, samesite="lax", secure=is_https)
    return {"signed_in": username}


@app.post("/logout")
async def log_out(api: UserAPI, response: Response) -> None:
    """End the session, for all processes."""
    await api.logout()
    response.delete_cookie(COOKIE)


@app.get("/tasks")
async def list_tasks(api: UserAPI) -> list[Task]:
    """Return the open tasks: a route can return models as they are."""
    return [task async for task in api.tasks.list(status="open")]


@app.post("/tasks", status_code=201)
async def add_task(title: Annotated[str, Body(embed=True)], api: UserAPI) -> Task:
    """Add a task."""
    return await api.tasks.create(NewTask(title=title))
