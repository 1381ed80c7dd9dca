"""Helpers for tests of code that uses the SDK."""

from .store_contract import OpenStore, TokenStoreContract

__all__ = ["OpenStore", "TokenStoreContract"]
