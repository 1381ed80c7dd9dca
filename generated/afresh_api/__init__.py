# Written by scripts/generate from the description of the API: changes made here are lost.
"""Afresh Sample API

The API that this repository's SDK is made for as it stands. Its server, the sandbox, comes along in
`tests/sandbox/`, so that everything runs on one machine.

Access tokens are short-lived JWTs, sent as `Authorization: Bearer …`. Refresh tokens are opaque and may be used
once; using one a second time revokes the whole session (RFC 9700, section 4.14.2).
Errors are problem details (RFC 9457).
"""

from typing import TYPE_CHECKING

from .client import AuthenticatedClient, Client

if TYPE_CHECKING:
    from . import api, errors, models, resources, types

# The modules are imported when they are asked for; those that are named here are documented.
__all__ = ["AuthenticatedClient", "Client", "api", "errors", "models", "resources", "types"]
