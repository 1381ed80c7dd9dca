"""Are the clients of real descriptions right on the wire? See `afresh_toolkit.conformance`, which judges them.

    PYTHONPATH=tests .venv/bin/python -m conformance [DOCUMENT …]

`unions` puts the code that tells members of unions apart to the proof.
"""
