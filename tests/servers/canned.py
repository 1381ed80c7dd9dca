"""A real HTTP server on loopback whose answers a test writes itself, also to the calls that deal in tokens."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
from attrs import define, evolve, field, frozen

from afresh_api.security import SCHEMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from afresh_api.lifecycle import TokenFields, TokenLifecycle

MARK = "x-token-call"
"""The header of the calls that deal in tokens, by which a test's server knows them."""


@frozen
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@frozen
class Answer:
    """What to answer; a status of 0 cuts the connection instead."""

    status: int = 200
    body: object = b""
    headers: Mapping[str, str | list[str]] = field(factory=dict)

    def content(self) -> tuple[str, bytes]:
        if isinstance(self.body, bytes):
            return "text/html", self.body
        return "application/json", json.dumps(self.body).encode()


@define
class Server:
    """The server: its address, and the requests so far."""

    url: str
    asked: list[Asked] = field(factory=list)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # so that many may come at once


@contextmanager
def answering(answer: Callable[[Asked], Answer]) -> Iterator[Server]:
    """Run a server that answers each request with what the function gives for it."""
    server = Server("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer goes in one piece: else each waits for the acknowledgement of its headers

        def handle_any(self) -> None:
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = b"".join(iter(self._chunk, b""))
            else:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): ", ".join(self.headers.get_all(name, ())) for name in self.headers}
            asked = Asked(self.command, self.path, headers, body)
            server.asked.append(asked)
            reply = answer(asked)
            if reply.status == 0:
                self.close_connection = True
                return
            media_type, content = reply.content()
            self.send_response_only(reply.status, "")
            own = {"Content-Type": media_type, "Content-Length": str(len(content))}
            for name, values in {**own, **reply.headers}.items():
                for value in [values] if isinstance(values, str) else values:
                    self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
            if "Content-Length" in reply.headers:  # a lie, which ends here
                self.close_connection = True

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_QUERY = do_PURGE = handle_any  # noqa: N815 - the names that http.server looks for

        def _chunk(self) -> bytes:
            data = self.rfile.read(int(self.rfile.readline(), 16))
            self.rfile.readline()
            return data

        def log_message(self, *_: object) -> None:
            pass

    with _Server(("127.0.0.1", 0), Handler) as http:
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def client_to(url: str, **options: Any) -> httpx.Client:
    """Make a client that asks one server for whatever it is asked for: a token endpoint may be anywhere."""
    client = httpx.Client(**options)
    there = httpx.URL(url)

    def redirect(request: httpx.Request) -> None:
        request.url = request.url.copy_with(scheme=there.scheme, host=there.host, port=there.port)
        request.headers[MARK] = "yes"

    client.event_hooks["request"].append(redirect)
    return client


def knows_client(lifecycle: TokenLifecycle) -> bool:
    """Say whether the calls take an OAuth2 client."""
    return lifecycle.client != "none" or "$clientId" in repr(lifecycle)


def without_metadata(lifecycle: TokenLifecycle) -> TokenLifecycle:
    """Put the endpoints of the server's metadata at /token, for a server that has no metadata."""
    refresh, logout = (
        evolve(call, url="/token") if call is not None and call.path is None and call.url is None else call
        for call in (lifecycle.refresh, lifecycle.logout)
    )
    client = "basic" if lifecycle.client == "metadata" else lifecycle.client
    return evolve(lifecycle, refresh=refresh, logout=logout, client=client, metadata_url=None)


def token_answer(fields: TokenFields, access_token: str, refresh_token: str) -> Answer:
    """Return an answer with the tokens where they are read from: in its JSON, in cookies or in headers."""
    document: Any = {}
    headers: dict[str, str | list[str]] = {}
    cookies: list[str] = []
    for place, value in ((fields.access_token, access_token), (fields.refresh_token, refresh_token)):
        if isinstance(place, tuple):
            document = _put(document, place, value)
        elif place is not None and place.where == "cookie":
            cookies.append(f"{place.name}={value}; Path=/; HttpOnly")
        elif place is not None:
            headers[place.name] = value
    return Answer(200, document, headers | {"Set-Cookie": cookies})


def rejection(lifecycle: TokenLifecycle) -> Answer:
    """Return the 401 that says that an access token is no good."""
    said = next((one for one in lifecycle.expired if one.status == HTTPStatus.UNAUTHORIZED), None)
    if said is None or said.source is None:
        return Answer(401, {"detail": "the access token is no good"})
    value = said.values[0]
    if isinstance(said.source, tuple):
        return Answer(401, _put({}, said.source, value))
    return Answer(401, {}, {said.source.name: str(value)})


def _put(answer: Any, pointer: Sequence[str], value: object) -> Any:
    """Put a value where a pointer says."""
    if not pointer:
        return value
    if pointer[0] == "0":
        return [_put(answer[0] if isinstance(answer, list) else {}, pointer[1:], value)]
    inner = answer.get(pointer[0], {}) if isinstance(answer, dict) else {}
    return {**(answer if isinstance(answer, dict) else {}), pointer[0]: _put(inner, pointer[1:], value)}


def any_keys() -> Any:
    """Return something for all keys that the API takes."""
    return {name: ("user", "word") if scheme.place == "basic" else "key" for name, scheme in SCHEMES.items()}


def sent(asked: Asked) -> str:
    """Return all that a request holds, as one text."""
    return f"{asked.target} {asked.headers} {asked.body.decode()}"
