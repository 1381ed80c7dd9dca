# Written by scripts/generate from the description of the API: changes made here are lost.
"""People who sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models.user import User
    from ..operation import AsyncCaller, Caller


class Users:
    """People who sign in."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def me(self) -> User:
        """The signed-in user.

        Returns:
            The user whose access token was sent.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
        """
        from ..api.users import me

        return self._caller.call(me.OPERATION, self._caller.arguments(me.OPERATION, me.arguments))


class AsyncUsers:
    """People who sign in."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def me(self) -> User:
        """The signed-in user.

        Returns:
            The user whose access token was sent.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
        """
        from ..api.users import me

        return await self._caller.call(me.OPERATION, self._caller.arguments(me.OPERATION, me.arguments))
