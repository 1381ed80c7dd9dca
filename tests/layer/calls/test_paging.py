"""Lists of every kind that `x-pagination` knows are iterated whole, without a request or a page in memory too many."""

from __future__ import annotations

import gc
import json
import logging
import tracemalloc
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

import httpx
import pytest
from attrs import define, field

from afresh import APIError, AsyncClient, Client, DecodeError, NotFound
from afresh._calls.calling import AsyncCaller, Connection, SyncCaller
from afresh._calls.options import Options
from afresh_api.models import Credentials
from made import importable, make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.process import Sandbox

    Handler = Callable[[httpx.Request], httpx.Response]

pytestmark = pytest.mark.slow

URL = "http://api.test/v1"
SIZE = 3
"""How many items a page holds."""
LONG = 20_000
"""How many items a long list has."""
QUERY = """
        - {name: like, in: query, schema: {type: string}}
        - {name: from, in: query, schema: {type: integer}}
        - {name: after, in: query, schema: {type: string}}"""


def operation(path: str, extension: str, *, answer: str, method: str = "get", more: str = "") -> str:
    return f"""
  /{path}:
    {method}:
      operationId: {path}
      tags: [lists]
      x-pagination: {extension}
      parameters:{QUERY}{more}
      responses:
        "200":
          description: A page.
          headers: {{X-Next: {{schema: {{type: string}}}}, X-Total: {{schema: {{type: integer}}}}, Link: {{}}}}
          content: {{application/json: {{schema: {{$ref: "#/components/schemas/{answer}"}}}}}}
        "422": {{description: No., content: {{application/json: {{schema: {{$ref: "#/components/schemas/Item"}}}}}}}}"""


BODY = """
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Search"}}}}"""
KEYED = """
        - {name: X-Once, in: header, x-idempotency-key: true, schema: {type: string}}"""
STYLED = """
        - {name: sort, in: query, style: deepObject, schema: {$ref: "#/components/schemas/Sort"}}"""
BARE, PAGE = "items: $response.body", "items: $response.body#/items"
DESCRIPTION = (
    """openapi: 3.1.0
info: {title: Lists, version: "1"}
paths:"""
    + "".join(
        (
            operation(
                "cursor",
                f"{{{PAGE}, cursor: {{next: $response.body#/about/next, send: $request.query.after}}}}",
                answer="Page",
            ),
            operation(
                "cursor_in_header",
                f"{{{BARE}, cursor: {{next: $response.header.X-Next, send: $request.query.after}}}}",
                answer="Items",
            ),
            operation(
                "cursor_in_body",
                f"{{{PAGE}, cursor: {{next: $response.body#/about/next, send: $request.body#/page/after}}}}",
                answer="Page",
                method="post",
                more=KEYED + BODY,
            ),
            operation("offset", f"{{{BARE}, offset: {{send: $request.query.from}}}}", answer="Items"),
            operation(
                "offset_to_total",
                f"{{{PAGE}, offset: {{send: $request.query.from, total: $response.body#/about/total}}}}",
                answer="Page",
                more=STYLED,
            ),
            operation(
                "offset_in_body",
                f"{{{BARE}, offset: {{send: $request.body#/page/from, start: 0, total: $response.header.x-total}}}}",
                answer="Items",
                method="post",
                more=BODY,
            ),
            operation("page", f"{{{BARE}, page: {{send: $request.query.from}}}}", answer="Items"),
            operation(
                "page_to_total",
                f"{{{PAGE}, page: {{send: $request.query.from, start: 0, total: $response.body#/about/total}}}}",
                answer="Page",
            ),
            operation(
                "page_in_body",
                f"{{{BARE}, page: {{send: $request.body#/page/from, total: $response.header.X-Total}}}}",
                answer="Items",
                method="post",
                more=BODY,
            ),
            operation("link", f"{{{BARE}, link: $response.header.Link}}", answer="Items"),
            operation("link_in_header", f"{{{BARE}, link: $response.header.X-Next}}", answer="Items"),
            operation("link_in_body", f"{{{PAGE}, link: $response.body#/about/next}}", answer="Page"),
        )
    )
    + """
components:
  schemas:
    Item: {type: object, required: [id], properties: {id: {type: integer}}}
    Items: {type: array, items: {$ref: "#/components/schemas/Item"}}
    Page:
      type: object
      required: [items]
      properties:
        items: {$ref: "#/components/schemas/Items"}
        about: {type: object, properties: {next: {type: [string, "null"]}, total: {type: integer}}}
    Sort: {type: object, properties: {by: {type: string}}}
    Search:
      type: object
      properties:
        text: {type: string}
        page: {$ref: "#/components/schemas/Where"}
    Where: {type: object, properties: {after: {type: string}, from: {type: integer}}}
"""
)
CURSORS = ("cursor", "cursor_in_header", "cursor_in_body")
OFFSETS = ("offset", "offset_to_total", "offset_in_body")
NUMBERS = ("page", "page_to_total", "page_in_body")
LINKS = ("link", "link_in_header", "link_in_body")
COUNTED_BLINDLY = ("offset", "page")
"""Only an empty page says of these lists that they are at their end."""
KINDS = (*CURSORS, *OFFSETS, *NUMBERS, *LINKS)


