"""The challenges of a 401 response: the WWW-Authenticate header (RFC 9110, section 11.6.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"

_CHALLENGE_PART: Final = re.compile(
    rf"""[\s,]*(?:
        (?P<name>{_NAME})\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s",]+))  # a parameter
        | (?P<scheme>{_NAME})(?:\s+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$)))?  # a scheme, perhaps with a token68
    )""",
    re.VERBOSE,
)

OTHER_SCHEMES: Final = frozenset(
    {
        "basic",
        "concealed",
        "digest",
        "dpop",
        "gnap",
        "hoba",
        "mutual",
        "negotiate",
        "ntlm",
        "oauth",
        "privatetoken",
        "scram-sha-1",
        "scram-sha-256",
        "vapid",
    }
)
"""Schemes that a bearer token cannot satisfy: those registered with IANA, and NTLM. An unknown scheme may be bearer."""

OTHER_ERRORS: Final = frozenset({"insufficient_scope", "invalid_request", "use_dpop_nonce"})
"""Errors that a new token would get as well (RFC 6750, section 3.1; RFC 9449, section 9)."""


def is_about_bearer_token(response: httpx.Response) -> bool:
    """Return whether a new bearer token may help: the 401 says that the token is invalid, or gives no other reason."""
    challenges = list(_challenges(", ".join(response.headers.get_list("WWW-Authenticate"))))
    ours = [parameters for scheme, parameters in challenges if scheme not in OTHER_SCHEMES]
    if challenges and not ours:
        return False
    return not ours or any(parameters.get("error") not in OTHER_ERRORS for parameters in ours)


def _challenges(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the scheme, in lower case, and the parameters of each challenge. Skip what is not a challenge."""
    scheme, parameters, position = "", dict[str, str](), 0
    while position < len(value):
        part = _CHALLENGE_PART.match(value, position)
        if part is None:
            position += 1
            continue
        position = part.end()
        if part["scheme"] is not None:
            if scheme:
                yield scheme, parameters
            scheme, parameters = part["scheme"].lower(), {}
        else:
            text = part["plain"] if part["quoted"] is None else re.sub(r"\\(.)", r"\1", part["quoted"])
            parameters.setdefault(part["name"].lower(), text)
    if scheme:
        yield scheme, parameters
