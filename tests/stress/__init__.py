"""Many processes over one session for a while, with kills on request: `PYTHONPATH=tests python -m stress --help`."""
