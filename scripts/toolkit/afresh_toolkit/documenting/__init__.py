"""Behind `./scripts/docs`: builds a site of the repository's pages, its reference, and the docstrings of its client.

- `sources` puts the pages together, and `configuration` says how Sphinx is to read them;
- `environment` has the programs for that, apart from those that the tests need;
- `building` builds the site of one tree, and `releases` those of the releases beside it;
- `serving` shows it.
"""
