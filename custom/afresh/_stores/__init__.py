"""Where tokens live between runs: in memory, a file, the system's keyring, or Redis."""
