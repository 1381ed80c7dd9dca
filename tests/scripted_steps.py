"""Drives the steps of the token engine through a script, without a session, a store or a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from afresh import SDKError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from afresh._session.steps import Step


def go_through(steps: Generator[Step, Any, object], *script: tuple[Step, object]) -> object:
    """Drive steps through a script of what comes of each; they must be just these, also where they raise in the end."""
    left: Sequence[tuple[Step, object]] = script
    try:
        step = next(steps)
        while True:
            (expected, result), *left = left
            assert step == expected
            step = steps.throw(result) if isinstance(result, Exception) else steps.send(result)
    except StopIteration as end:
        assert not left
        return end.value
    except SDKError:
        assert not left
        raise
