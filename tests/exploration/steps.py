"""What a thread of the engine does to the world around it, one indivisible step at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from afresh import Tokens


@frozen
class Clock:
    """Read the clock."""


@frozen
class CallState:
    """Call a method of the session's `State`."""

    method: str
    arguments: tuple[object, ...]
    named: tuple[tuple[str, object], ...] = ()


@frozen
class ReadState:
    """Read an attribute of the session's `State`."""

    attribute: str


@frozen
class ReadFlight:
    """Read an attribute of a `Flight`."""

    number: int
    attribute: str


@frozen
class WriteFlight:
    """Set an attribute of a `Flight`."""

    number: int
    attribute: str
    value: object


@frozen
class CallFlight:
    """Call a method of a `Flight`, or of an attribute of it."""

    number: int
    method: str
    arguments: tuple[object, ...]


@frozen
class Spawn:
    """Start a thread for a method of `Session`."""

    method: str
    arguments: tuple[object, ...]


@frozen
class Wait:
    """Wait to be woken."""


@frozen
class Wake:
    """Wake a thread that waits."""

    who: str


@frozen
class Lock:
    """Take the store's lock."""


@frozen
class Unlock:
    """Give the store's lock back."""


@frozen
class Load:
    """Read the store."""


@frozen
class Save:
    """Write to the store, or empty it."""

    tokens: Tokens | None


@frozen
class Exchange:
    """Call the refresh endpoint."""

    tokens: Tokens


@frozen
class SignIn:
    """Call the login endpoint."""


@frozen
class Revoke:
    """Call the logout endpoint."""

    tokens: Tokens


@frozen
class Call:
    """Call any other operation of the API."""

    access_token: str


@frozen
class Tell:
    """Tell the application that the session has ended."""


Step = (
    Clock
    | CallState
    | ReadState
    | ReadFlight
    | WriteFlight
    | CallFlight
    | Spawn
    | Wait
    | Wake
    | Lock
    | Unlock
    | Load
    | Save
    | Exchange
    | SignIn
    | Revoke
    | Call
    | Tell
)
