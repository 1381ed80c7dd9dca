"""`python -m afresh_toolkit`: the same as the command `afresh-toolkit`."""

from afresh_toolkit.cli import program

program()
