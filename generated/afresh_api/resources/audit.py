# Written by scripts/generate from the description of the API: changes made here are lost.
"""The audit log, for auditors only."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models.audit_event import AuditEvent
    from ..models.audit_event_page import AuditEventPage
    from ..operation import AsyncCaller, AsyncPages, AsyncStreamed, Caller, Pages, Streamed


class Audit:
    """The audit log, for auditors only."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list_events(self, *, offset: int | None = None, limit: int | None = None) -> Pages[AuditEventPage, AuditEvent]:
        """Who did what.

        Needs the scope `audit:read`, which ordinary users lack.

        Args:
            offset: How many events come before the page. From 0 to 1000000. The server's default is 0.
            limit: How many events a page holds at the most. From 1 to 100. The server's default is 20.

        Returns:
            One page of events, the newest first.
            Iterate over it for the items of all pages, or over its `pages()` for a page at a time.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                403: The token is good, but lacks a scope.
                422: The request does not fit this description.
        """
        from ..api.audit import list_audit_events

        return self._caller.pages(
            list_audit_events.OPERATION,
            self._caller.arguments(
                list_audit_events.OPERATION, list_audit_events.arguments, offset=offset, limit=limit
            ),
            list_audit_events.PAGING,
        )

    def export_events(self) -> AbstractContextManager[Streamed[AuditEvent]]:
        """Who did what, a line each.

        Needs the scope `audit:read`, which ordinary users lack.

        Returns:
            The events, newest first.
            As a context manager over an iterator, which gives each of them as it arrives; its `events()`
            gives all that arrives, also what the description does not have.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                403: The token is good, but lacks a scope.
        """
        from ..api.audit import export_audit_events

        return self._caller.items(
            export_audit_events.OPERATION,
            self._caller.arguments(export_audit_events.OPERATION, export_audit_events.arguments),
            export_audit_events.STREAMING,
        )


class AsyncAudit:
    """The audit log, for auditors only."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    def list_events(
        self, *, offset: int | None = None, limit: int | None = None
    ) -> AsyncPages[AuditEventPage, AuditEvent]:
        """Who did what.

        Needs the scope `audit:read`, which ordinary users lack.

        Args:
            offset: How many events come before the page. From 0 to 1000000. The server's default is 0.
            limit: How many events a page holds at the most. From 1 to 100. The server's default is 20.

        Returns:
            One page of events, the newest first.
            Iterate over it for the items of all pages, or over its `pages()` for a page at a time.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                403: The token is good, but lacks a scope.
                422: The request does not fit this description.
        """
        from ..api.audit import list_audit_events

        return self._caller.pages(
            list_audit_events.OPERATION,
            self._caller.arguments(
                list_audit_events.OPERATION, list_audit_events.arguments, offset=offset, limit=limit
            ),
            list_audit_events.PAGING,
        )

    def export_events(self) -> AbstractAsyncContextManager[AsyncStreamed[AuditEvent]]:
        """Who did what, a line each.

        Needs the scope `audit:read`, which ordinary users lack.

        Returns:
            The events, newest first.
            As a context manager over an iterator, which gives each of them as it arrives; its `events()`
            gives all that arrives, also what the description does not have.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                403: The token is good, but lacks a scope.
        """
        from ..api.audit import export_audit_events

        return self._caller.items(
            export_audit_events.OPERATION,
            self._caller.arguments(export_audit_events.OPERATION, export_audit_events.arguments),
            export_audit_events.STREAMING,
        )
