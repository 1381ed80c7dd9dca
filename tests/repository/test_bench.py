"""The benchmarks run from end to end, in the small, without the peers that are not installed. No time counts."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from forks import Origin, origin
from made import SMALL
from places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def benchmarks() -> Iterator[Origin]:
    """Import the benchmarks in a process that each of them is forked from."""
    paths = os.pathsep.join([str(ROOT / "scripts"), str(ROOT / "tests")])
    with origin("benchmarks.__main__:main", environment={**os.environ, "PYTHONPATH": paths}) as running:
        yield running


@pytest.fixture
def bench(benchmarks: Origin) -> Callable[..., str]:
    """Run a benchmark; returns what it prints."""

    def run(*arguments: str) -> str:
        ran = benchmarks.run(arguments, benchmarks.environment, ROOT)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run


def test_clients_are_put_through_every_scenario(bench: Callable[..., str]) -> None:
    only = [f"--only={name}" for name in ("afresh", "interceptor", "lock")]
    rows: list[dict[str, Any]] = json.loads(bench("refresh", "--requests=4", "--rounds=1", "--json", *only))
    assert {(row["client"], row["kind"], row["scenario"]) for row in rows} == {
        (client, kind, scenario)
        for client in ("afresh", "afresh, aiohttp", "interceptor", "lock")
        for kind in ("threads", "tasks")
        for scenario in "ABC"
    } - {("afresh, aiohttp", "threads", scenario) for scenario in "ABC"}
    for row in rows:
        (trial,) = row["rounds"]
        if row["client"].startswith("afresh"):
            assert (trial["refreshes"], trial["lost"], trial["is_alive"]) == (1, 0, True)
        elif row["client"] == "lock":
            assert (trial["lost"], trial["is_alive"]) == (0, True)
        if not row["client"].startswith("afresh") and row["scenario"] == "A":
            # What is lost by it is a matter of chance, at this size.
            assert trial["refreshes"] == 4


def test_the_table_names_who_is_missing_and_who_cannot(bench: Callable[..., str]) -> None:
    table = bench("refresh", "--requests=2", "--rounds=1", "--only=afresh", "--only=authlib")
    assert "A · revoked on the server" in table
    assert "C · revoked, half of the 401s arrive after the refresh · 2 requests" in table
    assert "authlib is not installed" in table or "renews by the clock alone" in table


def test_the_overhead_is_laid_out_with_what_resolves_it(bench: Callable[..., str]) -> None:
    shown = bench("overhead", "--requests=2", "--rounds=3", "--instructions=0")
    assert "sync over mock: equal blocks" in shown
    assert "async over loopback: equal blocks" in shown
    assert "Instructions: not counted" in shown


def test_the_overhead_is_given_to_machines(bench: Callable[..., str]) -> None:
    costs = json.loads(bench("overhead", "--requests=2", "--rounds=3", "--instructions=0", "--json"))
    assert [(cost["kind"], cost["transport"]) for cost in costs] == [
        ("sync", "mock"),
        ("async", "mock"),
        ("sync", "loopback"),
        ("async", "loopback"),
    ]
    assert all(cost["ratio"]["low"] <= cost["ratio"]["median"] <= cost["ratio"]["high"] for cost in costs)


def test_generating_is_compared_with_openapi_python_client(bench: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    shown = bench("generate", f"--spec={tmp_path / 'small.yaml'}", "--rounds=1")
    assert shown.count("1 operations, 1 models") == 4
    assert "one operation changed" in shown
    assert "target 0.03" in shown


def test_a_description_that_openapi_python_client_refuses_is_no_measure(
    bench: Callable[..., str], tmp_path: Path
) -> None:
    odd = SMALL.replace("{type: string}", "{type: string, pattern: 0}")
    (tmp_path / "odd.yaml").write_text(odd, encoding="utf-8")
    programs = json.loads(bench("generate", f"--spec={tmp_path / 'odd.yaml'}", "--rounds=1", "--json"))
    assert [program["made"] for program in programs] == [None, *[{"operations": 1, "models": 1}] * 3]
    assert {program["cpu_ratio"] for program in programs} == {None}


def test_imports_are_compared_with_that_of_httpx(bench: Callable[..., str]) -> None:
    shown = bench("import", "--rounds=2")
    assert "ours: tasks.list_tasks, with 5 models." in shown
    assert "openapi-python-client: tasks.list_task_activity, with 5 models." in shown
    assert "ours, and afresh.Client" in shown
    assert "afresh call tasks list --help" in shown
    assert ", target" in shown


def test_decoding_gives_what_pydantic_gives(bench: Callable[..., str]) -> None:
    timings = json.loads(bench("decode", "--rounds=2", "--json"))
    assert {"ours, OPERATION.parse", "ours, OPERATION.parse, extra fast"} <= {timing["name"] for timing in timings}
    assert all(len(timing["ratios"]) == 2 for timing in timings)


def test_calls_are_compared_with_those_of_httpx(bench: Callable[..., str]) -> None:
    timings = json.loads(bench("call", "--rounds=2", "--json"))
    assert [timing["name"] for timing in timings][-3:] == [
        "ours, Client.users.me",
        "httpx, .json(), again",
        "ours, me.sync, TokenAuth, again",
    ]


def test_transfers_are_measured_beside_one_call(bench: Callable[..., str]) -> None:
    transfers = json.loads(bench("transfer", "--megabytes=1", "--rounds=1", "--json"))
    assert [transfer["name"] for transfer in transfers] == [
        *("one call", "upload", "download"),
        *("one call, async", "upload, async", "download, async"),
    ]


def test_bulks_lose_nothing(bench: Callable[..., str]) -> None:
    *rows, whole = json.loads(bench("bulk", "--calls=200", "--block=60", "--rounds=1", "--json"))
    assert [row["name"] for row in rows] == [
        *("bulk, tasks", "asyncio.Semaphore", "bulk, threads", "ThreadPoolExecutor"),
    ] * 3
    assert [row["lost"] for row in rows if row["name"].startswith("bulk")] == [0] * 6
    assert (whole["calls"], whole["lost"]) == (200, 0)


def test_the_transports_are_compared(bench: Callable[..., str]) -> None:
    rates = json.loads(bench("transport", "--count=2", "--rounds=1", "--json"))
    assert {(rate["kind"], rate["count"]) for rate in rates} == {("tasks", 2), ("threads", 2)}
    assert {"ours, httpx", "ours, httpx2", "ours, aiohttp"} < {rate["name"] for rate in rates}


def test_the_tail_is_that_of_calls_during_renewals(bench: Callable[..., str]) -> None:
    tails = json.loads(bench("tail", "--renewals=2", "--rounds=1", "--json"))
    assert [tail["lost"]["high"] for tail in tails] == [0, 0, 0]
    assert [bool(tail["renewals"]["low"]) for tail in tails] == [False, True, True]
