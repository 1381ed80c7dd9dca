"""The calls to the API's token endpoints: build the request, read the response, and tell a refusal from an outage."""