@pytest.fixture(scope="module", autouse=True)
def _package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("lists")
    make(DESCRIPTION, folder, package="lists_api")
    with importable(folder):
        yield


@define
class Server:
    """Serves a list in every way; what was asked of it is kept."""

    length: int
    size: int = SIZE
    asked: list[httpx.Request] = field(factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        kind = request.url.path.removeprefix("/v1/")
        first = self.first(kind, request)
        items = [{"id": number} for number in range(first, min(first + self.size, self.length))]
        end = first + self.size
        more = end < self.length
        total = self.length if kind in OFFSETS else -(-self.length // self.size)
        following = (str(end) if kind in CURSORS else str(request.url.copy_set_param("after", end))) if more else None
        if kind == "link" and following:
            links = (
                f'<{URL}>; rel="first"; title="a=b, <c>; rel=next", <{following}>; title*=UTF-8\'\'d; rel="last Next"'
            )
            return httpx.Response(200, json=items, headers={"Link": links})
        headers = {"X-Total": str(total), **({"X-Next": following} if following else {})}
        about: dict[str, object] = {"total": total, "next": following}
        is_bare = kind in {
            "cursor_in_header",
            "offset",
            "offset_in_body",
            "page",
            "page_in_body",
            "link",
            "link_in_header",
        }
        return httpx.Response(200, json=items if is_bare else {"items": items, "about": about}, headers=headers)

    def first(self, kind: str, request: httpx.Request) -> int:
        """Read where the page begins that is asked for."""
        sent = dict(request.url.params)
        if request.content:
            sent |= json.loads(request.content).get("page", {})
        if kind in NUMBERS:
            start = 0 if kind == "page_to_total" else 1
            return self.size * (int(sent.get("from", start)) - start)
        return int(sent.get("from" if kind in OFFSETS else "after", 0))


def sync_list(kind: str, handler: Handler, options: Options = Options(), **arguments: Any) -> Any:  # noqa: B008 - it is immutable
    caller = SyncCaller(Connection(httpx.Client(transport=httpx.MockTransport(handler))), httpx.URL(URL), options)
    return getattr(import_module("lists_api.resources").Resources(caller).lists, kind)(**arguments)


def async_list(kind: str, handler: Handler, **arguments: Any) -> Any:
    caller = AsyncCaller(httpx.AsyncClient(transport=httpx.MockTransport(handler)), httpx.URL(URL), Options())
    return getattr(import_module("lists_api.resources").AsyncResources(caller).lists, kind)(**arguments)


def search(**page: Any) -> Any:
    models = import_module("lists_api.models")
    return models.Search(text="x", page=models.Where(**page))


@pytest.mark.anyio
@pytest.mark.parametrize("length", [0, 1, SIZE, SIZE + 1, 2 * SIZE])
@pytest.mark.parametrize("kind", KINDS)
async def test_all_items_come_with_no_request_more_than_needed(kind: str, length: int) -> None:
    server, async_server = Server(length), Server(length)
    assert [item.id for item in sync_list(kind, server)] == list(range(length))
    assert [item.id async for item in async_list(kind, async_server)] == list(range(length))
    needed = max(1, -(-length // SIZE))
    if kind in COUNTED_BLINDLY and length:
        needed += 1
    assert len(server.asked) == len(async_server.asked) == needed


@pytest.mark.anyio
@pytest.mark.parametrize("kind", KINDS)
async def test_pages_come_one_at_a_time_and_anew_each_time(kind: str) -> None:
    server, async_server = Server(2 * SIZE + 1), Server(2 * SIZE + 1)
    pages, async_pages = sync_list(kind, server), async_list(kind, async_server)
    sizes = [SIZE, SIZE, 1, 0] if kind in COUNTED_BLINDLY else [SIZE, SIZE, 1]
    for _ in range(2):
        assert [len(getattr(page, "items", page)) for page in pages.pages()] == sizes
        assert [len(getattr(page, "items", page)) async for page in async_pages.pages()] == sizes
    assert len(server.asked) == len(async_server.asked) == 2 * len(sizes)


@pytest.mark.anyio
@pytest.mark.parametrize("kind", KINDS)
async def test_who_stops_early_asks_for_no_more_pages(kind: str) -> None:
    server, async_server = Server(100), Server(100)
    for item in sync_list(kind, server):
        if item.id == SIZE - 1:
            break
    async for item in async_list(kind, async_server):
        if item.id == SIZE - 1:
            break
    assert len(server.asked) == len(async_server.asked) == 1


@pytest.mark.anyio
async def test_who_stopped_may_go_on_with_the_same_iterator() -> None:
    server, async_server = Server(2 * SIZE), Server(2 * SIZE)
    items, async_items = iter(sync_list("link", server)), aiter(async_list("link", async_server))
    assert (next(items).id, (await anext(async_items)).id) == (0, 0)
    assert [item.id for item in items] == list(range(1, 2 * SIZE))
    assert [item.id async for item in async_items] == list(range(1, 2 * SIZE))
    assert len(server.asked) == len(async_server.asked) == 2


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("cursor", {"after": "4"}),
        ("cursor_in_header", {"after": "4"}),
        ("cursor_in_body", {"after": "4"}),
        ("offset", {"from_": 4}),
        ("offset_to_total", {"from_": 4}),
        ("offset_in_body", {"from_": 4}),
        ("link", {"after": "4"}),
        ("link_in_body", {"after": "4"}),
    ],
)
def test_a_list_starts_where_the_caller_says(kind: str, arguments: dict[str, Any]) -> None:
    if kind.endswith("_in_body") and kind != "link_in_body":
        arguments = {"body": search(**arguments)}
    assert [item.id for item in sync_list(kind, Server(12), **arguments)] == list(range(4, 12))


@pytest.mark.parametrize(("kind", "page"), [("page", 2), ("page_to_total", 1), ("page_in_body", 2)])
def test_pages_count_up_from_the_one_that_the_caller_gives(kind: str, page: int) -> None:
    arguments = {"body": search(from_=page)} if kind == "page_in_body" else {"from_": page}
    server = Server(3 * SIZE)
    assert [item.id for item in sync_list(kind, server, **arguments)] == list(range(SIZE, 3 * SIZE))
    assert len(server.asked) == (3 if kind == "page" else 2)


@pytest.mark.parametrize("kind", KINDS)
def test_filters_are_kept_on_the_pages_that_follow(kind: str) -> None:
    arguments: dict[str, Any] = {"like": "a b&c"}
    if kind == "offset_to_total":  # a query that is written out
        arguments["sort"] = import_module("lists_api.models").Sort(by="x")
    if kind.endswith("_in_body") and kind != "link_in_body":
        arguments["body"] = search()
    server = Server(3 * SIZE)
    assert [item.id for item in sync_list(kind, server, **arguments)] == list(range(3 * SIZE))
    for request in server.asked:
        assert request.url.params["like"] == "a b&c"
        assert ("sort" not in arguments) or request.url.params["sort[by]"] == "x"
        assert ("body" not in arguments) or json.loads(request.content)["text"] == "x"


def test_what_the_caller_gave_stays_as_it_is() -> None:
    body = search(after="0")
    list(sync_list("cursor_in_body", Server(3 * SIZE), body=body))
    assert body.to_dict() == {"text": "x", "page": {"after": "0"}}


def test_parameters_of_the_clients_own_are_kept_with_a_link() -> None:
    server = Server(2 * SIZE)
    http = httpx.Client(transport=httpx.MockTransport(server), params={"key": "k"})
    lists = (
        import_module("lists_api.resources").Resources(SyncCaller(Connection(http), httpx.URL(URL), Options())).lists
    )
    assert len(list(lists.link(like="x"))) == 2 * SIZE
    assert [request.url.params.multi_items() for request in server.asked] == [
        [("key", "k"), ("like", "x")],
        [("key", "k"), ("like", "x"), ("after", "3")],
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("kind", LINKS)
@pytest.mark.parametrize(
    "link",
    [
        *("/v1/LIST?after=3", "?after=3", "../v1/LIST?after=3", " LIST?after=3 ", "/v1/LIST?after=3#part"),
        *("HTTP://API.TEST:80/v1/LIST?after=3", "//api.test/v1/LIST?after=3", "http://u:p@api.test/v1/LIST?after=3"),
        *("https://api.test/v1/LIST?after=3", "http://api.test:8000/v1/LIST?after=3"),  # behind a proxy
        *("/LIST?after=3", "https://api.test/LIST?after=3"),  # that puts something before the paths
    ],
)
async def test_a_link_is_read_as_the_api_s_own_from_the_page_that_has_it(kind: str, link: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return linking(kind, "" if "after" in request.url.params else link.replace("LIST", kind))

    asked: list[str] = []
    assert len(list(sync_list(kind, answer))) == 2
    assert len([item async for item in async_list(kind, answer)]) == 2
    assert asked == [f"{URL}/{kind}", f"{URL}/{kind}?after=3"] * 2


@pytest.mark.anyio
@pytest.mark.parametrize("kind", LINKS)
@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://evil.test/v1/next?secret", "https://evil.test"),
        ("http://sub.api.test:81/v1/next?secret", "http://sub.api.test:81"),
        ("http://user:secret@evil.test/next?secret", "http://evil.test"),
        ("http://api.test@evil.test/next?secret", "http://evil.test"),
        ("//evil.test/next?secret", "http://evil.test"),
        ("ftp://api.test/next?secret", "ftp://api.test"),
    ],
)
async def test_a_link_to_another_host_is_not_followed(kind: str, link: str, shown: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return linking(kind, link)

    asked: list[httpx.Request] = []
    said = (
        f"GET {URL}/{kind}: the next page cannot be requested: the server says that it is at {shown}, but tokens must "
        "not go anywhere else than to http://api.test."
    )
    with pytest.raises(DecodeError) as caught:
        list(sync_list(kind, answer))
    assert str(caught.value) == said
    with pytest.raises(DecodeError) as caught:
        [item async for item in async_list(kind, answer)]
    assert str(caught.value) == said
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("base", "link"),
    [
        ("https://api.test/v1", "http://api.test/v1/link_in_body?after=3"),
        ("https://api.test/v1", "http://api.test:8000/v1/link_in_body?after=3"),
        ("https://api.test:8443/v1", "https://api.test/v1/link_in_body?after=3"),
        ("https://[::1]:8443/v1", "http://[::1]:8000/v1/link_in_body?after=3"),
        ("https://gateway.test/apis/v1", "http://gateway.test/v1/link_in_body?after=3"),
    ],
)
def test_behind_a_proxy_a_list_goes_on_at_the_api_s_own_origin(base: str, link: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return linking("link_in_body", "" if request.url.query else link)

    asked: list[str] = []
    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        caller = SyncCaller(Connection(http), httpx.URL(base), Options(0))
        assert len(list(import_module("lists_api.resources").Resources(caller).lists.link_in_body())) == 2
    assert asked == [f"{base}/link_in_body", f"{base}/link_in_body?after=3"]


@pytest.mark.parametrize(
    ("header", "following"),
    [
        ("<?after=1>; rel=next", True),
        ("<?after=1>; REL=NEXT", True),
        ('<?after=1>;rel = "prev Next last"', True),
        ("<?after=1>; rel='next'", True),
        ('<?after=9>; rel="prev", <?after=1>; title="a, b; rel=no"; rel="next"', True),
        ('<?after=1>; rel="next",<?after=9>; rel="last"', True),
        ("<?after=9>; rel=prev; rel=next", False),
        ('<?after=9>; rel="nextish"', False),
        ('<?after=9>; title="rel=next"; rel=last', False),
        ("<?after=9>", False),
        ("nonsense", False),
        ("<>; rel=next", False),
    ],
)
def test_how_a_link_header_names_the_next_page(header: str, *, following: bool) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("after"))
        return httpx.Response(200, json=[{"id": 1}], headers={} if "after" in request.url.params else {"Link": header})

    asked: list[str | None] = []
    list(sync_list("link", answer))
    assert asked == ([None, "1"] if following else [None])


def test_links_may_come_in_several_headers() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        links = [("Link", '<?after=9>; rel="prev"'), ("link", '<?after=1>; rel="next"')]
        return httpx.Response(200, json=[{"id": 1}], headers=[] if request.url.query else links)

    assert len(list(sync_list("link", answer))) == 2


class Counting(Server):
    """Says nothing of a total, and answers with a status to what is asked for past the end."""

    def __init__(self, length: int, past: int) -> None:
        super().__init__(length)
        self.past = past

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.first(request.url.path.removeprefix("/v1/"), request) >= self.length:
            self.asked.append(request)
            return httpx.Response(self.past, json={"detail": "Invalid page."})
        content = super().__call__(request).json()
        return httpx.Response(200, json={"items": content["items"]} if isinstance(content, dict) else content)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [404, 416, 204])
@pytest.mark.parametrize("kind", [*OFFSETS, *NUMBERS])
async def test_a_counted_list_without_a_total_ends_where_there_is_no_page(kind: str, status: int) -> None:
    server, async_server = Counting(2 * SIZE, status), Counting(2 * SIZE, status)
    assert [item.id for item in sync_list(kind, server)] == list(range(2 * SIZE))
    items = aiter(async_list(kind, async_server))
    assert [item.id async for item in items] == list(range(2 * SIZE))
    with pytest.raises(StopAsyncIteration):
        await anext(items)
    assert len(server.asked) == len(async_server.asked) == 3
    assert len(list(sync_list(kind, Counting(2 * SIZE, status)).pages())) == 2


@pytest.mark.anyio
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 416, 422])
@pytest.mark.parametrize("kind", ["page", "offset", "cursor", "link"])
async def test_any_other_failure_within_a_list_is_an_error(kind: str, status: int) -> None:
    with pytest.raises(APIError) as caught:
        list(sync_list(kind, Counting(0, status)))
    assert caught.value.status_code == status
    with pytest.raises(APIError):
        [item async for item in async_list(kind, Counting(0, status))]

    def breaking(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status) if request.url.query else Server(3 * SIZE)(request)

    ends = kind in {"page", "offset"} and status in {404, 416}
    if ends:
        assert len(list(sync_list(kind, breaking))) == SIZE
        return
    with pytest.raises(APIError):
        list(sync_list(kind, breaking))
    with pytest.raises(APIError):
        [item async for item in async_list(kind, breaking)]


