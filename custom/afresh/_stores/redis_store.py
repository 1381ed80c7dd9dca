"""`RedisStore`: tokens in Redis, shared by machines."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from afresh._errors import ConfigurationError, StoreError
from afresh._tokens import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Generator

    from redis import Redis

    from afresh._tokens import Tokens

    from .fenced_lock import FencedLock

log = logging.getLogger("afresh")

SAVE_RETRY_DELAY: Final = 0.1
"""Seconds between attempts to save."""

SAVE: Final = """
local fence, last = tonumber(ARGV[1]), tonumber(redis.call('HGET', KEYS[1], 'fence')) or 0
if fence == 0 then
    fence = last + 1
else
    local saved, is_ahead = tonumber(redis.call('HGET', KEYS[1], 'saved')), fence > last
    if saved and fence < saved then return 0 end
    if saved and is_ahead and redis.call('HGET', KEYS[1], 'count') ~= ARGV[3] then return 0 end
    if not saved and is_ahead and ARGV[4] == '' then return 0 end
end
redis.call('HSETNX', KEYS[1], 'count', ARGV[3])
redis.call('HSET', KEYS[1], 'saved', fence, 'fence', math.max(fence, last))
if ARGV[2] == '' then
    redis.call('HDEL', KEYS[1], 'tokens')
else
    redis.call('HSET', KEYS[1], 'tokens', ARGV[2])
end
return 1
"""
"""Saves tokens, or deletes them ('').

Does nothing if the holder of a higher fencing token has saved, or if the hash was deleted.

The field `saved` holds the fencing token of the last save, and `fence` the last fencing token that was issued. A save
without the lock (0) gets a new fencing token.

