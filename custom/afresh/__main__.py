"""`python -m afresh`: the console command."""

import sys

from ._console.main import main

sys.exit(main())
