"""How lists continue is guessed where it is plain, used and said; what was released stays as it was."""

from __future__ import annotations

import json
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import pages
from afresh_toolkit.generator.guessing.paging.guess import Guess, guess_paging
from afresh_toolkit.generator.pipeline import Summary, generate
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.source import Source
from made import importable
from pages import STYLES

NEXT_CURSOR = {
    "items": "$response.body#/items",
    "cursor": {"next": "$response.body#/next_cursor", "send": "$request.query.cursor"},
}


def guessed(description: dict[str, Any]) -> dict[str, Guess]:
    return guess_paging(Document(Source(Path("openapi.json"), b"", description)))


def small(*styles: str, **more: Any) -> dict[str, Any]:
    """Describe lists of some styles."""
    whole = pages.description()
    return {**whole, "paths": {f"/{name}": whole["paths"][f"/{name}"] for name in styles}, **more}


def written(description: dict[str, Any], folder: Path, *, is_released: bool = False, rename: Any = None) -> Summary:
    (folder / "openapi.json").write_text(json.dumps(description), encoding="utf-8")
    inputs = Inputs(folder / "openapi.json", is_released=is_released)
    return generate(inputs, folder / "paged_api", nullcontext, rename)


def places(folder: Path) -> dict[str, dict[str, str]]:
    manifest = json.loads((folder / "paged_api" / "manifest.json").read_text(encoding="utf-8"))
    return dict(manifest["operations"])


@pytest.fixture(scope="module")
def guesses() -> dict[str, Guess]:
    return guessed(pages.description())


@pytest.mark.parametrize("name", STYLES)
def test_what_is_plain_is_guessed_and_nothing_else(name: str, guesses: dict[str, Guess]) -> None:
    style, guess = STYLES[name], guesses.get(f"GET /{name}", Guess())
    assert guess.content == ({"items": style.items, **style.guess} if style.guess else {})
    assert bool(guess.reason) == bool(style.guess or style.unsure)
    assert style.unsure in guess.reason


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ({"schema": {"type": "integer", "default": 0}}, 0),
        ({"schema": {"type": "integer", "exclusiveMinimum": 0}}, 1),
        ({"schema": {"type": "integer", "minimum": 0, "exclusiveMinimum": True}}, 1),
        ({"schema": {"type": "integer"}, "description": "The page, zero-based."}, 0),
        ({"schema": {"type": "integer"}, "description": "Zero-based page index (0..N)"}, 0),
        ({"schema": {"type": "integer", "description": "Page number, starting from 1."}}, 1),
        ({"schema": {"type": "integer"}, "description": "Defaults to page 1 if not provided."}, 1),
        ({"schema": {"type": "integer", "minimum": 5}}, None),
        ({"schema": {"type": "integer"}, "description": "The page."}, None),
    ],
)
def test_the_first_number_is_known_where_it_is_said(said: dict[str, Any], start: int | None) -> None:
    description = small("no_first_number")
    operation = description["paths"]["/no_first_number"]["get"]
    operation["parameters"][0] = {"name": "page", "in": "query", **said}
    guess = guessed(description)["GET /no_first_number"]
    assert guess.content.get("page", {}).get("start") == start
    assert ("begins with 0 or 1" in guess.reason) == (start is None)


def test_other_calls_than_get_and_several_answers_are_left_alone() -> None:
    description = small("next_cursor", "page_and_limit")
    description["paths"]["/next_cursor"] = {"post": description["paths"]["/next_cursor"]["get"]}
    answers = description["paths"]["/page_and_limit"]["get"]["responses"]
    answers["206"] = {**answers["200"], "description": "A part."}
    assert guessed(description) == {}


@pytest.mark.parametrize(
    ("media_types", "is_guessed"),
    [(["*/*"], True), (["text/html", "application/hal+json;charset=utf-8"], True), (["application/pdf"], False)],
)
def test_a_page_is_what_is_read_as_json(media_types: list[str], is_guessed: bool) -> None:  # noqa: FBT001
    description = small("next_cursor")
    answer = description["paths"]["/next_cursor"]["get"]["responses"]["200"]
    (media,) = answer["content"].values()
    answer["content"] = dict.fromkeys(media_types, media)
    assert bool(guessed(description)) == is_guessed


def _bare(parameter: dict[str, Any], *, has_link: bool) -> dict[str, Any]:
    """Return a path item whose answer is a plain array."""
    answer: dict[str, Any] = {
        "description": "Some.",
        "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}}},
    }
    if has_link:
        answer["headers"] = {"Link": {"schema": {"type": "string"}}}
    size = {"name": "per_page", "in": "query", "schema": {"type": "integer"}}
    return {"get": {"parameters": [{"in": "query", **parameter}, size], "responses": {"200": answer}}}


BY_PAGE = {"name": "page", "schema": {"type": "integer"}}
LINK = {"items": "$response.body", "link": "$response.header.Link"}


