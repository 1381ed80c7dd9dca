"""What tests of code that uses the SDK can build on."""

from .store_contract import OpenStore, TokenStoreContract

__all__ = ["OpenStore", "TokenStoreContract"]
