"""The fifth stage: writes the files of the package, out of the templates."""
