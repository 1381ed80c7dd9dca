"""The names that generated code has for itself, and what is called otherwise because of them."""

import re

CLIENT_ATTRIBUTES = frozenset(
    {
        "aclose",
        "api",
        "authorization_url",
        "close",
        "exchange",
        "from_env",
        "http",
        "login",
        "logout",
        "session",
        "tokens",
        "with_options",
    },
)
"""What a client that offers the resources as its own attributes has besides them."""

FAKE_ATTRIBUTES = frozenset({"async_client", "base_url", "calls", "client", "lifecycle"})
"""What a fake API that offers the resources as its own attributes has besides them."""

PACKAGE_NAMES = frozenset(
    {"AbstractAsyncContextManager", "AbstractContextManager", "Any", "AsyncCaller", "AsyncIterator", "AsyncPages"}
    | {
        "AsyncResources",
        "AsyncStreamed",
        "AuthenticatedClient",
        "BaseModel",
        "BinaryBody",
        "Caller",
        "Client",
        "Decimal",
    }
    | {
        "File",
        "FileTypes",
        "Iterator",
        "Literal",
        "Mapping",
        "Operation",
        "Pages",
        "Paging",
        "Resources",
        "Response",
        "Self",
    }
    | {"Sequence", "Streamed", "Streaming", "TypeAlias", "UNSET", "UUID", "UnexpectedStatus", "Unset"}
)
"""What the generated modules import or define; a model of such a name is called `…Model` instead."""

MODEL_ATTRIBUTES = frozenset({"additional_keys", "additional_properties", "from_dict", "to_dict"})
"""What every model has besides its properties."""


def module_name(model: str) -> str:
    """Return the name of a model's module, as the generated models/__init__.py has it unless told otherwise."""
    return "_".join(word for word in re.split("([A-Z]?[a-z]+)", model) if word).lower()


def resource_name(tag: str) -> str:
    """Return the attribute under which a client offers a tag's operations; `tag` is in snake_case."""
    return f"{tag}_" if tag in CLIENT_ATTRIBUTES else tag


def fake_name(resource: str) -> str:
    """Return the attribute under which a fake API offers the operations of a resource."""
    return f"{resource}_" if resource in FAKE_ATTRIBUTES else resource


def free(name: str, taken: set[str]) -> str:
    """Return a name that is not taken."""
    while name in taken:
        name += "_"
    return name
