"""The steps that a session performs on its store, its server and its state, and what comes of them.

`refresh()`, `start()`, `log_in()`, `sign_in()` and `sign_out()` are generators of steps. Each yields the next step, and
is sent its result. `Session` performs the steps with the real store and server. A test can perform them with fakes, and
interleave events in any order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from afresh._errors import AuthError, NotSignedIn, SessionExpired
    from afresh._tokens import Tokens


@frozen
class Renewed:
    """There are new tokens, and the store holds them: from this refresh, from another process, or from a login."""

    tokens: Tokens
    due: float | None


@frozen
class StaleStore:
    """What the store holds after it failed to save the current tokens: older tokens, or none."""

    tokens: Tokens | None


@frozen
class RenewedInMemory:
    """There are new tokens, but saving them failed. The old ones are spent, so the new ones are used from memory."""

    tokens: Tokens
    due: float | None
    error: AuthError
    store: StaleStore


@frozen
class Refused:
    """The server refused the refresh token, and the store holds no newer one: the session is over.

    Attributes:
        error: The error that waiters get.
        may_sign_in: Whether the session keeps credentials that it has not tried yet.
    """

    error: SessionExpired
    may_sign_in: bool = False


@frozen
class Unavailable:
    """The tokens could not be renewed. They are kept, and not tried again before `until` (backoff, monotonic clock)."""

    error: AuthError
    until: float


@frozen
class SignedOut:
    """The user signed out."""

    error: NotSignedIn


Outcome = Renewed | RenewedInMemory | Refused | Unavailable | SignedOut


@frozen
class Rotated:
    """The server issued new tokens."""

    tokens: Tokens
    due: float | None


@frozen
class Ambiguous:
    """The request was sent, but no response arrived. The server may or may not have rotated the tokens."""

    error: AuthError
    until: float


Answer = Rotated | Refused | Unavailable | Ambiguous


@frozen
class Lock:
    """Acquire the store's lock, and hold it until the last step. Raises `StoreError` if that fails."""


@frozen
class Load:
    """Read the store. The result is `Stored`, or None if it is empty. Raises `StoreError`."""


@frozen
class Send:
    """Renew tokens at the server. The result is an `Answer`.

    Attributes:
        tokens: The tokens to renew.
        after_refusal: Whether the server has already refused their refresh token. Then sign in again instead.
    """

    tokens: Tokens
    after_refusal: bool = False


@frozen
class IsOvertaken:
    """Ask whether a login or logout has overtaken the refresh. The result is a bool."""


@frozen
class Save:
    """Write tokens to the store, or clear it (None). Raises `StoreError`."""

    tokens: Tokens | None


@frozen
class SignIn:
    """Sign in at the server. The result is `Rotated`. Raises what `TokenEndpoint.login` raises."""


@frozen
class Publish:
    """Make new tokens the current ones: requests use them from now on."""

    outcome: Renewed | RenewedInMemory


@frozen
class IsSignedIn:
    """Ask whether the session has tokens. The result is a bool."""


@frozen
class Revoke:
    """Revoke tokens at the server. Raises what `TokenEndpoint.logout` raises."""

    tokens: Tokens


Step = Lock | Load | Send | SignIn | IsOvertaken | IsSignedIn | Save | Publish | Revoke


@frozen
class Stored:
    """Tokens from the store.

    Attributes:
        tokens: The tokens.
        due: When they are due for renewal, on the monotonic clock; None if unknown.
        is_due: Whether they are due already.
    """

    tokens: Tokens
    due: float | None
    is_due: bool
