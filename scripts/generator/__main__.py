"""`python -m generator`, which scripts/generate runs."""

import sys

from generator.cli import main

sys.exit(main())