@pytest.mark.parametrize("kind", ["offset_to_total", "page_to_total"])
def test_a_page_that_is_missing_before_the_total_is_an_error(kind: str) -> None:
    def breaking(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if request.url.query else Server(3 * SIZE)(request)

    with pytest.raises(NotFound):
        list(sync_list(kind, breaking))


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_list_may_be_no_content(kind: str) -> None:
    assert list(sync_list(kind, lambda _: httpx.Response(204))) == []


def test_after_a_redirect_a_link_may_lead_back_to_the_api_only() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "api.test":
            return httpx.Response(307, headers={"Location": "http://mirror.test/list"})
        return linking("link", "?after=3")

    http = httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True)
    lists = (
        import_module("lists_api.resources").Resources(SyncCaller(Connection(http), httpx.URL(URL), Options())).lists
    )
    with pytest.raises(DecodeError, match=r"at http://mirror\.test, but"):
        list(lists.link())


def linking(kind: str, link: str) -> httpx.Response:
    """Answer with one item, and a link."""
    if kind == "link_in_body":
        return httpx.Response(200, json={"items": [{"id": 1}], "about": {"next": link}})
    header = {"Link": f"<{link}>;rel=next" if link else "<x>; rel=prev"} if kind == "link" else {"X-Next": link}
    return httpx.Response(200, json=[{"id": 1}], headers=header)


