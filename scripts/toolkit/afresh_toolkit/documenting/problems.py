"""What can go wrong while a site is built."""


class DocumentingError(Exception):
    """The site cannot be built; says why, and what to do."""