@pytest.mark.parametrize(("others", "content"), [(2, {}), (3, LINK), (9, LINK)])
def test_a_silent_list_goes_on_as_most_of_the_api_do(others: int, content: dict[str, Any]) -> None:
    paths = {f"/with{number}": _bare(BY_PAGE, has_link=True) for number in range(others)}
    paths |= {"/silent": _bare(BY_PAGE, has_link=False)}
    found = guessed(small("next_cursor") | {"paths": paths})
    assert found["GET /silent"].content == content
    assert (f"as {others} others of the API" in found["GET /silent"].reason) == bool(content)


@pytest.mark.parametrize(
    ("said", "is_link"),
    [
        ("It is obtained from the `Link` response header.", True),
        ("Opaque; take it from the Link header.", True),
        ("Treat it as a value of the `next` link relationship.", True),
        ("Follow the link in the header of the page.", False),
        ("A link to the next page.", False),
    ],
)
def test_a_cursor_may_be_said_to_come_from_a_header(said: str, is_link: bool) -> None:  # noqa: FBT001
    after = {"name": "after", "schema": {"type": "string"}, "description": said}
    found = guessed(small("next_cursor") | {"paths": {"/users": _bare(after, has_link=False)}})
    assert found["GET /users"].content == (LINK if is_link else {})


def test_a_description_may_say_that_a_list_does_not_page() -> None:
    description = small("next_cursor", "drf_pages")
    description["paths"]["/next_cursor"]["get"]["x-pagination"] = False
    assert [*guessed(description)] == ["GET /drf_pages"]
    assert guessed(description | {"x-pagination": False}) == {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("paged")


@pytest.fixture(scope="module")
def made(folder: Path) -> Summary:
    """Make a package of lists: two that are guessed, one that says it, and three for which it is not."""
    description = small("next_cursor", "page_token", "relay", "no_first_number", "bare_list", "skip_and_take")
    operations = {path: item["get"] for path, item in description["paths"].items()}
    operations["/bare_list"]["x-pagination"] = {"items": "$response.body", "page": {"send": "$request.query.page"}}
    operations["/next_cursor"]["x-pagination"] = False
    answer = operations["/skip_and_take"]["responses"]["200"]["content"]["application/json"]
    answer["schema"] = {"oneOf": [answer["schema"], {"required": ["why"], "properties": {"why": {"type": "string"}}}]}
    return written(description, folder)


def test_what_was_guessed_is_used_and_said(made: Summary, folder: Path) -> None:
    assert {key: place["pages"] for key, place in places(folder).items() if "pages" in place} == {
        "GET /page_token": "cursor",
        "GET /relay": "cursor",
        "GET /bare_list": "page",
    }
    assert list(made.lists.lines()) == [
        "The lists:",
        "  said      1 by `x-pagination`",
        "  guess     cursor, by `pageToken`, `nextPageToken`: GET /page_token",
        "  guess     cursor, by `after`, `endCursor`: GET /relay",
        "  unsure    whether `page` begins with 0 or 1 is not said: give it a default: GET /no_first_number",
        "  unsure    it looks like it by `skip`, `total`, which no model has: GET /skip_and_take",
        "  change    `x-pagination` of the operation in overlay.yaml; `x-pagination: false` makes it a single page",
    ]
    data = made.lists.data()
    assert data["paged"]["GET /bare_list"] == {"kind": "page", "guessed": False}
    assert data["guesses"]["GET /relay"]["x-pagination"]["more"] == "$response.body#/pageInfo/hasNextPage"


@pytest.mark.usefixtures("made")
def test_what_was_released_as_a_page_stays_one_until_it_is_renamed(folder: Path) -> None:
    """A newer toolkit does not change what a released method returns; a list that was guessed goes on as one."""
    plain = small("next_cursor", "page_token", "drf_pages")
    summary = written(plain, folder, is_released=True)
    assert {key: place.get("pages") for key, place in places(folder).items()} == {
        "GET /next_cursor": None,
        "GET /page_token": "cursor",
        "GET /drf_pages": "link",
    }
    assert [*summary.lists.held] == ["GET /next_cursor"]
    assert "  released  as single pages" in "\n".join(summary.lists.lines())
    assert summary.lists.data()["held"]["GET /next_cursor"]["x-pagination"] == NEXT_CURSOR
    assert not written(plain, folder, is_released=True, rename=["GET /next_cursor"]).lists.held
    assert places(folder)["GET /next_cursor"]["pages"] == "cursor"


def test_a_list_that_may_be_no_content_has_no_items_then(tmp_path: Path) -> None:
    described = small("fastapi_pagination")
    described["paths"]["/fastapi_pagination"]["get"]["responses"]["204"] = {"description": "There are none."}
    written(described, tmp_path)
    with importable(tmp_path):
        (module,) = (tmp_path / "paged_api" / "api").glob("*/*fastapi_pagination*.py")
        paging = import_module(f"paged_api.api.{module.parent.name}.{module.stem}").PAGING
        assert list(paging.items(None)) == []
        assert paging.following(None, None, {}) is None
    assert "None" in module.read_text(encoding="utf-8").partition("PAGING: Paging[")[2].partition(",")[0]
