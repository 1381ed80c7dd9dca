"""Mends what the theme's HTML lacks for those who use a keyboard or a screen reader."""

import re
from pathlib import Path

_MENDED = (
    (re.compile(r'<p class="caption" role="heading">'), '<p class="caption" role="heading" aria-level="2">'),
    (re.compile(r'<aside class="sidebar-drawer">'), '<aside class="sidebar-drawer" aria-label="All pages">'),
    (re.compile(r'<aside class="toc-drawer( no-toc)?">'), r'<aside class="toc-drawer\1" aria-label="On this page">'),
    (re.compile(r"<pre>"), '<pre tabindex="0">'),  # what can be scrolled has to be reached by the keyboard
    (re.compile(r'<th class="head"><p></p></th>'), "<td></td>"),  # heads nothing
    (re.compile(r"(<head>)"), r'\1<link rel="icon" href="data:,">'),  # there is none, and browsers would ask for it
    (re.compile(r'<div class="table-wrapper'), '<div tabindex="0" class="table-wrapper'),
)


def mend(folder: Path) -> None:
    """Mend the pages in a folder."""
    for file in folder.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        for pattern, replacement in _MENDED:
            text = pattern.sub(replacement, text)
        file.write_text(text, encoding="utf-8", newline="\n")
