"""Follows the API: where its description has changed, makes a branch with the SDK that goes with it.

- `fetching` brings a description here, and `record` is what is remembered of that, to ask the server by;
- `description` tells a new description from the committed one, and `differences` what is another in it;
- `branch` makes the branch, in a worktree of `repository`, where it runs `children`;
- `summary` says what the branch comes to, in `markdown`.
"""
