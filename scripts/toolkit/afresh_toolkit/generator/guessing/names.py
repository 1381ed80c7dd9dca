"""The names by which operations and fields are known that have to do with tokens.

Names are compared without case and all that is no letter or digit: `access_token` is `accessToken`.
"""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

ACCESS = (
    *("accesstoken", "token", "jwt", "jwttoken", "authtoken", "access", "accessjwt", "bearertoken", "sessiontoken"),
    *("plaintexttoken", "idtoken"),
)
"""Fields that hold an access token, the surest first."""

EXPIRES_IN = ("expiresin", "expiresinseconds", "accesstokenexpiresin", "tokenexpiresin", "accessexpiresin")
EXPIRES_IN_MS = ("expiresinms", "expiresinmilliseconds", "expiresinmillis")
EXPIRES_AT = (
    *("expiresat", "expiry", "expirydate", "expirationdate", "accesstokenexpiresat", "accesstokenexpiry"),
    *("accesstokenexpiration", "tokenexpiration", "tokenexpiresat", "validto"),
)
EXPIRES_AT_IF_DATED = ("expiration", "expires", "expireson", "expirestime", "expirationtime")
"""Fields that say when a token expires if they are described as a date: else they may be anything."""
PASSWORDS = ("password", "passwd", "pwd", "pass", "passphrase", "pin", "apikey", "secret")
USERS = (
    *("username", "user", "email", "emailaddress", "login", "loginname", "userid", "clientid", "phone", "account"),
    *("identifier", "usernameoremail", "emailorusername", "mail"),
)
GRANT = "granttype"
WEAK_SECRETS = frozenset({"pin", "secret", "apikey"})
"""Secrets that other operations than a sign-in take, too."""

LOGIN = frozenset(
    {"login", "signin", "authenticate", "logon", "token", "tokens", "session", "sessions", "auth", "jwt", "tokenpair"}
)
PLAIN_LOGIN = frozenset({"login", "signin", "authenticate", "logon"})
REFRESH = frozenset(
    {"refresh", "renew", "renewal", "refreshtoken", "refreshtokens", "refreshjwt", "refreshaccesstoken"}
)
LOGOUT = frozenset({"logout", "signout", "logoff"})
REVOKE = frozenset({"revoke", "revocation", "blacklist"})
AUTH = PLAIN_LOGIN | {"auth", "session", "sessions"}
"""Words of which a sign-in that takes a weak secret must have one."""
PEOPLE = frozenset({"user", "users", "account", "accounts", "members", "customers", "people", "profile"})
"""Words at the end of a path by which it makes or changes somebody."""
SEVERAL = frozenset({"all", "everywhere", "others", "devices", "sessions", "globally"})
"""Words of a sign-out that ends more than the session itself."""
PRIVILEGED = frozenset({"admin", "internal", "legacy", "swagger", "docs"})
"""Words of an operation that is for few: another one is chosen before it."""

OTHERS = re.compile(
    "register|registration|registrations|signup|reset|forgot|forgotten|recover|recovery|verify|verification|confirm|"
    "confirmation|change|invite|invitation|magiclink|otp|mfa|factor|factors|challenge|introspect|introspection|"
    "validate|sso|saml|webauthn|passkey|device|activate|impersonate|social|google|facebook|github|apple"
)
"""Words of operations that have to do with passwords or tokens, and are none of the three."""

FORGERY = re.compile("csrf|xsrf")
"""Names, in lower case, of what requests send back against request forgery."""

_REFRESH_FIELD = re.compile(r"(?:\w*refreshtoken(?:cookie|value|string)?|refresh|refreshjwt|jwtrefresh|renewal?token)")


def plain(name: object) -> str:
    """Return a name without case and all that is no letter or digit."""
    return re.sub(r"[\W_]", "", str(name)).lower()


def is_refresh_token(name: str) -> bool:
    """Whether a plain name is that of a refresh token."""
    return bool(_REFRESH_FIELD.fullmatch(name))


def words_of(texts: Sequence[str]) -> frozenset[str]:
    """Split texts into words, with each two that follow each other as one, too: `sign-in` is `signin`."""
    found: set[str] = set()
    for text in texts:
        parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", text)
        single = [part.lower() for part in parts]
        found |= {*single, *(one + other for one, other in pairwise(single))}
    return frozenset(found)


def field_of(place: str) -> str:
    """Name the field of a runtime expression as the description does."""
    return f"`{re.split(r'[#/.]', place)[-1]}`"


def listed(words: Collection[str]) -> str:
    """List words, each as code."""
    return ", ".join(f"`{word}`" for word in sorted(words))
