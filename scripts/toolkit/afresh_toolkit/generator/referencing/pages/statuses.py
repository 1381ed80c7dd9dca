"""Which error of the SDK an answer with a status raises."""

from collections.abc import Mapping

BY_STATUS: Mapping[str, str] = {
    "400": "BadRequest",
    "401": "Unauthorized",
    "403": "Forbidden",
    "404": "NotFound",
    "409": "Conflict",
    "422": "UnprocessableContent",
    "429": "RateLimited",
}
"""The errors that the client has a class for; `5xx` are ServerError, and all others APIError."""


def error_class(status: str) -> str:
    """Return the class of the error that the client raises for a status, such as `404`, `5XX` or `default`."""
    return BY_STATUS.get(status) or ("ServerError" if status.startswith("5") else "APIError")
