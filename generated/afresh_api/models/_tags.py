# Written by scripts/generate from the description of the API: changes made here are lost.
"""The values by which objects of one model are told from those of another, where their types do not say them."""

from __future__ import annotations

from typing import Any

TAGS: dict[str, dict[str, Any]] = {}
"""By the names of models, and the keys of their properties."""