@pytest.mark.parametrize(
    ("kind", "page", "said"),
    [
        ("link", linking("link", "http://api.test:port/"), "the server gives a URL for it that cannot be read"),
        ("link_in_body", linking("link_in_body", "?" + "x" * 70_000), "too long"),
        ("page_in_body", httpx.Response(200, json=[{"id": 1}], headers={"X-Total": "many"}), "invalid literal"),
        ("offset_to_total", httpx.Response(200, json={"items": [{"id": 1}], "about": {"total": "9"}}), "not supported"),
    ],
)
def test_what_is_of_no_use_for_the_next_page_is_said(kind: str, page: httpx.Response, said: str) -> None:
    items = iter(sync_list(kind, lambda _: page))
    assert next(items).id == 1
    with pytest.raises(DecodeError, match=f"the next page cannot be requested: .*{said}"):
        next(items)


def test_the_error_of_a_list_has_its_described_body() -> None:
    with pytest.raises(APIError) as caught:
        list(sync_list("cursor", lambda _: httpx.Response(422, json={"id": 7})))
    assert isinstance(caught.value.body, import_module("lists_api.models").Item)


def test_a_list_is_asked_for_again_under_the_key_that_the_description_names() -> None:
    server, keys = Server(2 * SIZE), list[Any]()

    def failing_at_first(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers.get("X-Once"))
        return httpx.Response(503) if len(keys) == 1 else server(request)

    items = sync_list("cursor_in_body", failing_at_first, Options(idempotency_key="k"), body=search())
    assert len(list(items)) == 2 * SIZE
    assert keys == ["k"] * 3


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [*OFFSETS, *NUMBERS])
async def test_after_a_failure_the_same_page_is_asked_for_again(kind: str) -> None:
    server, failures = Server(3 * SIZE), [httpx.Response(400)]

    def failing_once(request: httpx.Request) -> httpx.Response:
        return failures.pop() if failures and server.asked else server(request)

    items = aiter(async_list(kind, failing_once))
    first = [(await anext(items)).id for _ in range(SIZE)]
    with pytest.raises(APIError):
        await anext(items)
    assert [*first, *[item.id async for item in items]] == list(range(3 * SIZE))


