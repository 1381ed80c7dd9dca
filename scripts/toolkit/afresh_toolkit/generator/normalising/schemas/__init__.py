"""Schemas as openapi-python-client reads them best."""
