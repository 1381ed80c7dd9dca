"""What a session does to its store, its server and its state, one step at a time.

`refresh()`, `start()`, `log_in()`, `sign_in()` and `sign_out()` are generators of steps: each yields what is to be done
next, and is sent what came of it. `Session` takes the steps, with the real store and server; a test can take them with
anything, in any order of events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from afresh._tokens import Tokens

    from .outcomes import Renewed, RenewedInMemory


@frozen
class Lock:
    """Take the store's lock and hold it until the last step. Raises `StoreError` where it cannot be had."""


@frozen
class Load:
    """Read the store: `Stored` or None comes back. Raises `StoreError`."""


@frozen
class Send:
    """Have tokens renewed by the server: an `Answer` comes back.

    Attributes:
        tokens: The tokens to exchange.
        are_refused: Whether the server has refused that, and it is time to sign in again.
    """

    tokens: Tokens
    are_refused: bool = False


@frozen
class IsOvertaken:
    """Whether the user has signed in or out meanwhile: a bool comes back."""


@frozen
class Save:
    """Write to the store, or empty it (None). Raises `StoreError`."""

    tokens: Tokens | None


@frozen
class SignIn:
    """Have the user signed in by the server: `Rotated` comes back. Raises what `TokenEndpoint.login` raises."""


@frozen
class Publish:
    """Let the requests have these tokens from now on."""

    outcome: Renewed | RenewedInMemory


@frozen
class IsSignedIn:
    """Whether the session has tokens: a bool comes back."""


@frozen
class Revoke:
    """Have tokens revoked by the server. Raises what `TokenEndpoint.logout` raises."""

    tokens: Tokens


Step = Lock | Load | Send | SignIn | IsOvertaken | IsSignedIn | Save | Publish | Revoke


@frozen
class Stored:
    """What the store holds.

    Attributes:
        tokens: The tokens there.
        due: The moment from which to renew them, None where unknown.
        is_due: Whether that moment is past.
    """

    tokens: Tokens
    due: float | None
    is_due: bool
