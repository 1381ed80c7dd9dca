"""What tests start: servers with canned answers, Redis, a package index; and a keyring in memory."""