A fencing token above `fence` was issued before Redis lost data. It is accepted if the hash went back to an older state,
with the same count. It is also accepted if all data is lost, nobody has saved since, and the store has seen tokens
there before. If it has seen none, the hash was not lost: it was deleted before the first save.
"""


class RedisStore:
    """Keeps tokens in a Redis hash, shared by any number of machines.

    Machines take turns with a lease. It is renewed while it is held, and ends by itself if its holder dies. A holder
    that was delayed for longer than the lease cannot overwrite what others have saved since: each lease has a higher
    fencing token, and `save` checks it. The tokens are as durable as Redis is configured to be (for example with
    `appendonly yes`). They are not encrypted: restrict access to Redis.

    If Redis comes back empty, as after a failover, each store goes on with the tokens that it last read or saved, and
    its next save is shared with all. Therefore, end a session with `save(None)`, which leaves a mark. Do not delete the
    key while programs use it.

    Needs redis-py: `pip install 'afresh-sdk[redis]'`.

    Args:
        server: The URL of the server (`redis://`, `rediss://` for TLS, or `unix://`, with user, password and options as
            redis-py reads them), or your own redis-py client with its own time-outs.
        key: The key of the hash. The lock is at `{key}:lock`, with the braces. Give each session its own key.
        lease: Seconds after which others can acquire the lock of a holder that died. Keep it at one and a half times
            the session's `timeout` or more. Otherwise another process could use a refresh token while a holder that
            has lost its connection to Redis still waits for the server's response.

    Raises:
        ConfigurationError: The URL cannot be used, or redis-py is not installed.
    """

    def __init__(self, server: str | Redis, *, key: str = "afresh:session", lease: float = 15.0) -> None:
        try:
            import redis  # noqa: PLC0415 - an optional dependency

            from .fenced_lock import FencedLock, connect  # noqa: PLC0415 - imports redis-py as well
        except ModuleNotFoundError:
            raise ConfigurationError("RedisStore needs redis-py: pip install 'afresh-sdk[redis]'") from None
        self.key: Final = key
        self.lease: Final = lease
        self._server = server
        if isinstance(server, str):
            try:
                self._client, self._display_name = connect(server), _without_secrets(server)
            except ValueError:
                raise ConfigurationError(
                    "the URL of the Redis server cannot be read: write redis://user:password@host:6379/0 (with TLS "
                    "rediss://), and quote special characters in the password as %2F for /"
                ) from None
        else:
            self._client, self._display_name = server, f"<{type(server).__name__}>"
        self._save = self._client.register_script(SAVE)
        self._make_lock = partial(FencedLock, self._client, key, lease)
        self._held = threading.local()
        self._last_seen: Tokens | None = None
        self._redis_error: type[Exception] = redis.RedisError
        self._connection_errors: tuple[type[Exception], ...] = (redis.ConnectionError, redis.TimeoutError)

    def __repr__(self) -> str:
        return f"RedisStore({self._display_name!r}, key={self.key!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle the store's arguments, including a password in its URL, but no connection and no lock."""
        return partial(type(self), key=self.key, lease=self.lease), (self._server,)

    def load(self) -> Tokens | None:
        """Return the tokens, or None if there are none. If Redis has lost them, return those that were last seen.

        Raises:
            StoreError: Redis cannot be reached, or the key holds something else. It is not changed.
        """
        with self._reporting_errors("read"):
            text, saved = self._client.hmget(self.key, ["tokens", "saved"])
        if text is None:
            if saved is not None:  # the mark that save(None) leaves
                self._last_seen = None
            elif self._last_seen is not None:
                log.warning("%s has lost its tokens: the last known ones are used, and saved at the next refresh", self)
            return self._last_seen
        try:
            self._last_seen = from_json(text)
        except ValueError:
            raise StoreError(
                f"{self} does not hold tokens that this version can read. The key was left unchanged: "
                "delete it and sign in again, or name another"
            ) from None
        return self._last_seen

    def save(self, tokens: Tokens | None) -> None:
        """Write the tokens, or delete them (None). The key stays, with the count of the fencing tokens.

        If Redis cannot be reached, retry until the lease ends. Nobody else can acquire the lock before that, and the
        previous tokens are already spent.

        Raises:
            StoreError: Redis cannot be reached, or this thread's lock was lost and others have saved or deleted tokens
                since.
        """
        lock: FencedLock | None = getattr(self._held, "lock", None)
        fence, count, ends = (lock.fence, lock.count, lock.ends) if lock else (0, secrets.token_hex(8), 0)
        args: list[str | bytes | int] = [
            fence,
            "" if tokens is None else to_json(tokens),
            count,
            "" if self._last_seen is None else "seen",
        ]
        with self._reporting_errors("written"):
            while True:
                try:
                    is_saved = self._save(keys=[self.key], args=args)
                    break
                except self._connection_errors:
                    if time.monotonic() + SAVE_RETRY_DELAY > ends:
                        raise
                time.sleep(SAVE_RETRY_DELAY)
        if not is_saved:
            raise StoreError(
                f"{self}: others have saved or deleted tokens since this process took the lock, which ends after "
                f"{self.lease:g} s unless it is renewed. Their change was kept"
            )
        self._last_seen = tokens

    @contextmanager
    def lock(self, timeout: float) -> Generator[None]:
        """Hold the exclusive lock on these tokens, among all machines. The calling thread holds it.

        Raises:
            TimeoutError: Another holder kept the lock for `timeout` seconds.
            StoreError: Redis cannot be reached.
        """
        lock = self._make_lock()
        with self._reporting_errors("locked"):
            is_held = lock.acquire(blocking_timeout=timeout, token=secrets.token_hex(16))
        if not is_held:
            raise TimeoutError(f"another holder kept the lock of {self} for {timeout:g} s")
        self._held.lock = lock
        try:
            with lock.keep_renewed():
                yield
        finally:
            self._held.lock = None
            lock.release()

    @contextmanager
    def _reporting_errors(self, action: str) -> Generator[None]:
        try:
            yield
        except self._redis_error as error:
            raise StoreError(
                f"{self} could not be {action}: {str(error).rstrip('.')}. Check that Redis is running and grants access"
            ) from None


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rpartition('@')[2]}"
