"""The token engine: the state machine, the steps of a refresh, the session that performs them, and `TokenAuth`."""
