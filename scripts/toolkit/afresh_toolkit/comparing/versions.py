"""Which version a change takes."""

from collections.abc import Iterable

from packaging.version import Version

from afresh_toolkit.comparing.changes import Change, Kind


def kind_of(changes: Iterable[Change]) -> Kind:
    """Return what changes are when taken together: what the weightiest of them is."""
    return max((change.kind for change in changes), default=Kind.FIX)


def next_version(last: Version, kind: Kind) -> Version:
    """Return the least version that may follow a release (Semantic Versioning 2.0.0).

    Below 1.0.0, where that promises nothing, the second number tells of what breaks and of what is new, as the ranges
    that package managers write by themselves (`^0.1`, `~=0.1.0`) have it.
    """
    major, minor, micro = last.major, last.minor, last.micro
    tells = Kind.FIX if micro else Kind.ADDITION if minor and major else Kind.BREAKING
    if last.is_prerelease and kind <= tells:  # it leads up to the version itself
        return Version(last.base_version)
    if kind is Kind.BREAKING and major:
        return Version(f"{major + 1}.0.0")
    if kind is Kind.FIX:
        return Version(f"{major}.{minor}.{micro + 1}")
    return Version(f"{major}.{minor + 1}.0")
