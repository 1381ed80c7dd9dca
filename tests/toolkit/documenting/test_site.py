"""The site: it builds without a warning, needs nothing from elsewhere, and a browser finds operations in it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import httpx
import pytest

from afresh_toolkit.checkout import Checkout
from afresh_toolkit.documenting.building import build
from afresh_toolkit.documenting.diagrams import draw_all
from afresh_toolkit.documenting.environment import FOLDER
from afresh_toolkit.documenting.releases import write_versions
from places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = ROOT / FOLDER / "bin" / "python"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DIAGRAM = "```mermaid\nsequenceDiagram\n    participant A as one\n    participant B as <two>\n    A->>B: ask\n```\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not PYTHON.exists():
        pytest.skip(f"there is no {FOLDER}: ./scripts/docs makes it")
    folder = tmp_path_factory.mktemp("site")
    build(Checkout.at(ROOT), PYTHON, folder / "next", is_strict=True)
    write_versions(folder, ["next"])
    return folder / "next"


def test_nothing_is_loaded_from_elsewhere_and_no_link_is_broken(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|img|source|iframe)\b[^>]*\ssrc=\"([^\"]*)\"", text)
        loaded += re.findall(r"<link\b[^>]*\shref=\"([^\"]*)\"", text)
        assert not [one for one in loaded if one.startswith(("http", "//"))], page
        for target in {*loaded, *re.findall(r"<a\b[^>]*\shref=\"([^\"]*)\"", text)}:
            parts = urlsplit(target)
            if not parts.scheme and parts.path:
                assert (page.parent / unquote(parts.path)).exists(), (page.name, target)
    styles = "".join(file.read_text(encoding="utf-8") for file in site.rglob("*.css"))
    assert not re.search(r"url\(\s*['\"]?(?:https?:)?//", styles)


def test_each_page_is_there_as_markdown_and_listed_for_programs(site: Path) -> None:
    listed = re.findall(r"\]\(([^)]*)\)", (site / "llms.txt").read_text(encoding="utf-8"))
    assert {"docs/calls.md", "docs/reference/tasks.md", "CHANGELOG.md"} <= set(listed)
    for path in listed:
        assert (site / path).is_file()
        assert (site / path).with_suffix(".html").is_file()


@pytest.mark.parametrize("query", ["/tasks/{taskId}/activity", "tasks.list_activity", "What happened to a task"])
def test_the_search_finds_an_operation_without_a_server(site: Path, query: str, tmp_path: Path) -> None:
    if CHROMIUM is None:
        pytest.skip("there is no chromium")
    address = f"{(site / 'search.html').as_uri()}?q={quote(query)}"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=8000"]
    command = [CHROMIUM, *options, f"--user-data-dir={tmp_path}", "--dump-dom", address]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    results = ran.stdout.partition('id="search-results"')[2]
    assert "docs/reference/tasks.html" in results
    assert "CONSOLE" not in ran.stderr


def test_a_diagram_is_drawn_in_the_colours_of_the_page() -> None:
    drawn = draw_all(f"before\n\n{DIAGRAM}\nafter\n")
    assert "```" not in drawn
    assert "<title>one to &lt;two&gt;: ask</title>" in drawn
    assert 'fill="currentColor"' in drawn
    assert "\n\n" not in drawn.partition("<svg")[2].partition("</svg>")[0], "Markdown would take it for the end"
    other = "```mermaid\ngraph TD\n```\n"
    assert draw_all(other) == other


def test_the_site_is_served_until_it_is_interrupted(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>A site</title>", encoding="utf-8")
    program = "from pathlib import Path; from afresh_toolkit.documenting.serving import serve; serve(Path(), 0)"
    with subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        address = said.removeprefix("Serving it on ").partition(";")[0]
        assert httpx.get(f"{address}/").text == "<title>A site</title>"
        assert httpx.get(f"{address}/no-page.html").status_code == 404
        server.send_signal(signal.SIGINT)
        assert server.wait() == 0
        assert server.stdout.read().strip() == ""


@pytest.mark.slow
def test_the_command_builds_the_site_and_serves_it(tmp_path: Path) -> None:
    if not PYTHON.exists():
        pytest.skip(f"there is no {FOLDER}: ./scripts/docs makes it")
    command = [str(ROOT / "scripts" / "docs"), "--output", str(tmp_path), "--serve", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as server:
        assert server.stdout is not None
        try:
            lines = iter(server.stdout.readline, "")
            said = next(line for line in lines if line.startswith("Serving it on "))
            address = said.removeprefix("Serving it on ").partition(";")[0]
            first = httpx.get(f"{address}/", follow_redirects=True)
            assert "next/index.html" in first.text
            assert "tasks.list_activity" in httpx.get(f"{address}/next/docs/reference/tasks.html").text
        finally:
            os.killpg(server.pid, signal.SIGINT)
        assert server.wait() == 130, "as a shell says of what Ctrl-C has ended"
