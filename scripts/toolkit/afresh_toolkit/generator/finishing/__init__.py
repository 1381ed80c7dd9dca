"""The last stage: formats and imports the package, writes its manifest, and swaps it in."""
