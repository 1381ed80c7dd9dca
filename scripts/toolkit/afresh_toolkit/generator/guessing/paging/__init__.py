"""Guesses how lists continue, by the names in requests and answers, where these tell it plainly."""
