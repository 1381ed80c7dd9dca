"""Writes what a fake of the API knows of values besides their types: the description's limits and examples."""
