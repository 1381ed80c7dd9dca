"""Judges whether a generated package is right on the wire.

An operation's methods are called with arguments that are made up from the schemas. The request that goes out is judged
against the description as it was published (`judging`), and the answer, made up too, must come back out of the models
as it went in. A repository's tests/test_api.py does this for its operations.

- `schemas` finds and checks, `patterns` and `faking` make values up;
- `calling` hands them to the generated methods, and takes down the request;
- `decoding` reads parameters and forms back, `judging` compares, with openapi-core as the second judge;
- `trial` is the whole of it for an operation.
"""
