"""The parts of `RedisStore` that need redis-py: the connection, and a lock with a fencing token.

This module is imported only when a `RedisStore` is made, because redis-py is optional.
"""

from __future__ import annotations

import logging
import random
import secrets
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from redis import ConnectionError as RedisConnectionError
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import LockError
from redis.lock import Lock
from redis.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Generator

log = logging.getLogger("afresh")

TIMEOUT: Final = 3.0
"""Seconds to wait for Redis: for the connection, and for each reply."""

RENEWALS_PER_LEASE: Final = 3
"""How often a lease is renewed in its duration. One renewal may fail without losing it."""

POLL_INTERVAL: Final = 0.02
"""Seconds between attempts to get a lock that another holds. Random jitter makes it up to three times as long.

A notification of the release (BLPOP or a channel) would not replace polling: a holder that dies sends none.
"""

ACQUIRE: Final = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
local fence = redis.call('HINCRBY', KEYS[2], 'fence', 1)
redis.call('HSETNX', KEYS[2], 'count', ARGV[3])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {fence, redis.call('HGET', KEYS[2], 'count')}
"""
"""Acquires the lock and a fencing token atomically. redis-py's own lock has no fencing token.

Fencing tokens count up. The field `count` names the count: if the hash is lost or deleted, a new count begins, with
another name.

If the holder asks again, it gets the lock again. The client does that if the connection broke before the reply.
"""


def connect(url: str) -> Redis:
    """Make a client. It connects when it is first used.

    Raises:
        ValueError: The URL cannot be used. The error may quote a password.
    """
    return Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - redis-py leaves out the options' types
        url,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        # Replace a connection that was closed while idle, at once. Do not retry if Redis does not reply.
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )


class FencedLock(Lock):
    """A lease with a fencing token. Each acquisition gets a higher one.

    Args:
        client: The Redis client.
        key: The hash that the lock guards. Its field `fence` holds the last fencing token.
        lease: Seconds after which the lock is free if its holder has died or cannot reach Redis.

    Attributes:
        fence: The fencing token, while the lock is held.
        count: The name of the count that the fencing token belongs to.
        ends: The monotonic time when the lease ends unless it is renewed.
    """

    fence = 0
    count: str | bytes = ""
    ends = 0.0

    def __init__(self, client: Redis, key: str, lease: float) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - redis-py leaves out the client's type
            client,
            # The braces (a hash tag) keep both keys on one node of a cluster, as the script requires.
            f"{{{key}}}:lock",
            timeout=lease,
            sleep=POLL_INTERVAL * random.uniform(1, 3),  # noqa: S311 - spreads load, no secret
            thread_local=False,  # the lease is renewed in another thread
        )
        self._key = key
        self._lease = lease
        self._acquire_script = client.register_script(ACQUIRE)

    def do_acquire(self, token: str) -> bool:
        """Try once to acquire the lock, and return whether that succeeded. `token` identifies the holder."""
        started = time.monotonic()
        acquired: tuple[int, str | bytes] | None = self._acquire_script(
            keys=[self.name, self._key], args=[token, int(1000 * self._lease), secrets.token_hex(8)]
        )
        if acquired is None:
            return False
        self.fence, self.count = acquired
        self.ends = started + self._lease
        return True

    @contextmanager
    def keep_renewed(self) -> Generator[None]:
        """Renew the lease in a thread, for the duration of the context."""
        done = threading.Event()
        thread = threading.Thread(target=self._renew, args=(done,), name="afresh-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _renew(self, done: threading.Event) -> None:
        while not done.wait(self._lease / RENEWALS_PER_LEASE):
            started = time.monotonic()
            try:
                self.reacquire()
                self.ends = started + self._lease
            except LockError:
                log.warning("%s was lost: its holder was delayed for longer than the lease", self.name)
                return
            except RedisError as error:
                log.warning("%s could not be renewed: %s", self.name, error)

    def release(self) -> None:
        """Release the lock. Never raises: if that fails, the lease ends by itself."""
        try:
            super().release()
        except RedisError as error:
            log.warning("%s could not be released: %s", self.name, error)
