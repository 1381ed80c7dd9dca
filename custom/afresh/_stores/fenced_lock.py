"""What `RedisStore` needs of redis-py: a connection, and a lock with a fencing token.

It is imported when a `RedisStore` is made, and not before: not everybody has redis-py.
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
"""Seconds to wait for Redis: to connect, and for each answer."""

RENEWALS: Final = 3
"""How often a lease is renewed in the time that it lasts, so that one renewal may fail."""

POLL: Final = 0.02
"""Seconds between two tries to get a lock that somebody else holds, up to three times as many by chance.

To be told of a release (by BLPOP or a channel) would not save the trying: a holder that dies tells nobody.
"""

TAKE: Final = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
local fence = redis.call('HINCRBY', KEYS[2], 'fence', 1)
redis.call('HSETNX', KEYS[2], 'count', ARGV[3])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {fence, redis.call('HGET', KEYS[2], 'count')}
"""
"""Takes the lock and a fencing token in one step; redis-py's own lock takes no such token.

The field `count` names the count that the fencing token belongs to: one that begins anew, after the hash was lost or
deleted, has another name.

The holder gets it when it asks again, too: the client does so when the connection broke before the answer.
"""


def connect(url: str) -> Redis:
    """Make a client, which connects when it is first used.

    Raises:
        ValueError: The URL is not usable. The error may quote a password.
    """
    return Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - redis-py leaves out the options' types
        url,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        # A connection that was closed while it idled is replaced at once; who does not answer is not asked again.
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )


class FencedLock(Lock):
    """A lease, with a fencing token that is higher each time that somebody gets it.

    Args:
        client: What to reach Redis with.
        key: The hash that the lock guards, whose field `fence` holds the last fencing token.
        lease: Seconds after which the lock is free again where its holder has died, or lost Redis.

    Attributes:
        fence: The fencing token, while the lock is held.
        count: The name of the count that it belongs to.
        ends: The moment, on the monotonic clock, at which the lease ends unless it is renewed.
    """

    fence = 0
    count: str | bytes = ""
    ends = 0.0

    def __init__(self, client: Redis, key: str, lease: float) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - redis-py leaves out the client's type
            client,
            # The braces keep both keys on one node of a cluster, as a script needs them.
            f"{{{key}}}:lock",
            timeout=lease,
            sleep=POLL * random.uniform(1, 3),  # noqa: S311 - spreads load, no secret
            thread_local=False,  # it is renewed from another thread
        )
        self._key = key
        self._lease = lease
        self._take = client.register_script(TAKE)

    def do_acquire(self, token: str) -> bool:
        """Try once to get the lock, for the holder that is called `token`."""
        asked = time.monotonic()
        taken: tuple[int, str | bytes] | None = self._take(
            keys=[self.name, self._key], args=[token, int(1000 * self._lease), secrets.token_hex(8)]
        )
        if taken is None:
            return False
        self.fence, self.count = taken
        self.ends = asked + self._lease
        return True

    @contextmanager
    def renewed(self) -> Generator[None]:
        """Renew the lease as long as the context lasts."""
        done = threading.Event()
        thread = threading.Thread(target=self._renew, args=(done,), name="afresh-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _renew(self, done: threading.Event) -> None:
        while not done.wait(self._lease / RENEWALS):
            asked = time.monotonic()
            try:
                self.reacquire()
                self.ends = asked + self._lease
            except LockError:
                log.warning("%s was lost: its holder was held up for longer than the lease", self.name)
                return
            except RedisError as error:
                log.warning("%s could not be renewed: %s", self.name, error)

    def release(self) -> None:
        """Let go of the lock. Raises nothing: where that fails, the lease ends by itself."""
        try:
            super().release()
        except RedisError as error:
            log.warning("%s could not be released: %s", self.name, error)
