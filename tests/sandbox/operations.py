"""The operations of the API, each a function from the state and a request to an answer."""

import io
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import anyio
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from sandbox.fields import (
    boolean,
    choice,
    day,
    digits,
    list_of,
    map_of,
    moment,
    nullable,
    number,
    once,
    read,
    read_form,
    read_header,
    read_json,
    read_path,
    read_query,
    text,
    uuid,
)
from sandbox.problems import InvalidField, ProblemError, forbidden, invalid, not_found, unauthorized
from sandbox.state import State
from sandbox.tasks import PROJECTS, Attachment, Task, UnknownCursorError, Upload, project
from sandbox.tokens import RefusedError, TokenPair
from sandbox.users import USERS, User

Operation = Callable[[State, Request], Awaitable[Response]]

OPERATIONS: dict[str, Operation] = {}
"""By method and path template, as in the description."""

CREDENTIALS = {"username": text(1, 100), "password": text(1, 200)}
REFRESH_TOKEN_HOLDER = {"refreshToken": text(1, 500)}
STATUS = choice("open", "in_progress", "done")
PRIORITY = choice(1, 2, 3)
LABEL = text(1, 30, "[a-z][a-z0-9-]*")
NEW_TASK = {
    "title": text(1, 200),
    "projectId": uuid,
    "description": nullable(text(0, 10_000)),
    "priority": PRIORITY,
    "estimate": number(0, 10_000),
    "labels": list_of(LABEL, 20),
    "dueOn": nullable(day),
    "customFields": map_of(text(0, 500)),
}
TASK_CHANGES = {
    "title": text(1, 200),
    "description": nullable(text(0, 10_000)),
    "status": STATUS,
    "priority": PRIORITY,
    "dueOn": nullable(day),
    "assignToMe": boolean,
}
TASK_FILTERS = {
    "status": once(STATUS),
    "projectId": once(uuid),
    "label": list_of(LABEL, 5),
    "dueBefore": once(day),
    "updatedSince": once(moment),
    "limit": once(digits(1, 100)),
    "cursor": once(text(0, 200)),
}
PROJECTS_PAGE = {"page": once(digits(1, 10**6)), "perPage": once(digits(1, 100))}
SEARCH = {"q": once(text(1, 100)), "limit": once(digits(1, 50)), "page": once(digits(1, 10**6))}
AUDIT_PAGE = {"offset": once(digits(0, 10**6)), "limit": once(digits(1, 100))}

