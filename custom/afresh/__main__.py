"""`python -m afresh`: the console command."""

import sys

from ._console import main

sys.exit(main())
