"""Says at the end how each server came out in each case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from real_servers.servers import HERE, SERVERS, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from real_servers.servers import Server


CASE = "case of a real server"


@pytest.fixture(scope="session", params=[name for name, traits in SERVERS.items() if traits.get("renews", True)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return each server, with its SDK, in turn."""
    with running(request.param, tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of a server together: it is started once, and counts for one test at a time."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - in .venv-real-servers only

    class ByServer(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("[")[2].rstrip("]").partition("-")[0]

    return ByServer(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have each report say which case it is, and of which server; other folders have tests that go by a server, too."""
    for item in items:
        if isinstance(item, pytest.Function) and item.path.parent == HERE and "server" in item.fixturenames:
            server = item.callspec.params["server"]
            case = item.originalname.removeprefix("test_").replace("_", " ")
            item.user_properties.append((CASE, (case, server)))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    results: dict[tuple[str, str], list[bool]] = {}
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, value in report.user_properties:
            if name == CASE and (report.when == "call" or report.failed):
                results.setdefault(tuple(value), []).append(report.passed)
    if not results:
        return
    cases = dict.fromkeys(case for case, _ in results)
    width = max(map(len, cases))
    terminalreporter.write_line("")
    terminalreporter.write_line("  ".join([" " * width, *SERVERS]))
    for case in cases:
        cells = [_cell(results.get((case, server))).center(len(server)) for server in SERVERS]
        terminalreporter.write_line("  ".join([case.ljust(width), *cells]))


def _cell(passed: list[bool] | None) -> str:
    if not passed:
        return "–"
    return f"pass ×{len(passed)}" if all(passed) else f"FAIL {passed.count(False)} of {len(passed)}"
