"""Which hosts are asked without a proxy."""

from collections.abc import MutableMapping

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def pass_by_for_loopback(environment: MutableMapping[str, str]) -> None:
    """Let no proxy stand between this machine and itself, for this process and the programs that it runs."""
    named = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if named != "*":  # which is all, and means nothing beside others
        environment["no_proxy"] = environment["NO_PROXY"] = ",".join(filter(None, (named, *_LOOPBACK)))
