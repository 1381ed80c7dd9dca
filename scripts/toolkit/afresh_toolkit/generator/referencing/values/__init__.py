"""Example values: found in the description or made up, and written as code."""
