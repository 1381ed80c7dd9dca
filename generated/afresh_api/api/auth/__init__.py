# Written by scripts/generate from the description of the API: changes made here are lost.
"""Signing in, renewing a session, signing out."""
