"""What a change does to those who use the SDK, and which version it takes: scripts/diff."""
