"""The sandbox: a server of the API that openapi.yaml describes, all in memory, for tests, the demo and benchmarks.

Run it with ``python -m sandbox`` from ``tests/``; ``sandbox.process.running()`` starts it as a subprocess and stops it.

Besides the API it has a control side under ``/_control/``, which no description mentions: counters, faults, revocation.
`sandbox.client.Control` speaks to it.
"""
