"""What openapi-python-client has no settings for: its version is pinned, so that these places stay where they are."""

from functools import cache

from openapi_python_client import strings
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema import ParameterLocation


@cache
def make() -> None:
    """Adjust the generator, once."""
    # Parameters of every type may stand in every place: our templates know how to write them there.
    for kind in PropertyProtocol.__subclasses__():
        kind._allowed_locations = set(ParameterLocation)  # noqa: SLF001
    # The view has the parameters of a path in their order: to sort them, the generator would copy the whole endpoint.
    Endpoint.sort_parameters = staticmethod(_as_it_is)  # type: ignore[method-assign]
    # Each name is taken apart some twenty times.
    for name in ("sanitize", "snake_case", "pascal_case", "fix_reserved_words"):
        setattr(strings, name, cache(getattr(strings, name)))


def _as_it_is(*, endpoint: Endpoint) -> Endpoint:
    return endpoint
