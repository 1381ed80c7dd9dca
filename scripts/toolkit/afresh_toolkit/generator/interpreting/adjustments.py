"""What openapi-python-client has no settings for: its version is pinned, so that these places stay where they are."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any
from unicodedata import normalize

from attrs import evolve
from openapi_python_client import strings
from openapi_python_client.config import Config
from openapi_python_client.parser import openapi, properties
from openapi_python_client.parser.errors import PropertyError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import schemas
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.schemas import (
    Class,
    ReferencePath,
    Schemas,
    update_schemas_with_data,
)
from openapi_python_client.schema import ParameterLocation, Schema
from openapi_python_client.strings import PythonIdentifier

from afresh_toolkit.generator.interpreting import maps
from afresh_toolkit.generator.normalising.file_names import LONGEST_MODEL, file_name


@cache
def make() -> None:
    """Adjust the generator, once."""
    for kind in PropertyProtocol.__subclasses__():
        # Parameters of every type may stand in every place: our templates know how to write them there.
        kind._allowed_locations = set(ParameterLocation)  # noqa: SLF001
        # `isinstance` would look each time whether an instance of another class has all that a protocol asks for.
        kind.__class__ = _Plain  # type: ignore[assignment, method-assign]
    properties.ListProperty.build = staticmethod(maps.build)  # type: ignore[assignment, attr-defined, method-assign]
    # At three steps it would copy the whole endpoint, which nobody else has. One is to sort the parameters of a path,
    # which the view has in their order.
    openapi.deepcopy = _as_it_is  # type: ignore[assignment, attr-defined]
    Endpoint.sort_parameters = staticmethod(lambda *, endpoint: endpoint)  # type: ignore[method-assign]
    # Python reads names in their compatible form (NFKC), in which two may be the same.
    strings.sanitize = _sanitizing(strings.sanitize)  # type: ignore[assignment]
    strings.split_words = _splitting(strings.split_words)  # type: ignore[assignment]
    # Each name is taken apart some twenty times.
    for name in ("sanitize", "snake_case", "pascal_case", "fix_reserved_words"):
        setattr(strings, name, cache(getattr(strings, name)))
    for kind_of_name in (strings.PythonIdentifier, strings.ClassName):
        kind_of_name.__new__ = cache(kind_of_name.__new__)  # type: ignore[assignment, method-assign]
    Class.from_string = staticmethod(_class_from_string(Class.from_string))  # type: ignore[method-assign]
    schemas.urlparse = cache(schemas.urlparse)  # type: ignore[assignment, attr-defined]
    # With each schema, the generator would copy all that it has read before.
    properties.update_schemas_with_data = _update_schemas  # type: ignore[attr-defined]


class _Plain(type):
    """The type of classes whose instances are told by their types alone."""


_DROPPED = re.compile(r"[^0-9A-Za-z\\. _-]+")
_CAPITALISED = re.compile(r"([A-Z]?[a-z]+)")
_CAPITAL = re.compile(r"[A-Z]")
_WORD = re.compile(r"[^\\. _-]+")


def _sanitizing(sanitize: Callable[[str], str]) -> Callable[[str], str]:
    """Return the function that leaves out of a name what Python has no use for; nearly all names are of ASCII alone."""
    return lambda value: _DROPPED.sub("", value) if value.isascii() else sanitize(normalize("NFKC", value))


def _splitting(split: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    """Return the function that splits a name into its words."""

    def split_words(value: str) -> list[str]:
        if not value.isascii():
            return split(value)
        return _WORD.findall(" ".join(_CAPITALISED.split(value)) if _CAPITAL.search(value) else value)

    return split_words


def _class_from_string(make_class: Callable[..., Class]) -> Callable[..., Class]:
    """Return the function that makes a class by its name, so that its module's is one that every system can have."""

    def from_string(**said: Any) -> Class:
        made = make_class(**said)
        module = file_name(made.module_name, LONGEST_MODEL)
        return made if module == made.module_name else evolve(made, module_name=str.__new__(PythonIdentifier, module))

    return from_string


def _as_it_is(endpoint: Endpoint) -> Endpoint:
    return endpoint


def _update_schemas(
    *, ref_path: ReferencePath, data: Schema, schemas: Schemas, config: Config
) -> Schemas | PropertyError:
    read: dict[str, Any] = {"data": data, "schemas": schemas, "config": config}
    prop, updated = properties.property_from_data(
        name=ref_path, required=True, parent_name="", process_properties=False, roots={ref_path}, **read
    )
    if isinstance(prop, PropertyError):
        return update_schemas_with_data(ref_path=ref_path, **read)  # which says where it is
    updated.classes_by_reference[ref_path] = prop
    return updated
