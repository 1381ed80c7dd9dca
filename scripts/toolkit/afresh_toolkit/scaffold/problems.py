"""What can be wrong with what was asked for."""


class ScaffoldError(Exception):
    """Nothing was made or changed; the message is one line, and says what to do."""
