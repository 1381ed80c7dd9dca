"""Workers of a job queue: processes with one session, however many there are.

    REDIS_URL=redis://localhost python examples/worker.py &
    redis-cli LPUSH jobs '{"id": "1", "title": "Water the plants"}'

Each job is a task to add. A job that was begun stays in the list `jobs:begun` until it is done: after a crash, the next
worker takes it up again, and the job's id keeps its task from being added twice. SIGTERM ends a worker after its job.
"""

import json
import os
import signal
from threading import Event
from types import FrameType

import redis

from afresh import Client, RedisStore, SDKError
from afresh_api.models import Credentials, NewTask

QUEUE, BEGUN, FAILED = "jobs", "jobs:begun", "jobs:failed"
PAUSE = 1
"""Seconds to wait for a job before looking whether to end."""


def do_job(api: Client, job: str) -> None:
    """Add the task that a job describes."""
    described = json.loads(job)
    api.tasks.create(NewTask(title=described["title"]), idempotency_key=described["id"])


def work(api: Client, queue: redis.Redis, ended: Event) -> None:
    """Do jobs until the end, those first that a worker has left behind."""
    while queue.lmove(BEGUN, QUEUE, "RIGHT", "RIGHT"):
        pass
    while not ended.is_set():
        moved = queue.blmove(QUEUE, BEGUN, PAUSE, "RIGHT", "LEFT")
        if moved is None:
            continue
        job = str(moved)
        try:
            do_job(api, job)
        except (SDKError, ValueError, KeyError) as error:
            queue.hset(FAILED, job, str(error))
        queue.lrem(BEGUN, 1, job)


def main() -> None:
    """Run a worker."""
    ended = Event()

    def end(_: int, __: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    url = os.environ["REDIS_URL"]
    me = Credentials(username=os.environ["AFRESH_USERNAME"], password=os.environ["AFRESH_PASSWORD"])
    # The first worker signs in, and the others find the session in the store.
    with (
        redis.Redis.from_url(url, decode_responses=True) as queue,
        Client(os.environ["AFRESH_BASE_URL"], store=RedisStore(url, key="worker"), credentials=me) as api,
    ):
        work(api, queue, ended)


if __name__ == "__main__":
    main()
