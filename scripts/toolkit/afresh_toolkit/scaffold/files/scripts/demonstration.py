"""What `scripts/demo` shows: who is signed in, until when, and that the tokens can be renewed."""

import argparse
import os
import sys
from getpass import getpass
from hashlib import sha256

from afresh import ConfigurationError, SDKError, Session, Tokens
from afresh._environment import BASE_URL, TOKEN, LoginBody, credentials, tokens, value_of
from afresh._session.token_calls.request import REFRESH_TOKEN, needs
from afresh_api.lifecycle import LIFECYCLE


def main() -> int:
    """Run the command; its exit status is 0 where all went well."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--base-url", metavar="URL", default=os.environ.get(BASE_URL), help=f"else {BASE_URL} says it")
    base_url = parser.parse_args().base_url
    if not base_url:
        parser.error(f"where is the API? Give --base-url, or set {BASE_URL}")
    try:
        show(Session(base_url))
    except SDKError as error:
        print(f"scripts/demo: {error}", file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        return 130
    return 0


def show(session: Session) -> None:
    """Sign in, say what came of it, renew, and sign out."""
    given = tokens()
    if given is not None:
        session.sign_in(given)
        print(f"tokens from the environment, for {session.base_url}")
    elif LIFECYCLE is not None and LIFECYCLE.login is not None and credentials():
        texts = {
            one.key: value_of(name) or ask(one.key, is_secret=one.is_secret) for name, one in credentials().items()
        }
        session.login(LoginBody(texts))
        who = ", ".join(f"{one.key} {texts[one.key]}" for one in credentials().values() if not one.is_secret)
        print(f"signed in at {session.base_url}{who and ': ' + who}")
    else:
        print("The description has no sign-in that takes texts alone: give an access token.")
        given = as_tokens(ask("access token", is_secret=True))
        session.sign_in(given)
    show_status(session)
    renew(session)
    if given is None and LIFECYCLE is not None and LIFECYCLE.logout is not None:
        session.logout()
        print("signed out")


def as_tokens(text: str) -> Tokens:
    """Take what was typed for an access token; raises ConfigurationError where it cannot be one."""
    try:
        return Tokens(text)
    except ValueError:
        raise ConfigurationError("that is no access token: none has spaces or line breaks in it") from None


def ask(name: str, *, is_secret: bool) -> str:
    """Ask whoever is there, without showing what is secret."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass(f"{name}: ") if is_secret else input(f"{name}: ")


def show_status(session: Session) -> None:
    """Print what the session has; of tokens, only a fingerprint."""
    held = session.tokens
    if held is None:
        return
    mark = sha256(held.access_token.encode()).hexdigest()[:8]
    until = f"until {held.expires_at:%Y-%m-%d %H:%M:%S} UTC" if held.expires_at else "it is not known until when"
    print(f"access token   sha256 {mark}…, {until}")
    print(f"refresh token  {'there is one' if held.refresh_token else 'none'}")


def renew(session: Session) -> None:
    """Have the tokens renewed, as after a 401."""
    if LIFECYCLE is None or LIFECYCLE.refresh is None:
        print(f"The description says nothing about renewing tokens: when this one expires, give another in {TOKEN}.")
    elif session.tokens is None or (session.tokens.refresh_token is None and needs(LIFECYCLE.refresh, REFRESH_TOKEN)):
        print("There is no refresh token: nothing to renew with.")
    else:
        session.obtain(rejected=session.tokens)
        print("renewed:")
        show_status(session)


if __name__ == "__main__":
    sys.exit(main())
