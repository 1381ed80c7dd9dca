"""Writes the reference of the package: a page a tag, and pages on models, errors and signing in."""
