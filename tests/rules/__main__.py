"""Writes every record anew."""

import tempfile
from pathlib import Path

from rules.making import FIXTURES, make_all

with tempfile.TemporaryDirectory() as folder:
    for name, made in make_all(Path(folder)).items():
        (FIXTURES / f"{name}.txt").write_text(made.record, encoding="utf-8", newline="\n")
