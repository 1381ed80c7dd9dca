"""`python -m syncing`, which scripts/sync runs."""

import os
import sys

from children import exit_on_signals
from syncing.cli import main

_OF_HOOKS = ("GIT_COMMON_DIR", "GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE")
"""A hook runs with these, and git would be at work in the hook's repository."""

for _name in _OF_HOOKS:
    os.environ.pop(_name, None)
exit_on_signals()
sys.exit(main())
