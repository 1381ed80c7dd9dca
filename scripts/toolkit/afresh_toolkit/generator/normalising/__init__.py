"""The third stage: makes the description what openapi-python-client reads best."""
