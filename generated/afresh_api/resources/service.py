# Written by scripts/generate from the description of the API: changes made here are lost.
"""The service itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models.service_status import ServiceStatus
    from ..operation import AsyncCaller, Caller


class Service:
    """The service itself."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_status(self) -> ServiceStatus:
        """Whether the service is up; needs no token.

        Returns:
            The service is up.
        """
        from ..api.service import get_status

        return self._caller.call(
            get_status.OPERATION, self._caller.arguments(get_status.OPERATION, get_status.arguments)
        )


class AsyncService:
    """The service itself."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def get_status(self) -> ServiceStatus:
        """Whether the service is up; needs no token.

        Returns:
            The service is up.
        """
        from ..api.service import get_status

        return await self._caller.call(
            get_status.OPERATION, self._caller.arguments(get_status.OPERATION, get_status.arguments)
        )
