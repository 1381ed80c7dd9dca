"""What every SDK repository runs and none should own: the command `afresh-toolkit`.

- `generator` makes the typed package of an API's description, with `templates`;
- `comparing` says what changed for users between two states of the repository;
- `syncing` fetches the description, and makes a branch that follows it;
- `publishing` builds, tries and uploads a release;
- `scaffold` makes a repository for another API, and renews one;
- `demonstrating` signs in to a server of the API, and renews the tokens;
- `locking` pins what a repository's pyproject.toml asks for.

`cli` is the command line, `checkout` finds the repository that a command works on.
"""