def test_a_first_page_that_names_itself_as_the_next_is_asked_for_once() -> None:
    class Stuck(Server):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            self.asked.append(request)
            return httpx.Response(200, json={"items": [], "about": {"next": "3"}})

    server = Stuck(0)
    with pytest.raises(DecodeError, match="would never end"):
        list(sync_list("cursor", server, after="3"))
    assert len(server.asked) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [*CURSORS, *LINKS])
async def test_a_list_that_goes_round_in_circles_is_an_error(kind: str) -> None:
    class Circle(Server):
        def first(self, kind: str, request: httpx.Request) -> int:
            return super().first(kind, request) % (3 * SIZE)

    for start in ({}, {"body": search(after="3")} if kind == "cursor_in_body" else {"after": "3"}):
        server, async_server = Circle(1000), Circle(1000)
        with pytest.raises(DecodeError, match="would never end: the server named an earlier page as the next one"):
            list(sync_list(kind, server, **start))
        with pytest.raises(DecodeError, match="would never end"):
            [item async for item in async_list(kind, async_server, **start)]
        assert len(server.asked) == len(async_server.asked) <= 4


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [*OFFSETS, *NUMBERS])
async def test_a_server_that_takes_no_notice_of_the_count_is_an_error(kind: str) -> None:
    class Deaf(Server):
        def first(self, kind: str, request: httpx.Request) -> int:
            return min(super().first(kind, request), SIZE)

    server, async_server = Deaf(1000), Deaf(1000)
    with pytest.raises(DecodeError, match="would never end: the server returned the same page again"):
        list(sync_list(kind, server))
    with pytest.raises(DecodeError, match="would never end"):
        [item async for item in async_list(kind, async_server)]
    assert len(server.asked) == len(async_server.asked) == 3


