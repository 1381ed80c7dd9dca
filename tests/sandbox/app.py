"""The ASGI application: the API's operations, the control side, and the faults that come between."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.connection import Cut
from sandbox.control import PREFIX, ControlSide
from sandbox.faults import Fault
from sandbox.operations import OPERATIONS, bearer_token
from sandbox.problems import ProblemError, title
from sandbox.state import Service, State

_LARGEST_BODY = 256 * 1024**2
_LARGEST_UPLOAD = 2 * 1024**3


def create_app(service: Service) -> ASGIApp:
    """Make the application that serves the API, with the service's state."""
    methods: dict[str, list[str]] = {}
    for operation in OPERATIONS:
        method, _, path = operation.partition(" ")
        methods.setdefault(path, []).append(method)
    app = Starlette(
        routes=[
            Mount(PREFIX, routes=ControlSide(service).routes()),
            *(Route(path, _endpoint(service, path), methods=methods[path]) for path in methods),
        ],
        exception_handlers={ProblemError: _problem, HTTPException: _http_exception, Exception: _server_error},
    )
    app.router.redirect_slashes = False
    return _front(service, app)


async def perform(state: State, operation: str, request: Request) -> Response:
    """Carry out an operation, or whatever the fault in force there makes of it."""
    fault = state.faults.take(operation)
    if fault is None:
        return await _run(state, operation, request)
    instead = await _befall_request(state, operation, request, fault)
    if instead is not None:
        return instead
    answer = await _run(state, operation, request)
    return await _befall_answer(state, operation, answer, fault)


async def _befall_request(state: State, operation: str, request: Request, fault: Fault) -> Response | None:
    """What a fault does before the operation is carried out; an answer takes the operation's place."""
    match fault.kind:
        case "delay":
            await state.faults.delay(fault.seconds)
        case "hold":
            await state.faults.hold(operation)
        case "status":
            retry_after = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return ProblemError(fault.status, "A fault ordered by the control side.", headers=retry_after).response()
        case "html":
            return HTMLResponse(f"<!doctype html><title>{title(fault.status)}</title>", fault.status)
        case "disconnect":
            # The request is read first: closing on unread bytes would be a reset, which may overtake the client.
            async for _ in request.stream():
                pass
            return Cut()
    return None


async def _befall_answer(state: State, operation: str, answer: Response, fault: Fault) -> Response:
    """What a fault does once the operation has been carried out."""
    match fault.kind:
        case "hold_answer":
            await state.faults.hold(operation)
        case "gather":
            await state.faults.gather(operation, fault)
        case "lose_answer":
            return Cut()
    return answer


async def _run(state: State, operation: str, request: Request) -> Response:
    try:
        return await OPERATIONS[operation](state, request)
    except ProblemError as problem:
        return problem.response()
    except ClientDisconnect:
        return Cut()


def _endpoint(service: Service, path: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        state = service.state
        # Starlette lets HEAD through where GET is, and uvicorn leaves out the body.
        operation = f"{'GET' if request.method == 'HEAD' else request.method} {path}"
        state.counters.by_operation[operation] += 1
        response = await perform(state, operation, request)
        if response.status_code == 401 and not path.startswith("/auth/"):
            state.counters.unauthorized += 1
        return response

    return endpoint


def _front(service: Service, app: ASGIApp) -> ASGIApp:
    """What every request passes: counting it, the limit of its body, and an id for its answer."""

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        received = 0
        limit = _LARGEST_UPLOAD if scope["path"].endswith("/attachments") else _LARGEST_BODY

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise ProblemError(413, f"A body may hold {limit} bytes at the most.")
            return message

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = uuid4().hex
            await send(message)

        if not scope["path"].startswith(PREFIX):
            counters, sessions = service.state.counters, service.state.sessions
            counters.requests += 1
            jti = sessions.jti(bearer_token(Request(scope)) or "")
            if jti is not None:
                counters.by_token[jti] += 1
        await app(scope, receive_limited, send_with_id)

    return front


async def _problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, ProblemError)
    return problem.response()


async def _http_exception(_request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: an unknown path, a method that the path has not."""
    assert isinstance(error, HTTPException)
    return ProblemError(error.status_code, headers=error.headers).response()


async def _server_error(_request: Request, _error: Exception) -> Response:
    """A bug of the sandbox; Starlette raises it once more, so that uvicorn shows the traceback."""
    return ProblemError(500).response()
