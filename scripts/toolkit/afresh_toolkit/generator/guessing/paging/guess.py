"""How the list of an operation continues: what is tried, the surest first, and why nothing is guessed."""

import re
from collections.abc import Mapping
from typing import Any

from attrs import define, evolve, field

from afresh_toolkit.generator.extensions.pagination import KEY
from afresh_toolkit.generator.guessing.names import plain
from afresh_toolkit.generator.guessing.paging import names
from afresh_toolkit.generator.guessing.paging.seen import Field, Listing
from afresh_toolkit.generator.pointers import write_pointer
from afresh_toolkit.generator.reading.description import operations
from afresh_toolkit.generator.reading.document import Document

NUMBERS = ("integer", "number")

_HEADER = "$response.header."
_ENOUGH = 3
"""How many lists of an API have to go on by a header for others to be guessed to."""


@define(frozen=True)
class Guess:
    """How a list continues, as the extension says it, and why; or why that is not known, without a `content`."""

    content: Mapping[str, Any] = field(factory=dict)
    reason: str = ""


def guess_paging(document: Document) -> dict[str, Guess]:
    """Return what is guessed of each operation that looks like a list with pages, by "METHOD /path".

    `x-pagination: false` at the root of a description says that nothing is to be guessed.
    """
    found: dict[str, Guess] = {}
    if document.content.get(KEY) is False:
        return found
    silent: dict[str, Listing] = {}
    for operation in operations(document):
        seen = None if KEY in operation.data else Listing.of(document, operation)
        if seen is not None and seen.items is not None and (guess := _guess(seen)) is not None:
            found[operation.name] = guess
            if seen.is_bare and not guess.content:
                silent[operation.name] = seen
    return found | _as_others(silent, found)


def _as_others(silent: Mapping[str, Listing], found: Mapping[str, Guess]) -> dict[str, Guess]:
    """Guess that bare lists go on by the header that those of the same API do, though theirs do not describe it.

    Nothing is lost where one does not: without the header, a list ends.
    """
    headers = [str(one.content["link"]) for one in found.values() if str(one.content.get("link")).startswith(_HEADER)]
    if len(headers) < _ENOUGH:
        return {}
    link = max(headers, key=headers.count)
    as_others = f"as {headers.count(link)} others of the API"
    guesses = {key: _made(seen, {"link": link}, _name(link)) for key, seen in silent.items()}
    return {key: evolve(guess, reason=f"{guess.reason}, {as_others}") for key, guess in guesses.items()}


def _guess(seen: Listing) -> Guess | None:
    for rule in _BARE if seen.is_bare else _RULES:
        guess = rule(seen)
        if guess is not None:
            return guess
    return None


def _made(seen: Listing, content: Mapping[str, Any], *by: Field | str) -> Guess:
    items = f"$response.body#{write_pointer(seen.items or ())}" if seen.items else "$response.body"
    said = [one.name if isinstance(one, Field) else one for one in by]
    return Guess({"items": items, **content}, f"by {_listed(said)}")


def _listed(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in dict.fromkeys(words))


def _more(seen: Listing) -> dict[str, Any]:
    more = seen.field(names.MORE, "boolean")
    return {"more": more.place} if more else {}


def _by_headers(seen: Listing) -> Guess | None:
    """Go by the headers, where they say how the list continues."""
    link = seen.headers.get("link")
    paged = seen.sent({*names.PAGES, *names.OFFSETS, *names.CURSORS_SENT}, *NUMBERS, "string")
    if link and (paged or seen.sent(names.SIZES, *NUMBERS)):
        return _made(seen, {"link": f"{_HEADER}{link}"}, link, *paged[:1])
    if seen.is_bare and any(names.OF_LINK_HEADER.search(one.text) for one in paged):
        return _made(seen, {"link": f"{_HEADER}Link"}, "Link", *paged[:1])
    totals = {key: f"{_HEADER}{seen.headers[name]}" for name, key in names.OF_HEADERS.items() if name in seen.headers}
    if not totals:
        is_page = seen.is_bare and paged and seen.sent(names.SIZES, *NUMBERS)
        said = ", ".join(f"`{one.name}`" for one in seen.query.values() if one in paged)
        return Guess(reason=f"there is {said}, and the answer says nothing of pages") if is_page else None
    offsets = seen.sent(names.OFFSETS, *NUMBERS)
    if len(offsets) == 1 and "totalItems" in totals:
        return _made(
            seen,
            {"offset": {"send": offsets[0].place, "total": totals["totalItems"]}},
            offsets[0],
            _name(totals["totalItems"]),
        )
    return _numbered(seen, totals, None)


