"""The references of a description, in its own file and into others."""
