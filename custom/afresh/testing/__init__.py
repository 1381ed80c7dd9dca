"""Helpers for tests of code that uses the SDK: `FakeAPI`, `example`, and the contract of token stores."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from afresh._connection import BlockingASGITransport
    from afresh_api.faking import Call

    from .engine import FakeAPIError
    from .examples import example
    from .fake_api import FakeAPI
    from .store_contract import OpenStore, TokenStoreContract

__all__ = ["BlockingASGITransport", "Call", "FakeAPI", "FakeAPIError", "OpenStore", "TokenStoreContract", "example"]

_PLACES = {
    "BlockingASGITransport": "afresh._connection",
    "Call": "afresh_api.faking",
    "FakeAPI": "afresh.testing.fake_api",
    "FakeAPIError": "afresh.testing.engine",
    "OpenStore": "afresh.testing.store_contract",
    "TokenStoreContract": "afresh.testing.store_contract",
    "example": "afresh.testing.examples",
}

if not TYPE_CHECKING:  # pragma: no branch - type checkers would accept any name

    def __getattr__(name: str) -> Any:
        """Import a name when it is first used: the module with all operations may be large."""
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found = getattr(import_module(_PLACES[name]), name)
        return found