_CHUNK = 64 * 1024


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register a function as the operation of this method and path template."""

    def register(function: Operation) -> Operation:
        OPERATIONS[name] = function
        return function

    return register


@operation("POST /auth/login")
async def login(state: State, request: Request) -> Response:
    fields = await read_json(request, CREDENTIALS, required=CREDENTIALS)
    user = USERS.get(fields["username"])
    if user is None or user.password != fields["password"]:
        raise unauthorized("The user name or the password is wrong")
    state.record(user, "signed in")
    return _tokens(state.sessions.begin(user, state.settings))


@operation("POST /auth/refresh")
async def refresh(state: State, request: Request) -> Response:
    fields = await read_json(request, REFRESH_TOKEN_HOLDER, required=REFRESH_TOKEN_HOLDER)
    try:
        return _tokens(state.sessions.refresh(fields["refreshToken"], state.settings))
    except RefusedError as error:
        raise unauthorized(str(error), error="invalid_token") from None


@operation("POST /auth/logout")
async def logout(state: State, request: Request) -> Response:
    fields = await read_json(request, REFRESH_TOKEN_HOLDER, required=REFRESH_TOKEN_HOLDER)
    user = state.sessions.end(fields["refreshToken"])
    if user is not None:
        state.record(user, "signed out")
    return Response(status_code=204)


@operation("GET /me")
async def me(state: State, request: Request) -> Response:
    return JSONResponse(_authenticate(state, request).to_json())


@operation("GET /projects")
async def list_projects(state: State, request: Request) -> Response:
    _authenticate(state, request)
    query = {"page": 1, "perPage": 20, **read_query(request, PROJECTS_PAGE)}
    size = query["perPage"]
    page = PROJECTS[size * (query["page"] - 1) :][:size]
    return JSONResponse(
        [project.to_json() for project in page], headers={"X-Total-Pages": str(math.ceil(len(PROJECTS) / size))}
    )


@operation("GET /tasks")
async def list_tasks(state: State, request: Request) -> Response:
    _authenticate(state, request)
    filters = read_query(request, TASK_FILTERS)
    try:
        page, following = state.tasks.page(filters, filters.get("limit", 20), filters.get("cursor"))
    except UnknownCursorError:
        raise ProblemError(400, "No page named this cursor.") from None
    return JSONResponse({"items": [task.to_json() for task in page], "nextCursor": following})


@operation("POST /tasks")
async def create_task(state: State, request: Request) -> Response:
    user = _authenticate(state, request)
    key = read_header(request, "Idempotency-Key", text(1, 100, "[A-Za-z0-9_-]+"))
    fields = await read_json(request, NEW_TASK, required=["title"])
    in_project = project(fields["projectId"]) if "projectId" in fields else PROJECTS[0]
    if in_project is None:
        raise invalid(InvalidField("body/projectId", "names no project"))
    if key is not None and (user.username, key) in state.created:
        fields_before, answer = state.created[user.username, key]
        if fields != fields_before:
            raise ProblemError(409, "This Idempotency-Key was used for another task.")
    else:
        answer = state.tasks.add(fields, in_project, user).to_json()
        state.record(user, f"created task {answer['id']}")
        if key is not None:
            state.created[user.username, key] = (fields, answer)
    return JSONResponse(answer, 201, {"Location": f"/tasks/{answer['id']}"})


@operation("GET /tasks/{taskId}")
async def get_task(state: State, request: Request) -> Response:
    _authenticate(state, request)
    return JSONResponse(_task(state, request).to_json())


@operation("PATCH /tasks/{taskId}")
async def update_task(state: State, request: Request) -> Response:
    user = _authenticate(state, request)
    read_path(request, "taskId")
    changes = await read_json(request, TASK_CHANGES)
    task = _task(state, request)
    state.tasks.change(task, changes, user)
    state.record(user, f"changed task {task.id}")
    return JSONResponse(task.to_json())


@operation("DELETE /tasks/{taskId}")
async def delete_task(state: State, request: Request) -> Response:
    user = _authenticate(state, request)
    task = _task(state, request)
    state.tasks.remove(task)
    state.record(user, f"removed task {task.id}")
    return Response(status_code=204)


@operation("GET /tasks/{taskId}/activity")
async def list_task_activity(state: State, request: Request) -> Response:
    _authenticate(state, request)
    return JSONResponse(_task(state, request).activity)


@operation("GET /tasks/{taskId}/activity/events")
async def watch_task(state: State, request: Request) -> Response:
    _authenticate(state, request)
    follow = read_query(request, {"follow": once(choice("true", "false"))}).get("follow", "true") == "true"
    return StreamingResponse(_events(_task(state, request), follow=follow), 200, media_type="text/event-stream")


@operation("POST /tasks/{taskId}/attachments")
async def upload_attachment(state: State, request: Request) -> Response:
    user = _authenticate(state, request)
    read_path(request, "taskId")
    form = await read_form(request)
    try:
        files, notes = form.getlist("file"), form.getlist("note")
        note = read("body", {"note": notes} if notes else {}, {"note": once(text(0, 500))}).get("note")
        if len(files) != 1:
            raise invalid(InvalidField("body/file", "must be sent once, in multipart/form-data"))
        # A part without a file name is a file all the same.
        file = files[0] if isinstance(files[0], UploadFile) else UploadFile(io.BytesIO(files[0].encode()))
        upload = Upload(
            file=file.file,
            file_name=file.filename or "file",
            media_type=file.content_type or "application/octet-stream",
            note=note,
        )
        attachment = await state.tasks.attach(_task(state, request), upload, user)
    finally:
        await form.close()
    state.record(user, f"attached {attachment.id} to task {attachment.task.id}")
    return JSONResponse(attachment.to_json(), 201)


@operation("GET /attachments/{attachmentId}/content")
async def download_attachment(state: State, request: Request) -> Response:
    _authenticate(state, request)
    attachment = state.tasks.attachment(read_path(request, "attachmentId"))
    if attachment is None:
        raise not_found("attachment")
    headers = {
        "Content-Length": str(attachment.size),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.file_name, safe='')}",
    }
    return StreamingResponse(_chunks(attachment), 200, headers, "application/octet-stream")


@operation("GET /search")
async def search_tasks(state: State, request: Request) -> Response:
    user = _authenticate(state, request)
    wait = state.admit_search(user)
    if wait:
        raise ProblemError(429, "Too many searches.", headers={"Retry-After": str(math.ceil(wait))})
    query = {"limit": 50, "page": 1, **read_query(request, SEARCH, required=["q"])}
    found = state.tasks.search(query["q"])
    end = query["limit"] * query["page"]
    following = urlencode({**query, "page": query["page"] + 1})
    headers = {"Link": f'</search?{following}>; rel="next"'} if end < len(found) else {}
    return JSONResponse([task.to_json() for task in found[end - query["limit"] : end]], headers=headers)


@operation("GET /audit/events")
async def list_audit_events(state: State, request: Request) -> Response:
    _authenticate(state, request, scope="audit:read")
    query = {"offset": 0, "limit": 20, **read_query(request, AUDIT_PAGE)}
    events = list(state.audit)
    return JSONResponse({"items": events[query["offset"] :][: query["limit"]], "total": len(events)})


@operation("GET /audit/export")
async def export_audit_events(state: State, request: Request) -> Response:
    _authenticate(state, request, scope="audit:read")
    return StreamingResponse(_lines(list(state.audit)), 200, media_type="application/x-ndjson")


@operation("GET /status")
async def get_status(_state: State, _request: Request) -> Response:
    return JSONResponse({"status": "ok", "now": datetime.now(UTC).isoformat()})


def bearer_token(request: Request) -> str | None:
    """Return the access token that a request carries (RFC 6750, section 2.1)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _authenticate(state: State, request: Request, scope: str | None = None) -> User:
    token = bearer_token(request)
    if token is None:
        raise unauthorized("This needs an access token")
    try:
        user = state.sessions.authenticate(token)
    except RefusedError as error:
        raise unauthorized(str(error), error="invalid_token") from None
    if scope is not None and scope not in user.scope.split():
        raise forbidden(scope)
    return user


def _tokens(pair: TokenPair) -> Response:
    return JSONResponse({"data": pair.to_json()}, headers={"Cache-Control": "no-store"})


def _task(state: State, request: Request) -> Task:
    task = state.tasks.get(read_path(request, "taskId"))
    if task is None:
        raise not_found("task")
    return task


async def _events(task: Task, *, follow: bool) -> AsyncIterator[str]:
    yield ": what happened to the task\n\n"
    async for event in task.watch(follow=follow):
        yield f"event: {event['kind']}\ndata: {json.dumps(event)}\n\n"


async def _lines(values: Iterable[object]) -> AsyncIterator[str]:
    for value in values:
        yield json.dumps(value, ensure_ascii=False) + "\n"


async def _chunks(attachment: Attachment) -> AsyncIterator[bytes]:
    async with await anyio.open_file(attachment.path, "rb") as file:
        while chunk := await file.read(_CHUNK):
            yield chunk
