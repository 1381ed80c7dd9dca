"""Helpers for tests of code that uses the SDK."""

from afresh._connection import BlockingASGITransport

from .store_contract import OpenStore, TokenStoreContract

__all__ = ["BlockingASGITransport", "OpenStore", "TokenStoreContract"]
