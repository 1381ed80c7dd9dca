"""Programs that the toolkit runs, see afresh_toolkit/children.py."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from afresh_toolkit import children


def test_a_signal_that_comes_while_a_program_cannot_be_started_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def popen(*_: Any, **__: Any) -> None:
        signal.raise_signal(signal.SIGTERM)
        raise FileNotFoundError

    monkeypatch.setattr("subprocess.Popen", popen)
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    try:
        with pytest.raises(FileNotFoundError):
            children.run(["no-such-program"])
        assert came == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)
