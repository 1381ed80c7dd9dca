"""`python -m syncing`, which scripts/sync runs."""

import sys

from children import exit_on_signals, forget_hook
from syncing.cli import main

forget_hook()
exit_on_signals()
sys.exit(main())
