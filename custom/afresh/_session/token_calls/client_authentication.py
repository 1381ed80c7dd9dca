"""How the OAuth2 client says who it is (RFC 6749, section 2.3)."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus

from attrs import field, frozen

from afresh._errors import ConfigurationError

if TYPE_CHECKING:
    from afresh_api.lifecycle import TokenCall, TokenLifecycle

FORM: Final = "application/x-www-form-urlencoded"

_PRINTABLE: Final = re.compile(r"[\x20-\x7e]+")


@frozen
class OAuthClient:
    """The id and secret of the OAuth2 client (RFC 6749, section 2.2). A public client has no secret.

    Raises:
        ConfigurationError: One of them has characters that RFC 6749, appendix A, does not allow, or there is a secret
            without an id.
    """

    id: str | None = None
    secret: str | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        for name, value in (("client_id", self.id), ("client_secret", self.secret)):
            if value is not None and not _PRINTABLE.fullmatch(value):
                raise ConfigurationError(f"{name} must consist of printable ASCII characters, without line breaks")
        if self.secret is not None and self.id is None:
            raise ConfigurationError("client_secret was given without client_id: give both")


NO_CLIENT: Final = OAuthClient()


def authenticate(
    call: TokenCall, lifecycle: TokenLifecycle, client: OAuthClient, headers: dict[str, str], body: dict[str, Any]
) -> None:
    """Add the client's authentication (RFC 6749, section 2.3.1) as the lifecycle says, unless a placement did."""
    if lifecycle.client == "none" or client.id is None:
        return
    if lifecycle.client == "basic" and client.secret is not None:
        if not any(name.lower() == "authorization" for name in headers):
            pair = f"{quote_plus(client.id)}:{quote_plus(client.secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    elif call.media_type == FORM:
        body["client_id"] = client.id
        if client.secret is not None:
            body["client_secret"] = client.secret
