# Written by scripts/generate from the description of the API: changes made here are lost.
"""Signing in, renewing a session, signing out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models.credentials import Credentials
    from ..models.refresh_token_holder import RefreshTokenHolder
    from ..models.token_answer import TokenAnswer
    from ..operation import AsyncCaller, Caller


class Auth:
    """Signing in, renewing a session, signing out."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def login(self, body: Credentials) -> TokenAnswer:
        """Sign in with a user name and a password.

        This goes past the session of the client, which does not learn what became of the tokens: to sign in or out, use
        the client's own methods. The client renews tokens by itself.

        Returns:
            An access token and a refresh token.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
        """
        from ..api.auth import login

        return self._caller.call(login.OPERATION, self._caller.arguments(login.OPERATION, login.arguments, body=body))

    def refresh(self, body: RefreshTokenHolder) -> TokenAnswer:
        """Exchange a refresh token for new tokens.

        The refresh token in the body is used up; the answer holds its successor.

        This goes past the session of the client, which does not learn what became of the tokens: to sign in or out, use
        the client's own methods. The client renews tokens by itself.

        Returns:
            An access token and a refresh token.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
        """
        from ..api.auth import refresh

        return self._caller.call(
            refresh.OPERATION, self._caller.arguments(refresh.OPERATION, refresh.arguments, body=body)
        )

    def logout(self, body: RefreshTokenHolder) -> None:
        """End the session that a refresh token belongs to.

        Answers 204 whether or not the token was still alive (RFC 7009, section 2.2).

        This goes past the session of the client, which does not learn what became of the tokens: to sign in or out, use
        the client's own methods. The client renews tokens by itself.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                422: The request does not fit this description.
        """
        from ..api.auth import logout

        return self._caller.call(
            logout.OPERATION, self._caller.arguments(logout.OPERATION, logout.arguments, body=body)
        )


class AsyncAuth:
    """Signing in, renewing a session, signing out."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def login(self, body: Credentials) -> TokenAnswer:
        """Sign in with a user name and a password.

        This goes past the session of the client, which does not learn what became of the tokens: to sign in or out, use
        the client's own methods. The client renews tokens by itself.

        Returns:
            An access token and a refresh token.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
        """
        from ..api.auth import login

        return await self._caller.call(
            login.OPERATION, self._caller.arguments(login.OPERATION, login.arguments, body=body)
        )

    async def refresh(self, body: RefreshTokenHolder) -> TokenAnswer:
        """Exchange a refresh token for new tokens.

        The refresh token in the body is used up; the answer holds its successor.

        This goes past the session of the client, which does not learn what became of the tokens: to sign in or out, use
        the client's own methods. The client renews tokens by itself.

        Returns:
            An access token and a refresh token.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                401: No token, or one that is no good (any more).
                422: The request does not fit this description.
        """
        from ..api.auth import refresh

        return await self._caller.call(
            refresh.OPERATION, self._caller.arguments(refresh.OPERATION, refresh.arguments, body=body)
        )

    async def logout(self, body: RefreshTokenHolder) -> None:
        """End the session that a refresh token belongs to.

        Answers 204 whether or not the token was still alive (RFC 7009, section 2.2).

        This goes past the session of the client, which does not learn what became of the tokens: to sign in or out, use
        the client's own methods. The client renews tokens by itself.

        Raises:
            APIError: The SDK's error for a status other than 2xx. Described are
                422: The request does not fit this description.
        """
        from ..api.auth import logout

        return await self._caller.call(
            logout.OPERATION, self._caller.arguments(logout.OPERATION, logout.arguments, body=body)
        )
