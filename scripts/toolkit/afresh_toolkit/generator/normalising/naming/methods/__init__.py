"""The names of methods: out of operationIds or paths, and the first candidate that no other method of a group has."""
