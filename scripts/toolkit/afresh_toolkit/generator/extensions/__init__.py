"""The second stage: compiles `x-token-lifecycle` and `x-pagination`."""
