"""Where things are in this repository."""

from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).resolve().parent
ROOT: Final = TESTS.parent
FIXTURES: Final = TESTS / "fixtures"
