"""Tokens as JSON text, the format of the stores."""

from __future__ import annotations

import json
from datetime import datetime

from afresh._tokens import Tokens


def to_json(tokens: Tokens) -> str:
    """Serialize tokens."""
    document = {
        "format": 1,
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires_at": tokens.expires_at and tokens.expires_at.isoformat(),
        "expires_in": tokens.expires_in,
    }
    return json.dumps(document, separators=(",", ":"))  # compact, for keyrings with short entries


def from_json(text: str | bytes) -> Tokens:
    """Parse tokens.

    Raises:
        ValueError: The text holds no tokens, or has the format of a later version. The error does not quote it.
    """
    match json.loads(text):
        case {
            "format": 1,
            "access_token": str(access_token),
            "refresh_token": str() | None as refresh_token,
            "expires_at": str() | None as expires_at,
            "expires_in": int() | float() | None as expires_in,
        }:
            expiry = None if expires_at is None else datetime.fromisoformat(expires_at)
            return Tokens(access_token, refresh_token, expiry, expires_in)
        case _:
            raise ValueError("no tokens in a known format")
