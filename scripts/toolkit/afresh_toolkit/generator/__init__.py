"""From an OpenAPI description to a typed Python package.

`pipeline` is the whole of it, `cli` its command line. Between them and the ground (`problems`, `pointers`, `rules`) are
the stages, a folder each. A stage may import those before it, and none after it:

- `reading`: the description out of its files, with overlays in it and `$ref`s followed;
- `extensions`: what `x-token-lifecycle`, `x-pagination` and `x-webhook-signature` say, checked against the description;
- `normalising`: the description as openapi-python-client reads it best;
- `interpreting`: what openapi-python-client makes of it;
- `writing`: the files of the package, out of the templates;
- `finishing`: formats and imports the package, writes its manifest, and swaps it in.
"""
