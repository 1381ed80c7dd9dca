"""The command `afresh-toolkit demo`: shows who is signed in, until when, and that the tokens can be renewed.

It runs the SDK of the repository, in whose environment the toolkit is.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from getpass import getpass
from hashlib import sha256
from importlib import import_module
from typing import Any

from afresh_toolkit.invocation import Invocation


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status: 0 is done, 1 a problem, 2 wrong usage."""
    checkout = invocation.checkout
    demonstration = Demonstration(checkout.package, checkout.api)
    variable = demonstration.environment.BASE_URL
    parser = argparse.ArgumentParser(
        prog=invocation.name,
        description="Signs in to a server of the API, shows who that is, renews the tokens, and signs out.",
    )
    parser.add_argument("--base-url", metavar="URL", default=os.environ.get(variable), help=f"else {variable} says it")
    base_url = parser.parse_args(arguments).base_url
    if not base_url:
        parser.error(f"where is the API? Give --base-url, or set {variable}")
    try:
        demonstration.show(base_url)
    except demonstration.layer.SDKError as error:
        print(f"{invocation.name}: {error}", file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        return 130
    return 0


class Demonstration:
    """What is shown of an SDK, by the names of its two packages."""

    def __init__(self, package: str, api: str) -> None:
        self.layer: Any = import_module(package)
        self.environment: Any = import_module(f"{package}._environment")
        self._lifecycle: Any = import_module(f"{api}.lifecycle").LIFECYCLE
        self._request: Any = import_module(f"{package}._session.token_calls.request")

    def show(self, base_url: str) -> None:
        """Sign in, say what came of it, renew, and sign out."""
        session = self.layer.Session(base_url, keys=self.environment.keys())
        credentials = self.environment.credentials()
        given = self.environment.tokens()
        if given is not None:
            session.sign_in(given)
            print(f"tokens from the environment, for {session.base_url}")
        elif self._has("login") and credentials:
            texts = {
                one.key: self.environment.value_of(name) or ask(one.key, is_secret=one.is_secret)
                for name, one in credentials.items()
            }
            session.login(self.environment.LoginBody(texts))
            who = ", ".join(f"{one.key} {texts[one.key]}" for one in credentials.values() if not one.is_secret)
            print(f"signed in at {session.base_url}{who and ': ' + who}")
        else:
            print("The description has no sign-in that takes texts alone: give an access token.")
            given = self._as_tokens(ask("access token", is_secret=True))
            session.sign_in(given)
        show_status(session)
        self._renew(session)
        if given is None and self._has("logout"):
            session.logout()
            print("signed out")

    def _has(self, call: str) -> bool:
        return self._lifecycle is not None and getattr(self._lifecycle, call) is not None

    def _as_tokens(self, text: str) -> Any:
        """Take what was typed for an access token; raises ConfigurationError where it cannot be one."""
        try:
            return self.layer.Tokens(text)
        except ValueError:
            raise self.layer.ConfigurationError(
                "that is no access token: none has spaces or line breaks in it"
            ) from None

    @property
    def _needs_refresh_token(self) -> bool:
        return bool(self._request.needs(self._lifecycle.refresh, self._request.REFRESH_TOKEN))

    def _renew(self, session: Any) -> None:
        """Have the tokens renewed, as after a 401."""
        if not self._has("refresh"):
            print(
                "The description says nothing about renewing tokens: when this one expires, give another in "
                f"{self.environment.TOKEN}."
            )
        elif session.tokens is None or (session.tokens.refresh_token is None and self._needs_refresh_token):
            print("There is no refresh token: nothing to renew with.")
        else:
            session.obtain(rejected=session.tokens)
            print("renewed:")
            show_status(session)


def ask(name: str, *, is_secret: bool) -> str:
    """Ask whoever is there, without showing what is secret."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass(f"{name}: ") if is_secret else input(f"{name}: ")


def show_status(session: Any) -> None:
    """Print what the session has; of tokens, only a fingerprint."""
    held = session.tokens
    if held is None:
        return
    mark = sha256(held.access_token.encode()).hexdigest()[:8]
    until = f"until {held.expires_at:%Y-%m-%d %H:%M:%S} UTC" if held.expires_at else "it is not known until when"
    print(f"access token   sha256 {mark}…, {until}")
    print(f"refresh token  {'there is one' if held.refresh_token else 'none'}")
