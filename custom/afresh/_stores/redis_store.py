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

from .tokens_json import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Generator

    from redis import Redis

    from afresh._tokens import Tokens

    from .fenced_lock import FencedLock

log = logging.getLogger("afresh")

SAVE_AGAIN_AFTER: Final = 0.1
"""Seconds between two tries to save."""

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
"""Saves tokens (or forgets them: ''), unless somebody with a higher fencing token has done so, or the hash was deleted.

The field `saved` holds the fencing token of the last save, `fence` the last one given out. To save without the lock (0)
counts as having taken it just now.

A fencing token that is ahead of `fence` was given out before Redis lost something. It counts where the hash is merely
older than it was; and where all is lost and nobody has saved since, provided that the store has seen tokens there.
Without that, somebody has deleted a session that never was more than begun.
"""


class RedisStore:
    """Keeps tokens in a hash in Redis, for any number of machines.

    They take turns through a lease beside it, which is renewed while it is held and ends by itself when its holder
    dies. A holder that was held up for longer than that cannot overwrite what others have saved since: each lease
    comes with a higher fencing token, and `save` heeds it. The tokens are as durable as Redis is set up to be
    (`appendonly yes`, for one), and are kept there as they are: let nobody else read them.

    Where Redis comes back empty, as after a failover, each store goes on with the tokens that it saw there last, and
    what it saves next is there for all. So a session is ended with `save(None)`, which leaves a mark, and not by
    deleting the key while there are programs that use it.

    Needs redis-py: `pip install 'afresh-sdk[redis]'`.

    Args:
        server: The URL (`redis://`, with TLS `rediss://`, or `unix://`; user, password and options as redis-py reads
            them), or a client of your own, whose time-outs hold then.
        key: The hash; beside it there is `{key}:lock`. Name one for each session.
        lease: Seconds after which others get the lock of a holder that died. Keep it at one and a half times the
            session's time-out or more: then nobody uses a refresh token for which a holder that has lost Redis still
            awaits the answer.

    Raises:
        ConfigurationError: The URL is not usable, or redis-py is not installed.
    """

    def __init__(self, server: str | Redis, *, key: str = "afresh:session", lease: float = 15.0) -> None:
        try:
            import redis  # noqa: PLC0415 - it is an extra, and many do without

            from .fenced_lock import FencedLock, connect  # noqa: PLC0415 - it imports redis-py, too
        except ModuleNotFoundError:
            raise ConfigurationError("RedisStore needs redis-py: pip install 'afresh-sdk[redis]'") from None
        self.key: Final = key
        self.lease: Final = lease
        self._server = server
        if isinstance(server, str):
            try:
                self._client, self._place = connect(server), _without_secrets(server)
            except ValueError:
                raise ConfigurationError(
                    "the URL of the Redis server cannot be read: write redis://user:password@host:6379/0 (with TLS "
                    "rediss://), and quote special characters in the password as %2F for /"
                ) from None
        else:
            self._client, self._place = server, f"<{type(server).__name__}>"
        self._save = self._client.register_script(SAVE)
        self._make_lock = partial(FencedLock, self._client, key, lease)
        self._held = threading.local()
        self._seen: Tokens | None = None
        self._error: type[Exception] = redis.RedisError
        self._silence: tuple[type[Exception], ...] = (redis.ConnectionError, redis.TimeoutError)

    def __repr__(self) -> str:
        return f"RedisStore({self._place!r}, key={self.key!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle what the store was made of, the password in its URL included; no connection, no lock."""
        return partial(type(self), key=self.key, lease=self.lease), (self._server,)

    def load(self) -> Tokens | None:
        """Read the tokens; None where there are none. What Redis has lost is given as this store saw it last.

        Raises:
            StoreError: Redis cannot be reached, or holds something else there. That is left as it is.
        """
        with self._reported("read"):
            text, saved = self._client.hmget(self.key, ["tokens", "saved"])
        if text is None:
            if saved is not None:  # the mark of a session that was ended
                self._seen = None
            elif self._seen is not None:
                log.warning("%s has lost its tokens: those that were there are used, and kept at the next save", self)
            return self._seen
        try:
            self._seen = from_json(text)
        except ValueError:
            raise StoreError(
                f"{self} does not hold tokens that this version can read. They were left as they are: "
                "delete the key to sign in anew, or name another"
            ) from None
        return self._seen

    def save(self, tokens: Tokens | None) -> None:
        """Write the tokens, or forget them (None). The key stays, with the count of the fencing tokens.

        Where Redis cannot be reached it is tried again as long as the lease lasts: nobody else can get the lock
        before, and the tokens that were spent for these are worth nothing any more.

        Raises:
            StoreError: That failed; or this thread's lock was lost, and others have saved or deleted tokens since.
        """
        lock: FencedLock | None = getattr(self._held, "lock", None)
        fence, count, ends = (lock.fence, lock.count, lock.ends) if lock else (0, secrets.token_hex(8), 0)
        args: list[str | bytes | int] = [
            fence,
            "" if tokens is None else to_json(tokens),
            count,
            "" if self._seen is None else "seen",
        ]
        with self._reported("written"):
            while True:
                try:
                    is_saved = self._save(keys=[self.key], args=args)
                    break
                except self._silence:
                    if time.monotonic() + SAVE_AGAIN_AFTER > ends:
                        raise
                time.sleep(SAVE_AGAIN_AFTER)
        if not is_saved:
            raise StoreError(
                f"{self}: others have saved or deleted tokens since this process took the lock, which ends after "
                f"{self.lease:g} s without a sign of life. What they did was kept"
            )
        self._seen = tokens

    @contextmanager
    def lock(self, timeout: float) -> Generator[None]:
        """Hold the only right to renew these tokens, on all machines. It is held by the calling thread.

        Raises:
            TimeoutError: Somebody else held it for `timeout` seconds.
            StoreError: Redis cannot be reached.
        """
        lock = self._make_lock()
        with self._reported("locked"):
            is_held = lock.acquire(blocking_timeout=timeout, token=secrets.token_hex(16))
        if not is_held:
            raise TimeoutError(f"somebody else held the lock of {self} for {timeout:g} s")
        self._held.lock = lock
        try:
            with lock.renewed():
                yield
        finally:
            self._held.lock = None
            lock.release()

    @contextmanager
    def _reported(self, done: str) -> Generator[None]:
        try:
            yield
        except self._error as error:
            raise StoreError(
                f"{self} could not be {done}: {str(error).rstrip('.')}. Check that Redis is up and lets you in"
            ) from None


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rpartition('@')[2]}"
