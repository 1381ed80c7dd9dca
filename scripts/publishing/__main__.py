"""`python -m publishing`, which scripts/publish runs."""

import os
import sys

from children import exit_on_signals, forget_hook
from publishing.cli import main
from publishing.proxies import pass_by_for_loopback

forget_hook()
pass_by_for_loopback(os.environ)
exit_on_signals()
sys.exit(main())
