"""Lifecycles as the engine has them, compiled of what a description says, and sessions that live by them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import jwt

import afresh_api.lifecycle
from afresh_toolkit.generator.guessing.deciding import decide
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from servers.canned import Asked

HEAD = 'openapi: 3.1.0\ninfo: {title: Tokens, version: "1"}\n'
KEY = "a key that has at least 32 bytes"


def lifecycle_of(text: str, folder: Path) -> afresh_api.lifecycle.TokenLifecycle:
    """Compile what a description says; nothing may be wrong with it."""
    file = folder / "openapi.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    decision, problems = decide(Document.read(file), Applied())
    assert problems == []
    # The code of the generated module, of which this is the repr.
    made: afresh_api.lifecycle.TokenLifecycle = eval(repr(decision.lifecycle), vars(afresh_api.lifecycle))
    return made


def live_by(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have all sessions made from now on, and the environment's variables, live by what a description says."""
    lifecycle = lifecycle_of(text, folder)
    for module in ("_session.session", "_environment", "_console.session"):
        monkeypatch.setattr(f"afresh.{module}.LIFECYCLE", lifecycle)


def form(asked: Asked) -> dict[str, str]:
    """Read a form that was sent."""
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    return dict(parse_qsl(asked.body.decode(), keep_blank_values=True, strict_parsing=True))


def signed(life: float | None = None, **claims: Any) -> str:
    """Make an access token that is a JWT."""
    now = time.time()
    times = {} if life is None else {"iat": int(now), "exp": int(now) + life}
    return jwt.encode({**times, **claims}, KEY, algorithm="HS256")
