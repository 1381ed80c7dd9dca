"""What `scripts/bench` measures: how clients survive expiry, and what the token engine and generated code cost."""
