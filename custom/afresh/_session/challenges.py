"""What a 401 asks for in WWW-Authenticate (RFC 9110, section 11.6.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"

_PART: Final = re.compile(
    rf"""[\s,]*(?:
        (?P<name>{_NAME})\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s",]+))  # a parameter
        | (?P<scheme>{_NAME})(?:\s+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$)))?  # a scheme, and its token68
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
"""Schemes registered with IANA, and NTLM, that a bearer token is no answer to. A name of the API's own may mean it."""

NOT_THE_TOKEN: Final = frozenset({"insufficient_scope", "invalid_request", "use_dpop_nonce"})
"""Errors (RFC 6750, section 3.1; RFC 9449, section 9) that another token of the same kind would get as well."""


def is_about_bearer_token(response: httpx.Response) -> bool:
    """Whether a 401 says, or leaves open, that the bearer token is no good, so that a new one would help."""
    challenges = list(_challenges(", ".join(response.headers.get_list("WWW-Authenticate"))))
    ours = [parameters for scheme, parameters in challenges if scheme not in OTHER_SCHEMES]
    if challenges and not ours:
        return False
    return not ours or any(parameters.get("error") not in NOT_THE_TOKEN for parameters in ours)


def _challenges(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each scheme that is asked for, in lower case, with its parameters. What is no challenge is passed over."""
    scheme, parameters, position = "", dict[str, str](), 0
    while position < len(value):
        part = _PART.match(value, position)
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
