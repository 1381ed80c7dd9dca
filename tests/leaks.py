"""A pytest plugin: looks for every token that the sandbox issued in all that the test run has put out.

A test that has secrets of its own tells of them by the fixture `never_shown`.

That is what each test printed, logged (at DEBUG, by whichever library) and showed of its errors. The run fails where a
token is found. What the workers of pytest-xdist take note of is put together at the end.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sandbox.client import Issued

WORDS = re.compile(r"[\w.~+/-]{20,}")


@define
class Watch:
    """What was issued, and where words as long as a token were seen."""

    issued: set[str] = field(factory=set)
    seen: dict[str, str] = field(factory=dict)

    def learn(self, issued: Issued) -> None:
        """Take note of tokens that must not show."""
        self.issued.update(issued.access, issued.refresh)

    def learn_secrets(self, secrets: Iterable[str]) -> None:
        """Take note of other secrets. They must be as long as the words that are looked at."""
        for secret in secrets:
            words = WORDS.findall(secret)
            assert words, "a secret of a test is too short to be looked for"
            self.issued.update(words)

    def read(self, place: str, text: str) -> None:
        """Take note of what was put out."""
        for word in WORDS.findall(text):
            self.seen.setdefault(word.strip("."), place)

    @property
    def leaks(self) -> dict[str, str]:
        """Where tokens showed: the place, by the token's first characters."""
        return {token[:8]: self.seen[token] for token in self.issued & self.seen.keys()}


WATCH = pytest.StashKey[Watch]()


@pytest.fixture(autouse=True)
def _learn_issued_tokens(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Iterator[None]:
    sandbox = request.getfixturevalue("sandbox") if "sandbox" in request.fixturenames else None
    yield
    if sandbox is not None:
        pytestconfig.stash[WATCH].learn(sandbox.control.issued())


@pytest.fixture
def never_shown(pytestconfig: pytest.Config) -> Callable[[Iterable[str]], None]:
    """Return a function that takes note of a test's own secrets: tokens, codes, cookies."""
    return pytestconfig.stash[WATCH].learn_secrets


def pytest_configure(config: pytest.Config) -> None:
    config.stash[WATCH] = Watch()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report: pytest.TestReport = yield
    text = "\n".join([report.longreprtext, *(content for _, content in report.sections)])
    item.config.stash[WATCH].read(item.nodeid, text)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    watch: Watch = node.config.stash[WATCH]
    told = getattr(node, "workeroutput", {}).get(__name__)
    if told is not None:
        watch.issued.update(told["issued"])
        watch.seen.update(told["seen"])


def pytest_sessionfinish(session: pytest.Session) -> None:
    watch = session.config.stash[WATCH]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[__name__] = {"issued": list(watch.issued), "seen": watch.seen}
    elif watch.leaks:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    watch = config.stash[WATCH]
    if watch.issued:
        terminalreporter.write_line(
            f"tokens in the output: {len(watch.leaks)} of {len(watch.issued)} issued, {len(watch.seen)} words looked at"
        )
    for token, place in watch.leaks.items():
        terminalreporter.write_line(f"  {token}… in the output of {place}", red=True)
