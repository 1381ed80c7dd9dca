"""Has the tests use httpx2 wherever httpx is imported: `PYTHONPATH=tests pytest -p aliased_httpx`.

An application that moves from httpx to httpx2 does the same.
"""

import httpx2

httpx2.alias_httpx()
