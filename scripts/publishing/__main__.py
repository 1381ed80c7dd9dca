"""`python -m publishing`, which scripts/publish runs."""

import os
import sys

from children import exit_on_signals, forget_hook
from loopback import ask_without_proxy
from publishing.cli import main

forget_hook()
ask_without_proxy(os.environ)
exit_on_signals()
sys.exit(main())
