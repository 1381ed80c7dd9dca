"""Follows the API: where its description has changed, makes a branch with the SDK that goes with it.

- `fetching` brings a description here, unless the server says that it is still the same; `record` is what is remembered
  of it, for which to ask the server so;
- `description` tells a new description from the committed one;
- `branch` makes the branch, in a worktree of its own, from a commit of `repository`; `children` are the programs it runs;
- `summary` says what the branch comes to, in `markdown`.
"""
