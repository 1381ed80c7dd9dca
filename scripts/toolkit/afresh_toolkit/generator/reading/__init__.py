"""The first stage: reads a description out of its files."""
