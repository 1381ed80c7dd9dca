"""How a machine asks itself."""

from collections.abc import MutableMapping
from ipaddress import ip_address

_HOSTS = ("127.0.0.1", "::1", "localhost")


def is_loopback(host: str) -> bool:
    """Say whether what is sent to a host stays on this machine. Names below localhost may be asked for elsewhere."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def ask_without_proxy(environment: MutableMapping[str, str]) -> None:
    """Let no proxy stand between this machine and itself, for this process and the programs that it runs."""
    named = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if named != "*":  # which is all, and means nothing beside others
        environment["no_proxy"] = environment["NO_PROXY"] = ",".join(filter(None, (named, *_HOSTS)))
