"""The fourth stage: has openapi-python-client interpret the description."""
