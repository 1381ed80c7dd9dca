"""Divides the items of a list into pages, each with what leads to the next one, by every way of paging."""

from __future__ import annotations

import json
import math
from itertools import product
from typing import TYPE_CHECKING, Any, Final, cast

from afresh._http import httpx
from afresh_api.values import is_object, json_value

from .answering import (
    ABSENT,
    ANYWAY,
    Answer,
    checked,
    examples,
    operation_of,
    received,
    status_of,
    types_in,
    with_value,
)
from .decoding import UnfitError
from .examples import VARIANTS, example_of
from .fitting import misfit, type_of
from .limits import broken_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from afresh_api.faking import Call, Fake, Paged, Place

POSITION: Final = "fake-position"
"""The parameter of the query that says where a page starts, in the links to pages."""


def paged_answer(
    fake: Fake[Any, Any, Any], items: Iterable[Any], page_size: int | None
) -> Callable[[Call[Any]], httpx.Response]:
    """Return what answers with the pages of a list.

    Raises:
        UnfitError: The list has no such items.
    """
    given = list(items)
    _, kind = types_in(fake.facts, "PAGING")
    for index, item in enumerate(given):
        if reason := misfit(item, kind, f"items[{index}]"):
            raise UnfitError(f"`{fake.name}` cannot answer so: {reason}")
        if reason := broken_by(item, f"items[{index}]"):
            raise UnfitError(f"`{fake.name}` cannot answer so: {reason}; {ANYWAY}")
    if page_size is not None and page_size < 1:
        raise UnfitError(f"the page_size of `{fake.name}` must be 1 or more, not {page_size}")
    pages = _Pages(fake, [json_value(item, for_request=False) for item in given], page_size or max(len(given), 1))
    pages.page(0, httpx.URL("http://fake"))  # so that what cannot be a page is refused at once
    return pages


def example_pages(fake: Fake[Any, Any, Any]) -> Callable[[Call[Any]], httpx.Response]:
    """Return what answers with a list that has one example. Whatever page is asked for, there is an answer."""
    _, kind = types_in(fake.facts, "PAGING")
    for item in examples(kind, "example"):
        try:
            pages = _Pages(fake, [json_value(item, for_request=False)], 1, is_example=True)
            pages.page(0, httpx.URL("http://fake"))
        except UnfitError:
            continue
        return pages
    return _Pages(fake, [], 1, is_example=True)


class _Pages:
    def __init__(self, fake: Fake[Any, Any, Any], items: list[Any], size: int, *, is_example: bool = False) -> None:
        self._fake = fake
        self._items = items
        self._size = size
        self._is_example = is_example
        self._paged = cast("Paged", fake.facts.paged)

    def __call__(self, call: Call[Any]) -> httpx.Response:
        return self.page(self._start(call.request), call.request.url)(call)

    def _start(self, request: httpx.Request) -> int:
        """Return how many items come before the page that a request asks for."""
        if self._paged.by == "link":
            return int(request.url.params.get(POSITION, 0))
        sent = _sent(request, self._paged.send)
        if sent is ABSENT or sent in (None, ""):
            return 0
        if self._paged.by == "cursor":
            return self._after(sent)
        return max(int(sent) - self._paged.start, 0) * (1 if self._paged.by == "offset" else self._size)

    def _after(self, cursor: Any) -> int:
        for start in range(self._size, len(self._items) + 1, self._size):
            if str(self._cursor(start)) == str(cursor):
                return start
        if self._is_example:
            return len(self._items)
        raise UnfitError(f"`{self._fake.name}` was asked for the page at {cursor!r}, which no page has named")

    def _cursor(self, start: int) -> Any:
        """Return the cursor of the page that starts there."""
        following = cast("Place", self._paged.next)
        return _at(self._items[start - 1], following[1:]) if following[0] == "item" else start

    def page(self, start: int, url: httpx.URL) -> Answer:
        """Write the page that starts there."""
        paged, total = self._paged, len(self._items)
        following = start + self._size
        is_last = following >= total
        changes: list[tuple[Place, list[Any]]] = [(paged.items, [self._items[start:following]])]
        if paged.next and paged.next[0] != "item":
            changes.append((paged.next, [ABSENT, None, ""] if is_last else self._next(following, url)))
        pages = math.ceil(total / self._size)
        is_page = paged.by == "page"
        counted = {
            paged.total: pages if is_page else total,
            paged.total_items: total,
            paged.current: start // self._size + paged.start if is_page else start + paged.start,
            paged.more: not is_last,
        }
        changes += [(place, [value]) for place, value in counted.items() if place]
        return self._fitting(changes)

    def _next(self, following: int, url: httpx.URL) -> list[Any]:
        if self._paged.by == "link":
            link = str(url.copy_set_param(POSITION, following))
            is_link = self._paged.next is not None and self._paged.next[-1].lower() == "link"
            return [
                f'<{link}>; rel="next"' if is_link and self._paged.next and self._paged.next[0] == "header" else link
            ]
        return [str(self._cursor(following)), self._cursor(following)]

    def _fitting(self, changes: list[tuple[Place, list[Any]]]) -> Answer:
        """Return the first page that a client reads; what an optional value is on the last page is tried out."""
        one = next(answer for answer in self._fake.facts.answers if answer[2] != "None")
        failed: UnfitError | None = None
        for base, choice in product(self._bases(one[2]), range(max(len(values) for _, values in changes))):
            document: Any = base
            headers: dict[str, str] = {"Content-Type": one[1] if "json" in one[1] else "application/json"}
            for (where, *pointer), values in changes:
                value = values[min(choice, len(values) - 1)]
                if where == "header":
                    headers |= {} if value is ABSENT or not value else {pointer[0]: str(value)}
                else:
                    document = with_value(document, tuple(pointer), value)
            answer = Answer(status_of(one), headers, json.dumps(document, ensure_ascii=False).encode())
            try:
                self._check(answer)
            except UnfitError as error:
                failed = failed or error
                continue
            return answer
        raise failed or UnfitError(f"no page of `{self._fake.name}` could be made; give a whole httpx.Response")

    def _bases(self, annotation: str) -> list[Any]:
        if len(self._paged.items) == 1:
            return [[]]
        bases: list[Any] = []
        for is_full in (False, True):
            for variant in range(VARIANTS):
                try:
                    made = example_of(type_of(annotation), "example", variant=variant, is_full=is_full)
                except RecursionError:
                    continue
                bases.append(json_value(made, for_request=False))
        return bases

    def _check(self, answer: Answer) -> None:
        checked(self._fake, answer)
        read = operation_of(self._fake.facts).parse(received(answer))
        if reason := misfit(read, types_in(self._fake.facts, "PAGING")[0], "the page"):
            raise UnfitError(f"`{self._fake.name}` cannot answer so: {reason}")


def _sent(request: httpx.Request, place: Place | None) -> Any:
    where, *pointer = cast("Place", place)
    if where == "query":
        return request.url.params.get(pointer[0], ABSENT)
    return _at(json.loads(request.content or b"{}"), tuple(pointer))


def _at(value: Any, pointer: tuple[str, ...]) -> Any:
    for token in pointer:
        value = value.get(token, ABSENT) if is_object(value) else ABSENT
    return value
