"""What the server has seen: the numbers that tests and benchmarks go by, rather than the client's own."""

from collections import Counter
from typing import Any

from attrs import Factory, asdict, define


@define
class Counters:
    """`sandbox.client.Counters` says what each of them counts."""

    requests: int = 0
    logins: int = 0
    rotations: int = 0
    reuses: int = 0
    refusals: int = 0
    unauthorized: int = 0
    by_operation: Counter[str] = Factory(Counter)
    by_token: Counter[str] = Factory(Counter)

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "refreshes": self.by_operation["POST /auth/refresh"],
            "logouts": self.by_operation["POST /auth/logout"],
        }
