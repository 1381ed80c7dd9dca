"""The environment variables of an SDK, and what each holds."""

import json
from collections.abc import Mapping

from afresh_toolkit.generator.extensions.lifecycle_code import TokenLifecycle
from afresh_toolkit.generator.guessing.keys import Security, variable

_OF_EVERY_SDK = {
    "BASE_URL": "the base URL of the API",
    "ALLOW_HTTP": "the hosts that plain http is allowed to",
    "TOKEN": "an access token",
    "REFRESH_TOKEN": "a refresh token",
    "CLIENT_ID": "the OAuth2 client identifier",
    "CLIENT_SECRET": "the secret of the OAuth2 client",
    "STORE": "where the session is stored: `memory`, `keyring`, a `redis://` URL, or a path",
    "TIMEOUT": "the timeout of a request, in seconds",
    "RETRIES": "the maximum number of retries of a call",
}


def variables(prefix: str, lifecycle: TokenLifecycle | None, security: Security) -> Mapping[str, str]:
    """Return what each variable holds, by its name; `prefix` is that of the SDK."""
    login = lifecycle.login if lifecycle else None
    found = {
        **_OF_EVERY_SDK,
        **{variable(one.key): f"`{one.key}`, to sign in" for one in (login.credentials if login else ())},
        **{
            one: f"`{name}`: {said}"
            for name, key in security.keys.items()
            for one, said in zip(key.variables, key.parts, strict=True)
        },
    }
    return {f"{prefix}{name}": said for name, said in found.items()}


def table_of_variables(prefix: str, lifecycle: TokenLifecycle | None, security: Security) -> str:
    """Return them as a table."""
    rows = (f"| `{name}` | {said} |" for name, said in variables(prefix, lifecycle, security).items())
    return "\n".join(("| variable | what it holds |", "| --- | --- |", *rows))


def table_of_keys(security: Security) -> str:
    """Return the keys that the client takes, as a table; the empty string where there are none."""
    if not security.keys:
        return ""
    rows = (f"| `{json.dumps(name)}: {key.example}` | {key.said} |" for name, key in security.keys.items())
    return "\n".join(("| `Client(…, keys={…})` | what it is |", "| --- | --- |", *rows))
