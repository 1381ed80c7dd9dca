"""What can be wrong with a sync."""


class SyncError(Exception):
    """No branch was made; the message says what happened, and what to do."""
