"""Makes a repository of this one's shape for another API, and keeps it up to date with this one.

- `names` checks and derives what the new SDK is called, `fetching` brings the description along;
- `template` says which files of this repository the new one gets, and what differs in them;
- `files` has what stands in the place of files that are about the sample API;
- `proposal` guesses how tokens live where the description does not say it, `readme` describes the API;
- `record` remembers what was delivered, and `updating` merges what has become of it on both sides.
"""