def _by_cursor(seen: Listing) -> Guess | None:
    """Send the cursor of the next page, which an answer names so, by a parameter for it."""
    following = seen.field(names.NEXT_CURSORS, "string", "integer")
    if following is not None:
        return _with_cursor(seen, following, _cursors_sent(seen))
    pages = seen.sent(names.PAGES, *NUMBERS, "string")
    number = seen.field(["nextpage", "next"], *NUMBERS)
    return _with_cursor(seen, number, pages) if number and len(pages) == 1 else None


def _by_weaker_cursor(seen: Listing) -> Guess | None:
    """Send what may be the cursor of the next page, where nothing says plainer how the list continues."""
    sent = _cursors_sent(seen)
    wanted = {plain(one.name) for one in sent}
    following = (
        (seen.field(["cursor"], "string") if "cursor" in wanted else None)
        or (seen.field(["after"], "string", holders={"cursors", "cursor"}) if wanted & {"after", "cursor"} else None)
        or next((one for one in [seen.field(["next"], "string")] if one and not _is_url(one)), None)
        or seen.field(["nextpage"], "string")
    )
    return _with_cursor(seen, following, sent) if following else None


def _cursors_sent(seen: Listing) -> list[Field]:
    return seen.sent({*names.CURSORS_SENT, *names.AFTER_LAST}, "string", "integer")


def _with_cursor(seen: Listing, following: Field, sent: list[Field]) -> Guess | None:
    if len(sent) > 1:
        stem = plain(following.name).removeprefix("next")
        sent = [one for one in sent if plain(one.name) in {stem, plain(following.name)}] or sent
    if len(sent) > 1:
        return Guess(reason=f"`{following.name}` could go into any of {_listed([one.name for one in sent])}")
    if not sent:
        return None
    cursor = {"next": following.place, "send": sent[0].place}
    return _made(seen, {"cursor": cursor, **_more(seen)}, sent[0], following)


def _is_url(one: Field) -> bool:
    return bool(names.A_URL.search(one.text)) or one.holder in names.LINKS


def _by_last_item(seen: Listing) -> Guess | None:
    """Send the id of the last item, after which the next page begins."""
    sent, more = seen.sent(names.AFTER_LAST, "string", "integer"), _more(seen)
    has_id = any("id" in (part.get("properties") or ()) for part in seen.item)
    if len(sent) != 1 or not more or not has_id:
        return None
    return _made(seen, {"cursor": {"last": "/id", "send": sent[0].place}, **more}, sent[0], _name(more["more"]))


def _by_link(seen: Listing) -> Guess | None:
    """Go by the URL of the next page, which an answer has."""
    is_drf = seen.has("next", "previous") and (seen.items or ())[-1] == "results"
    link = (
        seen.field(names.NEXT_LINKS, "string")
        or seen.field(["next"], "string", holders=names.LINKS)
        or next((one for one in [seen.field(["next"], "string")] if one and (is_drf or _is_url(one))), None)
    )
    if link is None:
        return None
    if _is_laravel(seen):
        if seen.sent(names.PAGES, *NUMBERS):
            return None  # its links leave out the other parameters, and its numbers are sure
        if seen.query:
            return Guess(
                reason=f"links such as `{link.name}` leave out the other parameters, and no parameter is a page"
            )
    if plain(link.name) == "next" and not is_drf and not seen.query and not seen.has("total"):
        return None
    return _made(seen, {"link": link.place}, link)


def _is_laravel(seen: Listing) -> bool:
    return seen.has("currentpage", "perpage") and seen.has("path")


def _by_offset(seen: Listing) -> Guess | None:
    """Send how many items to leave out."""
    sent = seen.sent({*names.OFFSETS, *names.STARTING}, *NUMBERS)
    sized = seen.sent(names.SIZES, *NUMBERS)
    if len(sent) != 1 or sent[0].is_of("string") or not _is_paged(seen, sized):
        return None
    name = plain(sent[0].name)
    if name in {"from", "start"} and not sized:
        return None
    start = _start(sent[0])
    if name in names.STARTING and start is None:
        start = 1 if seen.has("totalresults", "itemsperpage") else None  # RFC 7644
        if start is None:
            return Guess(reason=f"whether `{sent[0].name}` begins with 0 or 1 is not said: give it a default")
    if name not in names.STARTING and start:
        return Guess(reason=f"`{sent[0].name}` looks like an offset, and begins with {start}")
    offset: dict[str, Any] = {"send": sent[0].place, **({"start": start} if start else {})}
    total = _total(seen, names.TOTAL_ITEMS)
    if total:
        offset["total"] = total.place
    return _made(seen, {"offset": offset, **_more(seen)}, sent[0], *([total] if total else sized))


