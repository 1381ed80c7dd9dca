"""Many calls at once, in threads and in tasks: their order, their errors, what they hold, and how they end."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
import threading
import time
from itertools import count
from math import ceil
from typing import TYPE_CHECKING, Any
from uuid import UUID

import anyio
import anyio.lowlevel
import pytest
from attrs import define, field

from afresh import (
    AsyncClient,
    Client,
    ClosedError,
    InvalidArgument,
    NotFound,
    Outcome,
    RateLimited,
    Tokens,
    bulk,
)
from afresh._calls.pacing import Pace, StoppedError, Turn
from afresh._session.threads import thread_waiter
from afresh_api.models import Credentials, NewTask, User
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from sandbox.process import Sandbox
    from servers.canned import Server

pytestmark = pytest.mark.anyio

USER = {
    "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "username": "ada",
    "displayName": "Ada Lovelace",
    "email": None,
    "role": "manager",
    "createdAt": "2026-11-25T10:22:49Z",
}
FINE = Answer(200, USER)
NOBODY = UUID(int=0)
ADA = Credentials(username="ada", password="lovelace")


def refused(seconds: float) -> Answer:
    return Answer(429, {"detail": "too many"}, {"retry-after-ms": str(ceil(1000 * seconds))})


def client(server: Server, **options: Any) -> Client:
    return Client(server.url, tokens=Tokens.issued("a", expires_in=3600), **options)


def async_client(server: Server, **options: Any) -> AsyncClient:
    return AsyncClient(server.url, tokens=Tokens.issued("a", expires_in=3600), **options)


def numbered(api: Client) -> Callable[[int], int]:
    """Return a call for a number that sends it and returns it."""

    def call(number: int) -> int:
        api.with_options(headers={"X-Number": str(number)}).users.me()
        return number

    return call


def numbered_async(api: AsyncClient) -> Callable[[int], Any]:
    async def call(number: int) -> int:
        await api.with_options(headers={"X-Number": str(number)}).users.me()
        return number

    return call


def number_of(asked: Asked) -> int:
    return int(asked.headers["x-number"])


def in_reverse(of: int) -> Callable[[Asked], Answer]:
    """Answer so many requests when all are there, and each only after those with higher numbers."""
    turns = {number: threading.Event() for number in range(of)}
    all_there = threading.Barrier(of)

    def answer(asked: Asked) -> Answer:
        number = number_of(asked)
        all_there.wait()
        if number + 1 in turns:
            turns[number + 1].wait()
        threading.Timer(0.02, turns[number].set).start()  # it is on its way then
        return FINE

    return answer


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("afresh")]


def in_threads(method: Callable[[Any], Any], items: Iterable[Any], **options: Any) -> list[Any]:
    with bulk(method, items, **options) as results:
        return list(results)


async def in_tasks(method: Callable[[Any], Any], items: Any, **options: Any) -> list[Any]:
    async with bulk(method, items, **options) as results:
        return [result async for result in results]


async def test_results_come_in_the_order_of_the_items_or_as_they_end() -> None:
    for ordered, expected in ((True, [0, 1, 2, 3]), (False, [3, 2, 1, 0])):
        with answering(in_reverse(4)) as server, client(server) as api:
            assert in_threads(numbered(api), range(4), ordered=ordered) == expected
        with answering(in_reverse(4)) as server:
            async with async_client(server) as async_api:
                assert await in_tasks(numbered_async(async_api), range(4), ordered=ordered) == expected


async def test_methods_are_called_with_each_item_of_a_list_of_pages(api: Client, async_api: AsyncClient) -> None:
    created = in_threads(api.tasks.create, (NewTask(title=f"Task {number}") for number in range(7)), at_once=3)
    assert [task.title for task in created] == [f"Task {number}" for number in range(7)]
    ids = {task.id for task in api.tasks.list()}
    assert {task.id for task in created} <= ids
    again = in_threads(lambda task: api.tasks.get(task.id), api.tasks.list(limit=3), at_once=2)
    assert {task.id for task in again} == ids
    once_more = await in_tasks(lambda task: async_api.tasks.get(task.id), async_api.tasks.list(limit=3), at_once=2)
    assert [task.id for task in once_more] == [task.id for task in again]
    lists = in_threads(lambda limit: [task.id for task in api.tasks.list(limit=limit)], [2, 3, 100])  # several calls
    assert [set(found) for found in lists] == [ids] * 3


async def test_items_are_read_as_they_are_needed_and_an_early_exit_ends_all() -> None:
    with answering(lambda _: FINE) as server:
        for ordered in (True, False):
            with client(server) as api:
                read = count()
                with bulk(numbered(api), read, at_once=4, ordered=ordered) as results:
                    for given, _ in enumerate(results, 1):
                        if given == 10:
                            break
                assert next(read) - 10 in range(1, 4)  # so many were under way
                assert threads() == []
                with pytest.raises(ClosedError, match="the bulk has ended"):
                    next(results)
            async with async_client(server) as async_api:
                read = count()
                async with bulk(numbered_async(async_api), read, at_once=4, ordered=ordered) as async_results:
                    given = 0
                    async for _ in async_results:
                        given += 1
                        if given == 10:
                            break
                assert next(read) - 10 in range(1, 5)
                with pytest.raises(ClosedError, match="the bulk has ended"):
                    await anext(async_results)


async def test_nothing_is_read_before_the_first_result_is_asked_for() -> None:
    with bulk(User.from_dict, iter([USER])) as results:
        assert threads() == []
        assert [user.username for user in results] == ["ada"]
    async with bulk(anyio.sleep, iter([0])) as async_results:
        assert [result async for result in async_results] == [None]
    with bulk(User.from_dict, list[Any]()) as results:
        assert list(results) == []
    async with bulk(anyio.sleep, list[int]()) as async_results:
        assert [result async for result in async_results] == []


async def test_the_first_error_comes_after_the_results_before_it_and_names_its_item(
    sandbox: Sandbox, api: Client, async_api: AsyncClient
) -> None:
    task = api.tasks.create(NewTask(title="Here"))
    ids = [task.id, task.id, NOBODY, *[task.id] * 1000]
    given: list[Any] = []
    with pytest.raises(NotFound) as caught, bulk(api.tasks.get, ids, at_once=2) as tasks:
        keep(tasks, given)
    assert len(given) == 2
    assert caught.value.__notes__ == ["It is the error of item 2 of the bulk, counted from 0."]
    assert sandbox.control.counters().by_operation["GET /tasks/{taskId}"] < 10
    with pytest.raises(NotFound) as caught:
        await in_tasks(async_api.tasks.get, ids, at_once=2)
    assert caught.value.__notes__ == ["It is the error of item 2 of the bulk, counted from 0."]
    assert sandbox.control.counters().by_operation["GET /tasks/{taskId}"] < 20


def keep(results: Iterator[Any], given: list[Any]) -> None:
    """Keep what came before an error."""
    for result in results:
        given.append(result)  # noqa: PERF402 - list() would drop it


async def test_errors_are_returned_with_their_items(api: Client, async_api: AsyncClient) -> None:
    task = api.tasks.create(NewTask(title="Here"))
    ids = [task.id, NOBODY, task.id]
    for outcomes in (
        in_threads(api.tasks.get, ids, errors="return"),
        await in_tasks(async_api.tasks.get, ids, errors="return"),
    ):
        assert all(isinstance(outcome, Outcome) for outcome in outcomes)
        assert [outcome.item for outcome in outcomes] == ids
        assert [outcome.error is None for outcome in outcomes] == [True, False, True]
        assert [outcomes[place].value.title for place in (0, 2)] == ["Here", "Here"]
        assert isinstance(outcomes[1].error, NotFound)
        with pytest.raises(NotFound):
            outcomes[1].value  # noqa: B018 - it raises


async def test_an_error_of_the_items_comes_after_the_results_of_those_before_it() -> None:
    def items() -> Iterator[int]:
        yield 0
        yield 1
        raise LookupError("no more pages")

    async def async_items() -> AsyncIterator[int]:
        for item in items():
            yield item

    async def same(item: int) -> int:
        await anyio.lowlevel.checkpoint()
        return item

    given: list[int] = []
    with pytest.raises(LookupError, match="no more pages"), bulk(abs, items()) as results:
        keep(results, given)
    assert given == [0, 1]
    for source in (items, async_items):
        async with bulk(same, source()) as async_results:
            assert [await anext(async_results), await anext(async_results)] == [0, 1]
            with pytest.raises(LookupError, match="no more pages"):
                await anext(async_results)


@define
class Limited:
    """A server that takes so many requests in a time, and refuses others until it is over."""

    most: int
    seconds: float
    taken: int = 0
    refused: int = 0
    _began: float = 0.0
    _mutex: threading.Lock = field(factory=threading.Lock)

    def __call__(self, _: Asked) -> Answer:
        with self._mutex:
            now = time.monotonic()
            if now - self._began >= self.seconds:
                self._began, self.taken = now, 0
            self.taken += 1
            if self.taken <= self.most:
                return FINE
            self.refused += 1
            return refused(self._began + self.seconds - now)


async def test_a_server_that_limits_the_rate_gets_all_calls_and_loses_none() -> None:
    limited = Limited(most=2, seconds=0.05)
    with answering(limited) as server, client(server, retries=10) as api:
        assert in_threads(numbered(api), range(40), at_once=20) == [*range(40)]
    with answering(limited) as server:
        async with async_client(server, retries=10) as async_api:
            assert await in_tasks(numbered_async(async_api), range(40), at_once=20) == [*range(40)]
    assert limited.refused < 160  # each call goes alone when its turn comes


@define(eq=False)
class Holding(logging.Handler):
    """A server that refuses the first of three requests, and answers the others when the client has read that."""

    seconds: float
    fails: bool
    held: threading.Event = field(factory=threading.Event)
    all_there: threading.Barrier = field(factory=lambda: threading.Barrier(3))
    refused_at: float = 0.0
    later: list[float] = field(factory=list)

    def __attrs_pre_init__(self) -> None:
        super().__init__()

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "event", "") == "bulk_held":
            self.held.set()

    def __call__(self, asked: Asked) -> Answer:
        if self.held.is_set():
            self.later.append(time.monotonic())
            return FINE
        self.all_there.wait()
        if number_of(asked) == 0:
            self.refused_at = time.monotonic()
            return refused(self.seconds)
        self.held.wait()
        return Answer(500) if self.fails and number_of(asked) == 1 else FINE  # whose retry waits, too


async def test_retry_after_holds_back_all_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    for retries in (0, 2):  # a call that is not retried, such as a POST, holds back the others, too
        failed = 0 if retries else 1
        holding = Holding(0.3, fails=retries > 0)
        monkeypatch.setattr(logging.getLogger("afresh"), "handlers", [holding])
        with answering(holding) as server, client(server, retries=retries, total_timeout=30) as api:
            outcomes = in_threads(numbered(api), range(9), at_once=3, errors="return")
        assert [isinstance(outcome.error, RateLimited) for outcome in outcomes] == [bool(failed)] + [False] * 8
        assert min(holding.later) >= holding.refused_at + 0.3
        assert len(holding.later) == 8 - 2 * failed
        holding = Holding(0.3, fails=retries > 0)
        monkeypatch.setattr(logging.getLogger("afresh"), "handlers", [holding])
        with answering(holding) as server:
            async with async_client(server, retries=retries) as async_api:
                outcomes = await in_tasks(numbered_async(async_api), range(9), at_once=3, errors="return")
        assert [isinstance(outcome.error, RateLimited) for outcome in outcomes] == [bool(failed)] + [False] * 8
        assert min(holding.later) >= holding.refused_at + 0.3
        assert len(holding.later) == 8 - 2 * failed


def test_the_wait_for_others_does_not_count_for_the_time_limit_of_a_call() -> None:
    def answer(asked: Asked) -> Answer:
        return refused(2) if number_of(asked) == 0 else FINE

    with answering(answer) as server, client(server, total_timeout=1.5) as api:
        outcomes = in_threads(numbered(api), range(4), at_once=1, errors="return")
    assert [outcome.error is None for outcome in outcomes] == [False, True, True, True]


def test_it_ends_at_once_while_calls_wait_for_a_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting: set[int] = set()
    both_wait = threading.Event()

    def answer(asked: Asked) -> Answer:
        return FINE if number_of(asked) == 0 else refused(50)

    def waiter() -> tuple[Callable[[], None], Callable[[float], object]]:
        wake, wait = thread_waiter()

        def noted(seconds: float) -> object:
            waiting.add(threading.get_ident())
            if len(waiting) == 2:
                both_wait.set()
            return wait(seconds)

        return wake, noted

    monkeypatch.setattr("afresh._calls.pacing.thread_waiter", waiter)
    started = time.monotonic()
    with answering(answer) as server, client(server) as api:
        with bulk(numbered(api), range(9), at_once=3) as results:
            assert next(results) == 0
            assert both_wait.wait(30)
        assert threads() == []
    assert time.monotonic() < started + 40


async def test_cancelling_ends_the_calls_that_are_under_way(sandbox: Sandbox, async_api: AsyncClient) -> None:
    sandbox.control.fault("GET /me", "hold", times=3)
    ended: list[int] = []

    async def call(number: int) -> None:
        try:
            await async_api.users.me()
        finally:
            ended.append(number)

    async def run() -> None:
        await in_tasks(call, range(3))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        await anyio.to_thread.run_sync(sandbox.control.wait_held, "GET /me", 3)
        tasks.cancel_scope.cancel()
    assert sorted(ended) == [0, 1, 2]
    sandbox.control.release()


async def test_an_error_of_the_block_is_raised_as_it_is() -> None:
    async def forever(_: int) -> None:
        await anyio.sleep_forever()

    async def fail() -> None:
        async with bulk(forever, range(3)) as results:
            with anyio.move_on_after(0.01):
                await anext(results)
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await fail()
    with pytest.raises(LookupError, match="mine"), bulk(abs, range(3)):
        raise LookupError("mine")
    assert threads() == []


async def test_what_ends_a_thread_or_a_task_is_raised() -> None:
    def leave(_: int) -> None:
        sys.exit(3)

    with pytest.raises(SystemExit):
        in_threads(leave, [1], errors="return")


def test_a_task_that_is_cancelled_from_elsewhere_is_an_error() -> None:
    async def cancelled(_: int) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(in_tasks(cancelled, [1], errors="return"))


INTERRUPTED = """
import sys
from afresh import Client, Tokens, bulk

