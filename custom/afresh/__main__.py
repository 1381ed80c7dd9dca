"""Run the console command as `python -m afresh`."""

import sys

from ._console.main import main

sys.exit(main())
