# Written by scripts/generate from the description of the API: changes made here are lost.
"""The audit log, for auditors only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models.audit_event import AuditEvent
    from ..operation import AsyncCaller, Caller


class Audit:
    """The audit log, for auditors only."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list_events(self) -> list[AuditEvent]:
        """Who did what.

        Needs the scope `audit:read`, which ordinary users lack.

        Returns:
            The newest events first.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                403: The token is good, but lacks a scope.
        """
        from ..api.audit import list_audit_events

        return self._caller.call(list_audit_events.OPERATION, list_audit_events.arguments())

    def export_events(self) -> AbstractContextManager[Iterator[AuditEvent]]:
        """Who did what, a line each.

        Needs the scope `audit:read`, which ordinary users lack.

        Returns:
            The events, newest first.
            As a context manager over an iterator, which gives each of them as it arrives.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                403: The token is good, but lacks a scope.
        """
        from ..api.audit import export_audit_events

        return self._caller.items(
            export_audit_events.OPERATION, export_audit_events.arguments(), export_audit_events.STREAMING
        )


class AsyncAudit:
    """The audit log, for auditors only."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def list_events(self) -> list[AuditEvent]:
        """Who did what.

        Needs the scope `audit:read`, which ordinary users lack.

        Returns:
            The newest events first.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                403: The token is good, but lacks a scope.
        """
        from ..api.audit import list_audit_events

        return await self._caller.call(list_audit_events.OPERATION, list_audit_events.arguments())

    def export_events(self) -> AbstractAsyncContextManager[AsyncIterator[AuditEvent]]:
        """Who did what, a line each.

        Needs the scope `audit:read`, which ordinary users lack.

        Returns:
            The events, newest first.
            As a context manager over an iterator, which gives each of them as it arrives.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                403: The token is good, but lacks a scope.
        """
        from ..api.audit import export_audit_events

        return self._caller.items(
            export_audit_events.OPERATION, export_audit_events.arguments(), export_audit_events.STREAMING
        )
