"""The token stores: memory, a file, the system's keyring, and Redis."""
