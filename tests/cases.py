"""A pytest plugin: says at the end which refresh cases were tested (`@pytest.mark.case(11)`), and how they came out."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

OUTCOMES = pytest.StashKey[dict[int, list[str]]]()


def pytest_configure(config: pytest.Config) -> None:
    outcomes: dict[int, list[str]] = defaultdict(list)
    config.stash[OUTCOMES] = outcomes


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" or not report.passed:
        for mark in item.iter_markers("case"):
            item.config.stash[OUTCOMES][mark.args[0]].append(report.outcome)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        outcomes = session.config.stash[OUTCOMES]
        session.config.workeroutput[__name__] = dict(outcomes)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for number, results in getattr(node, "workeroutput", {}).get(__name__, {}).items():
        node.config.stash[OUTCOMES][number] += results


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    outcomes = config.stash[OUTCOMES]
    if not outcomes:
        return
    tests = sum(map(len, outcomes.values()))
    good = [number for number, results in sorted(outcomes.items()) if "passed" in results and "failed" not in results]
    terminalreporter.write_line(f"refresh cases: {len(good)} of {len(outcomes)} passed, in {tests} tests: {good}")