class Memory:
    """What is held in memory at the last page, beyond what was once caches were full; log records would be held too."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.CRITICAL)
        self.seen = 0
        self._held: dict[int, int] = {}

    def see(self, page: Any) -> None:
        self.seen += len(getattr(page, "items", page))
        if self.seen in {LONG // 5, LONG}:
            gc.collect()
            self._held[self.seen] = tracemalloc.get_traced_memory()[0]

    @property
    def grown(self) -> int:
        return self._held[LONG] - self._held[LONG // 5]

    def __enter__(self) -> Self:
        tracemalloc.start()
        return self

    def __exit__(self, *_: object) -> None:
        tracemalloc.stop()


class Forgetful(Server):
    """Counts what was asked instead of keeping it."""

    count = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.count += 1
        self.asked.clear()
        return super().__call__(request)


@pytest.mark.parametrize(("kind", "requests"), [("cursor", 200), ("offset", 201)])
def test_a_long_list_takes_no_more_memory_than_a_short_one(
    kind: str, requests: int, caplog: pytest.LogCaptureFixture
) -> None:
    server = Forgetful(LONG, size=100)
    with Memory(caplog) as memory:
        for page in sync_list(kind, server).pages():
            memory.see(page)
    assert (memory.seen, server.count) == (LONG, requests)
    assert memory.grown < 5 * LONG, "bytes: what is remembered of a page is a number"


@pytest.mark.anyio
async def test_a_long_list_takes_no_more_memory_than_a_short_one_async(caplog: pytest.LogCaptureFixture) -> None:
    server = Forgetful(LONG, size=100)
    with Memory(caplog) as memory:
        async for page in async_list("link", server).pages():
            memory.see(page)
    assert (memory.seen, server.count) == (LONG, 200)
    assert memory.grown < 5 * LONG


@pytest.mark.anyio
async def test_the_lists_of_the_sandbox(sandbox: Sandbox) -> None:
    with Client(sandbox.url) as api:
        for _ in range(4):
            api.login(Credentials(username="alan", password="turing"))
        found = list(api.search.tasks(q="task", limit=20))
        assert [task.title for task in found] == [f"Task {number}" for number in range(45, 0, -1)]
        assert [project.name for project in api.projects.list(per_page=1)] == ["Analytical Engine", "Garden"]
        assert [project.name for project in api.projects.list(per_page=1, page=2)] == ["Garden"]
        assert [event.action for event in api.audit.list_events(limit=3)] == ["signed in"] * 4
        assert len(list(api.audit.list_events(limit=2, offset=1))) == 3
        async with AsyncClient(session=api.session) as async_api:
            assert [task.id async for task in async_api.search.tasks(q="task", limit=40)] == [task.id for task in found]
            assert len([project async for project in async_api.projects.list(per_page=1)]) == 2
            assert len([event async for event in async_api.audit.list_events(limit=3)]) == 4
    assert sandbox.control.counters().by_operation == {
        "POST /auth/login": 4,
        "GET /search": 5,
        "GET /projects": 5,
        "GET /audit/events": 6,
    }


@pytest.mark.parametrize(("cursor", "more"), [("x", True), ("", False), (None, False)])
def test_an_empty_cursor_is_none(cursor: str | None, more: bool) -> None:  # noqa: FBT001  (a parameter of the test)
    paging = import_module("afresh_api.api.tasks.list_tasks").PAGING
    page = import_module("afresh_api.models").TaskPage.from_dict({"items": [], "nextCursor": cursor})
    following = paging.following(page, httpx.Response(200), {"params": {"limit": 1}})
    assert (following == {"params": {"limit": 1, "cursor": "x"}}) is more
