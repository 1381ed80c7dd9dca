"""The README of a made repository follows its API with each generation, and keeps what its team wrote around that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from afresh_toolkit.invocation import Invocation
from afresh_toolkit.scaffold.generating import main
from afresh_toolkit.scaffold.marked import BEGIN, END, part_of, with_part
from made import SMALL

if TYPE_CHECKING:
    from pathlib import Path

BEFORE, AFTER = "# Ours\r\n\r\nAsk Ada about it.\r\n\r\n", "\r\n\r\n## Ours, too\r\n"
PAGED = SMALL.replace("operationId: listThings", "operationId: listThings\n      x-pagination: PAGING").replace(
    "PAGING", "{items: $response.body, page: {send: $request.query.page}}"
)
PAGED = PAGED.replace(
    "      responses:", "      parameters: [{name: page, in: query, schema: {type: integer}}]\n      responses:"
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make what there is to see of a made repository, not generated yet."""
    root = tmp_path_factory.mktemp("followed")
    (root / "sdk.toml").touch()
    (root / "pyproject.toml").write_text('[tool.afresh]\npackage = "small"\n', encoding="utf-8")
    (root / "openapi.yaml").write_text(SMALL, encoding="utf-8")
    write(root, f"{BEFORE}{BEGIN}\r\nof old\r\n{END}{AFTER}")
    return root


def write(root: Path, readme: str) -> None:
    (root / "README.md").write_text(readme, encoding="utf-8", newline="")


def readme(root: Path) -> str:
    return (root / "README.md").read_bytes().decode()


def generate(root: Path, *arguments: str) -> int:
    return main(arguments, Invocation("scripts/generate", root))


def test_its_marked_part_follows_the_api_and_the_rest_stays(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(repository) == 0
    first = readme(repository)
    assert first.startswith(f"{BEFORE}{BEGIN}\r\n\r\nThe typed Python SDK of Small: 1 operations")
    assert first.endswith(f"{END}{AFTER}")
    assert "print(api.things.list())\r\n" in first
    assert "| `things.list` | `GET /things` |  |\r\n" in first
    assert "of old" not in first
    assert "\n" not in first.replace("\r\n", "")
    assert generate(repository, "--check") == 0
    (repository / "openapi.yaml").write_text(PAGED, encoding="utf-8")
    assert generate(repository) == 0
    assert "    for item in api.things.list():\r\n        print(item)\r\n" in readme(repository)
    assert readme(repository).startswith(BEFORE)
    capsys.readouterr()


def test_a_part_that_is_not_as_it_was_generated_is_stale(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate(repository)
    whole = readme(repository)
    write(repository, whole.replace("`GET /things`", "`GET /thngs`").replace("Ada", "Grace"))
    capsys.readouterr()
    assert generate(repository, "--check") == 1
    assert "the part of README.md between the marks `generated:` is not as it was" in capsys.readouterr().err
    assert generate(repository) == 0
    assert readme(repository) == whole.replace("Ada", "Grace")
    assert generate(repository, "--check") == 0


@pytest.mark.parametrize(
    "text",
    [
        "# All ours\n",
        f"# Ours\n\n{BEGIN}\n\nHalf of it.\n",
        f"# Ours\n\n{BEGIN}\n\n{END}\n\n{BEGIN}\n\n{END}\n",
        f"# Ours\n\n{END}\n\n{BEGIN}\n",
        f"# Ours\n\nSo it begins: {BEGIN}\n\n{END}\n",
    ],
)
def test_only_one_pair_of_marks_is_a_part(text: str) -> None:
    assert part_of(text) is None
    assert with_part(text, "new") == text


def test_marks_within_the_part_are_none() -> None:
    text = f"{BEGIN}\nAn API called {END}, and {BEGIN}\n{END}  \nrest"
    assert part_of(text) == f"\nAn API called {END}, and {BEGIN}\n"
    assert with_part(text, "\nnew\n") == f"{BEGIN}\nnew\n{END}  \nrest"


def test_a_readme_without_marks_is_left_alone_with_a_word(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repository, "# All ours\n")
    (repository / "openapi.yaml").write_text(SMALL, encoding="utf-8")
    assert generate(repository) == 0
    assert "README.md has no part between `<!-- generated:begin -->` and" in capsys.readouterr().err
    assert readme(repository) == "# All ours\n"
    assert generate(repository, "--check") == 0
