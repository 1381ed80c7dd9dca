"""What can stand in the way of a release."""


class PublishError(Exception):
    """The release was not published; the message says what happened, where, and what to do."""
