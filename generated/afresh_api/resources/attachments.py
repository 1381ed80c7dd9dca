# Written by scripts/generate from the description of the API: changes made here are lost.
"""Files that belong to a task."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING
from uuid import UUID

import httpx

if TYPE_CHECKING:
    from ..models.attachment import Attachment
    from ..models.new_attachment import NewAttachment
    from ..operation import AsyncCaller, Caller


class Attachments:
    """Files that belong to a task."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def upload(self, task_id: UUID, body: NewAttachment) -> Attachment:
        """Attach a file to a task.

        Returns:
            The attachment as it was stored.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.attachments import upload_attachment

        return self._caller.call(
            upload_attachment.OPERATION,
            self._caller.arguments(
                upload_attachment.OPERATION, upload_attachment.arguments, task_id=task_id, body=body
            ),
        )

    def download(self, attachment_id: UUID) -> AbstractContextManager[httpx.Response]:
        """The bytes of an attachment.

        Returns:
            The file as it was uploaded.
            As a context manager; its body is read as it arrives, for example with `iter_bytes`.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.attachments import download_attachment

        return self._caller.stream(
            download_attachment.OPERATION,
            self._caller.arguments(
                download_attachment.OPERATION, download_attachment.arguments, attachment_id=attachment_id
            ),
        )


class AsyncAttachments:
    """Files that belong to a task."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def upload(self, task_id: UUID, body: NewAttachment) -> Attachment:
        """Attach a file to a task.

        Returns:
            The attachment as it was stored.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.attachments import upload_attachment

        return await self._caller.call(
            upload_attachment.OPERATION,
            self._caller.arguments(
                upload_attachment.OPERATION, upload_attachment.arguments, task_id=task_id, body=body
            ),
        )

    def download(self, attachment_id: UUID) -> AbstractAsyncContextManager[httpx.Response]:
        """The bytes of an attachment.

        Returns:
            The file as it was uploaded.
            As a context manager; its body is read as it arrives, for example with `iter_bytes`.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                404: There is no such thing.
                422: The request does not fit this description.
        """
        from ..api.attachments import download_attachment

        return self._caller.stream(
            download_attachment.OPERATION,
            self._caller.arguments(
                download_attachment.OPERATION, download_attachment.arguments, attachment_id=attachment_id
            ),
        )
