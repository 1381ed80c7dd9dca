# Written by scripts/generate from the description of the API: changes made here are lost.
"""The errors that the functions in `api` raise by themselves."""


class UnexpectedStatus(Exception):
    """The answer has a status that is not described; raised only where `Client.raise_on_unexpected_status` is set."""

    def __init__(self, status_code: int, content: bytes) -> None:
        self.status_code = status_code
        self.content = content
        super().__init__(f"Unexpected status {status_code}; the answer was: {content.decode(errors='replace')}")


class UnexpectedBody(Exception):
    """The answer means success, but holds something else than what is described; the cause says in what it differs."""

    def __init__(self, status_code: int, content: bytes) -> None:
        self.status_code = status_code
        self.content = content
        super().__init__(f"Unexpected body with status {status_code}: {content[:2000].decode(errors='replace')}")


__all__ = ["UnexpectedBody", "UnexpectedStatus"]
