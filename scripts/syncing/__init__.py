"""Follows the API: where its description has changed, makes a branch with the SDK that goes with it.

- `download` gets what a URL holds, where that is not what is there already; `record` is what is remembered of it;
- `description` tells a new description from the committed one;
- `branch` makes the branch, in a worktree of its own, from a commit of `repository`; `children` are the programs it runs;
- `summary` says in Markdown what the branch comes to.
"""
