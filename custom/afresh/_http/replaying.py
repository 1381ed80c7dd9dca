"""Whether a request can be sent twice."""

from __future__ import annotations

import httpx

from .file_stream import FileStream


def can_send_again(stream: object) -> bool:
    """Return whether a request's body can be sent twice.

    This is decided by the body's type. An exhausted iterator would not fail: it would be sent as an empty body.
    """
    if isinstance(stream, httpx.ByteStream):
        return True
    if isinstance(stream, FileStream):
        return stream.is_seekable
    # A multipart body reads its files from the start each time, so all of them must be seekable.
    fields = getattr(stream, "fields", None)
    return fields is not None and all(_is_seekable(getattr(field, "file", b"")) for field in fields)


def _is_seekable(file: object) -> bool:
    return isinstance(file, str | bytes) or bool(getattr(file, "seekable", bool)())
