# Written by scripts/generate from the description of the API: changes made here are lost.
"""The HTTP client library that the package uses: `http` in `[tool.afresh]` of pyproject.toml chooses it."""

import httpx

__all__ = ["httpx"]
