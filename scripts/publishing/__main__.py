"""`python -m publishing`, which scripts/publish runs."""

import sys

from children import exit_on_signals
from publishing.cli import main

exit_on_signals()
sys.exit(main())
