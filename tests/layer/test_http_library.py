"""The HTTP client library: httpx, or httpx2 where an application has chosen it for both."""

import ssl
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from afresh._http import BodyAround, tls_context
from servers.canned import Answer, answering

PROGRAM = """
import httpx2

httpx2.alias_httpx()
import httpx
from afresh import Client, Tokens
from afresh._http import HEADER_LOGGERS

assert HEADER_LOGGERS == ("httpcore2.http11", "httpcore2.http2")

with Client(ADDRESS, tokens=Tokens("a"), total_timeout=30) as api:
    assert isinstance(api.http, httpx2.Client)
    api.tasks.delete("7c9e6679-7425-40de-944b-e07fc1f90ae7")
    with api.attachments.download("7c9e6679-7425-40de-944b-e07fc1f90ae7") as response:
        assert isinstance(response, httpx2.Response)
        assert b"".join(response.iter_bytes()) == b"content"
    assert response.elapsed.total_seconds() > 0
with httpx.Client() as own, Client(ADDRESS, tokens=Tokens("a"), http_client=own) as api:
    api.tasks.delete("7c9e6679-7425-40de-944b-e07fc1f90ae7")
"""


def test_an_application_may_use_httpx2_for_both() -> None:
    def answer(asked: object) -> Answer:
        method = getattr(asked, "method", "")
        return Answer(204) if method == "DELETE" else Answer(200, b"content")

    with answering(answer) as server:
        program = PROGRAM.replace("ADDRESS", repr(server.url))
        ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    agents = [asked.headers["user-agent"] for asked in server.asked]
    assert [agent.rpartition(" ")[2].partition("/")[0] for agent in agents] == ["httpx2"] * 3


def test_tls_keys_are_logged_where_the_library_does_not_see_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    monkeypatch.delenv("SSLKEYLOGFILE", raising=False)
    assert tls_context().keylog_filename is None
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert tls_context().keylog_filename == str(tmp_path / "keys")


def test_a_body_around_another_says_how_long_that_took() -> None:
    class Timed:
        elapsed = timedelta(seconds=3)

    class Around(BodyAround):
        def __init__(self, stream: object) -> None:
            self._stream = stream

    assert Around(Timed()).elapsed == timedelta(seconds=3)
    assert Around(b"of a library that measures elsewhere").elapsed is None
