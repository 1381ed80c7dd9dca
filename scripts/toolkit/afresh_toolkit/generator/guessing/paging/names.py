"""The names by which requests and answers of lists are known, as `guessing.names.plain` writes them."""

import re

ITEMS = (
    *("items", "results", "data", "content", "records", "list", "rows", "entries", "elements", "values", "value"),
    *("docs", "hits", "objects", "nodes", "resources", "members", "hydramember", "collection"),
)
"""Properties that hold the items of a page, of whatever they are."""
NO_ITEMS = frozenset(
    {"links", "errors", "warnings", "messages", "sort", "facets", "aggregations", "included", "filters", "tags"}
)
HOLDING = frozenset({"data", "result", "results", "response", "payload", "body", "embedded", "page"})
"""Objects that hold the items."""
ABOUT = frozenset(
    {
        "meta",
        "metadata",
        "pagination",
        "paging",
        "paginator",
        "pager",
        "page",
        "pageinfo",
        "pagemeta",
        "links",
        "cursors",
    }
    | {
        "cursor",
        "pages",
        "responsemetadata",
        "paginginfo",
        "paginationinfo",
        "paginationmeta",
        "listinfo",
        "resultinfo",
    }
)
"""Objects that say of a page which one it is."""

CURSORS_SENT = frozenset(
    {"cursor", "pagetoken", "nextpagetoken", "nexttoken", "nextcursor", "continuationtoken", "continue", "after"}
    | {"aftercursor", "pagecursor", "pageafter", "paginationtoken", "marker", "bookmark", "cursorafter", "startafter"}
)
NEXT_CURSORS = (
    *("nextcursor", "nextpagetoken", "nexttoken", "nextpagecursor", "nextcontinuationtoken", "continuationtoken"),
    *("nextmarker", "nextbookmark", "nextpaginationtoken", "paginationtoken", "endcursor", "continue"),
    "startingafter",
)
"""Fields that hold the cursor of the next page, wherever they are."""
NEXT_LINKS = (
    *("nextlink", "nextpagelink", "nexturl", "nextpageurl", "nexturi", "nextpageuri", "nexthref", "odatanextlink"),
    *("nextpath", "nextrecordsurl"),
)
LINKS = frozenset({"links"})

AFTER_LAST = frozenset({"startingafter"})
"""Parameters that take the id of the last item."""
OFFSETS = frozenset({"offset", "skip", "pageoffset", "startat", "firstresult", "from", "start"})
STARTING = frozenset({"startindex"})
"""Offsets of which 0 or 1 may be the first."""
PAGES = frozenset({"page", "pagenumber", "pageno", "pagenum", "pageindex", "currentpage"})
SIZES = frozenset(
    {"limit", "pagesize", "perpage", "size", "pagelimit", "top", "take", "maxresults", "rows", "itemsperpage", "count"}
    | {"resultsperpage", "max", "maxperpage", "maxitems", "pageperpage"}
)

TOTAL_PAGES = (
    *("totalpages", "pagecount", "numpages", "totalpagecount", "numberofpages", "pagestotal", "pagetotal", "pages"),
    *("lastpage", "maxpage"),
)
TOTAL_ITEMS = (
    *("total", "totalcount", "totalitems", "totalresults", "totalelements", "totalrecords", "totalhits", "totalsize"),
    *("totalrows", "totalentries", "numfound", "recordstotal", "itemstotal", "hydratotalitems"),
)
MORE = (
    *("hasmore", "hasnext", "hasnextpage", "hasmoreitems", "hasmorepages", "hasmoreresults", "morerecords", "more"),
    *("moreresults", "ismore", "moreavailable", "nextpageexists"),
)
CURRENT = ("currentpage", "page", "pagenumber", "pageindex", "number", "pageno", "current")
OF_HEADERS = {"xtotalcount": "totalItems", "xtotal": "totalItems", "totalcount": "totalItems"} | {
    "xtotalpages": "total",
    "xpagecount": "total",
    "totalpages": "total",
}
"""Headers that say how much there is, by the key of the extension for it."""
USUAL = frozenset(
    {"status", "success", "message", "msg", "code", "error", "ok", "timestamp", "requestid", "object", "type", "kind"}
    | {"apiversion", "path", "url", "href", "self", "count", "first", "last", "previous", "prev", "next", "empty"}
    | {"numberofelements", "pageable", "from", "to", "firstpageurl", "lastpageurl", "prevpageurl", "nextpageurl"}
)
"""What an answer has beside the items and the numbers of its page, without being more than a page."""
MOST_OTHERS = 3
"""So many other fields a page may have; what has more is something else that holds a list."""

FROM_ZERO = re.compile(
    r"\b(?:zero|0)[- ](?:based|index)|\b(?:start|begin|count)\w*(?: \w+)? (?:at|from|with) (?:0|zero)\b"
    r"|\bfirst page is (?:0|zero)\b|\bdefaults? (?:is|to) (?:page )?0\b|\(0\.\.",
    re.IGNORECASE,
)
FROM_ONE = re.compile(
    r"\b(?:one|1)[- ](?:based|index)|\b(?:start|begin|count)\w*(?: \w+)? (?:at|from|with) (?:1|one)\b"
    r"|\bfirst page is (?:1|one)\b|\bdefaults? (?:is|to) (?:page )?1\b|\(1\.\.",
    re.IGNORECASE,
)
OF_ONE_PAGE = re.compile(
    r"\b(?:this|current|returned|per|a|each) (?:page|response|batch)\b|\b(?:items|results) returned\b", re.IGNORECASE
)
"""Words by which a number is of what is in a page, and no total."""
A_URL = re.compile(r"\b(?:url|uri|link|href)\b|https?://", re.IGNORECASE)
OF_LINK_HEADER = re.compile(r"\blink`? (?:response )?header\b|\bnext`? link relation", re.IGNORECASE)
"""Words by which a parameter's value comes from a header `Link` (RFC 8288), which an answer may not describe."""
