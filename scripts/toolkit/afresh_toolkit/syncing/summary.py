"""What a branch comes to, in Markdown: the body of a pull request, and the message of the commit."""

from collections.abc import Iterator, Sequence

from attrs import define

from afresh_toolkit.comparing.changes import Change, Kind
from afresh_toolkit.comparing.versions import kind_of
from afresh_toolkit.syncing.markdown import cell, fenced, plain

LONGEST = 50_000
"""Characters of the table: the body of a pull request on GitHub has 65,536 at the most."""
WIDEST = 100
"""Characters of the first line."""
LONGEST_DIFFERENCES = 8_000
"""Characters of what changed in the description."""
FEW = 20

_KINDS = {Kind.BREAKING: "**breaking**", Kind.ADDITION: "an **addition**", Kind.FIX: "a **fix**"}


@define(frozen=True)
class Failure:
    """How the tests failed: where all that they said is, their exit status, and the last lines of it."""

    log: str
    status: int
    lines: Sequence[str]


@define(frozen=True)
class Report:
    """What there is to say of a branch.

    `described` has the versions of the description before and now, `differences` what is another in it where git cannot
    show that, and `operations` those of "METHOD /path". `base` is
    the tag of the release that `changes` are since, None where there was none; `released` and `proposed` are versions
    of the SDK; `remarks` are Markdown already.
    """

    title: str
    described: tuple[str, str]
    differences: Sequence[str]
    source: str
    sha256: str
    base: str | None
    changes: Sequence[Change]
    released: str
    proposed: str
    operations: tuple[frozenset[str], frozenset[str]]
    remarks: Sequence[str]
    failure: Failure | None

    def markdown(self) -> str:
        """Write it with its heading."""
        return f"# {self._heading()}\n\n{self._body()}"

    def message(self) -> str:
        """Write it as the message of a commit."""
        return f"Follow {self._heading()}\n\n{self._body()}"

    def _heading(self) -> str:
        title = " ".join("".join(c if c.isprintable() else " " for c in self.title).split())
        title = plain(title if len(title) <= WIDEST else f"{title[:WIDEST]} …")
        before, now = (plain(version) for version in self.described)
        return f"{title}: {before} → {now}" if before != now else f"{title} {now}, described anew"

    def _body(self) -> str:
        return "\n\n".join(self._parts()) + "\n"

    def _parts(self) -> Iterator[str]:
        if self.failure:
            yield f"**`./scripts/test` fails on this branch**, with status {self.failure.status}. It ends with:"
            yield fenced(self.failure.lines)
        yield self._verdict()
        yield "\n".join(self._facts())
        yield "## What to look at"
        yield "\n".join(f"- {remark}" for remark in self._to_look_at())
        if self.differences:
            yield "## What changed in the description"
            shown = list(_shown(self.differences))
            yield fenced(shown, "diff")
            if len(shown) < len(self.differences):
                yield f"{len(self.differences) - len(shown)} more lines."
        yield f"## Changes since {self.base or 'the last commit'}"
        yield "\n".join(self._table()) if self.changes else "None for those who use the SDK."

    def _verdict(self) -> str:
        since = f"Since {self.base}" if self.base else "There is no release to compare with. Since the last commit"
        return f"{since}, this is {_KINDS[kind_of(self.changes)]}: version {self.released} → **{self.proposed}**."

    def _facts(self) -> Iterator[str]:
        before, now = self.operations
        added, removed = sorted(now - before), sorted(before - now)
        yield f"- Operations: {len(added)} added, {len(removed)} removed, {len(now)} in all."
        for said, operations in (("Added", added), ("Removed", removed)):
            if operations:
                more = f" and {len(operations) - FEW} more" if len(operations) > FEW else ""
                yield f"- {said}: {', '.join(f'`{one}`' for one in operations[:FEW])}{more}."
        yield f"- Description: {plain(self.source)}, SHA-256 `{self.sha256}`."
        if not self.failure:
            yield "- `./scripts/test` passes."

    def _to_look_at(self) -> Iterator[str]:
        if any(change.kind is Kind.BREAKING for change in self.changes):
            yield (
                "What breaks callers: an `overlay.yaml` can keep a name or a type as it was; else say in CHANGELOG.md "
                "what they should do."
            )
        yield from self.remarks[:FEW]
        if len(self.remarks) > FEW:
            yield f"{len(self.remarks) - FEW} more warnings of `./scripts/generate`."
        yield "The entry in CHANGELOG.md: put it into the words of those who will read it."

    def _table(self) -> Iterator[str]:
        yield "| kind | what | change |"
        yield "| --- | --- | --- |"
        size = 0
        for number, change in enumerate(self.changes):
            row = f"| {change.kind.name.lower()} | `{cell(change.subject)}` | {cell(change.said)} |"
            size += len(row) + 1
            if size > LONGEST:
                yield f"\n{len(self.changes) - number} more: `./scripts/diff` lists them all."
                return
            yield row


def _shown(lines: Sequence[str]) -> Iterator[str]:
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > LONGEST_DIFFERENCES:
            return
        yield "".join(c if c.isprintable() else " " for c in line)