def _by_page(seen: Listing) -> Guess | None:
    """Send the number of the page."""
    totals: dict[str, str] = {}
    pages, items = _total(seen, names.TOTAL_PAGES), _total(seen, names.TOTAL_ITEMS)
    if pages:
        totals["total"] = pages.place
    elif items:
        totals["totalItems"] = items.place
    return _numbered(seen, totals, pages or items)


def _numbered(seen: Listing, totals: Mapping[str, str], total: Field | None) -> Guess | None:
    sent = seen.sent(names.PAGES, *NUMBERS)
    if len(sent) != 1 or sent[0].is_of("string"):
        return None
    if not totals and not _is_paged(seen, seen.sent(names.SIZES, *NUMBERS)):
        return None
    start = _start(sent[0])
    if start is None:
        start = _start_of_framework(seen)
    current = seen.field(names.CURRENT, *NUMBERS)
    if start is None and current is None:
        return Guess(reason=f"whether `{sent[0].name}` begins with 0 or 1 is not said: give it a default")
    page: dict[str, Any] = {"send": sent[0].place}
    if start is not None:
        page["start"] = start
    elif current:
        page["current"] = current.place
    if total is not None and plain(total.name) in {"lastpage", "maxpage"} and start == 0:
        totals = {}
    by = [total.name] if total else [_name(place) for place in totals.values()]
    return _made(seen, {"page": {**page, **totals}, **_more(seen)}, sent[0], *by)


def _is_paged(seen: Listing, sized: list[Field]) -> bool:
    """Whether an answer says anything of its page, or at least repeats what a request says of it."""
    echoes = {*names.PAGES, *names.OFFSETS, *names.STARTING, *names.SIZES, *names.CURRENT}
    return bool(
        _total(seen, names.TOTAL_ITEMS)
        or _total(seen, names.TOTAL_PAGES)
        or _more(seen)
        or seen.has("content", "last")
        or _is_laravel(seen)
        or (sized and any(plain(one.name) in echoes and one.is_only(*NUMBERS) for one in seen.fields))
    )


def _total(seen: Listing, wanted: tuple[str, ...]) -> Field | None:
    total = seen.field(wanted, *NUMBERS)
    if total is None or names.OF_ONE_PAGE.search(total.text):
        return None
    is_of_pages = re.search(r"\bpages\b", total.text, re.IGNORECASE) or seen.field(["records"], *NUMBERS)  # jqGrid
    return None if wanted is names.TOTAL_ITEMS and is_of_pages else total


def _start(sent: Field) -> int | None:
    """Return the number that a request begins with, as far as that is said."""
    for part in sent.schemas:
        for key in ("default", "minimum"):
            value = part.get(key)
            if value in {0, 1} and not isinstance(value, bool):
                is_open = key == "minimum" and part.get("exclusiveMinimum") is True
                return int(value) + is_open
        if part.get("exclusiveMinimum") == 0 and part.get("exclusiveMinimum") is not False:
            return 1
    for pattern, start in ((names.FROM_ZERO, 0), (names.FROM_ONE, 1)):
        if pattern.search(sent.text):
            return start
    return None


def _start_of_framework(seen: Listing) -> int | None:
    """Return the number of the first page where an answer has the shape of a framework that is known."""
    if seen.has("totalelements", "numberofelements") or seen.has("numberofelements", "pageable"):
        return 0  # Spring
    if seen.has("currentpage", "perpage") and (seen.has("lastpage") or seen.has("path")):
        return 1  # Laravel
    return 1 if seen.has("next", "previous", "results", "count") else None  # Django REST framework


def _name(place: str) -> str:
    return place.replace("#", "").replace(_HEADER, "").rpartition("/")[2]


_RULES = (_by_cursor, _by_last_item, _by_link, _by_weaker_cursor, _by_offset, _by_page, _by_headers)
"""The surest first."""
_BARE = (_by_headers,)
