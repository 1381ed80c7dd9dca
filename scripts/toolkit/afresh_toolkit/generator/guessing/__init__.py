"""Guesses how tokens live, by the names of operations and fields, and says what was guessed, and why."""
