"""Lists as frameworks and well-known APIs page them: how each is described, how it is served, and what is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIZE = 3
"""How many items a page holds."""
ITEM: dict[str, Any] = {"$ref": "#/components/schemas/Item"}


@frozen
class At:
    """Where in a list a page is; `base` is the number of the first page, and `url` what was asked for."""

    items: list[dict[str, int]]
    first: int
    length: int
    base: int
    url: str

    @property
    def is_last(self) -> bool:
        return self.first + SIZE >= self.length

    @property
    def number(self) -> int:
        return self.first // SIZE + self.base

    @property
    def pages(self) -> int:
        return -(-self.length // SIZE)

    @property
    def cursor(self) -> str | None:
        return None if self.is_last else str(self.first + SIZE)

    def next(self, parameter: str, *, is_page: bool = False) -> str | None:
        """Return the URL of the next page, with the parameters of this request."""
        if self.is_last:
            return None
        parts = urlsplit(self.url)
        value = self.number + 1 if is_page else self.first + SIZE
        query = {name: values[0] for name, values in parse_qs(parts.query).items()} | {parameter: str(value)}
        return f"http://{parts.netloc}{parts.path}?{urlencode(query)}"


@frozen
class Style:
    """A way of paging.

    Attributes:
        sent: The parameter that says which page, and others, each with its schema.
        answer: What an answer has, by names; `[]` stands for the items, and a list is an object without models.
        guess: What is guessed, without `items`; None where nothing is.
        page: Makes the answer.
        by: Whether a request counts pages (`page`) or items (`item`), or has the id of the last item (`last`).
        base: The number of the first page, or item.
        items: Where the items are.
        headers: Makes the headers of an answer.
        names_of_headers: The headers that are described.
        unsure: What is said where it is not known.
    """

    sent: Mapping[str, Any]
    answer: Any
    guess: Mapping[str, Any] | None = None
    page: Callable[[At], Any] = lambda at: at.items
    by: str = "page"
    base: int = 1
    items: str = "$response.body#/items"
    headers: Callable[[At], dict[str, str]] = lambda _: {}
    names_of_headers: tuple[str, ...] = ()
    unsure: str = ""


def query(name: str) -> str:
    return f"$request.query.{name}"


def body(pointer: str) -> str:
    return f"$response.body#/{pointer}"


INTEGER: dict[str, Any] = {"type": "integer"}
TEXT: dict[str, Any] = {"type": "string"}
URL: dict[str, Any] = {"type": ["string", "null"], "format": "uri"}
NULLABLE: dict[str, Any] = {"type": ["string", "null"]}
FLAG: dict[str, Any] = {"type": "boolean"}
FROM_1: dict[str, Any] = {"type": "integer", "minimum": 1, "default": 1}
FROM_0: dict[str, Any] = {"type": "integer", "minimum": 0, "default": 0}
DRF = {"count": INTEGER, "next": URL, "previous": URL, "results": []}
SPRING = {
    "content": [],
    "totalElements": INTEGER,
    "totalPages": INTEGER,
    "number": INTEGER,
    "size": INTEGER,
    "numberOfElements": INTEGER,
    "first": FLAG,
    "last": FLAG,
    "empty": FLAG,
    "sort": {"sorted": FLAG},
    "pageable": {"pageNumber": INTEGER, "paged": FLAG},
}
LARAVEL = {
    "data": [],
    "links": {"first": NULLABLE, "last": NULLABLE, "prev": NULLABLE, "next": NULLABLE},
    "meta": {"current_page": INTEGER, "last_page": INTEGER, "per_page": INTEGER, "path": TEXT, "total": INTEGER},
}


def spring(at: At) -> dict[str, Any]:
    return {"content": at.items, "totalPages": at.pages, "totalElements": at.length, "number": at.number}


def laravel(at: At) -> dict[str, Any]:
    # As Laravel does by default, the links leave out what else was asked for.
    link = None if at.is_last else f"{at.url.partition('?')[0]}?page={at.number + 1}"
    meta = {"current_page": at.number, "last_page": max(1, at.pages), "per_page": SIZE, "total": at.length}
    return {"data": at.items, "links": {"next": link}, "meta": meta}


def drf(parameter: str, *, is_page: bool = False) -> Callable[[At], dict[str, Any]]:
    return lambda at: {
        "count": at.length,
        "next": at.next(parameter, is_page=is_page),
        "previous": None,
        "results": at.items,
    }


STYLES: dict[str, Style] = {
    "fastapi_pagination": Style(
        {"page": FROM_1, "size": {"type": "integer", "default": 50}},
        {"items": [], "total": INTEGER, "page": INTEGER, "size": INTEGER, "pages": INTEGER},
        {"page": {"send": query("page"), "start": 1, "total": body("pages")}},
        lambda at: {"items": at.items, "total": at.length, "page": at.number, "pages": at.pages},
    ),
    "page_and_limit": Style(
        {"page": {"type": "integer", "default": 1}, "limit": INTEGER},
        {"items": [], "total": INTEGER, "page": INTEGER, "limit": INTEGER},
        {"page": {"send": query("page"), "start": 1, "totalItems": body("total")}},
        lambda at: {"items": at.items, "total": at.length, "page": at.number, "limit": SIZE},
    ),
    "nestjs_wrapped": Style(
        {"page": {"type": "number", "minimum": 1}, "per_page": {"type": "number"}},
        {"status": TEXT, "data": {"users": [], "meta": {"totalItems": {"type": "number"}}}},
        {"page": {"send": query("page"), "start": 1, "totalItems": body("data/meta/totalItems")}},
        lambda at: {"status": "ok", "data": {"users": at.items, "meta": {"totalItems": at.length}}},
        items=body("data/users"),
    ),
    "swashbuckle": Style(
        {"PageNumber": {"type": "integer", "format": "int32", "minimum": 0}, "PageSize": INTEGER},
        {"data": [], "totalCount": INTEGER, "pageSize": INTEGER},
        {"page": {"send": query("PageNumber"), "start": 0, "totalItems": body("totalCount")}},
        lambda at: {"data": at.items, "totalCount": at.length},
        base=0,
        items=body("data"),
    ),
    "echoed_number": Style(
        {"page": INTEGER, "page_size": INTEGER},
        {"items": [], "pagination": {"page": INTEGER, "total_pages": INTEGER}},
        {"page": {"send": query("page"), "current": body("pagination/page"), "total": body("pagination/total_pages")}},
        lambda at: {"items": at.items, "pagination": {"page": at.number, "total_pages": at.pages}},
        base=0,
    ),
    "json_api": Style(
        {"page[number]": INTEGER, "page[size]": INTEGER, "filter[like]": TEXT},
        {"data": [], "links": {"self": TEXT, "next": NULLABLE}, "meta": {"total": INTEGER}},
        {"link": body("links/next")},
        lambda at: {"data": at.items, "links": {"next": at.next("page[number]", is_page=True)}},
        items=body("data"),
    ),
    "json_api_by_number": Style(
        {"page[number]": FROM_1, "page[size]": INTEGER},
        {"data": [], "meta": {"page": {"total_pages": INTEGER}}},
        {"page": {"send": query("page[number]"), "start": 1, "total": body("meta/page/total_pages")}},
        lambda at: {"data": at.items, "meta": {"page": {"total_pages": at.pages}}},
        items=body("data"),
    ),
    "drf_pages": Style(
        {"page": INTEGER, "page_size": INTEGER, "like": TEXT},
        DRF,
        {"link": body("next")},
        drf("page", is_page=True),
        items=body("results"),
    ),
    "drf_offsets": Style(
        {"offset": INTEGER, "limit": INTEGER}, DRF, {"link": body("next")}, drf("offset"), "item", 0, body("results")
    ),
    "drf_cursors": Style(
        {"cursor": TEXT},
        {"next": URL, "previous": URL, "results": []},
        {"link": body("next")},
        drf("cursor"),
        "item",
        0,
        body("results"),
    ),
    "ninja": Style(
        {"offset": FROM_0, "limit": {"type": "integer", "default": 100}},
        {"items": [], "count": INTEGER},
        {"offset": {"send": query("offset")}},
        lambda at: {"items": at.items, "count": at.length},
        "item",
        0,
    ),
    "laravel": Style(
        {"page": INTEGER, "per_page": INTEGER, "like": TEXT},
        LARAVEL,
        {"page": {"send": query("page"), "start": 1, "total": body("meta/last_page")}},
        laravel,
        items=body("data"),
    ),
    "laravel_without_parameters": Style({}, LARAVEL, {"link": body("links/next")}, laravel, items=body("data")),
    "laravel_without_page": Style({"like": TEXT}, LARAVEL, unsure="leave out the other parameters"),
    "laravel_simple": Style(
        {"page": INTEGER},
        {"current_page": INTEGER, "data": [], "next_page_url": NULLABLE, "path": TEXT, "per_page": INTEGER},
        {"page": {"send": query("page"), "start": 1}},
        lambda at: {"current_page": at.number, "data": at.items, "path": at.url, "per_page": SIZE},
        items=body("data"),
    ),
    "spring": Style(
        {"page": INTEGER, "size": INTEGER, "sort": {"type": "array", "items": TEXT}},
        SPRING,
        {"page": {"send": query("page"), "start": 0, "total": body("totalPages")}},
        spring,
        base=0,
        items=body("content"),
    ),
    "spring_pageable": Style(
        {"pageable": {"type": "object", "properties": {"page": FROM_0, "size": INTEGER, "sort": TEXT}}},
        SPRING,
        {"page": {"send": query("page"), "start": 0, "total": body("totalPages")}},
        spring,
        base=0,
        items=body("content"),
    ),
    "spring_hateoas": Style(
        {"page": INTEGER, "size": INTEGER},
        {
            "_embedded": {"userModelList": []},
            "_links": {"next": {"href": TEXT}, "self": {"href": TEXT}},
            "page": {"size": INTEGER, "totalElements": INTEGER, "totalPages": INTEGER, "number": INTEGER},
        },
        {"link": body("_links/next/href")},
        lambda at: {
            "_embedded": {"userModelList": at.items},
            "_links": {} if at.is_last else {"next": {"href": at.next("page", is_page=True)}},
        },
        base=0,
        items=body("_embedded/userModelList"),
    ),
    "skip_and_take": Style(
        {"skip": INTEGER, "take": INTEGER},
        {"items": [], "total": INTEGER},
        {"offset": {"send": query("skip"), "total": body("total")}},
        lambda at: {"items": at.items, "total": at.length},
        "item",
        0,
    ),
    "offset_and_more": Style(
        {"offset": FROM_0, "limit": INTEGER},
        {"items": [], "has_more": FLAG},
        {"offset": {"send": query("offset")}, "more": body("has_more")},
        lambda at: {"items": at.items, "has_more": not at.is_last},
        "item",
        0,
    ),
    "scim": Style(
        {"startIndex": INTEGER, "count": INTEGER, "filter": TEXT},
        {"Resources": [], "totalResults": INTEGER, "itemsPerPage": INTEGER, "startIndex": INTEGER},
        {"offset": {"send": query("startIndex"), "start": 1, "total": body("totalResults")}},
        lambda at: {"Resources": at.items, "totalResults": at.length},
        "item",
        1,
        body("Resources"),
    ),
    "start_at": Style(
        {"startAt": INTEGER, "maxResults": INTEGER},
        {"startAt": INTEGER, "maxResults": INTEGER, "total": INTEGER, "values": []},
        {"offset": {"send": query("startAt"), "total": body("total")}},
        lambda at: {"startAt": at.first, "total": at.length, "values": at.items},
        "item",
        0,
        body("values"),
    ),
    "next_cursor": Style(
        {"cursor": TEXT, "limit": INTEGER},
        {"items": [], "next_cursor": NULLABLE},
        {"cursor": {"next": body("next_cursor"), "send": query("cursor")}},
        lambda at: {"items": at.items, "next_cursor": at.cursor},
        "item",
        0,
    ),
    "page_token": Style(
        {"pageToken": TEXT, "pageSize": INTEGER},
        {"users": [], "nextPageToken": TEXT},
        {"cursor": {"next": body("nextPageToken"), "send": query("pageToken")}},
        lambda at: {"users": at.items, **({"nextPageToken": at.cursor} if at.cursor else {})},
        "item",
        0,
        body("users"),
    ),
    "cursor_that_never_ends": Style(
        {"start_cursor": TEXT, "cursor": TEXT},
        {"results": [], "has_more": FLAG, "next_cursor": TEXT},
        {"cursor": {"next": body("next_cursor"), "send": query("cursor")}, "more": body("has_more")},
        lambda at: {"results": at.items, "has_more": not at.is_last, "next_cursor": at.cursor or "end"},
        "item",
        0,
        body("results"),
    ),
    "metadata_of_the_response": Style(
        {"cursor": TEXT, "limit": INTEGER},
        {"ok": FLAG, "channels": [], "response_metadata": {"next_cursor": TEXT}},
        {"cursor": {"next": body("response_metadata/next_cursor"), "send": query("cursor")}},
        lambda at: {"ok": True, "channels": at.items, "response_metadata": {"next_cursor": at.cursor or ""}},
        "item",
        0,
        body("channels"),
    ),
    "relay": Style(
        {"after": TEXT, "first": INTEGER},
        {"nodes": [], "pageInfo": {"endCursor": NULLABLE, "hasNextPage": FLAG}},
        {"cursor": {"next": body("pageInfo/endCursor"), "send": query("after")}, "more": body("pageInfo/hasNextPage")},
        lambda at: {
            "nodes": at.items,
            "pageInfo": {"endCursor": str(at.first + len(at.items)), "hasNextPage": not at.is_last},
        },
        "item",
        0,
        body("nodes"),
    ),
    "after_the_last_item": Style(
        {"starting_after": TEXT, "ending_before": TEXT, "limit": INTEGER},
        {"object": TEXT, "data": [], "has_more": FLAG, "url": TEXT},
        {"cursor": {"last": "/id", "send": query("starting_after")}, "more": body("has_more")},
        lambda at: {"object": "list", "data": at.items, "has_more": not at.is_last},
        "last",
        0,
        body("data"),
    ),
    "cursors_beside_a_link": Style(
        {"after": TEXT, "before": TEXT},
        {"items": [], "next": {**NULLABLE, "description": "URL to the next page."}, "cursors": {"after": TEXT}},
        {"link": body("next")},
        lambda at: {"items": at.items, "next": at.next("before"), "cursors": {"after": "0"}},
        "item",
        0,
    ),
    "cursors_after": Style(
        {"after": TEXT, "limit": INTEGER},
        {"data": [], "paging": {"cursors": {"before": TEXT, "after": TEXT}}},
        {"cursor": {"next": body("paging/cursors/after"), "send": query("after")}},
        lambda at: {"data": at.items, "paging": {"cursors": {"after": at.cursor} if at.cursor else {}}},
        "item",
        0,
        body("data"),
    ),
    "next_as_an_object": Style(
        {"starting_after": TEXT, "per_page": INTEGER},
        {"data": [], "pages": {"per_page": INTEGER, "next": {"starting_after": NULLABLE, "per_page": INTEGER}}},
        {"cursor": {"next": body("pages/next/starting_after"), "send": query("starting_after")}},
        lambda at: {"data": at.items, "pages": {} if at.is_last else {"next": {"starting_after": at.cursor}}},
        "item",
        0,
        body("data"),
    ),
    "number_of_the_next_page": Style(
        {"page": INTEGER},
        {"users": [], "meta": {"current_page": INTEGER, "next_page": {"type": ["integer", "null"]}}},
        {"cursor": {"next": body("meta/next_page"), "send": query("page")}},
        lambda at: {
            "users": at.items,
            "meta": {"current_page": at.number, "next_page": None if at.is_last else at.number + 1},
        },
        items=body("users"),
    ),
    "page_within": Style(
        {"offset": FROM_0, "limit": INTEGER},
        {"albums": {"items": [], "limit": INTEGER, "next": NULLABLE, "total": INTEGER}},
        {"offset": {"send": query("offset"), "total": body("albums/total")}},
        lambda at: {"albums": {"items": at.items, "total": at.length}},
        "item",
        0,
        body("albums/items"),
    ),
    "odata": Style(
        {"$skip": INTEGER, "$top": INTEGER},
        {"value": [], "@odata.count": INTEGER, "@odata.nextLink": NULLABLE},
        {"link": body("@odata.nextLink")},
        lambda at: {"value": at.items, "@odata.nextLink": at.next("$skip")},
        "item",
        0,
        body("value"),
    ),
    "link_header": Style(
        {"page": FROM_1, "per_page": INTEGER},
        [],
        {"link": "$response.header.Link"},
        items="$response.body",
        headers=lambda at: {} if at.is_last else {"Link": f'<{at.next("page", is_page=True)}>; rel="next"'},
        names_of_headers=("Link",),
    ),
    "total_header": Style(
        {"page": FROM_1, "per_page": INTEGER},
        [],
        {"page": {"send": query("page"), "start": 1, "totalItems": "$response.header.X-Total-Count"}},
        items="$response.body",
        headers=lambda at: {"X-Total-Count": str(at.length)},
        names_of_headers=("X-Total-Count",),
    ),
    "no_first_number": Style(
        {"page": INTEGER, "limit": INTEGER}, {"items": [], "total": INTEGER}, unsure="whether `page` begins with 0 or 1"
    ),
    "two_cursors": Style(
        {"after": TEXT, "marker": TEXT}, {"items": [], "next_cursor": TEXT}, unsure="could go into any of `after`"
    ),
    "total_of_the_page": Style(
        {"skip": INTEGER, "limit": INTEGER},
        {"items": [], "total": {"type": "integer", "description": "How many items are in this page."}},
    ),
    "bare_list": Style(
        {"page": FROM_1, "per_page": INTEGER}, [], unsure="there is `page`, and the answer says nothing of pages"
    ),
    "bare_list_without_a_size": Style({"page": FROM_1}, []),
    "total_of_pages": Style(
        {"page": FROM_1, "rows": INTEGER},
        {"total": INTEGER, "page": INTEGER, "records": INTEGER, "rows": []},
        {"page": {"send": query("page"), "start": 1}},
        lambda at: {"total": at.pages, "page": at.number, "records": at.length, "rows": at.items},
        items=body("rows"),
    ),
    "two_lists": Style({"page": FROM_1}, {"users": [], "groups": [], "total": INTEGER}),
    "no_parameter": Style({"like": TEXT}, {"items": [], "total": INTEGER, "next_cursor": TEXT}),
    "thing_with_a_list": Style(
        {"page": FROM_1},
        {"state": TEXT, "sha": TEXT, "author": TEXT, "title": TEXT, "statuses": [], "total": INTEGER},
    ),
    "offset_of_time": Style({"offset": TEXT, "limit": INTEGER}, {"items": [], "total": INTEGER}),
    "numbers_of_text": Style({"page": {"type": "string"}}, {"items": [], "total": INTEGER}),
}


def description() -> dict[str, Any]:
    """Describe a list of each style, at a path of its name."""
    paths = {f"/{name}": {"get": _operation(name, style)} for name, style in STYLES.items()}
    item = {"type": "object", "required": ["id"], "properties": {"id": INTEGER}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lists", "version": "1"},
        "paths": paths,
        "components": {"schemas": {"Item": item}},
    }


def _operation(name: str, style: Style) -> dict[str, Any]:
    answer = {
        "description": "A page.",
        "headers": {header: {"schema": TEXT} for header in style.names_of_headers},
        "content": {"application/json": {"schema": _schema(style.answer)}},
    }
    parameters = [{"name": key, "in": "query", "schema": schema} for key, schema in style.sent.items()]
    return {"operationId": name, "tags": ["lists"], "parameters": parameters, "responses": {"200": answer}}


def _schema(said: Any) -> dict[str, Any]:
    if said == []:
        return {"type": "array", "items": ITEM}
    if "type" in said and isinstance(said["type"], str | list):
        return dict(said)
    return {"type": "object", "properties": {name: _schema(inner) for name, inner in said.items()}}


def answer(target: str, host: str, length: int) -> tuple[Any, dict[str, str]]:
    """Answer a request for a page of a list of a length."""
    parts = urlsplit(target)
    style = STYLES[parts.path.strip("/")]
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    names = [name for name in _parameters(style) if name in asked]
    if style.by == "page":
        first = SIZE * (int(asked[names[0]]) - style.base) if names else 0
    elif style.by == "last":
        first = int(asked[names[0]]) + 1 if names else 0
    else:
        first = int(asked[names[0]]) - style.base if names else 0
    items = [{"id": number} for number in range(first, min(first + SIZE, length))]
    at = At(items, first, length, style.base, f"http://{host}{target}")
    return style.page(at), style.headers(at)


def _parameters(style: Style) -> list[str]:
    """Return the parameters that say which page is asked for."""
    guess = style.guess or {}
    sent = [guess[kind]["send"] for kind in ("cursor", "offset", "page") if kind in guess]
    named = [text.removeprefix("$request.query.") for text in sent]
    return (
        named
        or [name for name in style.sent if name in {"page", "offset", "cursor", "$skip", "page[number]", "before"}]
        or ["page"]
    )
