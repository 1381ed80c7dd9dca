"""The people who may sign in: their passwords are no secret."""

from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from attrs import frozen


@frozen(kw_only=True)
class User:
    username: str
    password: str
    display_name: str
    email: str | None
    role: str
    scope: str

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE_URL, f"user:{self.username}")

    def to_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "username": self.username,
            "displayName": self.display_name,
            "email": self.email,
            "role": self.role,
            "createdAt": datetime(2026, 1, 1, 9, tzinfo=UTC).isoformat(),
        }


USERS = {
    user.username: user
    for user in (
        User(
            username="ada",
            password="lovelace",
            display_name="Ada Lovelace",
            role="member",
            scope="tasks",
            email="ada@example.com",
        ),
        User(
            username="grace",
            password="hopper",
            display_name="Grace Hopper",
            role="manager",
            scope="tasks",
            email="grace@example.com",
        ),
        User(
            username="alan",
            password="turing",
            display_name="Alan Turing",
            role="auditor",
            scope="tasks audit:read",
            email=None,
        ),
    )
}
