"""Writes a release's changes into CHANGELOG.md, which has the form of Keep a Changelog 1.1.0."""

import re
from collections.abc import Iterable
from datetime import date

from attrs import define, field
from packaging.version import InvalidVersion, Version

from afresh_toolkit.comparing.changes import Change, Kind
from afresh_toolkit.comparing.surface import ComparisonError

UNRELEASED = "## [Unreleased]"
_HEADING = re.compile(r"^## +(?:\[(?P<name>[^\]]+)\]|(?P<bare>\S+)).*$", re.MULTILINE)
_LINKS = re.compile(r"(?:^\[[^\]\n]+\]:[ \t]+\S.*\s*)+\Z", re.MULTILINE)  # of the headings, at the end of the file
_GROUP = re.compile(r"^### (?P<name>.+)$", re.MULTILINE)
_GROUPS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
_GROUP_OF = {Kind.BREAKING: "Changed", Kind.ADDITION: "Added", Kind.FIX: "Fixed"}
_NOTHING = "- What is generated, and written by hand, in ways that those who use it need not know of."


@define
class _Entry:
    """What is said of a version: a text of its own, and lists by their headings."""

    said: str = ""
    groups: dict[str, str] = field(factory=dict)

    @classmethod
    def read(cls, body: str) -> "_Entry":
        said, *parts = _GROUP.split(body)
        entry = cls(said.strip())
        for name, text in zip(parts[::2], parts[1::2], strict=True):  # a heading may stand there twice
            entry.take(cls(groups={name.strip(): text.strip()}))
        return entry

    def add(self, group: str, line: str) -> None:
        listed = self.groups.get(group, "")
        if line not in listed.splitlines():
            self.groups[group] = f"{listed}\n{line}".strip()

    def take(self, other: "_Entry") -> None:
        """Take over what another entry says."""
        self.said = f"{self.said}\n\n{other.said}".strip()
        for group, listed in other.groups.items():
            self.groups[group] = f"{self.groups.get(group, '')}\n{listed}".strip()

    def text(self) -> str:
        groups = sorted(self.groups, key=lambda name: _GROUPS.index(name) if name in _GROUPS else len(_GROUPS))
        parts = [self.said, *(f"### {name}\n\n{self.groups[name]}" for name in groups)]
        return "\n\n".join(part for part in parts if part)


def with_entry(text: str, version: Version, day: date, last: Version, changes: Iterable[Change]) -> str:
    """Return the changelog with an entry for a version, to be released on a day; `last` is the last release.

    It takes over what was written under Unreleased, and in the entries of versions after the last release, which have
    never been, or led up to this one. Raises ComparisonError where there is no heading to write under.
    """
    links = _LINKS.search(text)
    footer = text[links.start() :] if links else ""
    text = text[: links.start()] if links else text
    found = list(_HEADING.finditer(text))
    # A section such as `## How to read this` may come before.
    first = next(
        (index for index, one in enumerate(found) if one["name"] or _version(one) or _is_unreleased(one)), None
    )
    headings = [] if first is None else found[first:]
    if not headings:
        raise ComparisonError(f"CHANGELOG.md has no heading: write `{UNRELEASED}` where the newest release goes")
    entry = _Entry()
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    rest = len(text)
    for heading, end in zip(headings, ends, strict=True):
        if not _is_pending(heading, last):
            rest = heading.start()
            break
        entry.take(_Entry.read(text[heading.end() : end]))
    for change in changes:
        breaks = "**Breaking:** " if change.kind is Kind.BREAKING else ""
        entry.add(_GROUP_OF[change.kind], f"- {breaks}{change}.")
    if not entry.text():
        entry.add("Fixed", _NOTHING)
    head = text[: headings[0].start()]
    new = f"{UNRELEASED}\n\n## [{version}] - {day.isoformat()}\n\n{entry.text()}\n"
    rest_of_it = f"\n{text[rest:]}" if rest < len(text) else ""
    return head + new + rest_of_it + (f"\n{footer}" if footer and not rest_of_it else footer)


def _is_pending(heading: re.Match[str], last: Version) -> bool:
    version = _version(heading)
    return version > last if version else heading["name"] is not None or _is_unreleased(heading)


def _is_unreleased(heading: re.Match[str]) -> bool:
    return (heading["name"] or heading["bare"]).lower() == "unreleased"


def _version(heading: re.Match[str]) -> Version | None:
    """Return the version that a heading names, in brackets or without."""
    try:
        return Version(heading["name"] or heading["bare"])
    except InvalidVersion:
        return None
