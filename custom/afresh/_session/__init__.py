"""The token engine: the state machine, the steps of a refresh, the session that takes them, and its `httpx.Auth`."""
