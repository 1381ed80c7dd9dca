"""The words of the package: what its docstrings say."""