with Client(sys.argv[1], tokens=Tokens.issued("a", expires_in=3600)) as api:
    with bulk(lambda _: api.users.me(), range(100), at_once=3, ordered=False) as results:
        for user in results:
            print(user.username, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for another process")
def test_control_c_ends_it() -> None:
    let_go, waiting, answered = threading.Event(), threading.Barrier(4), count()

    def answer(_: Asked) -> Answer:
        if next(answered) == 0:
            return FINE
        if not let_go.is_set():
            waiting.wait()
        let_go.wait()
        return FINE

    with answering(answer) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTED, server.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ada\n"
        waiting.wait()
        process.send_signal(signal.SIGINT)
        let_go.set()  # what was sent is waited for
        output, errors = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in errors
    assert process.returncode == -signal.SIGINT
    assert len(server.asked) < 20
    assert len(output.splitlines()) < 20


async def test_tokens_that_expire_under_way_are_renewed_once(
    sandbox: Sandbox, api: Client, async_api: AsyncClient
) -> None:
    for number, result in enumerate(in_threads(numbered(api), revoking(sandbox, range(60)))):
        assert result == number
    assert sandbox.control.counters().refreshes == 1
    sandbox.control.reset()
    await async_api.login(ADA)
    assert await in_tasks(numbered_async(async_api), revoking(sandbox, range(60))) == [*range(60)]
    assert sandbox.control.counters().refreshes == 1


def revoking(sandbox: Sandbox, items: Iterable[int]) -> Iterator[int]:
    for item in items:
        if item == 30:
            sandbox.control.revoke_access()
        yield item


async def test_progress_is_reported_with_the_total_where_it_is_known() -> None:
    reported: list[tuple[int, int | None]] = []

    def report(done: int, total: int | None) -> None:
        reported.append((done, total))

    in_threads(abs, [1, 2], progress=report)
    in_threads(abs, iter([1, 2]), progress=report)
    await in_tasks(anyio.sleep, [0, 0], progress=report, errors="return")
    assert reported == [(1, 2), (2, 2), (1, None), (2, None), (1, 2), (2, 2)]


async def test_wrong_arguments_are_refused(api: Client, async_api: AsyncClient) -> None:
    async def items() -> AsyncIterator[int]:
        yield 1

    wrong: list[tuple[tuple[Any, Any], dict[str, Any], str]] = [
        ((api.users.me(), [1]), {}, "`method` must be a function, not User"),
        ((abs, 5), {}, "`items` must be an iterable, not int"),
        ((abs, [1]), {"at_once": 0}, "`at_once` must be a whole number, 1 or more, not 0"),
        ((abs, [1]), {"at_once": True}, "`at_once` must be a whole number, 1 or more, not True"),
        ((abs, [1]), {"errors": "ignore"}, "`errors` must be 'raise' or 'return', not 'ignore'"),
    ]
    for arguments, options, message in wrong:
        with pytest.raises(InvalidArgument, match=message):
            bulk(*arguments, **options)
    with pytest.raises(InvalidArgument, match="`items` is asynchronous: use the bulk with `async with`"):
        in_threads(abs, items())  # type: ignore[arg-type]
    with pytest.raises(InvalidArgument, match="`method` is asynchronous: use the bulk with `async with`"):
        in_threads(async_api.tasks.get, [NOBODY])
    with pytest.raises(InvalidArgument, match="`method` is not asynchronous: use the bulk with `with`"):
        await in_tasks(abs, [1])


async def test_an_item_that_has_ended_sends_nothing_more() -> None:
    """A call with a total time-out is left to its thread, which may wait for its turn."""
    pace = Pace(1)
    first, second = Turn(pace, 0), Turn(pace, 1)
    first.begin()
    raised = threading.Event()

    def begin() -> None:
        try:
            second.begin()
        except StoppedError:
            raised.set()

    thread = threading.Thread(target=begin)
    thread.start()
    second.end()
    thread.join()
    assert raised.is_set()
    pace.stop()
    with pytest.raises(StoppedError):
        await Turn(pace, 2).begin_async()
