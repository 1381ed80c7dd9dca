"""The pages of a reference, as Markdown."""
