"""`FakeAPI`: the API of this SDK, in memory, for tests of code that uses the SDK."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self, cast

from afresh._client import AsyncClient, Client
from afresh._http import httpx
from afresh_api.fakes import Fakes
from afresh_api.security import SCHEMES

from .doors import AsyncDoor, Server, SyncDoor
from .engine import Engine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from afresh._calls.options import AsyncClientOptions, ClientOptions
    from afresh_api.faking import Call

    from .engine import Unprogrammed
    from .lifecycle import FakeLifecycle

LOOPBACK: Final = "127.0.0.1"

_OWN_TOKENS: Final = frozenset({"credentials", "refresh_token", "session", "store", "tokens"})
"""The options of a client that say where its tokens come from."""


class FakeAPI(Fakes):
    """The API in memory. Its operations are attributes as those of `Client` are, and tests program their answers.

        with FakeAPI() as fake:
            fake.tasks.get.returns(task)
            client = fake.client()

    A request that does not fit the API's description raises `FakeAPIError` where it is sent, and again at the end of
    the context. A programmed answer that does not fit raises it at once.

    Args:
        unprogrammed: What an operation does for which nothing is programmed: answer an "example", or "fail".
        serve: Whether to listen on loopback, too, for other processes.
        host: The address to listen on.
        port: The port to listen on; 0 for any that is free.
        headers: Headers to add to each answer of the server.
    """

    _engine: Engine

    def __init__(
        self,
        *,
        unprogrammed: Unprogrammed = "example",
        serve: bool = False,
        host: str = LOOPBACK,
        port: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        if unprogrammed not in {"example", "fail"}:
            raise ValueError(f"unprogrammed must be 'example' or 'fail', not {unprogrammed!r}")
        self._engine = Engine(self, unprogrammed)
        self._server = Server(self._engine, host, port, headers or {}) if serve else None
        if self._server is not None:
            self._engine.base_url = self._server.url
        self._engine.prepare()
        self._opened: list[Client] = []

    def __repr__(self) -> str:
        return f"<FakeAPI at {self.base_url} with {len(self.calls)} call{'' if len(self.calls) == 1 else 's'}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        for client in self._opened:
            client.close()
        if self._server is not None:
            self._server.close()
        problems = self._engine.problems
        if error is None and problems:
            raise problems[0]
        if error is not None and not any(problem is error for problem in problems):
            for problem in problems:
                error.add_note(f"The fake API also says: {problem}")

    @property
    def base_url(self) -> str:
        """The base URL of the API."""
        return self._engine.base_url

    @property
    def calls(self) -> list[Call[Any]]:
        """All calls in their order, without those that deal in tokens."""
        return self._engine.calls

    @property
    def lifecycle(self) -> FakeLifecycle:
        """The tokens of the API: to let them expire, to refuse them, and to count refreshes."""
        return self._engine.lifecycle

    def client(self, *, signed_in: bool = True, **options: Unpack[ClientOptions]) -> Client:
        """Return a client of the fake API.

        Args:
            signed_in: Whether it has tokens. Without effect if the options say where its tokens come from.
            options: The arguments of `Client`.
        """
        http = None if self._server else httpx.Client(transport=SyncDoor(self._engine))
        complete: dict[str, Any] = {
            "http_client": http,
            **self._usual(options, signed_in=signed_in),
            **cast("dict[str, Any]", options),
        }
        client = Client(**complete)
        self._opened.append(client)
        return client

    def async_client(self, *, signed_in: bool = True, **options: Unpack[AsyncClientOptions]) -> AsyncClient:
        """Return an asynchronous client of the fake API: see `client`."""
        http = None if self._server else httpx.AsyncClient(transport=AsyncDoor(self._engine))
        complete: dict[str, Any] = {
            "http_client": http,
            **self._usual(options, signed_in=signed_in),
            **cast("dict[str, Any]", options),
        }
        return AsyncClient(**complete)

    def _usual(self, options: Mapping[str, Any], *, signed_in: bool) -> dict[str, Any]:
        """Return the options of a client that are not given."""
        if "session" in options:
            return {}
        usual: dict[str, Any] = {"base_url": self.base_url, "token_client": partial(_token_client, self._engine)}
        if signed_in and not options.keys() & _OWN_TOKENS:
            usual["tokens"] = self.lifecycle.tokens()
        lifecycle = self.lifecycle.lifecycle
        if lifecycle is not None and (lifecycle.client != "none" or "$clientId" in repr(lifecycle)):
            usual["client_id"] = "fake-client"
        if lifecycle is not None and "$clientSecret" in repr(lifecycle):
            usual["client_secret"] = "fake-secret"  # noqa: S105 - of nobody
        keys = {name: ("fake", "key") if scheme.place == "basic" else "fake-key" for name, scheme in SCHEMES.items()}
        return {**usual, **({"keys": keys} if keys else {})}


def _token_client(engine: Engine, **options: Any) -> httpx.Client:
    """Make the client of one token call. It never leaves this process, wherever the call is said to go."""
    return httpx.Client(transport=SyncDoor(engine), **options)
