"""`scripts/bench --httpx2 …`: the same with httpx2, wherever httpx is imported."""

import httpx2

httpx2.alias_httpx()

from benchmarks.__main__ import main  # noqa: E402 - it imports httpx

if __name__ == "__main__":
    main()
