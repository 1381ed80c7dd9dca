"""The program behind scripts/generate: from an OpenAPI description to a typed Python package."""
