"""Runs scripts/diff."""

import sys

from comparing.cli import main

sys.exit(main())
