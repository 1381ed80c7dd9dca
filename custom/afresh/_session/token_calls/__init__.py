"""The calls to the API's token endpoints: how a request is made, its answer read, and a refusal told from an outage."""
