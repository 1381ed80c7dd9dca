"""The names of resources, methods and operations: what the description says, without what its framework repeats."""
