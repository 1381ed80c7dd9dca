"""What can be set on the command line, and while the server runs through the control side."""

from attrs import frozen


@frozen(kw_only=True)
class Settings:
    """All times are in seconds, and may be fractions of one."""

    access_ttl: float = 900
    """How long an access token lives."""
    refresh_ttl: float = 86400
    """How long a refresh token lives, if it is not used before."""
    grace: float = 0
    """How long after its use a refresh token still gets the same successors, instead of ending the session."""
    search_limit: int = 20
    """How many searches a user has in each window."""
    search_window: float = 10
