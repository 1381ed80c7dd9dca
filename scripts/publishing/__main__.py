"""`python -m publishing`, which scripts/publish runs."""

import sys

from children import exit_on_signals, forget_hook
from publishing.cli import main

forget_hook()
exit_on_signals()
sys.exit(main())
